"""A product bears the price of its cheapest variant, whoever changes prices, and lists by price read an index."""

from collections.abc import Callable
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import QuerySet
from django.test import Client

from shop.listing import Choice, products
from shop.models import Category, Product, Variant
from shop.tests.factories import ProductFactory, VariantFactory
from shop.tests.reading import names

pytestmark = pytest.mark.django_db
ALL = "/en/c/all/?sort=cheap"


@pytest.fixture
def cup() -> Product:
    """Cheapest at 60 yuan; a bowl for 70 stands beside it."""
    VariantFactory(product__name_en="Bowl", price="70.00")
    product = ProductFactory(name_en="Cup")
    VariantFactory(product=product, price="60.00")
    VariantFactory(product=product, price="80.00")
    return product


def dearer(cheapest: Variant) -> None:
    cheapest.price = Decimal("75.00")
    cheapest.save()


def test_the_cheapest_variant_places_a_product(shopper: Client, cup: Product) -> None:
    assert names(shopper.get(ALL)) == ["Cup", "Bowl"]


@pytest.mark.parametrize(
    "change",
    [
        dearer,
        lambda cheapest: Variant.objects.filter(pk=cheapest.pk).update(price="75.00"),
        lambda cheapest: Variant.objects.bulk_update([Variant(pk=cheapest.pk, price=Decimal("75.00"))], ["price"]),
    ],
)
def test_a_change_of_price_moves_it(shopper: Client, cup: Product, change: Callable[[Variant], object]) -> None:
    change(cup.variants.get(price="60.00"))
    assert names(shopper.get(ALL)) == ["Bowl", "Cup"]


@pytest.mark.parametrize("delete", [Variant.delete, lambda one: Variant.objects.filter(pk=one.pk).delete()])
def test_a_variant_that_goes_takes_its_price_along(
    shopper: Client, cup: Product, delete: Callable[[Variant], object]
) -> None:
    new = VariantFactory(product=cup, price="50.00", on_hand=0)
    assert Product.objects.get(pk=cup.pk).lowest_price == Decimal("50.00")
    delete(new)
    assert Product.objects.get(pk=cup.pk).lowest_price == Decimal("60.00")


def test_variants_made_at_once_count(shopper: Client, cup: Product) -> None:
    bowl = Product.objects.get(name_en="Bowl")
    Variant.objects.bulk_create([Variant(product=bowl, sku="B-2", price=Decimal("9.00"))])
    assert names(shopper.get(ALL)) == ["Bowl", "Cup"]


@pytest.mark.parametrize("sort", ["new", "cheap"])
def test_what_has_no_variant_is_not_counted(cup: Product, sort: str) -> None:
    ProductFactory(name_en="Nothing yet")
    assert products(Choice(sort=sort), None).count() == 2


def test_an_upgrade_notes_the_prices_that_were_there(cup: Product) -> None:
    Product.objects.update(lowest_price=None)
    import_module("shop.migrations.0008_lowest_price").note(apps, None)
    assert Product.objects.get(pk=cup.pk).lowest_price == Decimal("60.00")


@pytest.mark.parametrize("sort", ["new", "cheap", "dear"])
@pytest.mark.parametrize("everywhere", [True, False])
def test_the_order_of_a_list_comes_from_an_index(cup: Product, sort: str, everywhere: bool) -> None:
    keys = None if everywhere else [Category.objects.earliest("pk").pk]
    assert not sorts(products(Choice(sort=sort), keys)[:24])


def test_an_order_without_an_index_is_noticed(cup: Product) -> None:
    assert sorts(products(Choice(sort="name"), None)[:24])


def sorts(found: "QuerySet[Product]") -> bool:
    """Whether the database gathers all rows and sorts them. PostgreSQL would do so for two rows, so it may not."""
    if connection.vendor == "sqlite":
        return "TEMP B-TREE" in found.explain()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    return "Sort" in found.explain()
