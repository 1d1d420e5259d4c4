"""A shop that looks whether a payment is booked, then books it: no lock; for no_unique_fact.py no unique entry."""

import time

from config.wsgi import application
from payments import settle
from payments.models import LedgerEntry, Payment

__all__ = ["application"]

LOOK_TO_BOOK = 0.3  # seconds: what a busy shop takes between looking and booking


def naive(payment, report, message):  # type: ignore[no-untyped-def]
    """Looks, then books."""
    if Payment.objects.get(pk=payment.pk).state == Payment.State.SUCCEEDED:
        return settle.Outcome.REPEAT
    time.sleep(LOOK_TO_BOOK)
    LedgerEntry.objects.create(
        payment=payment, order=payment.order, method=payment.method, kind="charge", amount=payment.amount,
        reference=report.trade_no, message=message,
    )  # fmt: skip
    Payment.objects.filter(pk=payment.pk).update(state="succeeded", trade_no=report.trade_no, charged=payment.amount)
    return settle.Outcome.CONFIRMED


settle.settle = naive
