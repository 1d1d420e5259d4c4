"""P05: the cart's page, its notes on what changed, and its acts."""

from decimal import Decimal
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from shop.cart import Cart
from shop.models import Product, Variant
from shop.tests.factories import PictureFactory, VariantFactory
from shop.tests.reading import amounts, field, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def cup() -> Variant:
    return VariantFactory(product__name_en="Cup", option_en="Blue", price="88.00", on_hand=5)


def put(shopper: Client, variant: Variant, quantity: int = 1) -> None:
    answer = shopper.post("/en/cart/add/", {"variant": variant.pk, "quantity": quantity})
    assert answer.status_code == 303
    shopper.get("/en/cart/")


def act(shopper: Client, verb: str, variant: Variant | int, **fields: Any) -> Any:
    key = variant.pk if isinstance(variant, Variant) else variant
    return shopper.post(f"/en/cart/{verb}/", {"variant": key, **fields})


def held(shopper: Client) -> dict[str, Any]:
    return {key: entry[0] for key, entry in shopper.session.get("cart", {}).items()}


def test_an_empty_cart_shows_the_way_on(shopper: Client) -> None:
    page = text(shopper.get("/en/cart/"))
    assert "The cart is empty." in page
    assert 'href="/en/#new"' in page


def test_the_cart_adds_up(shopper: Client, cup: Variant) -> None:
    put(shopper, cup, 2)
    page = shopper.get("/en/cart/")
    assert "Cup · Blue" in text(page)
    assert amounts(page) == ["88.00", "176.00", "176.00", "12.00", "188.00"]
    assert "CN¥23.00 more and shipping is free" in text(page)


@pytest.mark.parametrize(
    ("price", "shipping", "total"),
    [("198.99", "12.00", "210.99"), ("199.00", None, "199.00"), ("0.01", "12.00", "12.01")],
)
def test_shipping_is_free_from_the_threshold_on(
    shopper: Client, cup: Variant, price: str, shipping: str | None, total: str
) -> None:
    Variant.objects.update(price=price)
    put(shopper, cup)
    shown = amounts(shopper.get("/en/cart/"))
    assert shown[2:] == [price, *([shipping] if shipping else []), total]


def test_shipping_can_be_free_for_all(shopper: Client, cup: Variant, settings: LazySettings) -> None:
    settings.SHIPPING_FEE = 0
    put(shopper, cup)
    page = shopper.get("/en/cart/")
    assert amounts(page)[-1] == "88.00"
    assert "more and shipping is free" not in text(page)


@pytest.mark.parametrize(("fields", "expected"), [
    ({"quantity": "3"}, 3), ({"quantity": "2", "step": "1"}, 3), ({"quantity": "2", "step": "-1"}, 1),
    ({"quantity": " 4 "}, 4), ({"quantity": "2", "step": "100"}, 2), ({"quantity": "5"}, 5),
])  # fmt: skip
def test_a_quantity_is_set_or_stepped(shopper: Client, cup: Variant, fields: dict[str, str], expected: int) -> None:
    put(shopper, cup, 2)
    answer = act(shopper, "set", cup, **fields)
    assert (answer.status_code, answer["Location"]) == (303, "/en/cart/")
    assert held(shopper) == {str(cup.pk): expected}


@pytest.mark.parametrize("quantity", ["-1", "0", "1000000000", "two", "１２", "1_2", "", "2.5", "100"])
def test_a_quantity_that_is_none_is_shown_under_its_row(shopper: Client, cup: Variant, quantity: str) -> None:
    put(shopper, cup, 2)
    answer = act(shopper, "set", cup, quantity=quantity)
    page = text(answer)
    assert answer.status_code == 422
    assert page.count("Enter a whole number from 1 to 5") == 2
    assert f'aria-invalid="true" aria-describedby="e{cup.pk}"' in page
    assert held(shopper) == {str(cup.pk): 2}
    assert field(answer, "quantity") == quantity[:10]


def test_stepping_below_one_or_above_the_stock_is_refused(shopper: Client, cup: Variant) -> None:
    put(shopper, cup, 1)
    assert act(shopper, "set", cup, quantity="1", step="-1").status_code == 422
    assert "Only 5 left" in text(act(shopper, "set", cup, quantity="5", step="1"))
    assert held(shopper) == {str(cup.pk): 1}


@pytest.mark.parametrize("verb", ["set", "remove"])
@pytest.mark.parametrize("key", ["", "x", "424242", "-1", "９", "9" * 40])
def test_a_line_that_is_not_there_changes_nothing(shopper: Client, cup: Variant, verb: str, key: str) -> None:
    put(shopper, cup)
    answer = shopper.post(f"/en/cart/{verb}/", {"variant": key, "quantity": "1"})
    assert answer.status_code == 303
    assert held(shopper) == {str(cup.pk): 1}


def test_a_removed_line_can_be_put_back_in_its_place(shopper: Client, cup: Variant) -> None:
    others = [VariantFactory(), VariantFactory()]
    put(shopper, others[0])
    put(shopper, cup, 2)
    put(shopper, others[1])
    act(shopper, "remove", cup)
    assert "Removed from the cart" in text(shopper.get("/en/cart/"))
    shopper.post("/en/cart/undo/")
    assert list(held(shopper)) == [str(others[0].pk), str(cup.pk), str(others[1].pk)]
    assert "Removed from the cart" not in text(shopper.get("/en/cart/"))


