"""What the worker does by the clock. Each job re-derives its work from rows: running it twice or late is harmless."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.db import close_old_connections
from django.utils import timezone
from huey import crontab

from orders import forgetting, mails
from orders.models import OutboxMail
from payments import closing, reconcile, repay, sweep
from payments.incidents import raise_incident
from payments.models import JobRun
from payments.queue import queue
from shop import search_index

log = logging.getLogger("payments.jobs")

Job = Callable[[], object]
EVERY_MINUTE = crontab(minute="*")
# Noon in China: the bill of the day before is ready "in the morning" (protocol.md B.4). The clock here is UTC.
EVERY_NOON = crontab(minute="0", hour="4")


def scheduled(due: Callable[[datetime], bool]) -> Callable[[Job], Any]:
    """Runs the job by the clock with a fresh database connection, and notes when, and how it ended."""
    return lambda job: queue.periodic_task(due, name=job.__name__)(_noted(job))


def _noted(job: Job) -> Job:
    @wraps(job)
    def run() -> None:
        close_old_connections()
        JobRun.objects.update_or_create(name=job.__name__, defaults={"started_at": timezone.now()})
        try:
            job()
        except Exception as error:
            log.exception("job failed name=%s", job.__name__)
            _ended(job.__name__, f"{type(error).__name__}: {error}")
        else:
            _ended(job.__name__, "")
        finally:
            close_old_connections()

    return run


def _ended(name: str, failure: str) -> None:
    JobRun.objects.filter(name=name).update(finished_at=timezone.now(), failure=failure[:200])


@scheduled(EVERY_MINUTE)
def ask_open_attempts() -> None:
    """Finds payments whose notification never came."""
    sweep.ask_open_attempts()


@scheduled(EVERY_MINUTE)
def expire_orders() -> None:
    """Closes what was not paid in time."""
    closing.expire_due()


@scheduled(EVERY_MINUTE)
def follow_up_refunds() -> None:
    """Sends refunds and asks what became of those whose outcome is unknown."""
    repay.follow_up()


@scheduled(EVERY_MINUTE)
def send_mails() -> None:
    """Sends what the outbox holds; a mail that is given up needs a person."""
    mails.send_due(gave_up=_mail_given_up)


def _mail_given_up(mail: OutboxMail) -> None:
    detail = f"Tried {mail.tries} times. The mail server: {mail.failure}."
    raise_incident("mail-failed", f"{mail.kind} {mail.order.number}", detail, mail.order)


@scheduled(EVERY_NOON)
def reconcile_yesterday() -> None:
    """Compares the gateway's bill with the ledger."""
    reconcile.reconcile(reconcile.yesterday())


@scheduled(EVERY_NOON)
def mend_search() -> None:
    """Finds products that were written past the search index."""
    search_index.mend()


@scheduled(EVERY_NOON)
def forget_persons() -> None:
    """Takes the person out of old orders that no longer need one."""
    forgetting.forget(forgetting.due())
