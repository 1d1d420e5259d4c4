"""The outbox: mails are written with the fact they tell and sent after it is committed, each at most once."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from orders.models import Order, OutboxMail
from shop import prepared

logger = logging.getLogger(__name__)

BATCH = 50
MOST_TRIES = 10
FIRST_WAIT = timedelta(minutes=1)


def queue(order: Order, kind: str) -> None:
    """Writes the mail down inside the caller's transaction; one per order and kind, a second is ignored.

    What stands before a dash in ``kind`` names the templates: ``refund-7`` is written with ``refund.txt``.
    """
    prepared.insert(OutboxMail(order=order, kind=kind), unless_there=True)


def send_due() -> int:
    """Sends what is due and returns how many went out. Any number of workers may run it at once."""
    return sum(_send(mail) for mail in _due())


def _due() -> Iterable[OutboxMail]:
    due = OutboxMail.objects.filter(sent_at=None, due_at__lte=timezone.now(), tries__lt=MOST_TRIES)
    return due.select_related("order").order_by("due_at")[:BATCH]


def _send(mail: OutboxMail) -> bool:
    """Claims the mail first, so that a crash while sending costs a mail and never doubles one."""
    claimed = OutboxMail.objects.filter(pk=mail.pk, sent_at=None).update(sent_at=timezone.now(), tries=F("tries") + 1)
    if not claimed:
        return False
    try:
        message_for(mail).send()
    except (OSError, SMTPException) as problem:
        _put_back(mail, problem)
        return False
    return True


def _put_back(mail: OutboxMail, problem: Exception) -> None:
    """Waits 1, 2, 4 … minutes before the next try."""
    tries = mail.tries + 1
    OutboxMail.objects.filter(pk=mail.pk).update(sent_at=None, due_at=timezone.now() + FIRST_WAIT * 2 ** (tries - 1))
    logger.warning("mail %s of order %s was not sent, try %d: %s", mail.kind, mail.order, tries, type(problem).__name__)


def message_for(mail: OutboxMail) -> EmailMultiAlternatives:
    """Text and HTML in the order's language; the subject bears the number."""
    order, template = mail.order, mail.kind.partition("-")[0]
    with translation.override(order.language):
        facts: dict[str, Any] = {
            "order": order,
            "lines": list(order.lines.all()),
            "link": settings.SITE_URL + reverse("orders:find") + f"?number={order.number}",
            "shop": _("Leaf, Paper & Clay"),
            "subject": _subject(template, order),
        }
        message = EmailMultiAlternatives(
            subject=facts["subject"],
            body=render_to_string(f"orders/email/{template}.txt", facts),
            to=[order.email],
            headers={"Message-ID": f"<{mail.kind}.{order.number}@{settings.SITE_HOST}>"},
        )
        message.attach_alternative(render_to_string(f"orders/email/{template}.html", facts), "text/html")
    return message


def _subject(template: str, order: Order) -> str:
    subjects = {
        "paid": _("We have received your payment: order %(number)s"),
        "refund": _("Your refund for order %(number)s"),
    }
    return subjects[template] % {"number": order.grouped_number}
