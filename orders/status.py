"""How an order stands, for the pages that wait for its payment (``status.json``)."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from orders.models import Order

MINUTE = timedelta(minutes=1)
QUICK_MS, STEADY_MS, SLOW_MS, RARE_MS = 2_000, 5_000, 15_000, 60_000
PAYING = frozenset({"awaiting", "confirming"})
CROWD = 100


class Crowd:
    """Whether this process answered more than ``limit`` waiting pages within the second."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit, self.clock = limit, clock
        self.second, self.answered = 0, 0

    def grows(self) -> bool:
        """Counts one more. Threads may miscount by a few, which does not matter here."""
        now = int(self.clock())
        if now != self.second:
            self.second, self.answered = now, 0
        self.answered += 1
        return self.answered > self.limit


crowd = Crowd(CROWD)


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
    """Often in the first minute after the shopper acted, then every 5 s, after 5 minutes every 15 s.

    Once a minute where nobody is paying (a refund takes days), and while more pages wait than we can answer.
    """
    if crowd.grows() or order.status not in PAYING:
        return RARE_MS
    quiet = timezone.now() - order.active_at
    if quiet < MINUTE:
        return QUICK_MS
    return STEADY_MS if quiet < 5 * MINUTE else SLOW_MS
