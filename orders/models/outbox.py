"""Mails to send: each row is due, in the hands of a worker, sent, or given up."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order
from orders.words import MAILS

MOST_TRIES = 10
# Longer than a mail server may take for one mail: EMAIL_TIMEOUT for each of the ten steps of the dialogue.
LEASE = timedelta(minutes=10)
FIRST_WAIT = timedelta(minutes=1)


class OutboxMails(models.QuerySet["OutboxMail"]):
    """The outbox, by what is to be done."""

    def due(self) -> "OutboxMails":
        """To be sent now: new, waited long enough after a failure, or dropped by a worker that died."""
        return self.filter(sent_at=None, due_at__lte=timezone.now(), tries__lt=MOST_TRIES)

    def given_up(self) -> "OutboxMails":
        """Tried MOST_TRIES times and not sent: a person must look."""
        return self.filter(sent_at=None, tries__gte=MOST_TRIES)


class OutboxMail(models.Model):
    """A mail that a fact calls for, written with the fact; sent by the worker after commit, at least once.

    Whoever sends it leases it first: ``due_at`` moves ahead, so that another worker leaves it alone, and takes it over
    if the first one died. ``sent_at`` is set once the mail server has taken it, never before.
    """

    # Found by the first column of mail_once_per_order_and_kind.
    order = models.ForeignKey(Order, models.PROTECT, db_index=False, related_name="mails", verbose_name=_("order"))
    kind = models.CharField(_("what"), max_length=20)
    facts = models.JSONField(_("facts"), default=dict, db_default={}, blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    failure = models.CharField(_("why it failed"), max_length=80, default="", db_default="", blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    copy = models.PositiveSmallIntegerField(_("copies asked for"), default=0, db_default=0)

    objects = OutboxMails.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = [models.UniqueConstraint(fields=["order", "kind"], name="mail_once_per_order_and_kind")]
        indexes = [models.Index(fields=["due_at"], condition=Q(sent_at__isnull=True), name="mail_unsent")]

    def __str__(self) -> str:
        return f"{self.label} {self.order}"

    @property
    def message_id(self) -> str:
        """Its name for ever, so that who gets it twice after a crash sees one; a copy asked for has its own."""
        copy = f".{self.copy}" if self.copy else ""
        return f"<{self.kind}.{self.order.number}{copy}@{settings.SITE_HOST}>"

    @property
    def label(self) -> str:
        """What staff call it."""
        return str(MAILS.get(self.kind.partition("-")[0], self.kind))

    @property
    def state(self) -> str:
        """For staff: sent, given up or waiting."""
        if self.sent_at:
            return "sent"
        return "given-up" if self.tries >= MOST_TRIES else "waiting"

    def lease(self) -> bool:
        """Takes the mail in hand and counts the try; False where another worker was faster."""
        due = OutboxMail.objects.due().filter(pk=self.pk, copy=self.copy)
        if not due.update(due_at=timezone.now() + LEASE, tries=F("tries") + 1):
            return False
        self.tries += 1
        return True

    def taken(self) -> None:
        """The mail server has it. A copy that was asked for meanwhile stays to be sent."""
        OutboxMail.objects.filter(pk=self.pk, copy=self.copy).update(sent_at=timezone.now(), failure="")

    def put_back(self, failure: str) -> None:
        """Waits 1, 2, 4 … minutes before the next try. Whoever lost the lease meanwhile changes nothing."""
        self.failure = failure[:80]
        mine = OutboxMail.objects.filter(pk=self.pk, copy=self.copy, tries=self.tries, sent_at=None)
        mine.update(due_at=timezone.now() + FIRST_WAIT * 2 ** (self.tries - 1), failure=self.failure)

    def again(self, by: Any = None) -> bool:
        """Sends a mail anew that was sent or given up; False where it is on its way anyway."""
        ended = Q(sent_at__isnull=False) | Q(tries__gte=MOST_TRIES)
        anew = {"sent_at": None, "tries": 0, "due_at": timezone.now(), "failure": "", "copy": F("copy") + 1}
        if not OutboxMail.objects.filter(ended, pk=self.pk).update(**anew):
            return False
        self.order.record("mail-again", by=by, mail=self.kind)
        return True
