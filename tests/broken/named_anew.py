"""Mails that get their name when they are sent, not when they are written."""

from email.utils import make_msgid

from orders.models import OutboxMail

OutboxMail.message_id = property(lambda self: make_msgid())  # type: ignore[assignment, method-assign]
