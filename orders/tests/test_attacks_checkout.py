"""Prices, quantities and goods that a visitor would rather choose alone: the catalogue decides, not the form."""

import itertools
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from orders.models import Order, OrderLine
from orders.tests.buying import ADDRESS, CHECKOUT, buy, filled, form_of, take
from orders.tests.factories import OrderFactory
from shop.models import Product, StockMovement, Variant
from shop.tests.factories import ProductFactory, VariantFactory
from shop.tests.reading import amounts

pytestmark = pytest.mark.django_db
FORGED = {
    "price": "0.01", "unit_price": "0.01", "amount": "0.01", "total": "0.01", "subtotal": "0.01", "shipping": "0",
    "discount": "87.99", "currency": "JPY", "coupon_id": "FREE", "status": "paid", "life": "confirmed", "paid": "1",
    "charged": "100.00", "pay_status": "paid", "buyer": "1", "user": "1", "is_staff": "1", "number": "1" * 14,
    "serial": "1", "goods": "released", "needs_review": "1", "expires_at": "2099-01-01", "language": "xx", "id": "1",
}  # fmt: skip


@pytest.fixture
def cup() -> Variant:
    """88 yuan, ten on the shelf."""
    variant: Variant = VariantFactory()
    return variant


def send(shopper: Client, path: str, **fields: Any) -> int:
    return int(shopper.post(f"/en/{path}", fields).status_code)


def sums(order: Order) -> tuple[Decimal, Decimal, Decimal]:
    return order.subtotal, order.shipping, order.total


# --- price and state


def test_nothing_forged_along_the_whole_way_changes_price_or_state(shopper: Client, cup: Variant) -> None:
    send(shopper, "cart/add/", variant=cup.pk, **(FORGED | {"quantity": "2"}))
    send(shopper, "cart/set/", variant=cup.pk, **(FORGED | {"quantity": "1"}))
    assert shopper.post(CHECKOUT, FORGED | filled(shopper)).status_code == 303
    order = Order.objects.get()
    assert sums(order) == (Decimal("88.00"), Decimal("12.00"), Decimal("100.00"))
    assert (order.status, order.charged, order.discount, order.buyer, order.language) == ("awaiting", 0, 0, None, "en")
    assert order.number != FORGED["number"] and order.expires_at < timezone.now() + timedelta(hours=1)


@pytest.mark.parametrize("act", ["extend/", "check/", "again/", "cancel/", "pay/start/"])
def test_no_act_on_an_order_takes_its_fields_from_the_form(shopper: Client, order: Order, act: str) -> None:
    before = order.number, order.serial, sums(order), order.charged, order.pay_status, order.buyer_id, order.email
    shopper.post(f"/en/orders/{order.number}/{act}", FORGED | ADDRESS | {"email": "eve@example.com"})
    order.refresh_from_db()
    after = order.number, order.serial, sums(order), order.charged, order.pay_status, order.buyer_id, order.email
    assert after == before


@pytest.mark.parametrize("price", ["0.01", "1.00", "-88.00", "0", "NaN", "88.001", ""])
def test_the_price_that_the_form_says_was_shown_is_compared_only(shopper: Client, cup: Variant, price: str) -> None:
    take(shopper, cup)
    form = filled(shopper)
    answer = shopper.post(CHECKOUT, form | {"shown": form["shown"].replace("88.00", price)})
    assert answer.status_code == 409
    assert not Order.objects.exists()


def test_the_price_kept_in_the_cart_is_a_memory_only(shopper: Client, cup: Variant) -> None:
    take(shopper, cup)
    session = shopper.session
    session["cart"][str(cup.pk)][1] = "0.01"
    session.save()
    assert "88.00" in amounts(shopper.get("/en/cart/"))
    assert shopper.post(CHECKOUT, filled(shopper)).status_code == 303
    assert Order.objects.get().subtotal == Decimal("88.00")


@pytest.mark.parametrize("threshold", [0, 1, 100_000])
def test_shipping_is_the_shops_to_decide(shopper: Client, cup: Variant, settings: Settings, threshold: int) -> None:
    settings.SHIPPING_FREE_FROM = threshold
    order = buy(shopper, cup, **{"shipping": "-50", "total": "0.01"})
    assert order.shipping == (Decimal("12.00") if threshold > 88 else Decimal("0.00"))


