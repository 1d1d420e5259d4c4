"""The tree of categories."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from tree_queries.models import TreeNode

from shop.translation import localized


class Category(TreeNode):
    """A node of the category tree."""

    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)
    name_ja = models.CharField(_("name (Japanese)"), max_length=80, blank=True)
    intro = models.CharField(_("introduction"), max_length=200, blank=True)
    intro_en = models.CharField(_("introduction (English)"), max_length=200, blank=True)
    intro_ja = models.CharField(_("introduction (Japanese)"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return localized(self, "name")

    def get_absolute_url(self) -> str:
        return reverse("shop:category", args=[self.slug])
