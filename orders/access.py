"""Whose order is this? The browser session that placed or found it, or the buyer who is logged in."""

from django.http import Http404, HttpRequest

from orders.models import Order
from orders.numbers import is_number

PLACED, FOUND = "orders", "orders_found"
REMEMBERED = 100


def own_order(request: HttpRequest, number: str) -> Order:
    """The visitor's own order. A stranger's order and an absent one raise the same Http404 after the same work."""
    order = Order.objects.filter(number=number).first() if is_number(number) else None
    known = number in request.session.get(PLACED, ()) or number in request.session.get(FOUND, ())
    if order is None or not (known or _is_buyer(request, order)):
        raise Http404
    return order


def sees_address(request: HttpRequest, order: Order) -> bool:
    """Whether the full address may be shown: to who placed the order, not to who found it by number and contact."""
    return order.number in request.session.get(PLACED, ()) or _is_buyer(request, order)


def remember(request: HttpRequest, order: Order, *, found: bool = False) -> None:
    """Lets this session see the order it placed or ``found``; the oldest are forgotten, the session stays small."""
    key = FOUND if found else PLACED
    numbers = [number for number in request.session.get(key, []) if number != order.number]
    request.session[key] = [*numbers, order.number][-REMEMBERED:]


def placed_here(request: HttpRequest) -> list[str]:
    """Numbers of the orders that this session placed."""
    return list(request.session.get(PLACED, []))


def _is_buyer(request: HttpRequest, order: Order) -> bool:
    return order.buyer_id is not None and order.buyer_id == request.user.pk
