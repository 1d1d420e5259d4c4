"""A use of a coupon is taken with the order, goes back with its goods, and is never one more than allowed."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import translation

from orders import goods
from orders.checkout import Quote, place
from orders.coupons import CouponLost
from orders.models import Coupon, Order
from orders.tests.buying import ADDRESS, CHECKOUT, filled, take
from orders.tests.factories import CouponFactory, OrderFactory
from shop.cart import CartLine
from shop.models import StockMovement
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
KEYS = (f"{n:032x}" for n in range(1000))


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def order_with(coupon: Coupon, **changed: Any) -> Order:
    """An order that bears the coupon, as the checkout places it."""
    buyer = changed.pop("buyer", None)
    cup = VariantFactory()
    coupon.refresh_from_db()
    quote = Quote([CartLine(cup, 1, cup.price)], [], coupon=coupon)
    return place(quote, ADDRESS | changed, key=next(KEYS), buyer=buyer)


def used(coupon: Coupon) -> int:
    coupon.refresh_from_db()
    return coupon.used


def test_each_order_takes_one_use() -> None:
    coupon = CouponFactory()
    assert [order_with(coupon).coupon_id for _ in range(3)] == [coupon.pk] * 3
    assert used(coupon) == 3


def test_a_coupon_that_takes_nothing_off_is_not_used() -> None:
    coupon = CouponFactory(minimum="500.00")
    order = order_with(coupon)
    assert (order.coupon, order.discount, used(coupon)) == (None, 0, 0)


def test_a_use_goes_back_with_the_goods_and_once() -> None:
    coupon = CouponFactory(most_uses=1)
    order = order_with(coupon)
    goods.release(order)
    assert used(coupon) == 0
    with pytest.raises(goods.GoodsNotHeld), transaction.atomic():
        goods.release(Order.objects.get())
    assert used(coupon) == 0
    assert order_with(coupon).coupon == coupon


def test_goods_that_are_sold_keep_the_use() -> None:
    coupon = CouponFactory()
    goods.commit(order_with(coupon))
    assert used(coupon) == 1


def test_orders_without_a_coupon_touch_none() -> None:
    coupon = CouponFactory(used=1)
    goods.release(OrderFactory())
    assert used(coupon) == 1


def test_the_last_use_lost_in_the_moment_of_ordering_leaves_no_trace(shopper: Client) -> None:
    coupon = CouponFactory(code="LAST-ONE", value="20.00", most_uses=1)
    cup = VariantFactory()
    quote = Quote([CartLine(cup, 1, cup.price)], [], coupon=Coupon.objects.get())
    Coupon.objects.update(used=1)
    with pytest.raises(CouponLost, match="no longer valid"):
        place(quote, ADDRESS, key=next(KEYS))
    cup.refresh_from_db()
    assert (Order.objects.count(), cup.reserved, used(coupon)) == (0, 0, 1)
    assert not StockMovement.objects.filter(kind="hold").exists()


# --- uses per buyer


@pytest.mark.parametrize(
    "other",
    [{"phone": "13900139000"}, {"email": "other@example.com"}],
    ids=["same email", "same phone"],
)
def test_a_buyer_is_known_by_e_mail_or_phone(other: dict[str, str]) -> None:
    coupon = CouponFactory(most_per_buyer=1)
    order_with(coupon)
    with pytest.raises(CouponLost, match="before"):
        order_with(coupon, **other)
    assert used(coupon) == Order.objects.count() == 1


def test_a_member_is_known_by_login() -> None:
    coupon, member = CouponFactory(most_per_buyer=1), User.objects.create_user("lin")
    order_with(coupon, buyer=member)
    other = {"email": "other@example.com", "phone": "13900139000"}
    with pytest.raises(CouponLost):
        order_with(coupon, buyer=member, **other)
    assert order_with(coupon, **other).coupon == coupon


def test_guests_are_not_all_one_buyer() -> None:
    coupon = CouponFactory(most_per_buyer=1)
    for n in range(3):
        order_with(coupon, email=f"e{n}@example.com", phone=f"1390013900{n}")
    assert used(coupon) == 3


def test_a_use_that_went_back_counts_for_nobody() -> None:
    coupon = CouponFactory(most_per_buyer=1)
    goods.release(order_with(coupon))
    assert order_with(coupon).coupon == coupon


def test_two_uses_per_buyer_are_two() -> None:
    coupon = CouponFactory(most_per_buyer=2)
    order_with(coupon)
    order_with(coupon)
    with pytest.raises(CouponLost):
        order_with(coupon)


def test_another_coupon_of_the_same_buyer_is_another() -> None:
    order_with(CouponFactory(most_per_buyer=1))
    assert order_with(CouponFactory(most_per_buyer=1)).discount == 8


def test_the_buyer_is_told_and_can_order_without_it(shopper: Client) -> None:
    coupon = CouponFactory(code="ONCE", most_per_buyer=1)
    order_with(coupon)
    take(shopper, VariantFactory())
    shopper.post(CHECKOUT, filled(shopper, act="coupon", coupon="once"))
    spelt = {"email": "LIN@Example.COM", "phone": "+86 139-0013-9000"}
    answer = shopper.post(CHECKOUT, filled(shopper, **spelt))
    html = answer.content.decode()
    assert answer.status_code == 409 and Order.objects.count() == 1
    assert "The coupon ONCE was used with this email or phone before, so it was taken off." in html
    assert "The new total is CN¥100.00." in html
    assert shopper.post(CHECKOUT, filled(shopper, **spelt)).status_code == 303
    assert Order.objects.filter(discount=0, coupon=None).count() == 1 and used(coupon) == 1


# --- late money


def closed_with(coupon: Coupon, **changed: Any) -> Order:
    order = order_with(coupon, **changed)
    goods.release(order)
    order.close(Order.Life.EXPIRED)
    return order


def test_late_money_takes_the_use_again() -> None:
    coupon = CouponFactory(most_uses=1, most_per_buyer=1)
    order = closed_with(coupon)
    assert goods.hold_again(order) == ""
    assert (order.goods, used(coupon)) == ("held", 1)


def test_late_money_finds_no_use_where_somebody_else_had_the_last_one() -> None:
    coupon = CouponFactory(most_uses=1)
    order = closed_with(coupon)
    order_with(coupon)
    assert goods.hold_again(order) == "coupon"
    assert (order.goods, Order.objects.get(pk=order.pk).goods, used(coupon)) == ("released", "released", 1)
    assert order.lines.get().variant.reserved == 0


def test_ten_pages_opened_with_one_coupon_are_worth_one_use() -> None:
    coupon = CouponFactory(most_per_buyer=1)
    orders = [closed_with(coupon) for _ in range(10)]
    assert [goods.hold_again(order) for order in orders] == [""] + ["coupon"] * 9
    assert used(coupon) == 1


def test_a_coupon_that_ended_meanwhile_keeps_its_promise() -> None:
    coupon = CouponFactory(most_uses=1)
    order = closed_with(coupon)
    Coupon.objects.update(active=False)
    assert goods.hold_again(order) == ""


def test_goods_that_are_gone_leave_the_use_where_it_is() -> None:
    coupon = CouponFactory(most_uses=1)
    order = closed_with(coupon)
    variant = order.lines.get().variant
    assert variant.adjust(-10)
    assert goods.hold_again(order) == "goods"
    assert used(coupon) == 0
