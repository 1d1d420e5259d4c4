"""The contract that a payment method fulfils, and the registry of those that are configured.

To add the next provider see docs/adding-a-gateway.md.
"""

from collections.abc import Mapping
from typing import Protocol

from payments.alipay.messages import PayRequest, RefundReport, TradeReport


class Gateway(Protocol):
    """Few verbs. All but ``start`` and ``read`` ask the gateway over the network, in bounded time.

    Those that ask raise ``Refused`` where the gateway says no and ``Unknown`` where nothing trustworthy was learned.
    """

    method: str

    def start(self, request: PayRequest) -> str:
        """The signed address to which the shopper's browser is sent."""
        ...

    def read(self, body: bytes) -> TradeReport:
        """A notification or return, from the raw urlencoded bytes. Raises BadSignature or another Malformed."""
        ...

    def mismatches(self, report: TradeReport) -> list[str]:
        """Which of the merchant checks fail (seller, app): names for the journal; empty where all hold."""
        ...

    def confirm(self, report: TradeReport) -> bool:
        """Whether the gateway says that this notification is its own (``notify_verify``); true where none is asked."""
        ...

    def query(self, out_trade_no: str) -> TradeReport:
        """What the gateway knows of the trade; status NOT_EXIST where it knows none."""
        ...

    def close(self, out_trade_no: str) -> None:
        """Closes the unpaid trade; returns only on a positive answer."""
        ...
