"""Whose order is this? The browser session that placed or found it, or the buyer who is logged in."""

from django.http import Http404, HttpRequest

from orders.models import Order

SESSION_KEY = "orders"
REMEMBERED = 100


def own_order(request: HttpRequest, number: str) -> Order:
    """The visitor's own order. A stranger's order and an absent one raise the same Http404 after the same work."""
    order = Order.objects.filter(number=number).first()
    mine = number in request.session.get(SESSION_KEY, ())
    if order is None or not (mine or _is_buyer(request, order)):
        raise Http404
    return order


def remember(request: HttpRequest, order: Order) -> None:
    """Lets this session see the order; the oldest are forgotten so that the session stays small."""
    numbers = [number for number in request.session.get(SESSION_KEY, []) if number != order.number]
    request.session[SESSION_KEY] = [*numbers, order.number][-REMEMBERED:]


def _is_buyer(request: HttpRequest, order: Order) -> bool:
    return order.buyer_id is not None and order.buyer_id == request.user.pk
