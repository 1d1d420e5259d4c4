"""Requests for a fapiao, the tax invoice. How one stands follows from its number and from what became of the order."""

from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order

NUMBER = 40


class FapiaoQuerySet(models.QuerySet["FapiaoRequest"]):
    """Sets of requests."""

    def standing(self, state: str) -> "FapiaoQuerySet":
        """Those in this state."""
        return self.filter(STANDING[state])


class FapiaoRequest(models.Model):
    """What the buyer wants written on the fapiao, and its number once it is issued; it goes to the order's e-mail.

    Nothing has to be told of an order that closes or is refunded: ``state`` follows from the order.
    """

    class Kind(models.TextChoices):
        PERSONAL = "personal", _("a person")
        COMPANY = "company", _("a company")

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for the payment")
        DUE = "due", _("to issue")
        ISSUED = "issued", _("issued")
        DROPPED = "dropped", _("nothing to issue")
        REVERSE = "reverse", _("to reverse: money went back")

    order = models.OneToOneField(Order, models.PROTECT, related_name="fapiao", verbose_name=_("order"))
    kind = models.CharField(_("for"), max_length=8, choices=Kind.choices)
    title = models.CharField(_("title of the fapiao"), max_length=100)
    tax_id = models.CharField(_("tax number"), max_length=20, blank=True)
    number = models.CharField(_("number of the fapiao"), max_length=NUMBER, blank=True)
    issued_at = models.DateTimeField(_("issued"), null=True, blank=True, editable=False)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+",
        verbose_name=_("issued by"),
    )  # fmt: skip

    objects = FapiaoQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("fapiao request")
        verbose_name_plural = _("fapiao requests")
        indexes = [models.Index(fields=["order"], condition=Q(number=""), name="fapiao_not_issued")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="personal") | Q(kind="company") & ~Q(tax_id=""),
                name="fapiao_of_a_company_has_its_number",
            ),
            models.CheckConstraint(
                condition=Q(number="", issued_at__isnull=True) | ~Q(number="") & Q(issued_at__isnull=False),
                name="fapiao_issued_has_number_and_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.title}"

    @property
    def state(self) -> str:
        """How it stands; STANDING says the same to the database."""
        gone = self.order.pay_status == Order.PayStatus.REFUNDED or self.order.life in CLOSED or not self.order.total
        if self.number:
            return self.State.REVERSE if gone or self.order.refunded else self.State.ISSUED
        if gone:
            return self.State.DROPPED
        return self.State.DUE if self.order.life in Order.SOLD else self.State.WAITING

    @property
    def state_label(self) -> str:
        """The state in the reader's words."""
        return str(self.State(self.state).label)

    def issue(self, number: str, by: Any) -> bool:
        """Notes the number of the fapiao; False where it is not, or no longer, to be issued."""
        now = timezone.now()
        with transaction.atomic():
            order = Order.objects.select_for_update().get(pk=self.order_id)  # a refund may be on its way
            due = FapiaoRequest.objects.standing(self.State.DUE).filter(pk=self.pk)
            if not due.update(number=number, issued_at=now, issued_by=by):
                return False
            order.record("fapiao", by=by, at=now, number=number)
        self.number, self.issued_at, self.issued_by = number, now, by
        return True

    def correct(self, was: str, number: str, by: Any) -> bool:
        """Puts right a number that was typed wrong; False where it is not ``was`` any more, or to be reversed."""
        with transaction.atomic():
            order = Order.objects.select_for_update().get(pk=self.order_id)
            issued = FapiaoRequest.objects.standing(self.State.ISSUED).filter(pk=self.pk, number=was)
            if not issued.update(number=number):
                return False
            order.record("fapiao-corrected", by=by, was=was, number=number)
        self.number = number
        return True


CLOSED = (Order.Life.EXPIRED, Order.Life.CANCELLED)
GONE = Q(order__pay_status=Order.PayStatus.REFUNDED) | Q(order__life__in=CLOSED) | Q(order__total=0)
STANDING: dict[str, Q] = {
    FapiaoRequest.State.WAITING: ~GONE & Q(number="", order__life=Order.Life.PLACED),
    FapiaoRequest.State.DUE: ~GONE & Q(number="", order__life__in=Order.SOLD),
    FapiaoRequest.State.ISSUED: ~GONE & ~Q(number="") & Q(order__refunded=0),
    FapiaoRequest.State.DROPPED: GONE & Q(number=""),
    FapiaoRequest.State.REVERSE: ~Q(number="") & (GONE | Q(order__refunded__gt=0)),
}