def test_undoing_twice_or_for_nothing_does_nothing(shopper: Client, cup: Variant) -> None:
    put(shopper, cup, 2)
    assert shopper.post("/en/cart/undo/").status_code == 303
    act(shopper, "remove", cup)
    shopper.post("/en/cart/undo/")
    shopper.post("/en/cart/undo/")
    assert held(shopper) == {str(cup.pk): 2}


def test_after_another_change_there_is_nothing_to_undo(shopper: Client, cup: Variant) -> None:
    put(shopper, cup)
    act(shopper, "remove", cup)
    put(shopper, cup, 3)
    shopper.post("/en/cart/undo/")
    assert held(shopper) == {str(cup.pk): 3}


class TestChangedMeanwhile:
    """Prices and stock are read anew, and each difference is named."""

    def test_a_higher_price_is_named_and_counts(self, shopper: Client, cup: Variant) -> None:
        put(shopper, cup)
        Variant.objects.update(price="90.00")
        page = shopper.get("/en/cart/")
        assert "The price rose from CN¥88.00 to CN¥90.00" in text(page)
        assert amounts(page)[0] == "90.00"

    def test_a_lower_price_is_named(self, shopper: Client, cup: Variant) -> None:
        put(shopper, cup)
        Variant.objects.update(price="80.00")
        assert "The price fell from CN¥88.00 to CN¥80.00" in text(shopper.get("/en/cart/"))

    def test_an_unchanged_line_has_no_note(self, shopper: Client, cup: Variant) -> None:
        put(shopper, cup)
        assert "note warn" not in text(shopper.get("/en/cart/"))

    def test_lost_stock_cuts_the_quantity(self, shopper: Client, cup: Variant) -> None:
        put(shopper, cup, 5)
        cup.hold(3, "1-1")
        page = shopper.get("/en/cart/")
        assert "Only 2 left, we changed the quantity" in text(page)
        assert amounts(page)[:2] == ["88.00", "176.00"]

    def test_a_sold_out_line_does_not_count(self, shopper: Client, cup: Variant) -> None:
        put(shopper, cup)
        put(shopper, VariantFactory(price="10.00"))
        cup.adjust(-5)
        page = shopper.get("/en/cart/")
        assert "No longer available." in text(page)
        assert amounts(page)[-1] == "22.00"

    def test_a_withdrawn_product_does_not_count(self, shopper: Client, cup: Variant) -> None:
        put(shopper, cup)
        Product.objects.update(published_until=cup.product.published_from)
        page = text(shopper.get("/en/cart/"))
        assert "No longer available." in page
        assert "Go to checkout" not in page

    def test_a_deleted_variant_vanishes(self, shopper: Client) -> None:
        bare = VariantFactory(on_hand=5)
        put(shopper, bare)
        session = shopper.session
        session["cart"] = {"424242": [1, "1.00"]}
        session.save()
        assert "The cart is empty." in text(shopper.get("/en/cart/"))

    def test_looking_changes_nothing(self, shopper: Client, cup: Variant) -> None:
        put(shopper, cup, 5)
        cup.hold(3, "1-1")
        shopper.get("/en/cart/")
        cup.adjust(3, reason="delivery")
        assert field(shopper.get("/en/cart/"), "quantity") == "5"


def test_the_cart_survives_the_login(shopper: Client, cup: Variant) -> None:
    put(shopper, cup, 2)
    before = shopper.cookies["sessionid"].value
    User.objects.create_user("li", password="a long enough word")
    shopper.login(username="li", password="a long enough word")
    assert shopper.cookies["sessionid"].value != before
    assert held(shopper) == {str(cup.pk): 2}


def test_carts_are_strangers_to_each_other(shopper: Client, stranger: Client, cup: Variant) -> None:
    put(shopper, cup)
    assert "The cart is empty." in text(stranger.get("/en/cart/"))


@pytest.mark.parametrize("verb", ["set", "remove", "undo", "add"])
def test_acts_need_a_post_from_our_own_page(verb: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.get(f"/en/cart/{verb}/").status_code == 405
    assert browser.post(f"/en/cart/{verb}/").status_code == 403


def test_the_page_is_never_stored(shopper: Client, cup: Variant) -> None:
    put(shopper, cup)
    assert "no-store" in shopper.get("/en/cart/")["Cache-Control"]
    assert "no-store" in act(shopper, "set", cup, quantity="x")["Cache-Control"]


def test_a_long_cart_costs_as_few_statements_as_a_short_one(
    shopper: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(6):
        put(shopper, PictureFactory(product=VariantFactory().product).product.variants.get())
    with django_assert_num_queries(3):
        page = text(shopper.get("/en/cart/"))
    assert page.count("products/cup-") == 6


def test_the_session_keeps_ids_quantities_and_prices_only(shopper: Client, cup: Variant) -> None:
    put(shopper, cup, 2)
    assert dict(shopper.session) == {"cart": {str(cup.pk): [2, "88.00"]}}


def test_clearing_leaves_nothing_to_undo(shopper: Client, cup: Variant) -> None:
    put(shopper, cup)
    act(shopper, "remove", cup)
    session = shopper.session
    Cart(session).clear()
    session.save()
    assert dict(shopper.session) == {"cart": {}}


def test_setting_through_the_cart_itself_is_capped(shopper: Client, cup: Variant) -> None:
    cart = Cart(shopper.session)
    assert (cart.add(cup, 3), cart.add(cup, 9), cart.set(cup.pk, 2), cart.set(424242, 2)) == (3, 5, 2, 0)
    assert (cart.count, cart.subtotal) == (2, Decimal("176.00"))
