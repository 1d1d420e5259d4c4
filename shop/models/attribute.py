"""In what goods differ, and what each of them is by that."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.translation import localized


class Attribute(models.Model):
    """Something in which goods differ, such as material or origin. Lists are filtered by it under its address."""

    TAKEN = ("band", "page", "q", "sort", "stock")  # what lists already mean by these parameters

    slug = models.SlugField(_("address"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=40)
    name_en = models.CharField(_("name (English)"), max_length=40, blank=True)
    name_ja = models.CharField(_("name (Japanese)"), max_length=40, blank=True)
    on_card = models.BooleanField(_("shown in lists"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")

    def __str__(self) -> str:
        return localized(self, "name")

    def clean(self) -> None:
        """An address that lists use otherwise would filter nothing."""
        if self.slug in self.TAKEN:
            raise ValidationError({"slug": _("Lists use this word already. Choose another.")})


class Trait(models.Model):
    """What a product is by one of its attributes: of porcelain, from Fuding."""

    attribute = models.ForeignKey(Attribute, models.CASCADE, related_name="traits", verbose_name=_("attribute"))
    slug = models.SlugField(_("address"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("name (English)"), max_length=60, blank=True)
    name_ja = models.CharField(_("name (Japanese)"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["attribute__position", "attribute", "position", "pk"]
        verbose_name = _("trait")
        verbose_name_plural = _("traits")
        constraints = [models.UniqueConstraint(fields=["attribute", "slug"], name="trait_address_once_per_attribute")]

    def __str__(self) -> str:
        return f"{self.attribute}: {localized(self, 'name')}"
