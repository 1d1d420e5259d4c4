"""Finds a guest's order by its number and contact: one answer for every failure, few tries, the same work each time."""

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from orders.models import Order
from shop.throttle import allow
from shop.visitors import network_of

TRIES = 5
SECONDS = 600
NOBODY = Order(number="", email="\0", phone="\0")


def wait(request: HttpRequest, number: str) -> int:
    """Counts this try; seconds to wait where its address, or its order number, has had too many. Else 0."""
    seconds = allow("find-address", network_of(request), TRIES, SECONDS)
    return seconds or allow("find-number", number[:14], TRIES, SECONDS)


def find(number: str, contact: str) -> Order | None:
    """The order of that number if ``contact`` is its email or phone. Always one statement, two comparisons."""
    order = Order.objects.filter(number=number).first() or NOBODY
    by_email = constant_time_compare(order.email, contact)
    by_phone = constant_time_compare(order.phone, contact)
    return order if by_email or by_phone else None
