"""The catalogue in the sitemap."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from shop.models import Product
from shop.tests.factories import CategoryFactory, ProductFactory, VariantFactory
from shop.tests.reading import text
from shop.tests.test_addresses import keeper as keeper
from shop.tests.test_addresses import move

pytestmark = pytest.mark.django_db


def named(browser: Client, section: str) -> list[str]:
    """The English addresses of a section."""
    return re.findall(r"<loc>http://127.0.0.1:8000/en/(.*?)</loc>", text(browser.get(f"/sitemap-{section}.xml")))


def changes(browser: Client, section: str) -> list[str]:
    """When what is named at these addresses was changed, to the day; empty where that is unknown."""
    entries = re.findall(r"<url><loc>http://127.0.0.1:8000/en/.*?</url>", text(browser.get(f"/sitemap-{section}.xml")))
    return ["".join(re.findall(r"<lastmod>(.*?)</lastmod>", entry)) for entry in entries]


def test_products_on_sale_are_named_sold_out_or_not(shopper: Client) -> None:
    VariantFactory(product__slug="cup")
    VariantFactory(product__slug="sold-out", on_hand=0)
    VariantFactory(product=VariantFactory(product__slug="two-kinds").product)
    VariantFactory(product__slug="past", product__published_until=timezone.now())
    VariantFactory(product__slug="to-come", product__published_from=timezone.now() + timedelta(days=1))
    ProductFactory(slug="half-made")
    assert named(shopper, "products") == ["p/cup/", "p/sold-out/", "p/two-kinds/"]


def test_home_and_categories_are_named_with_the_change_of_their_products(shopper: Client) -> None:
    ware = CategoryFactory(slug="ware")
    cups = CategoryFactory(slug="cups", parent=ware)
    CategoryFactory(slug="empty", position=1)
    VariantFactory(product__category=cups)
    Product.objects.update(changed_at="2026-11-02T13:35:00Z")
    assert named(shopper, "shelves") == ["", "c/all/", "c/ware/", "c/cups/", "c/empty/"]
    assert changes(shopper, "shelves") == ["2026-11-02"] * 4 + [""]


def test_an_empty_shop_has_a_sitemap(shopper: Client) -> None:
    assert named(shopper, "products") == []
    assert "<sitemap>" in text(shopper.get("/sitemap.xml"))


def test_a_product_that_moved_is_named_where_it_stands(keeper: Client, shopper: Client) -> None:
    cup = VariantFactory(product__slug="cup").product
    Product.objects.update(changed_at="2026-11-02T13:35:00Z")
    move(keeper, cup, "tea-cup")
    assert named(shopper, "products") == ["p/tea-cup/"]
    assert changes(shopper, "products") == [f"{timezone.localdate():%Y-%m-%d}"]


def test_it_costs_as_much_for_many_as_for_few(
    shopper: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shelf = CategoryFactory()
    for count in (1, 6):
        for _ in range(count):
            VariantFactory(product__category=shelf)
        with django_assert_num_queries(2):
            shopper.get("/sitemap-products.xml")