@pytest.mark.parametrize(
    ("price", "quantity", "total"),
    [("0.01", 99, "0.99"), ("33.33", 3, "99.99"), ("0.07", 7, "0.49"), ("4.35", 99, "430.65"), ("1.15", 3, "3.45"),
     ("999999.99", 99, "98999999.01")],
)  # fmt: skip
def test_sums_are_exact_to_the_cent(shopper: Client, settings: Settings, price: str, quantity: int, total: str) -> None:
    settings.SHIPPING_FEE = 0
    assert buy(shopper, VariantFactory(price=price, on_hand=99), quantity).total == Decimal(total)


def test_a_sum_that_binary_figures_miss_is_an_order_like_any(shopper: Client, settings: Settings) -> None:
    settings.SHIPPING_FEE = 0
    for price in ("0.10", "0.20", "0.30"):
        take(shopper, VariantFactory(price=price))
    assert shopper.post(CHECKOUT, filled(shopper)).status_code == 303
    assert Order.objects.get().total == Decimal("0.60")


def test_many_dear_lines_stay_within_what_the_gateway_takes(shopper: Client) -> None:
    for _ in range(3):
        take(shopper, VariantFactory(price="50000000.00"))
    assert shopper.post(CHECKOUT, filled(shopper)).status_code == 422
    assert not Order.objects.exists()


# --- quantities

BAD = ["-1", "0", "-99", "0.5", "1e9", "2147483648", "9223372036854775808", "1" + "0" * 30, "１２", "1_2", "0x1", "",
       "100", "+1", "1;2", "\0", "1\0", "null", "true"]  # fmt: skip


@pytest.mark.parametrize("quantity", BAD)
@pytest.mark.parametrize("path", ["cart/add/", "cart/set/"])
def test_a_bad_quantity_leaves_the_cart_as_it_was(shopper: Client, cup: Variant, path: str, quantity: str) -> None:
    take(shopper, cup, 2)
    assert send(shopper, path, variant=cup.pk, product=cup.product.slug, quantity=quantity) == 422
    assert shopper.session["cart"] == {str(cup.pk): [2, "88.00"]}


@pytest.mark.parametrize("step", ["-1", "-2", "1000", "1e9", "--1", "-1.5", "\0"])
def test_no_number_of_steps_leads_below_one_or_above_the_stock(shopper: Client, cup: Variant, step: str) -> None:
    take(shopper, cup, 2)
    for _ in range(4):
        quantity = shopper.session["cart"][str(cup.pk)][0]
        send(shopper, "cart/set/", variant=cup.pk, quantity=quantity, step=step)
        assert 1 <= shopper.session["cart"][str(cup.pk)][0] <= 10


@pytest.mark.parametrize("quantities", [["1", "-5"], ["-5", "1"], ["1", "999"], ["9" * 30, "3"]])
def test_a_doubled_field_counts_once_and_by_the_rules(shopper: Client, cup: Variant, quantities: list[str]) -> None:
    shopper.post("/en/cart/add/", {"variant": [cup.pk, cup.pk], "product": cup.product.slug, "quantity": quantities})
    assert sum(units for units, _ in shopper.session.get("cart", {}).values()) in (0, 1, 3)


def test_adding_for_ever_never_exceeds_the_stock_nor_moves_it(shopper: Client, cup: Variant) -> None:
    for _ in range(30):
        send(shopper, "cart/add/", variant=cup.pk, product=cup.product.slug, quantity="3")
    assert shopper.session["cart"][str(cup.pk)][0] <= 10
    assert StockMovement.objects.filter(variant=cup).count() == 1, "the first count"
    cup.refresh_from_db()
    assert (cup.on_hand, cup.reserved) == (10, 0)


@pytest.mark.parametrize("units", [0, 11, 1000, 10**12])
def test_a_cart_that_holds_an_impossible_number_orders_none_of_it(shopper: Client, cup: Variant, units: int) -> None:
    take(shopper, cup)
    session = shopper.session
    session["cart"][str(cup.pk)][0] = units
    session.save()
    shopper.post(CHECKOUT, filled(shopper))
    assert all(0 < line.quantity <= 10 and line.total > 0 for line in OrderLine.objects.all())
    cup.refresh_from_db()
    assert 0 <= cup.reserved <= 10


