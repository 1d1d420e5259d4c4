"""Changing where an order goes: until it is paid, by the rules of the checkout, and never what it costs."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from orders.models import Order
from orders.readdressing import readdress
from orders.tests.factories import OrderFactory
from shop.models import ShippingRate

pytestmark = pytest.mark.django_db
PAGE = "/en/orders/{}/address/"
NEW = {
    "name": "周明", "phone": "+86 139-0013-9000", "province": "江苏省", "city": "苏州市", "district": "姑苏区",
    "street": "平江路 8 号",
}  # fmt: skip


def send(shopper: Client, order: Order, **changed: str) -> HttpResponse:
    return shopper.post(PAGE.format(order.number), NEW | changed)


def where(order: Order) -> dict[str, Any]:
    """The address as the database has it."""
    return dict(Order.objects.values(*NEW).get(pk=order.pk))


def test_the_form_shows_the_address_as_it_is(shopper: Client, order: Order) -> None:
    page = shopper.get(PAGE.format(order.number)).content.decode()
    for text in (order.name, order.phone, order.city, order.district, order.street, 'value="浙江省" selected'):
        assert text in page
    assert "email" not in page.split("<main", 1)[1].split("<form", 1)[1].split("</form>", 1)[0]


@pytest.mark.parametrize("page", ["", "pay/"])
def test_pages_of_an_unpaid_order_lead_there(shopper: Client, order: Order, page: str) -> None:
    link = f'href="{PAGE.format(order.number)}"'
    assert link in shopper.get(f"/en/orders/{order.number}/{page}").content.decode()
    Order.objects.filter(pk=order.pk).update(life="expired")
    assert link not in shopper.get(f"/en/orders/{order.number}/{page}").content.decode()


def test_a_new_address_is_taken_and_what_is_paid_stays(shopper: Client, order: Order) -> None:
    total = order.total
    answer = send(shopper, order)
    assert (answer.status_code, answer["Location"]) == (303, f"/en/orders/{order.number}/pay/")
    assert where(order) == NEW | {"phone": "13900139000"}
    order.refresh_from_db()
    assert order.total == total
    assert "The order goes to the new address." in shopper.get(answer["Location"]).content.decode()


def test_the_timeline_says_so_and_keeps_nothing_of_the_old_address(shopper: Client, order: Order) -> None:
    send(shopper, order, name=order.name)
    event = order.events.get(kind="address-changed")
    assert event.detail == {"fields": ["city", "district", "phone", "province", "street"]}
    assert "Address changed" in shopper.get(f"/en/orders/{order.number}/").content.decode()


def test_the_same_address_again_is_no_event(shopper: Client, order: Order) -> None:
    same = {field: getattr(order, field) for field in NEW}
    assert send(shopper, order, **same).status_code == 303
    assert not order.events.filter(kind="address-changed").exists()


FAULTS = {
    "name": ("", "Enter the recipient&#x27;s name"),
    "phone": ("12345", "Phone number must have 11 digits"),
    "province": ("Atlantis", "Choose a province"),
    "street": ("x" * 201, "Shorten this to 200 characters"),
}


@pytest.mark.parametrize("field", FAULTS)
def test_a_fault_is_told_and_all_that_was_typed_is_kept(shopper: Client, order: Order, field: str) -> None:
    value, words = FAULTS[field]
    before = where(order)
    answer = send(shopper, order, **{field: value})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: " in page and page.count(words) == 2 and f'href="#{field}"' in page
    assert all(text in page for name, text in NEW.items() if name not in (field, "province"))
    assert where(order) == before


@pytest.mark.parametrize(("fee", "status"), [("12.00", 303), ("25.00", 422), ("5.00", 422)])
def test_a_province_with_another_fee_is_refused_so_that_the_total_stays(
    shopper: Client, order: Order, fee: str, status: int
) -> None:
    ShippingRate.objects.create(province="", fee="12.00")
    ShippingRate.objects.create(province="西藏自治区", fee=fee)
    cache.clear()
    answer = send(shopper, order, province="西藏自治区")
    assert answer.status_code == status
    assert ("Cancel this order and order again" in answer.content.decode()) == (status == 422)
    assert (where(order)["province"] == "西藏自治区") == (status == 303)
    order.refresh_from_db()
    assert order.total == order.subtotal + order.shipping


def test_weight_counts_for_the_fee(shopper: Client, order: Order) -> None:
    rates = {"first_grams": 1000, "more_grams": 1000}
    ShippingRate.objects.create(province="", fee="12.00", more_fee="1.00", **rates)
    ShippingRate.objects.create(province="西藏自治区", fee="12.00", more_fee="9.00", **rates)
    cache.clear()
    variant = order.lines.get().variant
    type(variant).objects.filter(pk=variant.pk).update(weight_grams=1500)
    assert send(shopper, order, province="西藏自治区").status_code == 422
    type(variant).objects.filter(pk=variant.pk).update(weight_grams=900)
    assert send(shopper, order, province="西藏自治区").status_code == 303


OVER = [
    {"life": "confirmed", "goods": "committed", "pay_status": "paid", "charged": Decimal("88.00")},
    {"life": "shipped", "goods": "committed", "pay_status": "paid", "charged": Decimal("88.00")},
    {"life": "expired", "goods": "released"},
    {"life": "cancelled", "goods": "released"},
]


@pytest.mark.parametrize("fields", OVER)
@pytest.mark.parametrize("verb", ["get", "post"])
def test_after_the_payment_or_the_end_it_stays(
    shopper: Client, order: Order, fields: dict[str, Any], verb: str
) -> None:
    Order.objects.filter(pk=order.pk).update(**fields)
    before = where(order)
    answer = getattr(shopper, verb)(PAGE.format(order.number), NEW)
    assert (answer.status_code, answer["Location"]) == (303, f"/en/orders/{order.number}/")
    assert where(order) == before
    assert "only be changed before the payment" in shopper.get(answer["Location"]).content.decode()


def test_a_payment_that_comes_in_between_wins(order: Order) -> None:
    """The row is compared as it is written, not as it was read."""
    before = where(order)
    Order.objects.filter(pk=order.pk).update(life="confirmed", charged=order.total, pay_status="paid")
    assert order.life == "placed"
    assert not readdress(order, NEW | {"phone": "13900139000"})
    assert where(order) == before
    assert not order.events.filter(kind="address-changed").exists()


def test_the_shopper_is_told_of_a_payment_that_came_in_between(
    shopper: Client, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Order, "readdress", lambda order, contact: False)
    answer = send(shopper, order)
    assert answer.status_code == 422
    assert "paid or closed meanwhile" in answer.content.decode()


@pytest.mark.parametrize("verb", ["get", "post"])
def test_nobody_else_sees_or_changes_it(stranger: Client, order: Order, verb: str) -> None:
    assert getattr(stranger, verb)(PAGE.format(order.number), NEW).status_code == 404
    stranger.post("/en/orders/find/", {"number": order.number, "contact": order.email})
    assert stranger.get(f"/en/orders/{order.number}/").status_code == 200  # found, with a masked address
    answer = getattr(stranger, verb)(PAGE.format(order.number), NEW)
    assert (answer.status_code, answer["Location"]) == (303, f"/en/orders/{order.number}/code/")
    assert "/address/" not in stranger.get(f"/en/orders/{order.number}/pay/").content.decode()
    assert where(order)["street"] == order.street


def test_what_else_the_form_brings_is_ignored(shopper: Client, own: Callable[[Order], Order]) -> None:
    order = own(OrderFactory(expires_at=timezone.now() + timedelta(minutes=5)))
    send(shopper, order, total="0.01", email="eve@example.com", life="confirmed", number="1")
    after = Order.objects.get(pk=order.pk)
    assert (after.total, after.email, after.life) == (order.total, "lin@example.com", "placed")
