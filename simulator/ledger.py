"""The trades: what Alipay knows. Thread-safe; in memory, and in a file where a data directory is given."""

import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from payments.alipay.messages import PAID, TradeStatus

BUYER_ID = "2088000000000123"
BUYER_EMAIL = "buy***@example.com"
SAME = ("subject", "total", "body", "payment_type", "service")


class Unreadable(Exception):
    """The kept trades cannot be read."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the merchant's signed request asks for. It becomes a trade only when the buyer logs in or scans.

    ``service`` is the service or method asked; ``minutes`` run from the login, ``until`` is a moment in Alipay's form
    and goes before them.
    """

    out_trade_no: str
    total: Decimal
    subject: str
    charset: str
    notify_url: str = ""
    return_url: str = ""
    body: str = ""
    payment_type: str = "1"
    show_url: str = ""
    passback: str = ""
    bank: str = ""
    minutes: int | None = None
    until: str = ""
    service: str = "create_direct_pay_by_user"

    @property
    def modern(self) -> bool:
        """Whether it asks the Open Platform."""
        return self.service.startswith("alipay.")

    def same_as(self, other: "Order") -> bool:
        """Whether a repeated out_trade_no names the same deal; Alipay refuses it otherwise."""
        return all(getattr(self, name) == getattr(other, name) for name in SAME)


@dataclass(frozen=True, slots=True)
class Refund:
    """One refund; the same ``request_no`` again is the same refund."""

    request_no: str
    amount: Decimal
    when: datetime


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade. Changes make a new value, so a reader never sees half of one."""

    order: Order
    trade_no: str
    created: datetime
    status: TradeStatus = TradeStatus.WAIT_BUYER_PAY
    expires: datetime | None = None
    paid_at: datetime | None = None
    closed_at: datetime | None = None
    finished_at: datetime | None = None
    refunds: tuple[Refund, ...] = ()

    @property
    def refunded(self) -> Decimal:
        """All refunds together."""
        return sum((refund.amount for refund in self.refunds), Decimal("0.00"))

    @property
    def changed_at(self) -> datetime:
        """The newest of its moments."""
        moments = (self.created, self.paid_at, self.closed_at, self.finished_at, *(back.when for back in self.refunds))
        return max(moment for moment in moments if moment)

    @property
    def modern(self) -> bool:
        """Whether it was made through the Open Platform."""
        return self.order.modern

    @property
    def out_trade_no(self) -> str:
        return self.order.out_trade_no

    @property
    def paid(self) -> bool:
        return self.status in PAID

    @property
    def waiting(self) -> bool:
        return self.status == TradeStatus.WAIT_BUYER_PAY


@dataclass(slots=True)
class Ledger:
    """All trades and the merchant's requests that no buyer has taken up yet (``orders``, by page token)."""

    file: Path | None = None
    trades: dict[str, Trade] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    revision: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        if self.file and self.file.exists():
            try:
                rows = json.loads(self.file.read_text("utf-8"))
                self.trades = {row["order"]["out_trade_no"]: _trade(row) for row in rows}
            except (ValueError, ArithmeticError, KeyError, TypeError, AttributeError) as wrong:
                raise Unreadable(f"{self.file} does not hold a simulator's trades ({type(wrong).__name__})") from wrong

    def find(self, number: str, now: datetime) -> Trade | None:
        """The trade by out_trade_no or trade_no; closed first where its time has run out."""
        with self.lock:
            trade = self.trades.get(number) or next((t for t in self.trades.values() if t.trade_no == number), None)
            if trade and trade.waiting and trade.expires and trade.expires <= now:
                return self.change(trade, status=TradeStatus.TRADE_CLOSED, closed_at=trade.expires)
            return trade

    def listed(self, now: datetime) -> list[Trade]:
        """All trades, newest first."""
        with self.lock:
            found = [self.find(number, now) for number in reversed(list(self.trades))]
            return [trade for trade in found if trade]

    def remember(self, order: Order) -> str:
        """Keeps a signed request for its buyer page; returns the page's token."""
        with self.lock:
            token = secrets.token_urlsafe(16)
            self.orders[token] = order
            return token

    def order_of(self, out_trade_no: str) -> Order | None:
        """The newest request with this number that no buyer has taken up."""
        with self.lock:
            return next((o for o in reversed(self.orders.values()) if o.out_trade_no == out_trade_no), None)

    def first_request(self, out_trade_no: str) -> Order | None:
        """The oldest request with this number."""
        with self.lock:
            return next((o for o in self.orders.values() if o.out_trade_no == out_trade_no), None)

    def has_refund(self, request_no: str) -> bool:
        """Whether any trade was refunded under this number."""
        with self.lock:
            return any(known.request_no == request_no for trade in self.trades.values() for known in trade.refunds)

    def twins_of(self, order: Order) -> list[Order]:
        """The buyer's other pages over the same subject and amount, by whichever service; one for each number."""
        with self.lock:
            pages = [
                other for other in self.orders.values() if (other.subject, other.total) == (order.subject, order.total)
            ]
            others = {other.out_trade_no: other for other in pages}
            return [other for number, other in others.items() if number != order.out_trade_no]

    def create(self, order: Order, now: datetime, expires: datetime | None) -> Trade:
        """The buyer has logged in: the trade exists from now on (protocol.md D.3). The existing one where it does."""
        with self.lock:
            existing = self.find(order.out_trade_no, now)
            if existing:
                return existing
            number = f"{now:%Y%m%d}22001{secrets.randbelow(10**15):015d}"
            self._keep(Trade(order, number, now, expires=expires))
            # a page that was kept too long is closed from the first moment
            return self.find(order.out_trade_no, now) or self.trades[order.out_trade_no]

    def change(self, trade: Trade, **changes: Any) -> Trade:
        """The trade with ``changes``."""
        with self.lock:
            return self._keep(replace(self.trades[trade.out_trade_no], **changes))

    def change_if(self, trade: Trade, test: Callable[[Trade], bool], **changes: Any) -> Trade | None:
        """The changed trade, or None where ``test`` no longer holds: of two at once only one may win."""
        with self.lock:
            known = self.trades.get(trade.out_trade_no)
            return self.change(known, **changes) if known and test(known) else None

    def reset(self) -> None:
        """Forgets everything."""
        with self.lock:
            self.trades.clear()
            self.orders.clear()
            self._save()

    def _keep(self, trade: Trade) -> Trade:
        self.trades[trade.out_trade_no] = trade
        self._save()
        return trade

    def _save(self) -> None:
        self.revision += 1
        if self.file:
            rows = json.dumps([asdict(trade) for trade in self.trades.values()], default=str, ensure_ascii=False)
            draft = self.file.with_suffix(".new")
            draft.write_text(rows, "utf-8")
            draft.replace(self.file)


def _trade(row: dict[str, Any]) -> Trade:
    """A trade as ``_save`` wrote it."""
    order = Order(**{**row["order"], "total": Decimal(row["order"]["total"])})
    moments = {
        name: datetime.fromisoformat(row[name]) if row[name] else None
        for name in ("created", "expires", "paid_at", "closed_at", "finished_at")
    }
    refunds = tuple(
        Refund(refund["request_no"], Decimal(refund["amount"]), datetime.fromisoformat(refund["when"]))
        for refund in row["refunds"]
    )
    return Trade(**{**row, **moments, "order": order, "status": TradeStatus(row["status"]), "refunds": refunds})
