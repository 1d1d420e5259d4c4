"""Raises what a person must look at, once per kind and subject while it is open; and ends it."""

import logging
from typing import Any

from django.db import transaction
from django.utils import timezone

from orders.models import Order
from payments.models import Incident

log = logging.getLogger("payments")

NEXT_STEPS = {
    "mismatch": "Compare the journal message with the order and with the trade in Alipay's merchant site.",
    "unknown-trade": "Look the trade up in Alipay's merchant site; refund it there if no order belongs to it.",
    "unconfirmed": "Alipay does not know this notification. Compare with the trade in Alipay's merchant site.",
    "trade-used-twice": "One trade names two orders. Look it up in Alipay's merchant site.",
    "second-trade": "Two trades carry one number. Look both up in Alipay's merchant site and refund one.",
    "paid-twice": "Nothing: the second payment is being refunded. See the refund.",
    "paid-late": "Nothing: the goods are gone and the payment is being refunded. See the refund.",
    "cannot-close": "Ask Alipay about the trade, close it in the merchant site, then run expire_orders.",
    "closed-after-paid": "Look the trade up in Alipay's merchant site: was it refunded there?",
    "console-refund": "Nothing to pay. Check who refunded at Alipay's site, and whether goods must come back.",
    "missing-in-bill": "Look it up in Alipay's merchant site; a bill of the next day may hold it.",
    "unknown-refund": "Look the refund up in Alipay's merchant site: whose payment was it?",
    "refund-failed": "Read Alipay's code, mend the cause and ask for the refund again.",
    "refund-unknown": "Look the refund up in Alipay's merchant site; never send it under a new number.",
    "mail-failed": "Is the address right, does doctor reach the mail server? Then send the mail again from the order.",
    "refund-asked": "Answer the shopper: refund the order, or write why not.",
    "pending": "Alipay cannot pay out: the seller's account is restricted. Ask Alipay, then ask about the trade again.",
}


def raise_incident(kind: str, subject: str, detail: str, order: Order | None = None) -> Incident:
    """Opens an incident, or returns the one that is open already."""
    incident, new = Incident.objects.get_or_create(
        kind=kind,
        subject=subject[:64],
        resolved_at=None,
        defaults={"order": order, "detail": detail, "next_step": NEXT_STEPS[kind]},
    )
    if new:
        log.warning("incident kind=%s subject=%s", kind, incident.subject)
    return incident


def resolve(incident: Incident, by: Any, why: str) -> bool:
    """Ends an incident with who and why; False where it was ended before. The last one clears the order's flag."""
    with transaction.atomic():
        still_open = Incident.objects.filter(pk=incident.pk, resolved_at__isnull=True)
        if not still_open.update(resolved_at=timezone.now(), resolved_by=by, why=why):
            return False
        if incident.order:
            incident.order.record("reviewed", by=by, incident=incident.kind, why=why)
            if not incident.order.incidents.filter(resolved_at__isnull=True).exists():
                Order.objects.filter(pk=incident.order.pk).update(needs_review=False)
    return True
