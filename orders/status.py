"""How an order stands, for the pages that wait for its payment (``status.json``)."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from orders.models import Order

MINUTE = timedelta(minutes=1)
QUICK_MS, STEADY_MS, SLOW_MS = 2_000, 5_000, 15_000


def status_of(order: Order) -> dict[str, Any]:
    """The document of the outside contract. ``next_ms``: milliseconds until the page may ask again."""
    return {
        "number": order.number,
        "status": order.status,
        "label": order.status_label,
        "seconds_left": order.seconds_left(),
        "next_ms": _next_ms(order),
        "url": reverse("payments:result", args=[order.number]),
    }


def _next_ms(order: Order) -> int:
    """Often in the first minute after the shopper acted, then every 5 s, after 5 minutes every 15 s."""
    quiet = timezone.now() - order.active_at
    if quiet < MINUTE:
        return QUICK_MS
    return STEADY_MS if quiet < 5 * MINUTE else SLOW_MS
