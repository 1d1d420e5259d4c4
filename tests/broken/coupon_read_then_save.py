"""A shop that reads how often a coupon was used before it writes that, as if nobody else did the same meanwhile."""

import time
from datetime import datetime

from config.wsgi import application
from orders import checkout, coupons
from orders.models import Coupon, Order

__all__ = ["application"]

READ_TO_WRITE = 0.5  # seconds: what a busy shop takes between reading the cart and placing the order
_place = checkout.place


def take(order: Order, now: datetime) -> None:
    """Writes what was read with the page."""
    Coupon.objects.filter(pk=order.coupon_id).update(used=SEEN.get(order.checkout_key, 0) + 1)


def place(quote, contact, *, key, **options):  # type: ignore[no-untyped-def]
    """Looks, waits a while, and writes."""
    SEEN[key] = quote.coupon.used
    theirs = Order.objects.filter(coupon=quote.coupon, email=contact["email"]).count()
    if quote.coupon.most_per_buyer and theirs >= quote.coupon.most_per_buyer:
        raise coupons.CouponLost
    time.sleep(READ_TO_WRITE)
    return _place(quote, contact, key=key, **options)


SEEN: dict[str, int] = {}
checkout.place = place
coupons.take = take
