"""Asks about attempts that are left open, on a back-off, so that money is found even if no message ever came."""

from datetime import datetime, timedelta

from django.utils import timezone

from payments import asking, journal
from payments.alipay.errors import AlipayError
from payments.models import Payment

BATCH = 200
# Minutes between questions: close together while the shopper pays, then hourly until the order is closed.
BACK_OFF = (1, 1, 2, 3, 5, 10, 15, 30, 60)


def ask_open_attempts(now: datetime | None = None) -> int:
    """Asks about every attempt that is due, oldest first; the number asked. Any number of workers may run this at once:
    each row is claimed by a conditional update before the question, and comes back by itself if the worker dies."""
    moment = now or timezone.now()
    due = Payment.objects.filter(next_query_at__lte=moment).order_by("next_query_at")[:BATCH]
    return sum(_ask(payment, moment) for payment in due)


def _ask(payment: Payment, moment: datetime) -> int:
    wait = timedelta(minutes=BACK_OFF[min(payment.queries, len(BACK_OFF) - 1)])
    claim = Payment.objects.filter(pk=payment.pk, next_query_at=payment.next_query_at, state__in=Payment.OPEN)
    if not claim.update(next_query_at=moment + wait, queries=payment.queries + 1):
        Payment.objects.filter(pk=payment.pk).exclude(state__in=Payment.OPEN).update(next_query_at=None)
        return 0
    try:
        asking.ask(payment)
    except AlipayError as error:
        journal.line("query_failed", payment.out_trade_no, why=type(error).__name__)
    return 1
