"""An order that waits for its money and gets it, as statements that payments runs together with its own."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from orders import goods
from orders.models import Order, OrderEvent, OutboxMail
from shop import prepared
from shop.prepared import Statement


def confirming(order: int, amount: Decimal, at: datetime) -> Statement:
    """Confirms the order with this key where it waits for exactly ``amount`` yuan, holds its goods and got nothing."""
    waiting = {"life": Order.Life.PLACED, "goods": Order.Goods.HELD, "charged": 0, "total": amount}
    return prepared.changing(
        Order, order, waiting, life=Order.Life.CONFIRMED, goods=Order.Goods.COMMITTED, charged=amount,
        pay_status=Order.PayStatus.PAID, paid_at=at, paid_late=False, needs_review=False,
    )._replace(must=True)  # fmt: skip


def following(order: int, at: datetime, cause: int | None, facts: dict[str, Any]) -> list[Statement]:
    """What follows from that: the goods are sold (two statements, see ``goods.leaving``), the event, the mail."""
    return [
        *goods.leaving(order, "commit", at),
        prepared.adding(OrderEvent, order_id=order, kind="paid", at=at, message=cause, detail=facts),
        prepared.adding(OutboxMail, unless_there=True, order_id=order, kind="paid"),
    ]
