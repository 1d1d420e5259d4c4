"""What the worker does by the clock. Each job re-derives its work from rows: running it twice or late is harmless."""

import logging
from collections.abc import Callable
from functools import wraps

from django.db import close_old_connections
from django.utils import timezone
from huey import crontab

from orders import mails
from payments import closing, repay, sweep
from payments.models import JobRun
from payments.queue import queue

log = logging.getLogger("payments.jobs")


def by_the_minute(job: Callable[[], object]) -> Callable[[], object]:
    """Runs ``job`` every minute with a fresh database connection and notes when, and how it ended."""

    @wraps(job)
    def run() -> None:
        close_old_connections()
        started = timezone.now()
        JobRun.objects.update_or_create(name=job.__name__, defaults={"started_at": started})
        try:
            job()
        except Exception as error:
            log.exception("job failed name=%s", job.__name__)
            _ended(job.__name__, f"{type(error).__name__}: {error}")
        else:
            _ended(job.__name__, "")
        finally:
            close_old_connections()

    return queue.periodic_task(crontab(minute="*"), name=job.__name__)(run)


def _ended(name: str, failure: str) -> None:
    JobRun.objects.filter(name=name).update(finished_at=timezone.now(), failure=failure[:200])


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
