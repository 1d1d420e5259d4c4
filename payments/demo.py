"""Paid orders for the demo, in every state that money brings; each went the same road as in real life."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from orders import goods
from orders.demo import make_order
from orders.models import Order
from payments import refunds
from payments.alipay.messages import TradeReport, TradeStatus
from payments.incidents import raise_incident
from payments.models import GatewayMessage, Payment, Refund
from payments.settle import settle

BATCH = 25
# What becomes of an order, in turn: most are on their way, a few went wrong.
FATES = (
    "completed", "shipped", "paid", "completed", "partly-refunded", "completed", "shipped", "paid", "refunded",
    "completed", "paid-late", "shipped", "completed", "paid-twice", "paid", "review", "completed", "refunding",
)  # fmt: skip


def seed(count: int, days: int, seed: int, progress: Callable[[str, int, int], None]) -> None:
    """Makes ``count`` orders over the last ``days``. The same ``seed`` gives the same orders; none is made twice."""
    for first in range(0, count, BATCH):
        with transaction.atomic():
            for n in range(first, min(first + BATCH, count)):
                _one(n, days, seed)
        progress("Payments", min(first + BATCH, count), count)


def _one(n: int, days: int, seed: int) -> None:
    random = Random(f"paid-{seed}-{n}")  # noqa: S311 - the demo's orders are meant to be the same each time
    placed = timezone.now() - timedelta(minutes=random.randrange(90, max(91, days * 1440)))
    order = make_order(f"paid-{seed}-{n}", placed, random)
    if order is None:
        return
    befall(order, FATES[n % len(FATES)], random.randrange(1, 12))


def befall(order: Order, fate: str, minutes: int) -> None:
    """Lets happen to an order just placed what ``fate`` names (see FATES); it is paid after so many ``minutes``."""
    if fate == "review":
        _mismatch(order)
        return
    if fate == "paid-late":
        goods.release(order)
        order.close(Order.Life.EXPIRED, at=order.expires_at)
    payment = pay(order, minutes=40 if fate == "paid-late" else minutes)
    _what_followed(order, payment, fate)


def pay(order: Order, minutes: int) -> Payment:
    """An attempt of ``order`` that was paid so many minutes after it was placed."""
    n = order.payments.count() + 1
    payment = Payment.objects.create(
        order=order, n=n, out_trade_no=f"{order.number}{n:02}", method=settings.PAYMENT_METHODS[0], amount=order.total,
        deadline=order.expires_at, state=Payment.State.SENT, created_at=order.placed_at,
    )  # fmt: skip
    paid_at = order.placed_at + timedelta(minutes=minutes)
    report = TradeReport(
        out_trade_no=payment.out_trade_no, status=TradeStatus.TRADE_SUCCESS, amount=payment.amount, paid_at=paid_at,
        trade_no=f"{paid_at:%Y%m%d}2200{payment.out_trade_no}", buyer="138****0000",
    )  # fmt: skip
    settle(payment, report, _message(payment, "accepted"))
    Order.objects.filter(pk=order.pk, paid_at__isnull=False).update(paid_at=paid_at)
    payment.refresh_from_db()
    return payment


def _what_followed(order: Order, payment: Payment, fate: str) -> None:
    order.refresh_from_db()
    if fate in ("shipped", "completed"):
        order.ship("顺丰速运", f"SF{order.number}")
    if fate == "completed":
        order.complete()
    if fate == "paid-twice":
        pay(order, minutes=15)
    if fate in ("partly-refunded", "refunded", "refunding"):
        share = payment.amount if fate == "refunded" else (payment.amount / 2).quantize(refunds.CENT)
        with translation.override(order.language):
            reason = _("It arrived damaged")
        refund = refunds.request(payment, share, reason, Refund.Source.STAFF)
        if fate != "refunding":
            refunds.book(refund)
    # What happened long ago was told long ago.
    order.mails.update(sent_at=timezone.now())
    # The simulator knows nothing of these trades, so the worker must not ask it.
    Refund.objects.filter(payment__order=order).update(next_query_at=None)


def _mismatch(order: Order) -> None:
    """A genuine message named another amount: nothing was booked, a person must look."""
    payment = Payment.objects.create(
        order=order, n=1, out_trade_no=f"{order.number}01", method=settings.PAYMENT_METHODS[0], amount=order.total,
        deadline=order.expires_at, state=Payment.State.SENT, created_at=order.placed_at,
    )  # fmt: skip
    _message(payment, "mismatch", "amount")
    raise_incident("mismatch", payment.out_trade_no, f"It says 0.01, we expect {payment.amount}.", order)
    Order.objects.filter(pk=order.pk).update(needs_review=True)


def _message(payment: Payment, verdict: str, note: str = "") -> GatewayMessage:
    return GatewayMessage.objects.create(
        method=payment.method, kind="notify", payment=payment, out_trade_no=payment.out_trade_no, body=b"demo=1",
        signature_ok=True, verdict=verdict, note=note, at=payment.created_at + timedelta(minutes=5),
    )  # fmt: skip