# --- goods

HIDDEN = [
    {"published_from": timedelta(days=1)},
    {"published_from": -timedelta(days=2), "published_until": -timedelta(days=1)},
]


@pytest.mark.parametrize("window", HIDDEN)
def test_goods_outside_their_window_cannot_be_taken_by_their_id(
    shopper: Client, cup: Variant, window: dict[str, timedelta]
) -> None:
    Product.objects.update(**{name: timezone.now() + offset for name, offset in window.items()})
    assert send(shopper, "cart/add/", variant=cup.pk, quantity="1") == 404
    assert send(shopper, "cart/set/", variant=cup.pk, quantity="1") == 303
    assert "cart" not in shopper.session


@pytest.mark.parametrize("window", HIDDEN)
def test_goods_withdrawn_while_in_the_cart_are_not_sold(
    shopper: Client, cup: Variant, window: dict[str, timedelta]
) -> None:
    take(shopper, cup)
    form = filled(shopper)
    Product.objects.update(**{name: timezone.now() + offset for name, offset in window.items()})
    assert shopper.post(CHECKOUT, form).status_code == 409
    assert not Order.objects.exists()


@pytest.mark.parametrize("window", HIDDEN)
def test_buying_again_does_not_bring_withdrawn_goods_back(
    shopper: Client, order: Order, window: dict[str, timedelta]
) -> None:
    Product.objects.update(**{name: timezone.now() + offset for name, offset in window.items()})
    shopper.post(f"/en/orders/{order.number}/again/")
    assert not shopper.session.get("cart")


def test_a_dear_variant_named_with_a_cheap_product_costs_what_it_costs(shopper: Client) -> None:
    cheap, dear = VariantFactory(price="10.00"), VariantFactory(price="900.00")
    send(shopper, "cart/add/", variant=dear.pk, product=cheap.product.slug, quantity="1")
    assert shopper.post(CHECKOUT, filled(shopper)).status_code == 303
    assert Order.objects.get().lines.get().price == Decimal("900.00")


def test_options_of_one_product_keep_their_prices_apart(shopper: Client) -> None:
    product = ProductFactory()
    small, large = (VariantFactory(product=product, price=price) for price in ("30.00", "80.00"))
    take(shopper, small)
    form = filled(shopper)
    swapped = form["shown"].replace(f"{small.pk}x", f"{large.pk}x")
    assert shopper.post(CHECKOUT, form | {"shown": swapped, "variant": large.pk}).status_code == 409
    assert shopper.post(CHECKOUT, form | {"variant": large.pk}).status_code == 303
    assert Order.objects.get().lines.get().variant == small


KEYS = ["0", "-1", "9" * 18, "9" * 40, "1.0", "１", "\0", "' OR 1=1 --", "1,2", "None", "__proto__", "[]"]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("path", ["add", "set", "remove"])
def test_an_id_of_no_sense_is_no_fault_of_ours(shopper: Client, cup: Variant, path: str, key: str) -> None:
    take(shopper, cup)
    assert send(shopper, f"cart/{path}/", variant=key, product=cup.product.slug, quantity="1") in (303, 404, 422)
    assert list(shopper.session["cart"]) == [str(cup.pk)]


def test_the_key_of_anothers_form_opens_their_order_to_nobody(shopper: Client, stranger: Client, cup: Variant) -> None:
    """Whoever learnt the key of a form would learn the order: it is as secret as a session."""
    order = buy(shopper, cup)
    take(stranger, cup)
    form = filled(stranger, checkout_key="0" * 32)
    assert stranger.post(CHECKOUT, form).status_code == 303
    assert stranger.get(f"/en/orders/{order.number}/").status_code == 404
    assert Order.objects.count() == 2


# --- hoarding and guessing


def test_a_browser_cannot_hold_the_shelves_with_ever_new_addresses(shopper: Client) -> None:
    plenty = VariantFactory(on_hand=500)
    statuses = []
    for n in range(22):
        take(shopper, plenty)
        statuses.append(shopper.post(CHECKOUT, filled(shopper, email=f"e{n}@example.com")).status_code)
    assert statuses == [303] * 20 + [422] * 2


