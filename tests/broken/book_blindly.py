"""A shop that books whatever it is told without a look at what it booked before (for no_unique_fact.py)."""

from typing import Any

from django.db import transaction

import tests.traceable  # noqa: F401 - the points of death, and leave to be traced
from config.wsgi import application
from payments import at_once, judge, settle
from payments.models import GatewayMessage, LedgerEntry, Payment

__all__ = ["application"]


def blind(payment: Payment, report: Any, message: Any) -> settle.Outcome:
    """One transaction, as it should be, but no look before it."""
    with transaction.atomic():
        if message.pk is None:
            message.save()
        LedgerEntry.objects.create(
            payment=payment, order=payment.order, method=payment.method, kind="charge", amount=payment.amount,
            reference=report.trade_no, message=message,
        )  # fmt: skip
        payment.succeed(report.trade_no, report.buyer, report.paid_at)
    return settle.Outcome.CONFIRMED


settle.settle = blind
judge._verdict = lambda payment, report: GatewayMessage.Verdict.ACCEPTED
at_once.repeats = lambda gateway, report: None
