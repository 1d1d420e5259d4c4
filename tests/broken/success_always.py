"""A shop that answers ``success`` whatever becomes of the booking."""

from typing import Any

from django.db import DatabaseError

from tests.cutting import application, connection

from payments import callbacks  # isort: skip - the line above sets Django up
from payments.settle import Outcome, act  # isort: skip

__all__ = ["application"]


def hopeful(*words: Any) -> Outcome:
    """No news is good news."""
    try:
        return act(*words)
    except DatabaseError:
        connection.close()
        return Outcome.CONFIRMED


callbacks.act = hopeful
