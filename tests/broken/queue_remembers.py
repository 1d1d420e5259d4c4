"""Puts each question that is due into the queue, and takes it out of the rows: ``python -m tests.broken.…``.

As a worker it does what lies there: ``… worker``.
"""

import sys

from config.wsgi import application
from payments import asking
from payments.management.commands.worker import Command
from payments.models import Payment
from payments.queue import queue


@queue.task(name="ask_one")
def ask_one(pk: int) -> None:
    """The task that many a shop has."""
    asking.ask(Payment.objects.get(pk=pk))


def put() -> None:
    """The queue is what remembers."""
    for payment in Payment.objects.exclude(next_query_at=None):
        Payment.objects.filter(pk=payment.pk).update(next_query_at=None)
        ask_one(payment.pk)


if __name__ == "__main__":
    assert application, "it set Django up"
    if sys.argv[1:]:
        Command().handle(threads=2)
    else:
        put()
