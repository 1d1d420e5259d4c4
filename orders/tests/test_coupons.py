"""A coupon at the checkout: entered, shown with what it takes off, taken out again, reckoned anew with the order."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from orders.models import Coupon, Order
from orders.tests.buying import ADDRESS, CHECKOUT, filled, form_of, take
from orders.tests.factories import CouponFactory
from shop.models import Variant
from shop.tests.factories import ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db
UNKNOWN = "This code is not known or no longer valid. Check it, or order without it."


@pytest.fixture
def cup(shopper: Client) -> Variant:
    """In the cart of the shopper: 88 yuan, delivery 12."""
    variant: Variant = VariantFactory()
    take(shopper, variant)
    return variant


def enter(shopper: Client, code: str, **changed: Any) -> Any:
    """Presses the button beside the coupon's field."""
    return shopper.post(CHECKOUT, filled(shopper, act="coupon", coupon=code, **changed))


def page(shopper: Client) -> str:
    return str(shopper.get(CHECKOUT).content.decode())


# --- what it takes off


@pytest.mark.parametrize(
    ("kind", "value", "subtotal", "discount"),
    [
        ("amount", "20.00", "88.00", "20.00"),
        ("amount", "200.00", "88.00", "88.00"),
        ("percent", "10", "88.00", "8.80"),
        ("percent", "100", "88.00", "88.00"),
        ("percent", "33.33", "0.01", "0.00"),
        ("percent", "50", "0.01", "0.01"),
        ("percent", "12.5", "99.99", "12.50"),
        ("percent", "15", "0.30", "0.05"),
    ],
)
def test_what_it_takes_off_is_exact_and_never_more_than_the_goods(
    kind: str, value: str, subtotal: str, discount: str
) -> None:
    coupon = Coupon(code="X", kind=kind, value=Decimal(value))
    assert coupon.discount_on(Decimal(subtotal)) == Decimal(discount)


@pytest.mark.parametrize(("subtotal", "discount"), [("99.99", "0"), ("100.00", "5"), ("100.01", "5")])
def test_below_the_minimum_it_takes_nothing(subtotal: str, discount: str) -> None:
    coupon = Coupon(code="X", value=Decimal(5), minimum=Decimal(100))
    assert coupon.discount_on(Decimal(subtotal)) == Decimal(discount)


