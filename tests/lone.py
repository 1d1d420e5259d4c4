"""Opens up the statement that is a transaction of its own, so that a test gets between its work and its commit.

On PostgreSQL the usual payment is one such statement, and that moment is the server's alone. Where a test asks for the
moment, the same statement runs between BEGIN and COMMIT; without being asked the shop does as it always does.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

from django.db import transaction

from shop import prepared
from shop.prepared import Statement


def open_up(wanted: Callable[[], bool]) -> None:
    """From now on, whenever ``wanted``."""
    closed = prepared._as_one

    def as_one(db: Any, statements: Sequence[Statement]) -> None:
        with transaction.atomic() if wanted() and not db.in_atomic_block else nullcontext():
            closed(db, statements)

    prepared._as_one = as_one
