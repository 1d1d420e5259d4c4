"""What a member leaves behind between two visits."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SavedCart(models.Model):
    """The cart of a member who logged out: units by variant key. Prices and stock are read anew, as in every cart."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_cart")
    units = models.JSONField(_("units"), default=dict)
    saved_at = models.DateTimeField(_("saved"), default=timezone.now)

    class Meta:
        verbose_name = _("saved cart")
        verbose_name_plural = _("saved carts")

    def __str__(self) -> str:
        return f"{self.user} × {len(self.units)}"
