"""The messages in our own words, the same for both generations. Amounts are Decimal yuan with two places."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class TradeStatus(StrEnum):
    """protocol.md A.5 "Trade status" and B.5. OTHER stands for any word that the protocol does not list."""

    WAIT_BUYER_PAY = "WAIT_BUYER_PAY"
    TRADE_CLOSED = "TRADE_CLOSED"
    TRADE_SUCCESS = "TRADE_SUCCESS"
    TRADE_FINISHED = "TRADE_FINISHED"
    TRADE_PENDING = "TRADE_PENDING"
    NOT_EXIST = "TRADE_NOT_EXIST"
    OTHER = "OTHER"

    @classmethod
    def _missing_(cls, value: object) -> "TradeStatus":
        return cls.OTHER


YUAN = "CNY"
CURRENCIES = ("currency", "trans_currency")  # what the buyer pays in, or the shop is paid out in, may differ
REFUNDED = "REFUND_SUCCESS"
PAID = frozenset({TradeStatus.TRADE_SUCCESS, TradeStatus.TRADE_FINISHED})


@dataclass(frozen=True, slots=True)
class PayRequest:
    """What the shop asks the shopper to pay. ``deadline`` is an aware datetime; ``bank`` is a ``defaultbank`` code.

    ``frame`` asks for no page but a QR code of so many pixels, to be shown in a frame of ours.
    """

    out_trade_no: str
    amount: Decimal
    subject: str
    notify_url: str
    return_url: str
    deadline: datetime | None = None
    bank: str = ""
    show_url: str = ""
    quit_url: str = ""
    shopper_ip: str = ""
    phone: bool = False
    frame: int = 0


@dataclass(frozen=True, slots=True)
class TradeReport:
    """What Alipay says about one trade: read from a notification, a return, an answer to a query or a bill line.

    It exists only where the signature held. Empty text stands for a field that was not sent; ``amount`` is None where
    the message names none. ``begun_at`` is when the buyer made the trade, ``paid_at`` when it was paid, None where that
    is not told. ``refunded`` is the cumulative refunded sum (``refund_fee``). ``fields`` are all the message's decoded
    fields.
    """

    out_trade_no: str
    status: TradeStatus
    amount: Decimal | None = None
    trade_no: str = ""
    seller_id: str = ""
    seller_email: str = ""
    app_id: str = ""
    notify_id: str = ""
    notify_type: str = ""
    refunded: Decimal = Decimal("0.00")
    refund_request_no: str = ""
    refund_status: str = ""
    begun_at: datetime | None = None
    paid_at: datetime | None = None
    buyer: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def in_yuan(self) -> bool:
        """Whether the amount is in yuan: an amount whose currency is not named always is."""
        return all((self.fields.get(name) or YUAN) == YUAN for name in CURRENCIES)

    @property
    def paid(self) -> bool:
        """Only these two statuses mean that the money was paid (protocol.md A.5, B.5)."""
        return self.status in PAID

    @property
    def charged(self) -> bool:
        """Whether money came: a trade that tells of a refund was paid before, whatever its status is now (B.5)."""
        return self.paid or bool(self.refunded) or self.refund_status == REFUNDED

    @property
    def given_back(self) -> Decimal:
        """The sum that went back so far, in yuan. The legacy service names it only by closing the trade (A.5)."""
        whole = self.refund_status == REFUNDED and self.status == TradeStatus.TRADE_CLOSED
        return self.refunded or (self.amount if whole and self.amount else Decimal("0.00"))


@dataclass(frozen=True, slots=True)
class RefundReport:
    """What Alipay says about one refund. ``done`` is true only where Alipay says that the money went back."""

    request_no: str
    done: bool
    amount: Decimal | None = None
    total_refunded: Decimal | None = None
    trade_no: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line of the daily bill (protocol.md B.4). ``amount`` is positive for both kinds."""

    trade_no: str
    out_trade_no: str
    kind: str
    amount: Decimal
    finished_at: datetime | None = None
    request_no: str = ""