@pytest.mark.parametrize(
    "wrong", [{"value": "0"}, {"value": "-5"}, {"kind": "percent", "value": "100.01"}, {"kind": "free"}, {"used": 2}]
)
def test_the_database_refuses_a_coupon_that_makes_no_sense(wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        CouponFactory(**({"most_uses": 1} | wrong))


# --- entering it


@pytest.mark.parametrize(
    "typed", ["SPRING-20", "spring-20", " Spring - 20 ", "ＳＰＲＩＮＧ－２０", "\tspring-20\u3000"]
)
def test_a_code_is_understood_as_people_write_it(shopper: Client, cup: Variant, typed: str) -> None:
    CouponFactory(code="SPRING-20", value="20.00")
    assert enter(shopper, typed)["Location"] == CHECKOUT
    html = page(shopper)
    assert "The coupon SPRING-20 takes CN¥20.00 off." in html
    assert "Place order · CN¥80.00" in html and '−<data value="20.00">' in html


def test_what_was_typed_before_is_still_there_after_the_coupon(shopper: Client, cup: Variant) -> None:
    CouponFactory(code="SPRING-20")
    enter(shopper, "SPRING-20", street="half typed", name="")
    html = page(shopper)
    assert "half typed</textarea>" in html and "Enter the recipient" not in html


def test_the_field_is_behind_a_link_that_needs_no_script(shopper: Client, cup: Variant) -> None:
    html = page(shopper)
    fold = html[html.index("<summary>Have a coupon?") :].partition("</details>")[0]
    assert 'name="coupon"' in fold and 'name="act" value="coupon"' in fold


def test_the_order_bears_the_coupon_and_its_discount(shopper: Client, cup: Variant) -> None:
    coupon = CouponFactory(code="SPRING-20", kind="percent", value="10")
    enter(shopper, "SPRING-20")
    assert shopper.post(CHECKOUT, filled(shopper)).status_code == 303
    order = Order.objects.get()
    assert (order.subtotal, order.shipping, order.discount, order.total, order.coupon) == (
        Decimal("88.00"), Decimal("12.00"), Decimal("8.80"), Decimal("91.20"), coupon,
    )  # fmt: skip


def test_a_coupon_serves_the_order_it_was_entered_for_and_no_other(shopper: Client, cup: Variant) -> None:
    CouponFactory(code="SPRING-20")
    enter(shopper, "SPRING-20")
    shopper.post(CHECKOUT, filled(shopper))
    take(shopper, cup)
    assert "SPRING-20" not in page(shopper)


def test_it_can_be_taken_out_again(shopper: Client, cup: Variant) -> None:
    CouponFactory(code="SPRING-20")
    enter(shopper, "SPRING-20")
    assert shopper.post(CHECKOUT, filled(shopper, act="drop", city="苏州市"))["Location"] == CHECKOUT
    html = page(shopper)
    assert "SPRING-20" not in html and "Place order · CN¥100.00" in html and 'value="苏州市"' in html


@pytest.mark.parametrize("code", ["NOBODYS", "", "x" * 300, "\0", "' OR 1=1 --", "%", "{{ 7*7 }}", "<b>"])
def test_a_code_that_is_none_is_told_at_its_field_and_all_stays(shopper: Client, cup: Variant, code: str) -> None:
    answer = enter(shopper, code, name="", street="typed with care")
    html = answer.content.decode()
    why = UNKNOWN if code else "Enter the code of your coupon"
    assert answer.status_code == 422
    assert f'<a href="#coupon">{why}</a>' in html and 'aria-describedby="coupon-error"' in html
    assert "<title>Error: Address" in html and "typed with care</textarea>" in html
    assert "Enter the recipient" not in html, "the rest is not judged before the order is sent"
    assert "<b>" not in html and not Order.objects.exists()


def test_a_tick_is_kept_when_the_code_is_wrong(shopper: Client) -> None:
    take(shopper, VariantFactory(product=ProductFactory(returnable_7d=False)))
    assert 'name="no_return" checked' in enter(shopper, "NOBODYS", no_return="on").content.decode()


def test_a_tick_is_kept_while_a_coupon_is_used_and_taken_out_but_for_no_later_page(shopper: Client) -> None:
    take(shopper, VariantFactory(product=ProductFactory(returnable_7d=False)))
    CouponFactory(code="SPRING-20")
    ticked = 'name="no_return" checked'
    enter(shopper, "SPRING-20", no_return="on")
    assert [ticked in page(shopper) for _ in range(2)] == [True, False]
    shopper.post(CHECKOUT, filled(shopper, act="drop", no_return="on"))
    assert [ticked in page(shopper) for _ in range(2)] == [True, False]
    enter(shopper, "SPRING-20")
    assert ticked not in page(shopper)


def closed() -> list[dict[str, Any]]:
    now = timezone.now()
    hour = timedelta(hours=1)
    return [{"active": False}, {"starts_at": now + hour}, {"ends_at": now - hour}, {"most_uses": 0}]


@pytest.mark.parametrize("state", closed())
def test_expired_used_up_and_unknown_codes_get_one_answer(shopper: Client, cup: Variant, state: dict[str, Any]) -> None:
    CouponFactory(code="SPRING-20", **state)
    assert UNKNOWN in enter(shopper, "SPRING-20").content.decode()


def test_a_minimum_that_is_not_reached_is_told(shopper: Client, cup: Variant) -> None:
    CouponFactory(code="BIG-ONE", minimum="199.00")
    html = enter(shopper, "BIG-ONE").content.decode()
    assert "The coupon BIG-ONE needs goods worth CN¥199.00; yours are worth CN¥88.00." in html


def test_a_code_that_was_typed_but_not_used_orders_nothing_at_a_price_not_seen(shopper: Client, cup: Variant) -> None:
    CouponFactory(code="SPRING-20", value="20.00")
    form = filled(shopper, coupon="spring-20")
    answer = shopper.post(CHECKOUT, form)
    html = answer.content.decode()
    assert answer.status_code == 409 and not Order.objects.exists()
    assert "The coupon SPRING-20 takes CN¥20.00 off." in html and "The new total is CN¥80.00." in html
    assert shopper.post(CHECKOUT, ADDRESS | form_of(answer)).status_code == 303
    assert Order.objects.get().total == Decimal("80.00")


# --- reckoned anew with the order


def test_taking_goods_out_afterwards_does_not_dodge_the_minimum(shopper: Client, cup: Variant) -> None:
    other = VariantFactory()
    take(shopper, other)
    CouponFactory(code="TWO-CUPS", value="30.00", minimum="150.00")
    enter(shopper, "TWO-CUPS")
    form = filled(shopper)
    shopper.post("/en/cart/remove/", {"variant": other.pk})
    answer = shopper.post(CHECKOUT, form)
    html = answer.content.decode()
    assert answer.status_code == 409 and not Order.objects.exists()
    assert "The coupon TWO-CUPS needs goods worth CN¥150.00; yours are worth CN¥88.00." in html
    assert "The new total is CN¥100.00." in html
    assert shopper.post(CHECKOUT, ADDRESS | form_of(answer)).status_code == 303
    order = Order.objects.get()
    assert (order.total, order.coupon, Coupon.objects.get().used) == (Decimal("100.00"), None, 0)


def test_goods_put_back_bring_the_discount_back(shopper: Client, cup: Variant) -> None:
    CouponFactory(code="TWO-CUPS", value="30.00", minimum="150.00")
    take(shopper, cup)
    enter(shopper, "TWO-CUPS")
    shopper.post("/en/cart/set/", {"variant": cup.pk, "quantity": "1"})
    assert "needs goods worth" in page(shopper)
    take(shopper, cup)
    assert "The coupon TWO-CUPS takes CN¥30.00 off." in page(shopper)


@pytest.mark.parametrize("change", [{"active": False}, {"ends_at": timezone.now() - timedelta(days=1)}])
def test_a_coupon_that_ends_meanwhile_is_named(shopper: Client, cup: Variant, change: dict[str, Any]) -> None:
    CouponFactory(code="SPRING-20")
    enter(shopper, "SPRING-20")
    form = filled(shopper)
    Coupon.objects.update(**change)
    answer = shopper.post(CHECKOUT, form)
    html = answer.content.decode()
    assert answer.status_code == 409 and not Order.objects.exists()
    assert "The coupon SPRING-20 is no longer valid." in html and "The new total is CN¥100.00." in html


def test_a_coupon_that_takes_less_meanwhile_is_named(shopper: Client, cup: Variant) -> None:
    CouponFactory(code="SPRING-20", value="20.00")
    enter(shopper, "SPRING-20")
    form = filled(shopper)
    Coupon.objects.update(value="5.00")
    assert "The coupon SPRING-20 takes CN¥5.00 off." in shopper.post(CHECKOUT, form).content.decode()


def test_a_coupon_taken_out_in_another_window_is_named(shopper: Client, cup: Variant) -> None:
    CouponFactory(code="SPRING-20")
    enter(shopper, "SPRING-20")
    form = filled(shopper)
    shopper.post(CHECKOUT, filled(shopper, act="drop"))
    answer = shopper.post(CHECKOUT, form)
    assert answer.status_code == 409
    assert "The coupon no longer applies." in answer.content.decode()


def test_a_coupon_that_was_deleted_is_as_if_never_entered(shopper: Client, cup: Variant) -> None:
    CouponFactory(code="SPRING-20")
    enter(shopper, "SPRING-20")
    Coupon.objects.all().delete()
    assert "Place order · CN¥100.00" in page(shopper)


def test_free_delivery_is_decided_before_the_discount(shopper: Client, cup: Variant) -> None:
    take(shopper, cup, 2)
    CouponFactory(code="SPRING-20", value="100.00")
    enter(shopper, "SPRING-20")
    assert "Place order · CN¥164.00" in page(shopper)


@pytest.mark.parametrize("forged", ["-88.00", "88.00", "1e9", "NaN", ""])
def test_the_form_cannot_say_what_a_coupon_takes_off(shopper: Client, cup: Variant, forged: str) -> None:
    form = filled(shopper, discount=forged, coupon_id="SPRING", value=forged)
    shown = form["shown"].replace("-0.00", f"-{forged}")
    assert shopper.post(CHECKOUT, form | {"shown": shown}).status_code == 409
    assert not Order.objects.exists()


# --- guessing


def test_a_session_has_ten_tries_and_then_waits(shopper: Client, cup: Variant) -> None:
    CouponFactory(code="SPRING-20")
    for n in range(10):
        assert enter(shopper, f"GUESS-{n}").status_code == 422
    refused = enter(shopper, "SPRING-20")
    assert refused.status_code == 429 and 590 <= int(refused["Retry-After"]) <= 600
    assert "Too many codes were tried. Please try again in 10 minutes." in refused.content.decode()
    assert "SPRING-20 takes" not in page(shopper)


def test_fresh_sessions_do_not_help_who_guesses(cup: Variant) -> None:
    statuses = []
    for n in range(7):
        eve = Client()
        take(eve, cup)
        statuses += [enter(eve, f"GUESS-{n}-{m}").status_code for m in range(10)]
    assert statuses == [422] * 60 + [429] * 10


def test_who_waits_can_order_without_a_coupon(shopper: Client, cup: Variant) -> None:
    for n in range(11):
        enter(shopper, f"GUESS-{n}")
    assert shopper.post(CHECKOUT, filled(shopper)).status_code == 303


def test_a_coupon_in_use_costs_no_further_tries(shopper: Client, cup: Variant) -> None:
    CouponFactory(code="SPRING-20")
    enter(shopper, "SPRING-20")
    for _ in range(12):
        assert shopper.post(CHECKOUT, filled(shopper, phone="1")).status_code == 422
    assert shopper.post(CHECKOUT, filled(shopper)).status_code == 303
