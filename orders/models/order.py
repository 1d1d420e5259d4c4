"""An order, its number's increment, its state and its timeline. Money facts are written by payments, never by hand."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Length, Round
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.words import EVENTS, TONES, WORDS
from shop import prepared

ZERO = Decimal("0.00")
CONFIRMING_FOR = timedelta(minutes=10)


def money(verbose_name: Any, **options: Any) -> "models.DecimalField[Decimal, Decimal]":
    """A column of yuan with two places. SQLite reckons in binary: round what it adds up before it is compared."""
    return models.DecimalField(verbose_name, max_digits=12, decimal_places=2, **options)


def pay_by(now: datetime) -> datetime:
    """The deadline of an order placed, or given more time, at ``now``."""
    return now + timedelta(minutes=settings.ORDER_PAY_MINUTES)


class Serial(models.Model):
    """The increment of order numbers: its key. Drawn outside any lock (a sequence on PostgreSQL)."""

    class Meta:
        verbose_name = _("serial")
        verbose_name_plural = _("serials")

    def __str__(self) -> str:
        return str(self.pk)


class Order(models.Model):
    """One purchase. ``status`` is what shoppers read; ``life``, ``goods`` and the sums are what it follows from."""

    class Life(models.TextChoices):
        PLACED = "placed", _("placed")
        CONFIRMED = "confirmed", _("confirmed")
        SHIPPED = "shipped", _("shipped")
        COMPLETED = "completed", _("completed")
        EXPIRED = "expired", _("expired")
        CANCELLED = "cancelled", _("cancelled")

    class Goods(models.TextChoices):
        HELD = "held", _("held")
        COMMITTED = "committed", _("committed")
        RELEASED = "released", _("released")

    class PayStatus(models.TextChoices):
        UNPAID = "unpaid", _("unpaid")
        PART_PAID = "part-paid", _("partly paid")
        PAID = "paid", _("paid")
        OVERPAID = "overpaid", _("overpaid")
        PART_REFUNDED = "part-refunded", _("partly refunded")
        REFUNDED = "refunded", _("refunded")

    number = models.CharField(_("order number"), max_length=14)
    serial = models.PositiveIntegerField(_("serial"), unique=True)
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, db_index=False, related_name="orders",
        verbose_name=_("buyer"),
    )  # fmt: skip
    checkout_key = models.CharField(max_length=40, editable=False)
    language = models.CharField(_("language"), max_length=10)
    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("recipient"), max_length=60)
    phone = models.CharField(_("phone"), max_length=11)
    province = models.CharField(_("province"), max_length=20)
    city = models.CharField(_("city"), max_length=40)
    district = models.CharField(_("district"), max_length=40)
    street = models.CharField(_("street address"), max_length=200)
    note = models.CharField(_("note"), max_length=200, blank=True)

    subtotal = money(_("goods"))
    shipping = money(_("shipping"), default=ZERO)
    discount = money(_("discount"), default=ZERO)
    coupon = models.ForeignKey(
        "orders.Coupon", models.PROTECT, null=True, blank=True, db_index=False, related_name="orders",
        verbose_name=_("coupon"),
    )  # fmt: skip
    total = money(_("total"))
    charged = money(_("paid in"), default=ZERO, editable=False)
    refunded = money(_("refunded"), default=ZERO, editable=False)
    refunding = money(_("refund in progress"), default=ZERO, editable=False)

    life = models.CharField(_("life"), max_length=9, choices=Life.choices, default=Life.PLACED, editable=False)
    goods = models.CharField(_("goods"), max_length=9, choices=Goods.choices, default=Goods.HELD, editable=False)
    pay_status = models.CharField(
        _("payment"), max_length=13, choices=PayStatus.choices, default=PayStatus.UNPAID, editable=False
    )
    paid_late = models.BooleanField(_("paid after closing"), default=False, editable=False)
    needs_review = models.BooleanField(_("needs attention"), default=False, editable=False)

    placed_at = models.DateTimeField(_("placed"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("pay by"), editable=False)
    closing_at = models.DateTimeField(null=True, blank=True, editable=False)
    extensions = models.PositiveSmallIntegerField(_("extensions"), default=0, editable=False)
    confirming_at = models.DateTimeField(_("shopper says paid"), null=True, blank=True, editable=False)
    active_at = models.DateTimeField(_("shopper last acted"), default=timezone.now, editable=False)
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True, editable=False)
    refund_asked_at = models.DateTimeField(_("shopper asks for a refund"), null=True, blank=True, editable=False)
    shipped_at = models.DateTimeField(_("shipped"), null=True, blank=True, editable=False)
    parcel_company = models.CharField(_("parcel company"), max_length=40, blank=True)
    parcel_number = models.CharField(_("parcel number"), max_length=40, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        # Each index costs at each change of an order's life: none is there twice, and none holds what nobody looks up.
        indexes = [
            models.Index(fields=["buyer"], condition=Q(buyer__isnull=False), name="order_buyer"),
            models.Index(fields=["coupon"], condition=Q(coupon__isnull=False), name="order_coupon"),
            models.Index(fields=["-placed_at"], name="order_newest"),
            models.Index(fields=["email"], name="order_email"),
            models.Index(fields=["phone"], name="order_phone"),
            models.Index(fields=["expires_at"], condition=Q(life="placed"), name="order_awaiting"),
            models.Index(fields=["-id"], condition=Q(needs_review=True), name="order_review"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="order_number_once"),
            models.UniqueConstraint(fields=["checkout_key"], name="order_checkout_key_once"),
            models.CheckConstraint(
                condition=Q(total=Round(F("subtotal") + F("shipping") - F("discount"), 2), total__gte=0),
                name="order_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(discount=0) | Q(discount__gt=0, discount__lte=F("subtotal"), coupon__isnull=False),
                name="order_discount_by_coupon_within_goods",
            ),
            models.CheckConstraint(
                condition=Q(charged__gte=0, refunded__gte=0, refunded__lte=F("charged"), refunding__gte=0),
                name="order_sums_in_range",
            ),
            models.CheckConstraint(
                condition=Q(pay_status="unpaid", charged=0) | (~Q(pay_status="unpaid") & Q(charged__gt=0)) | Q(total=0),
                name="order_unpaid_means_no_money",
            ),
            models.CheckConstraint(condition=Exact(Length("number"), 14), name="order_number_is_14_digits"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("orders:detail", args=[self.number])

    @property
    def grouped_number(self) -> str:
        """The number as people read it: 1000 2735 4819 06."""
        return " ".join(self.number[i : i + 4] for i in range(0, 14, 4))

    @property
    def paid_sum(self) -> Decimal:
        """What we hold for this order: charges less refunds."""
        return self.charged - self.refunded

    @property
    def due(self) -> bool:
        """Whether it still waits for its money."""
        return self.life == self.Life.PLACED and self.paid_sum < self.total

    @property
    def extendable(self) -> bool:
        """Whether more time may still be asked for."""
        return self.extensions < settings.ORDER_PAY_EXTENSIONS

    def seconds_left(self, now: datetime | None = None) -> int:
        """Seconds until the deadline, never negative."""
        return max(0, int((self.expires_at - (now or timezone.now())).total_seconds()))

    @property
    def status(self) -> str:
        """The fixed word of the outside contract (``data-order-status``)."""
        if self.needs_review or self.pay_status == self.PayStatus.PART_PAID:
            return "review"
        return self._money_status() or self._life_status()

    @property
    def status_label(self) -> str:
        """The status in the reader's words."""
        return str(WORDS[self.status])

    @property
    def status_tone(self) -> str:
        """The badge's tone: ok, warn, info or none."""
        return TONES[self.status]

    def _money_status(self) -> str:
        if self.refunding and self.paid_sum - self.refunding < self.total:
            return "refunding"
        if self.pay_status == self.PayStatus.REFUNDED:
            return "refunded"
        if self.pay_status == self.PayStatus.PART_REFUNDED:
            return "partly-refunded"
        return ""

    def _life_status(self) -> str:
        if self.life == self.Life.CONFIRMED:
            return "paid-late" if self.paid_late else "paid"
        if self.life in (self.Life.SHIPPED, self.Life.COMPLETED):
            return str(self.life)
        if self.life in (self.Life.EXPIRED, self.Life.CANCELLED):
            return "closed" if self.pay_status == self.PayStatus.UNPAID else "review"
        asked = self.confirming_at and timezone.now() - self.confirming_at < CONFIRMING_FOR
        return "confirming" if asked else "awaiting"

    SOLD = (Life.CONFIRMED, Life.SHIPPED, Life.COMPLETED)
    SETTLED = ("life", "charged", "pay_status", "paid_at", "paid_late", "needs_review")

    def receive(self, amount: Decimal) -> None:
        """Adds money that the ledger holds; the caller saves SETTLED."""
        self.charged += amount
        self.pay_status = self.derive_pay_status()

    def confirm(self, *, late: bool) -> None:
        """The money is there and the goods are ours to send; the caller commits them and saves SETTLED."""
        self.life = self.Life.CONFIRMED
        self.paid_at = timezone.now()
        self.paid_late, self.needs_review = late, False

    def promise_refund(self, amount: Decimal) -> None:
        """Notes money that is to go back, or no longer is (negative amount); saves."""
        self.refunding += amount
        self.save(update_fields=["refunding"])

    def pay_back(self, amount: Decimal) -> None:
        """Notes promised money that went back; saves."""
        self.refunding -= amount
        self.refunded += amount
        self.pay_status = self.derive_pay_status()
        self.save(update_fields=["refunding", "refunded", "pay_status"])

    def derive_pay_status(self) -> str:
        """pay_status = f(total, charged, refunded): invariant 1 of the model."""
        if not self.charged:
            return self.PayStatus.PAID if not self.total else self.PayStatus.UNPAID
        if self.refunded:
            return self._refund_status()
        if self.charged < self.total:
            return self.PayStatus.PART_PAID
        return self.PayStatus.PAID if self.charged == self.total else self.PayStatus.OVERPAID

    def _refund_status(self) -> str:
        if not self.paid_sum:
            return self.PayStatus.REFUNDED
        if self.paid_sum < self.total:
            return self.PayStatus.PART_REFUNDED
        return self.PayStatus.PAID if self.paid_sum == self.total else self.PayStatus.OVERPAID

    def extend(self) -> bool:
        """Gives ORDER_PAY_MINUTES from now, at most ORDER_PAY_EXTENSIONS times; False where it is not to be had."""
        now = timezone.now()
        return self._change(
            "extended",
            Q(life=self.Life.PLACED, expires_at__gt=now, extensions=self.extensions)
            & Q(extensions__lt=settings.ORDER_PAY_EXTENSIONS),
            expires_at=pay_by(now),
            extensions=self.extensions + 1,
            active_at=now,
        )

    def readdress(self, contact: dict[str, str]) -> bool:
        """Sends the parcel elsewhere while nothing was paid; the event names the fields, not what stood in them."""
        changed: dict[str, Any] = {field: value for field, value in contact.items() if getattr(self, field) != value}
        before = Q(life=self.Life.PLACED, charged=0)
        detail = {"fields": sorted(changed)}
        return not changed or self._change("address-changed", before, detail=detail, **changed)

    @property
    def can_ask_refund(self) -> bool:
        """Whether the shopper may ask for money back: once, for money that we hold and that is not on its way back."""
        return not self.refund_asked_at and self.life in self.SOLD and self.paid_sum > 0 and not self.refunding

    def ask_refund(self, reason: str) -> bool:
        """Notes that the shopper asks for money back."""
        before = Q(refund_asked_at=None, life__in=self.SOLD, charged__gt=F("refunded"), refunding=0)
        return self._change("refund-asked", before, detail={"reason": reason}, refund_asked_at=timezone.now())

    def confirming(self) -> None:
        """Notes that the shopper says to have paid; the status says so until CONFIRMING_FOR is over."""
        self._act(confirming_at=timezone.now())

    def paying(self) -> None:
        """Notes that the shopper is on the way to pay: the waiting page asks often from now on."""
        self._act()

    def _act(self, **changes: datetime) -> None:
        changes["active_at"] = timezone.now()
        if Order.objects.filter(pk=self.pk, life=self.Life.PLACED).update(**changes):
            vars(self).update(changes)

    def close(self, life: str, *, by: Any = None, at: datetime | None = None, **detail: Any) -> bool:
        """Turns a placed order into ``life``, expired or cancelled. Together with goods.release, after the gateway.

        A mail goes to who said to have paid, and to whose order staff closed; the others know, or do not wait.
        """
        mail = ("closed", {"life": life}) if by or self.confirming_at else None
        return self._change(life, Q(life=self.Life.PLACED), by=by, at=at, detail=detail, mail=mail, life=life)

    @property
    def can_ship(self) -> bool:
        """Whether it waits for its parcel: paid, and no money on its way back."""
        return self.life == self.Life.CONFIRMED and not self.refunding and self.pay_status != self.PayStatus.REFUNDED

    def ship(self, company: str, number: str, by: Any = None) -> bool:
        """The parcel left."""
        changes: dict[str, Any] = {"shipped_at": timezone.now(), "parcel_company": company, "parcel_number": number}
        before = Q(life=self.Life.CONFIRMED, refunding=0) & ~Q(pay_status=self.PayStatus.REFUNDED)
        mail = ("shipped", {"company": company, "number": number})
        return self._change("shipped", before, by=by, mail=mail, life=self.Life.SHIPPED, **changes)

    def complete(self, by: Any = None) -> bool:
        """The parcel arrived."""
        return self._change("completed", Q(life=self.Life.SHIPPED), by=by, life=self.Life.COMPLETED)

    def _change(
        self, kind: str, before: Q, *, by: Any = None, at: datetime | None = None, detail: Any = None,
        mail: tuple[str, dict[str, str]] | None = None, **changes: Any,
    ) -> bool:  # fmt: skip
        """One conditional UPDATE, its event and its mail; False, and nothing written, where ``before`` fails."""
        with transaction.atomic():
            if not Order.objects.filter(before, pk=self.pk).update(**changes):
                return False
            self.record(kind, by=by, at=at, **(detail or {}))
            if mail:
                self.tell(mail[0], **mail[1])
        for field, value in changes.items():
            setattr(self, field, value)
        return True

    def record(
        self, kind: str, *, by: Any = None, message: int | None = None, at: datetime | None = None, **detail: Any
    ) -> "OrderEvent":
        """Adds a line to the timeline. ``message`` is the key of the journal message that caused it."""
        moment = at or timezone.now()
        event = OrderEvent(order=self, kind=kind, by=by, message=message, at=moment, detail=detail)
        prepared.insert(event)
        return event

    def tell(self, kind: str, **facts: str) -> None:
        """Writes a mail down inside the caller's transaction; one per order and kind, a second is ignored.

        ``kind`` names what orders.letters writes; ``facts`` are what it must say of this moment, as text.
        """
        prepared.insert(self.mails.model(order=self, kind=kind, facts=facts), unless_there=True)


class OrderEvent(models.Model):
    """The timeline of an order. Append-only."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="events")
    at = models.DateTimeField(_("when"), default=timezone.now)
    kind = models.CharField(_("what"), max_length=30)
    detail = models.JSONField(_("detail"), default=dict, blank=True)
    message = models.BigIntegerField(_("journal message"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, db_index=False, related_name="+",
        verbose_name=_("who"),
    )  # fmt: skip

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["by"], condition=Q(by__isnull=False), name="event_by_staff")]
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self) -> str:
        return str(EVENTS.get(self.kind, self.kind))
