"""Asks about attempts that are left open, on a back-off, so that money is found even if no message ever came."""

from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from payments import asking, journal, registry
from payments.alipay.errors import AlipayError
from payments.models import Payment

BATCH = 200
# Minutes between questions: close together while the shopper pays, then hourly until the order is closed.
BACK_OFF = (1, 1, 2, 3, 5, 10, 15, 30, 60)
# A legacy trade without it_b_pay closes after 15 days (protocol.md A.1, B.3).
PAGE_LIVES = timedelta(days=16)


def ask_open_attempts(now: datetime | None = None) -> int:
    """Asks about every attempt that is due, oldest first; the number asked. Any number of workers may run this at once:
    each row is claimed by a conditional update before the question, and comes back by itself if the worker dies."""
    moment = now or timezone.now()
    due = Payment.objects.filter(next_query_at__lte=moment).order_by("next_query_at")[:BATCH]
    return sum(_ask(payment, moment) for payment in due)


def _ask(payment: Payment, moment: datetime) -> int:
    claim = Payment.objects.filter(pk=payment.pk, next_query_at=payment.next_query_at)
    claimed = claim.exclude(state=Payment.State.SUCCEEDED).update(
        next_query_at=_next_question(payment, moment), queries=F("queries") + 1
    )
    if not claimed:
        return 0
    try:
        asking.ask(payment)
    except AlipayError as error:
        journal.line("query_failed", payment.out_trade_no, why=type(error).__name__)
    return 1


def _next_question(payment: Payment, moment: datetime) -> datetime | None:
    """When to ask again. Of an attempt that we closed but the gateway never knew, a saved page may still be paid: until
    the deadline that the gateway was told, or for as long as the legacy service keeps such a page alive."""
    if payment.is_open:
        return moment + timedelta(minutes=BACK_OFF[min(payment.queries, len(BACK_OFF) - 1)])
    gateway = registry.gateway(payment.method)
    lasting = gateway is not None and not gateway.absolute_deadline and moment < payment.deadline + PAGE_LIVES
    return moment + timedelta(days=1) if lasting else None
