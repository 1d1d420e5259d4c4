"""A shop that commits each step of a booking by itself: the entry, the attempt, the order with its goods."""

from contextlib import nullcontext
from types import SimpleNamespace

import tests.traceable  # noqa: F401 - leave to be traced
from config.wsgi import application
from payments import settle

__all__ = ["application"]

settle.transaction = SimpleNamespace(atomic=nullcontext)  # type: ignore[assignment]
settle.settle_at_once = lambda *words: False  # which is one statement, or one transaction of its own
