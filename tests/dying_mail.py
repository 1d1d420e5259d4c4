"""A worker that sends mails and is killed on the way: ``python -m tests.dying_mail STEP,STEP… [BROKEN]``.

``write`` writes a receipt into the outbox, ``wait`` lets every lease run out, ``to-the-end`` sends and is not killed;
``before-sending`` and ``after-sending`` die by SIGKILL around the moment in which the mail server takes the mail.
BROKEN names a module of tests.broken.
"""

import smtplib
import sys
from importlib import import_module
from typing import Any

from config.wsgi import application

assert application, "it set Django up"

from django.utils import timezone  # noqa: E402

from orders import mails  # noqa: E402
from orders.models import OutboxMail  # noqa: E402
from orders.tests.factories import OrderFactory  # noqa: E402
from tests.dying import die  # noqa: E402

_data = smtplib.SMTP.data


def dies_first(self: smtplib.SMTP, body: Any) -> Any:
    """The mail is in our hands, the server has not seen it."""
    die()


def dies_after(self: smtplib.SMTP, body: Any) -> Any:
    """The server has it; nobody was told."""
    _data(self, body)
    die()


def main(point: str) -> None:
    """One step of the test."""
    if point == "write":
        mails.queue(OrderFactory(), "paid")
    elif point == "wait":
        OutboxMail.objects.update(due_at=timezone.now())
    else:
        deaths = {"before-sending": dies_first, "after-sending": dies_after}
        smtplib.SMTP.data = deaths.get(point, _data)  # type: ignore[method-assign]
        mails.send_due()


if __name__ == "__main__":
    for broken in sys.argv[2:]:
        import_module(f"tests.broken.{broken}")
    for step in sys.argv[1].split(","):
        main(step)
