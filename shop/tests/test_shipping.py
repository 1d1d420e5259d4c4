"""What delivery costs: a flat fee where staff wrote no table; else by province and weight, free from a sum on."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from shop.fragments import forget
from shop.models import Product, ShippingRate, Variant
from shop.provinces import PROVINCES
from shop.shipping import Span, Tariff, missing_for_free, shipping_for, shipping_span
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
GOODS = Decimal("88.00")


def rate(province: str = "", fee: str = "10.00", **more: object) -> None:
    """A line of the table, as staff save it."""
    ShippingRate.objects.create(province=province, fee=fee, **more)
    forget()


@pytest.mark.parametrize(
    ("grams", "cost"),
    [(0, "12.00"), (1000, "12.00"), (1001, "17.00"), (1500, "17.00"), (1501, "22.00"), (10_000_000, "100_002.00")],
)
def test_each_further_weight_that_is_begun_costs_more(grams: int, cost: str) -> None:
    tariff = Tariff(Decimal(12), first_grams=1000, more_fee=Decimal(5), more_grams=500)
    assert tariff.cost(GOODS, grams) == Decimal(cost)


@pytest.mark.parametrize(
    ("subtotal", "cost"), [("0", "0"), ("-1", "0"), ("0.01", "12"), ("198.99", "12"), ("199", "0"), ("9999", "0")]
)
def test_it_is_free_from_the_threshold_on(subtotal: str, cost: str) -> None:
    assert Tariff(Decimal(12), free_from=Decimal(199)).cost(Decimal(subtotal), 5000) == Decimal(cost)


def test_without_a_threshold_it_is_never_free() -> None:
    assert Tariff(Decimal(12)).cost(Decimal(99_999_999), 0) == 12


def test_without_a_table_the_settings_say_it(settings: Settings) -> None:
    settings.SHIPPING_FEE, settings.SHIPPING_FREE_FROM = 7, 100
    assert shipping_for(GOODS, 90_000, "西藏自治区") == Decimal("7.00")
    assert shipping_span(GOODS) == Span(Decimal("7.00"), Decimal("7.00"))
    assert missing_for_free(GOODS) == Decimal("12.00")


def test_a_province_has_its_own_line_and_the_others_share_one() -> None:
    rate("西藏自治区", "30.00")
    rate("", "9.00", free_from="150.00")
    assert shipping_for(GOODS, 0, "西藏自治区") == Decimal("30.00")
    assert shipping_for(GOODS, 0, "浙江省") == shipping_for(GOODS) == Decimal("9.00")
    assert shipping_for(Decimal(150), 0, "西藏自治区") == Decimal("30.00")
    assert missing_for_free(GOODS) == Decimal("62.00")


def test_the_settings_stand_in_for_the_line_of_the_others() -> None:
    rate("西藏自治区", "30.00")
    assert shipping_for(GOODS, 0, "浙江省") == Decimal("12.00")
    assert shipping_span(GOODS) == Span(Decimal("12.00"), Decimal("30.00"))


def test_the_line_of_the_others_counts_for_nobody_where_all_have_one_of_their_own() -> None:
    for names in PROVINCES:
        rate(names[0], "8.00")
    assert shipping_span(GOODS) == Span(Decimal("8.00"), Decimal("8.00"))


def test_free_for_ever_is_not_nearly_free() -> None:
    rate("", "0.00")
    assert missing_for_free(GOODS) == 0
    rate("西藏自治区", "5.00")
    assert shipping_span(GOODS) == Span(Decimal("0.00"), Decimal("5.00"))


@pytest.mark.parametrize("broken", [{"fee": "-1"}, {"fee": "1", "more_fee": "-1"}])
def test_no_line_pays_the_shopper(broken: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ShippingRate.objects.create(**broken)


def test_a_province_has_one_line() -> None:
    for province in ("", "浙江省"):
        rate(province)
        with pytest.raises(IntegrityError), transaction.atomic():
            rate(province, "11.00")


def test_the_product_page_says_what_it_costs_before_the_cart(shopper: Client) -> None:
    cup = VariantFactory(weight_grams=1200)
    address = f"/en/p/{cup.product.slug}/"
    html = shopper.get(address).content.decode()
    assert 'Shipping: <data value="12.00">' in html and "· free from CN¥199.00 on" in html
    rate("西藏自治区", "30.00", first_grams=1000, more_fee="5.00", more_grams=1000)
    html = shopper.get(address).content.decode()
    assert 'from <data value="12.00">CN¥12.00</data>' in html and "in most provinces free from CN¥199.00 on" in html
    rate("", "0.00")
    assert 'up to <data value="35.00">' in shopper.get(address).content.decode()


def test_the_cart_says_that_the_province_matters(shopper: Client) -> None:
    cup = VariantFactory()
    shopper.post("/en/cart/add/", {"variant": cup.pk, "quantity": 1})
    assert "depends on the province" not in shopper.get("/en/cart/").content.decode()
    rate("西藏自治区", "30.00")
    html = shopper.get("/en/cart/").content.decode()
    assert "depends on the province" in html and 'from <data value="12.00">' in html
    assert '<data value="100.00">' in html and "CN¥111.00 more and shipping is free in most provinces" in html


def test_a_cart_whose_goods_are_all_gone_says_nothing_of_shipping(shopper: Client) -> None:
    rate("西藏自治区", "30.00")
    cup = VariantFactory()
    shopper.post("/en/cart/add/", {"variant": cup.pk, "quantity": 1})
    Product.objects.update(published_until=cup.product.published_from)
    html = shopper.get("/en/cart/").content.decode()
    assert "Summary" in html and "Go to checkout" not in html
    assert "depends on the province" not in html and "shipping is free" not in html


def test_no_page_asks_for_the_table_twice_in_half_a_minute(
    shopper: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cups = [VariantFactory() for _ in range(2)]
    rate("西藏自治区", "30.00")
    shopper.get(f"/en/p/{cups[0].product.slug}/")
    with django_assert_num_queries(0):
        shipping_for(GOODS, 0, "西藏自治区")
        shipping_span(GOODS)


def test_what_staff_change_shows_at_once(hire: Callable[..., Client], shopper: Client) -> None:
    catalogue = hire("catalogue", "view_shippingrate", "add_shippingrate", "change_shippingrate", "delete_shippingrate")
    shipping_for(GOODS)
    line = {"province": "", "fee": "6.00", "first_grams": 0, "more_fee": "0", "more_grams": 0, "free_from": ""}
    assert catalogue.post("/admin/shop/shippingrate/add/", line).status_code == 302
    assert shipping_for(GOODS) == Decimal("6.00")
    row = ShippingRate.objects.get()
    form = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": row.pk, "_save": "Save"}
    changed = {f"form-0-{name}": value for name, value in (line | {"fee": "8.50"}).items() if name != "province"}
    assert catalogue.post("/admin/shop/shippingrate/", form | changed).status_code == 302
    assert shipping_for(GOODS) == Decimal("8.50")
    assert catalogue.post(f"/admin/shop/shippingrate/{row.pk}/delete/", {"post": "yes"}).status_code == 302
    assert shipping_for(GOODS) == Decimal("12.00")


def test_lines_are_deleted_together_and_that_shows_too(admin_client: Client) -> None:
    rate("", "6.00")
    assert shipping_for(GOODS) == Decimal("6.00")
    chosen = {"action": "delete_selected", "_selected_action": [ShippingRate.objects.get().pk], "post": "yes"}
    admin_client.post("/admin/shop/shippingrate/", chosen)
    assert shipping_for(GOODS) == Decimal("12.00")


@pytest.mark.parametrize("wrong", [{"fee": "-1"}, {"fee": ""}, {"fee": "12.345"}, {"province": "Atlantis"},
                                   {"free_from": "-5"}, {"more_grams": "-1"}])  # fmt: skip
def test_staff_cannot_write_nonsense(admin_client: Client, wrong: dict[str, str]) -> None:
    line = {"province": "", "fee": "6.00", "first_grams": 0, "more_fee": "0", "more_grams": 0, "free_from": ""}
    assert admin_client.post("/admin/shop/shippingrate/add/", line | wrong).status_code == 200
    assert not ShippingRate.objects.exists()


def test_a_heavy_cart_weighs_all_its_units(shopper: Client) -> None:
    rate("", "10.00", first_grams=1000, more_fee="2.00", more_grams=1000)
    cup: Variant = VariantFactory(weight_grams=700)
    shopper.post("/en/cart/add/", {"variant": cup.pk, "quantity": 2})
    assert '<data value="188.00">' in shopper.get("/en/cart/").content.decode()
