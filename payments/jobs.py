"""What the worker does by the clock. Each job re-derives its work from rows: running it twice or late is harmless."""

from collections.abc import Callable
from functools import wraps

from django.db import close_old_connections
from huey import crontab

from orders import mails
from payments import closing, repay, sweep
from payments.queue import queue


def by_the_minute(job: Callable[[], object]) -> Callable[[], object]:
    """Runs ``job`` every minute with a fresh database connection."""

    @wraps(job)
    def run() -> None:
        close_old_connections()
        try:
            job()
        finally:
            close_old_connections()

    return queue.periodic_task(crontab(minute="*"), name=job.__name__)(run)


@by_the_minute
def ask_open_attempts() -> None:
    """Finds payments whose notification never came."""
    sweep.ask_open_attempts()


@by_the_minute
def expire_orders() -> None:
    """Closes what was not paid in time."""
    closing.expire_due()


@by_the_minute
def follow_up_refunds() -> None:
    """Sends refunds and asks what became of those whose outcome is unknown."""
    repay.follow_up()


@by_the_minute
def send_mails() -> None:
    """Sends what the outbox holds."""
    mails.send_due()
