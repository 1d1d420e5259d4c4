"""Takes a payment from inside a chat app to the phone's browser: a signed link to one order's cashier."""

from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse

from orders.models import Order

GOOD_FOR = timedelta(minutes=30)
SIGNER = TimestampSigner(salt="hand-over")


def link(order: Order) -> str:
    """The address that lets whoever opens it within GOOD_FOR pay ``order``, and see nothing of its owner."""
    token = SIGNER.sign(order.number).removeprefix(f"{order.number}:")
    return settings.SITE_URL + reverse("payments:take_over", args=[order.number, token])


def holds(number: str, token: str) -> bool:
    """Whether the token was signed by us for this number and is still good."""
    try:
        return SIGNER.unsign(f"{number}:{token}", max_age=GOOD_FOR) == number
    except BadSignature:
        return False
