"""Sends letters in the worker: no page waits for a mail server, fails with it, or tells by its time who is known."""

import logging

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from payments.queue import queue

logger = logging.getLogger(__name__)

TRIES, SECONDS_BETWEEN = 5, 60


@queue.task(retries=TRIES, retry_delay=SECONDS_BETWEEN)
def deliver(subject: str, text: str, html: str, to: str) -> None:
    """One letter to one address. A letter may be lost with its queue: whoever misses it asks for another."""
    message = EmailMultiAlternatives(subject, text, settings.DEFAULT_FROM_EMAIL, [to])
    message.attach_alternative(html, "text/html")
    message.send()


def send(subject: str, text: str, html: str, to: str) -> None:
    """Hands the letter to the worker. A queue out of reach must not show on the page: that would tell who is known."""
    try:
        deliver(subject, text, html, to)
    except Exception:
        logger.exception("a letter was not queued")
