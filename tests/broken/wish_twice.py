"""A shop that looks whether a refund was asked for, then notes it."""

import time

from config.wsgi import application
from orders.models import OrderEvent
from payments import views

__all__ = ["application"]

LOOK_TO_NOTE = 0.3  # seconds: what a busy shop takes between looking and noting


def naive(order, reason, words):  # type: ignore[no-untyped-def]
    """Looks, then notes."""
    if OrderEvent.objects.filter(order=order, kind="refund-asked").exists():
        return False
    time.sleep(LOOK_TO_NOTE)
    order.record("refund-asked", reason=reason)
    return True


views.ask_back = naive
