"""Members of the demo: they own orders that were made with their email, and have an address saved."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import User
from django.utils.crypto import salted_hmac

from accounts.claiming import claim
from orders.models import Address, Order

MEMBERS = 4  # of the demo's buyers: each has as many orders as the dice gave
NOBODY = "member1@shop.example"  # has no order yet, for the empty page


def seed() -> list[tuple[str, str]]:
    """Makes the members; returns (email, password) pairs. Passwords follow from this demo's own secret."""
    if not settings.DEMO:
        return []
    return [_member(f"buyer{n}@shop.example") for n in range(1, MEMBERS + 1)] + [_member(NOBODY)]


def _member(email: str) -> tuple[str, str]:
    password = salted_hmac("demo member", email).hexdigest()[:12]
    name = email.partition("@")[0]
    user, new = User.objects.get_or_create(username=name, defaults={"email": email})
    if new or not user.check_password(password):
        user.set_password(password)
        user.save()
    address, _ = EmailAddress.objects.get_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    claim(address)
    _address_book(user)
    return email, password


def _address_book(user: User) -> None:
    for order in Order.objects.filter(buyer=user).order_by("pk")[:2]:
        Address.objects.keep(user, {name: getattr(order, name) for name in Address.FIELDS})
