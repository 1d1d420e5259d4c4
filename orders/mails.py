"""The outbox: mails are written with the fact they tell, and sent after it is committed, each at least once.

Why not "at most once", and what a shopper sees of a mail sent twice: docs/decisions/0016-mails.md.
"""

import logging
from collections.abc import Callable
from smtplib import SMTPDataError, SMTPNotSupportedError, SMTPRecipientsRefused, SMTPSenderRefused

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from orders.letters import Letter, write
from orders.models import MOST_TRIES, Order, OutboxMail

logger = logging.getLogger(__name__)

BATCH = 50
# The server spoke, and refused this mail: the next one may pass.
THIS_MAIL_ONLY = (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError, SMTPNotSupportedError)


def queue(order: Order, kind: str, **facts: str) -> None:
    """Writes the mail down inside the caller's transaction; one per order and kind, a second is ignored."""
    order.tell(kind, **facts)


def send_due(gave_up: Callable[[OutboxMail], object] = lambda mail: None) -> int:
    """Sends what is due and returns how many went out. Any number of workers may run it at once.

    ``gave_up`` is called with each mail that failed for the last time. Where the server cannot be reached the rest
    waits for the next run: one time-out a minute, not fifty.
    """
    sent = 0
    for mail in OutboxMail.objects.due().select_related("order").order_by("due_at")[:BATCH]:
        if not mail.lease():
            continue
        try:
            message_for(mail).send()
        except Exception as problem:
            _put_back(mail, problem, gave_up)
            if isinstance(problem, OSError) and not isinstance(problem, THIS_MAIL_ONLY):
                break
        else:
            mail.taken()
            sent += 1
    return sent


def _put_back(mail: OutboxMail, problem: Exception, gave_up: Callable[[OutboxMail], object]) -> None:
    mail.put_back(_name(problem))
    words = ("mail %s of order %s was not sent, try %d: %s", mail.kind, mail.order, mail.tries, _name(problem))
    if isinstance(problem, OSError):
        logger.warning(*words)
    else:
        logger.exception(*words)  # our own mistake
    if mail.tries >= MOST_TRIES:
        gave_up(mail)


def _name(problem: Exception) -> str:
    """Its class and the server's code; what the server says holds the address and stays out of logs and tables."""
    code = getattr(problem, "smtp_code", "")
    if isinstance(problem, SMTPRecipientsRefused):
        code = next(iter(problem.recipients.values()))[0]
    return f"{type(problem).__name__} {code}".strip()


def message_for(mail: OutboxMail) -> EmailMultiAlternatives:
    """Text and HTML in the order's language; the subject bears the number."""
    letter = write(mail.kind, mail.order, list(mail.order.lines.all()), mail.facts)
    return _message(letter, mail.order.email, mail.message_id)


def send_code(order: Order, code: str) -> bool:
    """Sends the code that opens the order, at once: it is kept nowhere, so no outbox could send it. False: not sent."""
    try:
        _message(write("code", order, (), {"code": code}), order.email).send()
    except OSError as problem:
        logger.warning("code of order %s was not sent: %s", order, _name(problem))
        return False
    return True


def _message(letter: Letter, to: str, message_id: str = "") -> EmailMultiAlternatives:
    headers = {"Auto-Submitted": "auto-generated"} | ({"Message-ID": message_id} if message_id else {})
    answers = [settings.CONTACT_EMAIL] if settings.CONTACT_EMAIL else None
    message = EmailMultiAlternatives(letter.subject, letter.text, to=[to], reply_to=answers, headers=headers)
    message.attach_alternative(letter.html, "text/html")
    return message
