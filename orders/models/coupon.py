"""Coupons: what a code takes off an order, and how often."""

import unicodedata
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.order import ZERO, money

CENT = Decimal("0.01")
LONGEST = 24


def fold_code(text: str) -> str:
    """A code as it is kept: full-width signs narrow, letters upper case, no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


class CodeField(models.CharField):
    """A code is folded however it is typed, by shoppers and staff alike."""

    def to_python(self, value: Any) -> Any:
        return fold_code(value) if isinstance(value, str) else value


class CouponQuerySet(models.QuerySet["Coupon"]):
    """Sets of coupons."""

    def open(self, now: datetime) -> "CouponQuerySet":
        """Those that may be used at this moment."""
        window = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
        return self.with_uses_left().filter(window, active=True, starts_at__lte=now)

    def with_uses_left(self) -> "CouponQuerySet":
        """Those that were not used up."""
        return self.filter(Q(most_uses__isnull=True) | Q(used__lt=F("most_uses")))


class Coupon(models.Model):
    """``used`` is the number of orders that bear it and whose goods are held or sold: ``orders.coupons`` counts."""

    class Kind(models.TextChoices):
        AMOUNT = "amount", _("yuan off")
        PERCENT = "percent", _("per cent off")

    code = CodeField(
        _("code"), primary_key=True, max_length=LONGEST,
        validators=[RegexValidator(r"^[^\W_][\w-]{2,}$", _("Three letters or digits at least; dashes between them."))],
        help_text=_("Capitals, wide signs and blanks make no difference. Short codes are guessed: add some digits."),
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices, default=Kind.AMOUNT)
    value = money(_("value"), validators=[MinValueValidator(CENT)], help_text=_("Yuan, or per cent of the goods."))
    minimum = money(
        _("goods worth at least"), default=ZERO, validators=[MinValueValidator(0)], help_text=_("Yuan of goods.")
    )
    starts_at = models.DateTimeField(_("from"), default=timezone.now)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True, help_text=_("Empty: without end."))
    most_uses = models.PositiveIntegerField(_("uses in all"), null=True, blank=True, help_text=_("Empty: no limit."))
    most_per_buyer = models.PositiveIntegerField(
        _("uses per buyer"), null=True, blank=True, default=1,
        help_text=_("A buyer is known by login, e-mail or phone. Empty: no limit."),
    )  # fmt: skip
    used = models.PositiveIntegerField(_("used"), default=0, editable=False)
    active = models.BooleanField(_("active"), default=True)

    objects = CouponQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at"]
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints = [
            models.CheckConstraint(
                condition=Q(most_uses__isnull=True) | Q(used__lte=F("most_uses")), name="coupon_used_within_limit"
            ),
            models.CheckConstraint(
                condition=Q(kind="amount", value__gte=CENT) | Q(kind="percent", value__gte=CENT, value__lte=100),
                name="coupon_value_in_range",
                violation_error_message=_("Enter a value of a cent at least, and of 100 per cent at most."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def discount_on(self, subtotal: Decimal) -> Decimal:
        """Yuan off goods worth ``subtotal``: never more than they are worth, nothing below the minimum."""
        if subtotal < self.minimum:
            return ZERO
        share = self.value if self.kind == self.Kind.AMOUNT else subtotal * self.value / 100
        return min(share.quantize(CENT, ROUND_HALF_UP), subtotal)

    def is_open(self, now: datetime) -> bool:
        """Whether it may be used at this moment; what counts is ``CouponQuerySet.open`` when the order is placed."""
        ended = self.ends_at is not None and self.ends_at <= now
        spent = self.most_uses is not None and self.used >= self.most_uses
        return self.active and self.starts_at <= now and not ended and not spent
