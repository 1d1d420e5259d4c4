"""Whose order is this? The browser session that placed or found it, or the buyer who is logged in."""

from django.http import Http404, HttpRequest

from orders.models import Order
from orders.numbers import is_number

PLACED, FOUND, PROVED, HANDED = "orders", "orders_found", "orders_proved", "orders_handed"
REMEMBERED = 100


def own_order(request: HttpRequest, number: str) -> Order:
    """The visitor's own order. A stranger's order and an absent one raise the same Http404 after the same work."""
    return _known(request, number, PLACED, FOUND, PROVED)


def order_to_pay(request: HttpRequest, number: str) -> Order:
    """The visitor's own order, or one whose payment was handed over to this browser; raises as ``own_order``.

    Who has the latter may pay and see how it stands, not whose it is or where it goes: ask ``is_own`` before showing.
    """
    return _known(request, number, PLACED, FOUND, PROVED, HANDED)


def is_own(request: HttpRequest, order: Order) -> bool:
    """Whether it is the visitor's, and not only theirs to pay."""
    return _in_session(request, order.number, PLACED, FOUND, PROVED) or _is_buyer(request, order)


def sees_all(request: HttpRequest, order: Order) -> bool:
    """Whether all of it may be shown, address too, and the order be changed.

    To who placed it, or proved to read the order's mail; not to who found it by number and contact: those two stand on
    parcels and screens.
    """
    return _in_session(request, order.number, PLACED, PROVED) or _is_buyer(request, order)


def placed_as_guest(request: HttpRequest, order: Order) -> bool:
    """Whether a guest placed it in this browser: one who only found it may be somebody else."""
    return order.buyer_id is None and not request.user.is_authenticated and sees_all(request, order)


def remember(request: HttpRequest, order: Order, *, found: bool = False) -> None:
    """Lets this session see the order it placed or ``found``; the oldest are forgotten, the session stays small."""
    _keep(request, order, FOUND if found else PLACED)


def prove(request: HttpRequest, order: Order) -> None:
    """Lets this session see all of the order: it typed the code from the order's mail. Its cookie is a new one, so that
    who planted the old one gains nothing."""
    request.session.cycle_key()
    _keep(request, order, PROVED)


def let_pay(request: HttpRequest, order: Order) -> None:
    """Lets this session pay an order that was handed over to it."""
    _keep(request, order, HANDED)


def placed_here(request: HttpRequest) -> list[str]:
    """Numbers of the orders that this session placed."""
    return list(request.session.get(PLACED, []))


def _known(request: HttpRequest, number: str, *keys: str) -> Order:
    order = Order.objects.filter(number=number).first() if is_number(number) else None
    if order is None or not (_in_session(request, number, *keys) or _is_buyer(request, order)):
        raise Http404
    return order


def _in_session(request: HttpRequest, number: str, *keys: str) -> bool:
    return any(number in request.session.get(key, ()) for key in keys)


def _keep(request: HttpRequest, order: Order, key: str) -> None:
    numbers = [number for number in request.session.get(key, []) if number != order.number]
    request.session[key] = [*numbers, order.number][-REMEMBERED:]


def _is_buyer(request: HttpRequest, order: Order) -> bool:
    return order.buyer_id is not None and order.buyer_id == request.user.pk
