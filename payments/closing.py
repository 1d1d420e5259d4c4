"""Closes an unpaid order: asks the gateway, closes the trade there, and only then gives the goods back.

A trade that we drop while the gateway still takes money for it is how shops sell one unit twice, so a silent gateway
keeps the goods held (invariant: stock goes back once, and only when no money can come by the rules).
"""

import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from orders import goods
from orders.models import Order
from payments import asking, journal
from payments.alipay.errors import AlipayError
from payments.alipay.messages import TradeStatus
from payments.incidents import raise_incident
from payments.models import GatewayMessage, Payment

BATCH = 200
# The shown deadline is a little earlier than the real one: who pays in the last second is not turned away.
GRACE = timedelta(minutes=2)
LEASE = timedelta(minutes=5)
SILENT_FOR = timedelta(hours=6)
UNPAID = (TradeStatus.WAIT_BUYER_PAY, TradeStatus.TRADE_CLOSED, TradeStatus.NOT_EXIST)


class StillOpen(Exception):
    """The gateway did not agree to close yet: the order stays as it is and is tried again."""


class AlreadyPaid(Exception):
    """The gateway says that the order was paid; it is confirmed now and cannot be closed."""


def expire_due(now: datetime | None = None) -> int:
    """Expires the orders whose time has passed; the number closed. Any number of workers may run it at once."""
    moment = now or timezone.now()
    due = Order.objects.filter(life=Order.Life.PLACED, expires_at__lte=moment - GRACE).filter(
        Q(closing_at__isnull=True) | Q(closing_at__lte=moment - LEASE)
    )
    return sum(_expire(order, moment) for order in due.order_by("expires_at")[:BATCH])


def _expire(order: Order, moment: datetime) -> int:
    claimed = Order.objects.filter(pk=order.pk, life=Order.Life.PLACED, closing_at=order.closing_at)
    if not claimed.update(closing_at=moment):
        return 0
    try:
        close(order, Order.Life.EXPIRED, deadline=moment - GRACE)
    except AlreadyPaid:
        return 0
    except StillOpen:
        if moment - order.expires_at > SILENT_FOR:
            raise_incident("cannot-close", order.number, "The gateway has not agreed to close its trade.", order)
        return 0
    return 1


def close(order: Order, life: str, *, deadline: datetime | None = None, by: object = None, why: str = "") -> None:
    """Turns a placed order into ``life`` (expired or cancelled). Raises StillOpen or AlreadyPaid, changing nothing.

    ``deadline``: where given, an order that was given more time meanwhile is left alone (StillOpen).
    """
    for payment in order.payments.filter(state__in=Payment.OPEN):
        close_attempt(payment)
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=order.pk)
        if order.life != Order.Life.PLACED:
            raise AlreadyPaid
        if order.payments.filter(state__in=Payment.OPEN).exists() or (deadline and order.expires_at > deadline):
            raise StillOpen
        goods.release(order)
        order.close(life, by=by, why=why)
    journal.line("closed", order.number, life=life)


def close_attempt(payment: Payment) -> None:
    """Makes sure that no money can come by this attempt any more. Raises StillOpen or AlreadyPaid.

    A trade unknown to the gateway may still be paid until its deadline (protocol.md B.3): it is believed gone only
    after that, so the sweep looks once more; money that comes is late money, which ``settle`` knows how to treat. An
    answer that fails the checks, or a status that is no word of an unpaid trade, closes nothing.
    """
    try:
        status = asking.ask(payment)
        payment.refresh_from_db()
        if payment.state != Payment.State.SUCCEEDED and status not in UNPAID:
            raise StillOpen
        agreed = payment.state == Payment.State.CLOSED or _closed_at_gateway(payment)
    except AlipayError as error:
        raise StillOpen from error
    if payment.state == Payment.State.SUCCEEDED:
        raise AlreadyPaid
    Payment.objects.filter(pk=payment.pk, state__in=Payment.OPEN).update(
        state=Payment.State.CLOSED, next_query_at=None if agreed else max(payment.deadline, timezone.now()) + GRACE
    )


def _closed_at_gateway(payment: Payment) -> bool:
    """Closes a trade that waits; False where there is none to close."""
    if payment.state != Payment.State.WAITING:
        return False
    gateway = asking.gateway_of(payment)
    started = time.monotonic()
    asking.journalled(payment, "close", lambda: gateway.close(payment.out_trade_no))
    journal.asked(payment.method, payment, "close", GatewayMessage.Verdict.ACCEPTED, started)
    return True
