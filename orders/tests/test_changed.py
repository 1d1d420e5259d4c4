"""What changed between showing and sending (rule G25): nothing is ordered, each difference is named."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from orders.models import Order
from orders.tests.buying import CHECKOUT, filled, take
from shop.models import StockMovement, Variant
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cup() -> Variant:
    variant: Variant = VariantFactory(product__name_en="Celadon gaiwan")
    return variant


def refused(answer: Any) -> str:
    """The page that came back, once it is sure that nothing was ordered."""
    assert answer.status_code == 409
    assert not Order.objects.exists()
    return str(answer.content.decode())


def test_a_changed_price_is_named_with_the_new_total(shopper: Client, cup: Variant) -> None:
    take(shopper, cup)
    form = filled(shopper, street="typed with care")
    Variant.objects.update(price="95.50")
    html = refused(shopper.post(CHECKOUT, form))
    assert "Celadon gaiwan: the price is now CN¥95.50." in html
    assert "The new total is CN¥107.50." in html
    assert "typed with care</textarea>" in html


def test_sent_again_after_the_change_was_seen_it_is_an_order(shopper: Client, cup: Variant) -> None:
    take(shopper, cup)
    form = filled(shopper)
    Variant.objects.update(price="95.50")
    shopper.post(CHECKOUT, form)
    assert shopper.post(CHECKOUT, filled(shopper)).status_code == 303
    assert str(Order.objects.get().total) == "107.50"


def test_a_lost_unit_is_named_and_the_quantity_changed(shopper: Client, cup: Variant) -> None:
    take(shopper, cup, 3)
    form = filled(shopper)
    cup.adjust(-8)
    html = refused(shopper.post(CHECKOUT, form))
    assert "Celadon gaiwan: only 2 left, we changed the quantity." in html
    assert "Shipping is now CN¥12.00." in html
    assert "Place order · CN¥188.00" in html


def test_the_last_unit_lost_leaves_nothing_to_order(shopper: Client, cup: Variant) -> None:
    take(shopper, cup)
    form = filled(shopper)
    cup.adjust(-10)
    html = refused(shopper.post(CHECKOUT, form))
    assert "Celadon gaiwan is no longer available." in html
    assert "Place order" not in html and 'href="/en/cart/"' in html


def test_a_product_taken_off_sale_is_named(shopper: Client, cup: Variant) -> None:
    take(shopper, cup)
    take(shopper, VariantFactory())
    form = filled(shopper)
    type(cup.product).objects.filter(pk=cup.product_id).update(published_until="2020-01-01T00:00Z")
    assert "Celadon gaiwan is no longer available." in refused(shopper.post(CHECKOUT, form))


def test_a_changed_shipping_fee_is_named(shopper: Client, cup: Variant, settings: Settings) -> None:
    take(shopper, cup)
    form = filled(shopper)
    settings.SHIPPING_FEE = 15
    html = refused(shopper.post(CHECKOUT, form))
    assert "Shipping is now CN¥15.00." in html and "The new total is CN¥103.00." in html


def test_what_was_put_into_the_cart_in_another_window_is_named(shopper: Client, cup: Variant) -> None:
    take(shopper, cup)
    form = filled(shopper)
    take(shopper, VariantFactory(product__name_en="Tea plate"))
    take(shopper, cup)
    html = refused(shopper.post(CHECKOUT, form))
    assert "Tea plate was added to your cart." in html
    assert "Celadon gaiwan: the quantity is now 2." in html


def test_what_was_taken_out_in_another_window_is_told(shopper: Client, cup: Variant) -> None:
    take(shopper, cup)
    take(shopper, VariantFactory())
    form = filled(shopper)
    shopper.post("/en/cart/remove/", {"variant": cup.pk})
    assert "Something was removed from your cart." in refused(shopper.post(CHECKOUT, form))


@pytest.mark.parametrize("shown", ["", "nonsense", "1x@", "x" * 9000, "1x1x1@1 +0.00", "9x9@9\0", "1x²@88.00"])
def test_a_form_that_does_not_say_what_it_showed_orders_nothing(shopper: Client, cup: Variant, shown: str) -> None:
    take(shopper, cup)
    assert "The new total is CN¥100.00." in refused(shopper.post(CHECKOUT, filled(shopper, shown=shown)))


def test_a_unit_lost_in_the_very_moment_of_ordering_leaves_no_trace(
    shopper: Client, cup: Variant, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = VariantFactory()
    take(shopper, other)
    take(shopper, cup)
    form = filled(shopper)
    cup.adjust(-10)
    stale = type("Stale", (), {"__get__": lambda self, variant, owner=None: 10})()
    with monkeypatch.context() as reading:  # the cart reads the stock of a moment ago
        reading.setattr(Variant, "sellable", stale)
        answer = shopper.post(CHECKOUT, form)
    assert "Someone else was faster" in refused(answer)
    other.refresh_from_db()
    assert other.reserved == 0
    assert not StockMovement.objects.filter(kind="hold").exists()