def test_a_full_cart_reserves_nothing_until_it_is_ordered(shopper: Client, stranger: Client, cup: Variant) -> None:
    take(shopper, cup, 10)
    shopper.get(CHECKOUT)
    assert buy(stranger, cup, 10).lines.get().quantity == 10


def test_the_neighbours_of_an_order_number_are_as_absent_as_any(shopper: Client, cup: Variant) -> None:
    mine, theirs = buy(shopper, cup), OrderFactory(variant=cup)
    guesses = [theirs.number, f"{int(mine.number) + 1:014}", f"{int(mine.number) - 1:014}", mine.number[:8] + "000000"]
    assert {shopper.get(f"/en/orders/{guess}/").status_code for guess in guesses} == {404}


def test_numbers_grow_in_front_and_tell_nothing_behind(cup: Variant) -> None:
    numbers = [OrderFactory(variant=VariantFactory(on_hand=1)).number for _ in range(60)]
    fronts, tails = [int(number[:8]) for number in numbers], [int(number[8:]) for number in numbers]
    assert fronts == list(range(fronts[0], fronts[0] + 60)) and {len(number) for number in numbers} == {14}
    assert len(set(tails)) == 60
    assert len({later - earlier for earlier, later in itertools.pairwise(tails)}) > 50, "they do not count"


# --- what is typed is shown, not run

SCRIPT = "<script>alert(1)</script>"
TEXTS = ["name", "city", "district", "street", "note"]


@pytest.mark.parametrize("field", TEXTS)
def test_what_a_shopper_types_is_shown_as_text(shopper: Client, admin_client: Client, cup: Variant, field: str) -> None:
    order = buy(shopper, cup, **{field: f'"{SCRIPT}'})
    pages = [f"/en/orders/{order.number}/{page}" for page in ("", "pay/", "result/")]
    shown = [shopper.get(page).content.decode() for page in pages]
    shown += [admin_client.get(page).content.decode() for page in staff_pages(order)]
    assert not any(SCRIPT in html for html in shown)
    assert any("&lt;script&gt;alert(1)" in html for html in shown)


def staff_pages(order: Order) -> list[str]:
    return ["/admin/orders/order/", f"/admin/orders/order/{order.pk}/change/"]


@pytest.mark.parametrize("field", TEXTS)
def test_what_was_typed_wrongly_comes_back_as_text(shopper: Client, cup: Variant, field: str) -> None:
    take(shopper, cup)
    page = shopper.post(CHECKOUT, filled(shopper, phone="1", **{field: f'">{SCRIPT}'}))
    assert page.status_code == 422 and SCRIPT not in page.content.decode()


@pytest.mark.parametrize(
    "template", ["{{ settings.SECRET_KEY }}", "{% debug %}", "${7*7}", "{0.__class__}", "%(total)s"]
)
def test_what_is_typed_is_never_a_template(shopper: Client, cup: Variant, template: str) -> None:
    order = buy(shopper, cup, street=template)
    assert template in shopper.get(f"/en/orders/{order.number}/").content.decode()


def test_a_thousand_fields_are_refused(shopper: Client, cup: Variant) -> None:
    take(shopper, cup)
    shopper.raise_request_exception = False
    answer = shopper.post(CHECKOUT, filled(shopper) | {f"f{n}": "1" for n in range(1001)})
    assert answer.status_code == 400
    assert not Order.objects.exists()


@pytest.mark.parametrize("query", ["_connector=OR", "ordering=price", "category__slug=x", "pk__gt=0", "sort=-price;--"])
def test_unknown_words_in_an_address_ask_the_database_nothing(shopper: Client, cup: Variant, query: str) -> None:
    plain = shopper.get(f"/en/c/{cup.product.category.slug}/").content
    assert amounts_of(shopper, f"/en/c/{cup.product.category.slug}/?{query}") == ["88.00"]
    assert b"88.00" in plain


def amounts_of(shopper: Client, address: str) -> list[str]:
    return amounts(shopper.get(address))


def test_the_hidden_fields_of_the_form_are_two(shopper: Client, cup: Variant) -> None:
    take(shopper, cup)
    assert set(form_of(shopper.get(CHECKOUT))) == {"checkout_key", "shown"}
