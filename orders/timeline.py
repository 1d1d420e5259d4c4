"""The timeline that a shopper reads: what happened, with its time, and what is still to come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from orders.models import Order, OrderEvent
from orders.words import EVENTS
from shop.templatetags.money import text

Life = Order.Life
PAYING = pgettext_lazy("still to come", "Payment")
SHIPPING = pgettext_lazy("still to come", "Shipping")
ARRIVAL = pgettext_lazy("still to come", "Arrival")
AHEAD: dict[str, tuple[Promise, ...]] = {
    Life.PLACED: (PAYING, SHIPPING, ARRIVAL),
    Life.CONFIRMED: (SHIPPING, ARRIVAL),
    Life.SHIPPED: (ARRIVAL,),
}


@dataclass(frozen=True, slots=True)
class Step:
    """``at`` is None for what is still to come; ``note`` adds the sum to what moved money."""

    label: str
    at: datetime | None = None
    note: str = ""


def steps_of(order: Order) -> list[Step]:
    """What happened that concerns the shopper, oldest first; then, unless money goes back, what is still to come."""
    return [*_behind(order), *_ahead(order)]


def _behind(order: Order) -> Iterator[Step]:
    for event in order.events.all():
        if event.kind in EVENTS:
            yield Step(str(event), event.at, _sum(event))


def _sum(event: OrderEvent) -> str:
    return text(Decimal(event.detail["amount"])) if "amount" in event.detail else ""


def _ahead(order: Order) -> Iterator[Step]:
    if not order.refunding and not order.refunded:
        for label in AHEAD.get(order.life, ()):
            yield Step(str(label))
