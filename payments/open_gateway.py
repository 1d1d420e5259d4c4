"""The Open Platform behind the Gateway contract."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from payments.alipay import openapi
from payments.alipay.bill import read_bill
from payments.alipay.errors import Malformed, Unknown
from payments.alipay.messages import BillLine, PayRequest, RefundReport, TradeReport
from payments.alipay.transport import Transport
from payments.models import Payment, Refund
from payments.renew import Successors

BILL_LIMIT = 32 * 1024 * 1024


class OpenGateway:
    """Method ``alipay``: trade.page.pay, trade.wap.pay, query, close, refund, the daily bill."""

    method = "alipay"
    absolute_deadline = True
    confirms = False
    has_bill = True
    refund_notification = ""

    def __init__(self, account: openapi.OpenAccount, transport: Transport, now: Callable[[], datetime]) -> None:
        self.account = self.asking = account  # for messages that come in, and for answers
        if account.certificates:
            successors = Successors(self.method, account, account.certificates, transport, now)
            self.account = replace(account, newer=successors.known)
            self.asking = replace(account, newer=successors.fetched)
        self.pid = account.seller_id
        self.transport = transport
        self.now = now

    def start(self, request: PayRequest) -> str:
        return openapi.pay_url(self.account, request, self.now())

    def product(self, bank: str, phone: bool) -> str:
        return openapi.product_code(phone)

    def read_notification(self, body: bytes) -> TradeReport:
        return openapi.read_notification(self.account, body)

    def read_return(self, query: bytes) -> TradeReport:
        return openapi.read_return(self.account, query)

    def mismatches(self, report: TradeReport) -> list[str]:
        return openapi.mismatches(self.account, report)

    def confirm(self, report: TradeReport) -> None:
        """The Open Platform has no such question: the signature is the proof (B.5)."""
        return None

    def query(self, out_trade_no: str) -> TradeReport:
        return openapi.read_query(self.asking, self._ask(openapi.query_url(self.account, out_trade_no, self.now())))

    def close(self, out_trade_no: str) -> None:
        openapi.read_close(self.asking, self._ask(openapi.close_url(self.account, out_trade_no, self.now())))

    def refund(self, payment: Payment, refund: Refund) -> RefundReport:
        number = refund.out_request_no
        url = openapi.refund_url(self.account, payment.out_trade_no, number, refund.amount, self.now())
        return openapi.read_refund(self.asking, self._ask(url), number)

    def query_refund(self, payment: Payment, refund: Refund) -> RefundReport:
        number = refund.out_request_no
        url = openapi.refund_query_url(self.account, payment.out_trade_no, number, self.now())
        return openapi.read_refund_query(self.asking, self._ask(url), number)

    def read_refunds(self, body: bytes) -> list[RefundReport]:
        """Refunds are told by the trade's own notification (B.5)."""
        return []

    def bill(self, day: date) -> list[BillLine]:
        address = openapi.read_bill_url(self.asking, self._ask(openapi.bill_url(self.account, day, self.now())))
        if not address:
            return []
        try:
            return read_bill(self.transport.get(address, BILL_LIMIT).body)
        except Malformed as error:
            raise Unknown(str(error)) from None

    def describe(self) -> str:
        mode = "certificate" if self.account.app_cert_sn else "key"
        return f"app …{self.account.app_id[-4:]}, {self.account.signer.sign_type}, {mode} mode"

    def _ask(self, url: str) -> bytes:
        return self.transport.get(url).body
