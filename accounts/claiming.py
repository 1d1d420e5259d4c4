"""Guest orders become a member's: those placed with an address that the member has proved to own, and no others."""

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AbstractBaseUser

from orders.models import Order


def claim(address: EmailAddress) -> int:
    """Gives the guest orders of a verified ``address`` to its member; how many. An unverified one claims nothing."""
    if not address.verified:
        return 0
    return Order.objects.filter(buyer=None, email=address.email).update(buyer=address.user)


def claim_all(user: AbstractBaseUser) -> int:
    """The same for every address of ``user``: orders placed since, without logging in."""
    return sum(claim(address) for address in EmailAddress.objects.filter(user=user, verified=True))
