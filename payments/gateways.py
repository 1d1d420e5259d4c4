"""The contract that a payment method fulfils. To add the next provider see docs/adding-a-gateway.md."""

from datetime import date
from typing import Protocol

from payments.alipay.messages import BillLine, PayRequest, RefundReport, TradeReport
from payments.models import Payment, Refund


class Gateway(Protocol):
    """Few verbs. All but ``start``, ``product``, ``read_…`` and ``mismatches`` ask the gateway over the network.

    Those take bounded time and raise ``Refused`` where the gateway says no, ``Unknown`` where nothing trustworthy was
    learned. ``pid`` is the account's number: one account's bill tells of the trades of all its methods. ``confirms``:
    ``confirm`` asks.
    """

    method: str
    pid: str
    absolute_deadline: bool
    confirms: bool
    has_bill: bool
    refund_notification: str

    def start(self, request: PayRequest) -> str:
        """The signed address to which the shopper's browser is sent."""
        ...

    def product(self, bank: str, phone: bool) -> str:
        """As what such a payment is made, in the gateway's word: a trade that was begun stays what it is."""
        ...

    def read_notification(self, body: bytes) -> TradeReport:
        """A notification, from the raw urlencoded body. Raises BadSignature or another Malformed."""
        ...

    def read_return(self, query: bytes) -> TradeReport:
        """The fields of the browser's return, from the raw query string. Raises as above."""
        ...

    def mismatches(self, report: TradeReport) -> list[str]:
        """Which of the merchant checks fail (seller, app): names for the journal; empty where all hold."""
        ...

    def confirm(self, report: TradeReport) -> bool | None:
        """Whether the gateway says that this notification is its own; None where the protocol has no such question."""
        ...

    def query(self, out_trade_no: str) -> TradeReport:
        """What the gateway knows of the trade; status NOT_EXIST where it knows none."""
        ...

    def close(self, out_trade_no: str) -> None:
        """Closes the unpaid trade; returns only on a positive answer."""
        ...

    def refund(self, payment: Payment, refund: Refund) -> RefundReport:
        """Sends the refund. ``done`` is false where it was taken but its outcome is told later."""
        ...

    def query_refund(self, payment: Payment, refund: Refund) -> RefundReport:
        """What became of the refund; ``done`` is false where the gateway does not say that the money went back."""
        ...

    def read_refunds(self, body: bytes) -> list[RefundReport]:
        """What a notification of kind ``refund_notification`` says; each report's fields hold the gateway's code."""
        ...

    def bill(self, day: date) -> list[BillLine]:
        """The gateway's bill of ``day``. Raises Refused where the service has none."""
        ...

    def describe(self) -> str:
        """The account in one line, for operators; nothing secret."""
        ...
