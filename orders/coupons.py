"""Coupons on their way: a code is tried, a use is taken with the order and goes back with its goods.

A use is taken by one conditional UPDATE inside the transaction that places the order, after its goods: the row of a
coupon that everybody uses is locked for the shortest time, and always last. Uses per buyer are counted under that lock.
"""

from datetime import datetime

from django.db.models import F, Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from orders.models import Coupon, Order
from orders.models.coupon import LONGEST, fold_code
from shop.throttle import allow
from shop.visitors import network_of

KEY = "coupon"  # in the session: the code that the shopper entered
TRIES, TRIES_OF_NETWORK, SECONDS = 10, 60, 600


class CouponLost(Exception):
    """The coupon cannot be used with this order; the text says why. Nothing was written."""


def wait(request: HttpRequest) -> int:
    """Counts a try of a code; the seconds to wait where this session or its network has had too many. Else 0."""
    seconds = allow("coupon-network", network_of(request), TRIES_OF_NETWORK, SECONDS)
    return seconds or allow("coupon-session", request.session.session_key or "", TRIES, SECONDS)


def find(code: str, now: datetime) -> Coupon | None:
    """The coupon of this code if it may be used now: who guesses does not learn which codes there were."""
    folded = fold_code(code)
    if not folded or len(folded) > LONGEST or "\0" in folded:
        return None
    return Coupon.objects.open(now).filter(pk=folded).first()


def entered(request: HttpRequest) -> Coupon | None:
    """The coupon that the shopper entered before, whatever became of it since."""
    code = request.session.get(KEY)
    return Coupon.objects.filter(pk=code).first() if code else None


def take(order: Order, now: datetime) -> None:
    """Takes a use for an order that is being placed. Raises CouponLost, and the caller's transaction must fail."""
    if not Coupon.objects.open(now).filter(pk=order.coupon_id).update(used=F("used") + 1):
        raise CouponLost(_("The coupon %(code)s is no longer valid.") % {"code": order.coupon_id})
    if _beyond_buyer(order):
        words = _("The coupon %(code)s was used with this email or phone before, so it was taken off.")
        raise CouponLost(words % {"code": order.coupon_id})


def give_back(order: Order) -> None:
    """Gives the use back; together with the goods, whose turn happens once."""
    if order.coupon_id:
        Coupon.objects.filter(pk=order.coupon_id).update(used=F("used") - 1)


def take_again(order: Order) -> bool:
    """Takes the use again for an order that is paid late: its price was promised, so only the limits count.

    False where others had the last use meanwhile; the caller undoes what was written.
    """
    if not order.coupon_id:
        return True
    left = Coupon.objects.with_uses_left().filter(pk=order.coupon_id)
    return bool(left.update(used=F("used") + 1)) and not _beyond_buyer(order)


def _beyond_buyer(order: Order) -> bool:
    """Whether this buyer's living orders, this one among them, are more than one buyer may have with the coupon."""
    most = Coupon.objects.values_list("most_per_buyer", flat=True).get(pk=order.coupon_id)
    if most is None:
        return False
    same = Q(email=order.email) | Q(phone=order.phone)
    if order.buyer_id:
        same |= Q(buyer=order.buyer_id)
    theirs = Order.objects.filter(same, coupon=order.coupon_id).exclude(goods=Order.Goods.RELEASED)
    return theirs.count() > most
