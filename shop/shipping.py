"""What delivery costs. The rule is the shop's own: a flat fee, nothing from a threshold on."""

from decimal import Decimal

from django.conf import settings

from shop.models import CENT

ZERO = Decimal("0.00")


def shipping_for(subtotal: Decimal) -> Decimal:
    """The delivery fee in yuan for goods worth ``subtotal`` (settings SHIPPING_FEE, SHIPPING_FREE_FROM)."""
    if subtotal <= 0 or subtotal >= settings.SHIPPING_FREE_FROM:
        return ZERO
    return Decimal(settings.SHIPPING_FEE).quantize(CENT)


def missing_for_free(subtotal: Decimal) -> Decimal:
    """How many yuan are missing until delivery is free; zero where it is."""
    if shipping_for(subtotal) == ZERO:
        return ZERO
    return (Decimal(settings.SHIPPING_FREE_FROM) - subtotal).quantize(CENT)
