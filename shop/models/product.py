"""What a page of the shop shows."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.models.attribute import Trait
from shop.models.category import Category
from shop.translation import localized


class ProductQuerySet(models.QuerySet["Product"]):
    """Sets of products."""

    def on_sale(self, now: datetime | None = None) -> "ProductQuerySet":
        """Those inside their publication window."""
        moment = now or timezone.now()
        return self.filter(Q(published_until__isnull=True) | Q(published_until__gt=moment), published_from__lte=moment)


class Product(models.Model):
    """What a page of the shop shows; what is sold is one of its variants.

    ``lowest_price`` is that of the cheapest variant, kept here because lists are sorted by it (see ``Variant``).
    """

    category = models.ForeignKey(Category, models.PROTECT, related_name="products", verbose_name=_("category"))
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=120, blank=True)
    name_ja = models.CharField(_("name (Japanese)"), max_length=120, blank=True)
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    summary_en = models.CharField(_("summary (English)"), max_length=200, blank=True)
    summary_ja = models.CharField(_("summary (Japanese)"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    description_en = models.TextField(_("description (English)"), blank=True)
    description_ja = models.TextField(_("description (Japanese)"), blank=True)
    traits = models.ManyToManyField(Trait, related_name="products", blank=True, verbose_name=_("attributes"))
    returnable_7d = models.BooleanField(_("may be returned within 7 days"), default=True)
    published_from = models.DateTimeField(_("published from"), default=timezone.now)
    published_until = models.DateTimeField(_("published until"), null=True, blank=True)
    lowest_price = models.DecimalField(_("price"), max_digits=11, decimal_places=2, null=True, editable=False)
    changed_at = models.DateTimeField(_("last changed"), auto_now=True, db_default=Now())

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["-published_from", "-pk"]
        indexes = [
            models.Index(fields=["-published_from", "-id"], name="product_newest"),
            models.Index(fields=["category", "-published_from", "-id"], name="product_by_category"),
            models.Index(fields=["lowest_price", "-id"], name="product_by_price"),
            models.Index(fields=["category", "lowest_price", "-id"], name="product_by_category_price"),
        ]
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        return localized(self, "name")

    def get_absolute_url(self) -> str:
        return reverse("shop:product", args=[self.slug])
