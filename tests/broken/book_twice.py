"""A shop that looks whether a payment is booked, then books it: no lock, and no unique ledger entry behind it."""

import time

from django.db import DatabaseError, connection

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


def drop_the_unique_fact() -> None:
    """The first worker takes the constraint away, the second finds it gone."""
    (unique,) = (rule for rule in LedgerEntry._meta.constraints if rule.name == "ledger_fact_once")
    try:
        with connection.schema_editor() as editor:
            editor.remove_constraint(LedgerEntry, unique)
    except DatabaseError:
        connection.close()


settle.settle = naive
drop_the_unique_fact()
