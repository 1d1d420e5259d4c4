"""Raises what a person must look at, once per kind and subject while it is open; and ends it."""

import logging
from typing import Any

from django.db import transaction
from django.utils import timezone

from orders.models import Order
from payments.incident_words import NEXT_STEPS
from payments.models import Incident

log = logging.getLogger("payments")


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
