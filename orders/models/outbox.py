"""Mails to send."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order


class OutboxMail(models.Model):
    """A mail that a fact calls for, written with the fact; sent by the worker after commit, once."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="mails")
    kind = models.CharField(_("what"), max_length=20)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = [models.UniqueConstraint(fields=["order", "kind"], name="mail_once_per_order_and_kind")]
        indexes = [models.Index(fields=["due_at"], condition=Q(sent_at__isnull=True), name="mail_unsent")]

    def __str__(self) -> str:
        return f"{self.kind} {self.order}"
