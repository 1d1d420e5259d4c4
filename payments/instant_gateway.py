"""The legacy instant-arrival service behind the Gateway contract."""

from collections.abc import Callable
from datetime import date, datetime

from payments.alipay import instant
from payments.alipay.errors import Refused
from payments.alipay.messages import BillLine, PayRequest, TradeReport
from payments.alipay.transport import Transport


class InstantGateway:
    """Method ``alipay-instant``: create_direct_pay_by_user, notify_verify, single_trade_query, close_trade."""

    method = "alipay-instant"
    # it_b_pay is relative and by contract only, so one attempt serves however often the deadline moves (A.1).
    absolute_deadline = False

    def __init__(self, account: instant.InstantAccount, transport: Transport, now: Callable[[], datetime]) -> None:
        self.account = account
        self.transport = transport
        self.now = now

    def start(self, request: PayRequest) -> str:
        return instant.pay_url(self.account, request)

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

    def bill(self, day: date) -> list[BillLine]:
        """The legacy service has no bill; an account's trades stand in the Open Platform's."""
        raise Refused("NO_BILL")

    def describe(self) -> str:
        return f"partner …{self.account.partner[-4:]}, {self.account.signer.sign_type}, {self.account.charset}"
