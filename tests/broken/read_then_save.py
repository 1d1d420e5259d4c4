"""A shop that saves the stock it read with the cart, instead of asking the database whether enough is left."""

import time

from config.wsgi import application
from orders import checkout
from shop.models import Variant

__all__ = ["application"]

READ_TO_WRITE = 0.5  # seconds: what a busy shop takes between reading the cart and placing the order
_place = checkout.place


def hold(self: Variant, quantity: int, reference: str) -> bool:
    """The lost update."""
    if self.on_hand - self.reserved < quantity:
        return False
    Variant.objects.filter(pk=self.pk).update(reserved=self.reserved + quantity)
    return True


def place(*words, **options):  # type: ignore[no-untyped-def]
    """Places after a while."""
    time.sleep(READ_TO_WRITE)
    return _place(*words, **options)


checkout.place = place
Variant.hold = hold  # type: ignore[method-assign]
