"""Putting goods into the cart from a product's page."""

from typing import Any

import pytest
from django.test import Client

from shop.models import Product, Variant
from shop.tests.factories import VariantFactory
from shop.tests.reading import amounts, field, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def cup() -> Variant:
    return VariantFactory(product__slug="cup", product__name_en="Cup", price="88.00", on_hand=5)


def add(shopper: Client, variant: Variant, quantity: Any = "1", **more: Any) -> Any:
    fields = {"product": variant.product.slug, "variant": variant.pk, "quantity": quantity} | more
    return shopper.post("/en/cart/add/", fields)


def count(shopper: Client) -> int:
    return sum(entry[0] for entry in shopper.session.get("cart", {}).values())


def test_adding_leads_to_the_cart_and_says_so(shopper: Client, cup: Variant) -> None:
    answer = add(shopper, cup, "2")
    assert (answer.status_code, answer["Location"]) == (303, "/en/cart/")
    page = shopper.get("/en/cart/")
    assert "Added to the cart" in text(page)
    assert field(page, "quantity") == "2"
    assert "Added to the cart" not in text(shopper.get("/en/cart/"))


def test_buying_now_leads_to_the_checkout(shopper: Client, cup: Variant) -> None:
    answer = add(shopper, cup, then="buy")
    assert (answer.status_code, answer["Location"]) == (303, "/en/checkout/")
    assert count(shopper) == 1


def test_a_script_stays_on_the_page(shopper: Client, cup: Variant) -> None:
    fields = {"variant": cup.pk, "quantity": "2"}
    answer = shopper.post("/en/cart/add/", fields, headers={"accept": "application/json"})
    assert answer.json() == {"said": "Added to the cart", "count": 2, "words": "2 items"}


def test_the_same_again_makes_one_line(shopper: Client, cup: Variant) -> None:
    add(shopper, cup, "2")
    add(shopper, cup, "3")
    assert shopper.session["cart"] == {str(cup.pk): [5, "88.00"]}


BAD = ["-1", "0", "0.5", "1000000000", "2147483648", "9" * 30, "two", "１２", "1_2", "0x1", "", " ", "1 2", "+1", "1e1",
       "٣", "NaN", "1\n2", "100", "<script>"]  # fmt: skip


@pytest.mark.parametrize("quantity", BAD)
def test_a_quantity_that_is_none_is_the_fields_error(shopper: Client, cup: Variant, quantity: str) -> None:
    answer = add(shopper, cup, quantity)
    page = text(answer)
    assert answer.status_code == 422
    assert page.count("Enter a whole number from 1 to 5") == 2
    assert 'aria-invalid="true" aria-describedby="quantity-error"' in page
    assert "<title>Error:" in page
    assert count(shopper) == 0
    assert "<script>1" not in page


@pytest.mark.parametrize("quantity", BAD)
def test_a_script_is_told_the_same(shopper: Client, cup: Variant, quantity: str) -> None:
    fields = {"variant": cup.pk, "quantity": quantity}
    answer = shopper.post("/en/cart/add/", fields, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (422, {"said": "Enter a whole number from 1 to 5"})


def test_more_than_there_are_is_refused_with_how_many_there_are(shopper: Client, cup: Variant) -> None:
    answer = add(shopper, cup, "6")
    assert answer.status_code == 422
    assert "Only 5 left" in text(answer)
    assert field(answer, "quantity") == "6"
    assert count(shopper) == 0


def test_what_is_in_the_cart_already_counts(shopper: Client, cup: Variant) -> None:
    add(shopper, cup, "4")
    assert "Only 1 left" in text(add(shopper, cup, "2"))
    add(shopper, cup, "1")
    assert "You already have all we can sell you" in text(add(shopper, cup, "1"))
    assert count(shopper) == 5


def test_a_sold_out_variant_is_refused(shopper: Client, cup: Variant) -> None:
    cup.adjust(-5)
    answer = add(shopper, cup)
    assert answer.status_code == 422
    assert "Sold out" in text(answer)


def test_a_line_holds_99_at_most(shopper: Client) -> None:
    plenty = VariantFactory(on_hand=500)
    add(shopper, plenty, "99")
    assert add(shopper, plenty, "1").status_code == 422
    assert count(shopper) == 99


def test_a_cart_holds_50_lines_at_most(shopper: Client, cup: Variant) -> None:
    session = shopper.session
    session["cart"] = {str(10_000 + n): [1, "1.00"] for n in range(50)}
    session.save()
    answer = add(shopper, cup)
    assert "The cart is full." in text(answer)
    assert str(cup.pk) not in shopper.session["cart"]


@pytest.mark.parametrize("variant", ["", "x", "-1", "1.5", "９", "9" * 30])
def test_without_an_option_the_page_asks_for_one(shopper: Client, cup: Variant, variant: str) -> None:
    answer = shopper.post("/en/cart/add/", {"product": "cup", "variant": variant, "quantity": "1"})
    assert answer.status_code == 422
    assert "Choose an option" in text(answer)


@pytest.mark.parametrize("product", ["", "none", "../x"])
def test_without_an_option_and_a_product_there_is_no_page(shopper: Client, cup: Variant, product: str) -> None:
    assert shopper.post("/en/cart/add/", {"product": product, "quantity": "1"}).status_code == 404


def test_an_absent_variant_is_not_found(shopper: Client) -> None:
    assert shopper.post("/en/cart/add/", {"variant": "424242", "quantity": "1"}).status_code == 404


def test_a_withdrawn_product_cannot_be_added(shopper: Client, cup: Variant) -> None:
    Product.objects.update(published_until=cup.product.published_from)
    assert add(shopper, cup).status_code == 404


def test_a_price_sent_along_is_ignored(shopper: Client, cup: Variant) -> None:
    add(shopper, cup, price="0.01", unit_price="0.01", total="0.01", discount="88", currency="JPY", seen_price="0.01")
    assert amounts(shopper.get("/en/cart/"))[0] == "88.00"


def test_adding_needs_a_post_from_our_own_page(cup: Variant) -> None:
    browser = Client(enforce_csrf_checks=True)
    fields = {"variant": cup.pk, "quantity": "1"}
    assert browser.get("/en/cart/add/", fields).status_code == 405
    assert browser.post("/en/cart/add/", fields).status_code == 403
    token = field(browser.get("/en/p/cup/"), "csrfmiddlewaretoken")
    assert browser.post("/en/cart/add/", fields | {"csrfmiddlewaretoken": token}).status_code == 303
