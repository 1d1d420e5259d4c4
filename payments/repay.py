"""Sends refunds to the gateway and finds out what became of them.

A refund of unknown outcome is never sent under a new number: the same number again is the same refund (protocol.md B.4,
B.9), and what came of it is found out by asking.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from orders.models import Order
from payments import asking
from payments.alipay.errors import Refused, Unknown
from payments.alipay.messages import RefundReport
from payments.incidents import raise_incident
from payments.models import GatewayMessage, Payment, Refund
from payments.refunds import book

BATCH = 100
LEASE = timedelta(minutes=1)
# Minutes between questions; the gateway wants ten seconds at least before the first (protocol.md B.4).
BACK_OFF = (1, 2, 5, 10, 30, 60)
INCIDENT_AFTER = 8
OPEN = (Refund.State.REQUESTED, Refund.State.SENT, Refund.State.UNKNOWN)
# Refusals that a top-up or a later try may cure, so the same number stays in use (protocol.md B.9).
CURABLE = frozenset({"ACQ.SELLER_BALANCE_NOT_ENOUGH", "ACQ.SYSTEM_ERROR", "AQC.SYSTEM_ERROR"})


def follow_up(now: datetime | None = None) -> int:
    """Sends or asks about every refund that is due; the number handled. Any number of workers may run it at once."""
    moment = now or timezone.now()
    due = Refund.objects.filter(next_query_at__lte=moment).order_by("next_query_at")[:BATCH]
    return sum(send(refund, moment) for refund in due)


def send(refund: Refund, now: datetime | None = None) -> bool:
    """Sends the refund, or asks what became of it if it was sent before. False where another worker has it in hand."""
    moment = now or timezone.now()
    first = refund.state == Refund.State.REQUESTED
    claim = Refund.objects.filter(pk=refund.pk, state__in=OPEN, tries=refund.tries)
    if not claim.update(state=Refund.State.SENT, tries=refund.tries + 1, next_query_at=moment + LEASE):
        return False
    refund.refresh_from_db()
    try:
        report = _put(refund) if first else _ask_then_put(refund)
    except Refused as refusal:
        _refused(refund, refusal, moment)
    except Unknown:
        _wait(refund, Refund.State.UNKNOWN, moment)
    else:
        book(refund) if report.done else _wait(refund, Refund.State.SENT, moment)
    return True


def known(result: RefundReport) -> bool:
    """Whether this result was taken before: a notification that is sent again has no live id any more (A.6)."""
    ended = (Refund.State.SUCCEEDED,) if result.done else (Refund.State.FAILED, Refund.State.SUCCEEDED)
    refunds = Refund.objects.filter(out_request_no=result.request_no, state__in=ended)
    return refunds.exists()


def told(result: RefundReport, message: GatewayMessage | None) -> None:
    """Takes what a genuine refund notification says. A refund that we did not ask for needs a person."""
    refund = Refund.objects.filter(out_request_no=result.request_no).first()
    if refund is None or refund.amount != result.amount:
        detail = f"Alipay tells of a refund of {result.amount} for trade {result.trade_no}: {result.fields['code']}."
        raise_incident("unknown-refund", result.request_no or result.trade_no, detail)
    elif result.done:
        book(refund, message)
    elif refund.state in OPEN:
        _refused(refund, Refused(result.fields["code"]), timezone.now())


def _ask_then_put(refund: Refund) -> RefundReport:
    """What became of it; sent again, under the same number, only where the gateway knows nothing of it."""
    payment = refund.payment
    gateway = asking.gateway_of(payment)
    try:
        report = asking.journalled(payment, "refund-query", lambda: gateway.query_refund(payment, refund))
    except Refused as refusal:
        # The question was refused, not the refund: what became of that is as open as before.
        raise Unknown(refusal.code) from None
    return report if report.done else _put(refund)


def _put(refund: Refund) -> RefundReport:
    payment = refund.payment
    gateway = asking.gateway_of(payment)
    return asking.journalled(payment, "refund", lambda: gateway.refund(payment, refund))


def _refused(refund: Refund, refusal: Refused, moment: datetime) -> None:
    """A definite no gives the reserved amount free again; a curable one keeps the number and waits."""
    if refusal.code in CURABLE:
        _wait(refund, Refund.State.UNKNOWN, moment, refusal.code)
        return
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=refund.payment.order_id)
        payment = Payment.objects.select_for_update().get(pk=refund.payment_id)
        refund = Refund.objects.select_for_update().get(pk=refund.pk)
        if refund.state not in OPEN:
            return
        refund.fail(refusal.code)
        payment.reserve_refund(-refund.amount)
        order.promise_refund(-refund.amount)
        order.record("refund-failed", amount=str(refund.amount), request=refund.out_request_no, code=refusal.code)
    raise_incident("refund-failed", refund.out_request_no, f"Alipay says {refusal.code}.", payment.order)


def _wait(refund: Refund, state: str, moment: datetime, answer: str = "") -> None:
    wait = timedelta(minutes=BACK_OFF[min(refund.tries, len(BACK_OFF)) - 1])
    Refund.objects.filter(~Q(state=Refund.State.SUCCEEDED), pk=refund.pk).update(
        state=state, next_query_at=moment + wait, failure=answer[:120]
    )
    if refund.tries >= INCIDENT_AFTER:
        detail = f"Asked {refund.tries} times. {answer}".strip()
        raise_incident("refund-unknown", refund.out_request_no, detail, refund.payment.order)
