"""Where products and categories once stood."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.models.category import Category
from shop.models.product import Product


class OldAddress(models.Model):
    """Where a product or category once stood. It leads to what left it, or says that this is gone for good."""

    KINDS = [("p", _("product")), ("c", _("category"))]
    kind = models.CharField(_("kind"), max_length=1, choices=KINDS)
    slug = models.SlugField(_("address"), max_length=80)
    product = models.ForeignKey(Product, models.SET_NULL, null=True, related_name="+", verbose_name=_("product"))
    category = models.ForeignKey(Category, models.SET_NULL, null=True, related_name="+", verbose_name=_("category"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "slug"], name="old_address_once")]
        verbose_name = _("old address")
        verbose_name_plural = _("old addresses")

    def __str__(self) -> str:
        return f"/{self.kind}/{self.slug}/"

    @classmethod
    def leave(cls, thing: Product | Category, slug: str) -> None:
        """Notes that ``thing`` stands no more at ``slug``: it has moved, or is about to be deleted."""
        product = isinstance(thing, Product)
        kept = {"product": thing if product else None, "category": None if product else thing}
        cls.objects.update_or_create(kind="p" if product else "c", slug=slug, defaults=kept)
