"""What delivery costs."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shop.provinces import province_choices


class ShippingRate(models.Model):
    """What delivery to one province costs; the row without a province is for all that have none of their own.

    ``fee`` covers ``first_grams``; each ``more_grams`` begun above them adds ``more_fee`` (0 grams: weight is ignored).
    """

    province = models.CharField(
        _("province"), max_length=20, blank=True, unique=True, choices=province_choices,
        help_text=_("Empty: all provinces without a line of their own."),
    )  # fmt: skip
    fee = models.DecimalField(_("fee"), max_digits=8, decimal_places=2, validators=[MinValueValidator(0)])
    first_grams = models.PositiveIntegerField(_("first weight, grams"), default=0)
    more_fee = models.DecimalField(
        _("fee for more"), max_digits=8, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    more_grams = models.PositiveIntegerField(
        _("per grams"), default=0, help_text=_("0: the weight does not matter.")
    )  # fmt: skip
    free_from = models.DecimalField(
        _("free from"), max_digits=11, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)],
        help_text=_("Yuan of goods. Empty: never free."),
    )  # fmt: skip

    class Meta:
        ordering = ["province"]
        verbose_name = _("shipping rate")
        verbose_name_plural = _("shipping rates")
        constraints = [
            models.CheckConstraint(condition=Q(fee__gte=0, more_fee__gte=0), name="shipping_rate_costs_no_less_than_0")
        ]

    def __str__(self) -> str:
        return dict(province_choices()).get(self.province) or str(_("other provinces"))
