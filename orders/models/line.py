"""What was bought, with names and prices as they were."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order, money
from shop.models import Picture, Variant


class OrderLine(models.Model):
    """What was bought, with name and price as they were."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField(_("position"))
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="+", verbose_name=_("variant"))
    sku = models.CharField("SKU", max_length=40)
    name = models.CharField(_("name"), max_length=200)
    option = models.CharField(_("option"), max_length=60, blank=True)
    picture = models.CharField(_("picture"), max_length=120, blank=True)
    price = money(_("price"))
    quantity = models.PositiveIntegerField(_("quantity"))
    total = money(_("total"))

    class Meta:
        ordering = ["position"]
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            models.CheckConstraint(condition=Q(total=Round(F("price") * F("quantity"), 2)), name="line_total_adds_up"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="line_quantity_at_least_one"),
            models.UniqueConstraint(fields=["order", "position"], name="line_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} × {self.quantity}"

    @property
    def picture_src(self) -> str:
        """The small rendition of the picture as it was when ordered."""
        return Picture(stem=self.picture).src(400)

    @property
    def reference(self) -> str:
        """How stock movements name this line: known before its row is, so that lines are inserted in one statement."""
        return f"{self.order.number}-{self.position}"
