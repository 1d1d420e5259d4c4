"""The legacy instant-arrival service behind the Gateway contract."""

from collections.abc import Callable
from datetime import date, datetime

from payments.alipay import batches, instant
from payments.alipay.batches import SEPARATORS
from payments.alipay.errors import Refused, Unknown
from payments.alipay.messages import BillLine, PayRequest, RefundReport, TradeReport
from payments.alipay.transport import Transport
from payments.alipay.wire import CHINA
from payments.models import Payment, Refund


class InstantGateway:
    """Method ``alipay-instant``: create_direct_pay_by_user, notify_verify, single_trade_query, close_trade."""

    method = "alipay-instant"
    # it_b_pay is relative and by contract only, so one attempt serves however often the deadline moves (A.1).
    absolute_deadline = False
    confirms = True
    has_bill = False
    refund_notification = batches.REFUND_NOTIFICATION

    def __init__(
        self, account: instant.InstantAccount, transport: Transport, now: Callable[[], datetime], notify_url: str
    ) -> None:
        self.account = account
        self.pid = account.partner
        self.transport = transport
        self.now = now
        self.notify_url = notify_url

    def start(self, request: PayRequest) -> str:
        return instant.pay_url(self.account, request)

    def product(self, bank: str, phone: bool) -> str:
        """A phone gets the same page; another bank may be other data of the trade (A.1)."""
        return bank or "directPay"

    def read_notification(self, body: bytes) -> TradeReport:
        return instant.read_notification(self.account, body)

    def read_return(self, query: bytes) -> TradeReport:
        return instant.read_return(self.account, query)

    def mismatches(self, report: TradeReport) -> list[str]:
        return instant.mismatches(self.account, report)

    def confirm(self, report: TradeReport) -> bool:
        answer = self.transport.get(instant.notify_verify_url(self.account, report.notify_id))
        return instant.read_notify_verify(answer.status, answer.body)

    def query(self, out_trade_no: str) -> TradeReport:
        answer = self.transport.get(instant.query_url(self.account, out_trade_no))
        return instant.read_query(self.account, answer.body)

    def close(self, out_trade_no: str) -> None:
        answer = self.transport.get(instant.close_url(self.account, out_trade_no))
        instant.read_close(self.account, answer.body)

    def refund(self, payment: Payment, refund: Refund) -> RefundReport:
        """Sends a batch of one, without password. Its answer says only that it was taken (A.9)."""
        today = self.now().astimezone(CHINA).strftime("%Y%m%d")
        item = batches.RefundItem(payment.trade_no or "", refund.amount, SEPARATORS.sub(" ", refund.reason))
        url = batches.refund_call_url(self.account, today + refund.out_request_no, [item], self.now(), self.notify_url)
        instant.read_close(self.account, self.transport.get(url).body)
        return RefundReport(refund.out_request_no, done=False)

    def query_refund(self, payment: Payment, refund: Refund) -> RefundReport:
        """The service has no such question, and a batch number is good for its day only: the notification tells."""
        raise Unknown("the result comes by notification only")

    def read_refunds(self, body: bytes) -> list[RefundReport]:
        """What a batch_refund_notify says of our refund: the request number follows the day in the batch number."""
        batch_no, results = batches.read_refund_notification(self.account, body)
        return [
            RefundReport(batch_no[8:], result.done, result.amount, None, result.trade_no, {"code": result.code})
            for result in results
        ]

    def bill(self, day: date) -> list[BillLine]:
        """The legacy service has no bill; an account's trades stand in the Open Platform's."""
        raise Refused("NO_BILL")

    def describe(self) -> str:
        return f"partner …{self.account.partner[-4:]}, {self.account.signer.sign_type}, {self.account.charset}"
