"""The checkout reckons with the province that was chosen, and nothing is ordered at a fee not seen."""

from decimal import Decimal

import pytest
from django.test import Client

from orders.models import Order
from orders.tests.buying import CHECKOUT, filled, form_of, take
from shop.models import ShippingRate, Variant
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
SUMS = "/en/checkout/sums.json"


@pytest.fixture
def cup(shopper: Client) -> Variant:
    """In the cart of the shopper: 88 yuan. Delivery costs 12, to Xinjiang 30."""
    ShippingRate.objects.create(province="新疆维吾尔自治区", fee="30.00")
    variant: Variant = VariantFactory()
    take(shopper, variant)
    return variant


def test_a_dearer_province_brings_the_page_back_with_the_new_total(shopper: Client, cup: Variant) -> None:
    form = filled(shopper, province="新疆维吾尔自治区")
    answer = shopper.post(CHECKOUT, form)
    html = answer.content.decode()
    assert answer.status_code == 409 and not Order.objects.exists()
    assert "Shipping is now CN¥30.00." in html and "The new total is CN¥118.00." in html
    assert shopper.post(CHECKOUT, form | form_of(answer)).status_code == 303
    assert (Order.objects.get().shipping, Order.objects.get().total) == (Decimal("30.00"), Decimal("118.00"))


def test_a_province_that_costs_the_same_is_no_change(shopper: Client, cup: Variant) -> None:
    assert shopper.post(CHECKOUT, filled(shopper, province="浙江省")).status_code == 303
    assert Order.objects.get().shipping == Decimal("12.00")


def test_the_fee_follows_the_address_of_the_last_time(shopper: Client, cup: Variant) -> None:
    shopper.post(CHECKOUT, filled(shopper, province="新疆维吾尔自治区", phone="1"))
    html = shopper.get(CHECKOUT).content.decode()
    assert "Place order · CN¥118.00" in html


def test_a_script_asks_what_a_province_costs(shopper: Client, cup: Variant) -> None:
    told = shopper.get(SUMS, {"province": "新疆维吾尔自治区"})
    assert "no-store" in told["Cache-Control"]
    assert told.json() == {
        "shipping": '<data value="30.00">CN¥30.00</data>',
        "total": '<data value="118.00">CN¥118.00</data>',
        "button": "Place order · CN¥118.00",
        "said": "Shipping CN¥30.00, total CN¥118.00",
        "shown": f"{cup.pk}x1@88.00 +30.00 -0.00",
    }
    form = filled(shopper, province="新疆维吾尔自治区", shown=told.json()["shown"])
    assert shopper.post(CHECKOUT, form).status_code == 303


@pytest.mark.parametrize("province", ["", "Atlantis", "\0", "<b>", "新" * 5000])
def test_a_province_that_is_none_costs_what_most_cost(shopper: Client, cup: Variant, province: str) -> None:
    assert shopper.get(SUMS, {"province": province}).json()["button"] == "Place order · CN¥100.00"


def test_asking_changes_nothing(shopper: Client, cup: Variant) -> None:
    shopper.get(SUMS, {"province": "新疆维吾尔自治区"})
    assert "Place order · CN¥100.00" in shopper.get(CHECKOUT).content.decode()
    assert shopper.post(SUMS).status_code == 405


def test_an_empty_cart_has_no_sums(stranger: Client) -> None:
    assert stranger.get(SUMS).status_code == 204


def test_where_no_province_differs_no_script_has_to_ask(shopper: Client, cup: Variant) -> None:
    assert "data-sums=" in shopper.get(CHECKOUT).content.decode()
    ShippingRate.objects.all().delete()
    from_table = shopper.get("/ja/checkout/").content.decode()  # another language keeps a table of its own
    assert "data-sums=" not in from_table


def test_the_form_cannot_say_what_delivery_costs(shopper: Client, cup: Variant) -> None:
    form = filled(shopper, province="新疆维吾尔自治区", shipping="0", fee="0")
    assert shopper.post(CHECKOUT, form | {"shown": f"{cup.pk}x1@88.00 +0.00 -0.00"}).status_code == 409
    assert not Order.objects.exists()
