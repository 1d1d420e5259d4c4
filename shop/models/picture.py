"""The pictures of products."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.models.product import Product
from shop.translation import localized


class Picture(models.Model):
    """A picture of a product. ``stem`` names its renditions below the media folder: ``<stem>-400.webp`` …

    Pages show the WebP renditions, by width; what is shared with others is JPEG, by shape: ``<stem>-1x1.jpg`` …
    """

    WIDTHS = (400, 800, 1200)
    SHAPES = {"1x1": (1200, 1200), "4x3": (1200, 900), "16x9": (1200, 675)}

    product = models.ForeignKey(Product, models.CASCADE, related_name="pictures", verbose_name=_("product"))
    stem = models.CharField(_("file"), max_length=120)
    alt = models.CharField(_("description of the picture"), max_length=160)
    alt_en = models.CharField(_("description (English)"), max_length=160, blank=True)
    alt_ja = models.CharField(_("description (Japanese)"), max_length=160, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def __str__(self) -> str:
        return localized(self, "alt")

    def src(self, width: int = 800) -> str:
        """The address of the rendition ``width`` pixels wide (one of WIDTHS)."""
        return f"{settings.MEDIA_URL}{self.stem}-{width}.webp"

    @property
    def shared(self) -> list[str]:
        """The addresses of the renditions for chat apps and search engines, the square one first."""
        return [f"{settings.MEDIA_URL}{self.stem}-{shape}.jpg" for shape in self.SHAPES]

    @property
    def srcset(self) -> str:
        """All renditions, for the ``srcset`` attribute."""
        return ", ".join(f"{self.src(width)} {width}w" for width in self.WIDTHS)
