"""A member's cart outlives the session: kept at logout, put together with the visitor's at login."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import SavedCart
from shop.cart import Cart
from shop.models import Variant


def keep(request: HttpRequest) -> None:
    """Saves the cart of who is about to log out; an empty one leaves nothing."""
    units = {key: entry[0] for key, entry in Cart(request.session).stored.items()}
    if units and isinstance(request.user, User):
        SavedCart.objects.update_or_create(user=request.user, defaults={"units": units, "saved_at": timezone.now()})


def merge(request: HttpRequest, user: User) -> bool:
    """Adds the kept cart to this session's, as far as stock and the cart's bounds allow; whether anything came in."""
    saved = SavedCart.objects.filter(user=user).first()
    if saved is None:
        return False
    cart = Cart(request.session)
    before = cart.count
    for variant in Variant.objects.on_sale().filter(pk__in=saved.units):
        cart.add(variant, saved.units[str(variant.pk)])
    saved.delete()
    return cart.count > before
