"""Runs a job of the worker again and again in processes that die at random points, then once to its end.

``python -m tests.dying_jobs expire_orders|follow_up_refunds`` prints how many of them died. A further word names a
module of tests.broken that takes a safeguard out first.
"""

import os
import sys
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from importlib import import_module
from random import Random
from typing import Any

from django.db import connection
from django.utils import timezone

from config.wsgi import application
from payments import closing, refunds, repay
from payments.models import Payment, Refund
from tests import dying

assert application, "it set Django up"
DEATHS = 20
RUNS = 200
EARLIEST, LATEST = 1, 25  # points counted from a job's start: about two orders' worth
PAUSE = timedelta(minutes=61)  # longer than any claim or back-off
REFUND = Decimal("10.00")


def expire_orders(moment: datetime) -> None:
    """Closes what was not paid in time."""
    closing.expire_due(moment)


def follow_up_refunds(moment: datetime) -> None:
    """Asks for ten yuan of each payment back, and sends it."""
    for payment in Payment.objects.filter(state=Payment.State.SUCCEEDED, refunds=None):
        refunds.request(payment, REFUND, "cracked", Refund.Source.STAFF)
    repay.follow_up(moment)


JOBS: dict[str, Callable[[datetime], None]] = {job.__name__: job for job in (expire_orders, follow_up_refunds)}


def mortal(job: Callable[[datetime], None], moment: datetime, left: int) -> None:
    """Dies at the point so many statements, commits and questions from here; never, for a negative number."""

    def point(name: str = "") -> None:
        nonlocal left
        left -= 1
        if left == 0:
            dying.die()

    def statement(execute: Callable[..., Any], *words: Any) -> Any:
        point()
        return execute(*words)

    dying.watch(point)
    with connection.execute_wrapper(statement):
        job(moment)


def in_a_process(job: Callable[[datetime], None], moment: datetime, left: int = -1) -> bool:
    """Whether the process that ran the job was killed."""
    child = os.fork()
    if not child:
        try:
            mortal(job, moment, left)
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def main(job: Callable[[datetime], None]) -> None:
    """The same random points in every run of the test."""
    random, moment, deaths, runs = Random(job.__name__), timezone.now(), 0, 0
    while deaths < DEATHS and runs < RUNS:
        moment += PAUSE
        deaths += in_a_process(job, moment, random.randint(EARLIEST, LATEST))
        runs += 1
    for _ in range(3):
        moment += PAUSE
        in_a_process(job, moment)
    print(deaths)


if __name__ == "__main__":
    for broken in sys.argv[2:]:
        import_module(f"tests.broken.{broken}")
    main(JOBS[sys.argv[1]])
