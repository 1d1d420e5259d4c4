"""P01: the home page."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from shop import fragments, listing
from shop.tests.factories import CategoryFactory, PictureFactory, VariantFactory
from shop.tests.reading import names, text

pytestmark = pytest.mark.django_db


def days_ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def test_the_newest_products_come_first_and_eight_are_enough(shopper: Client) -> None:
    for day in range(1, 11):
        VariantFactory(product__name_en=f"Cup {day}", product__published_from=days_ago(day))
    assert names(shopper.get("/en/"))[:8] == [f"Cup {day}" for day in range(1, 9)]


def test_each_room_has_a_door_with_a_picture_from_it(shopper: Client) -> None:
    tea = CategoryFactory(slug="tea", name_en="Tea", intro_en="Leaves from the hills")
    variant = VariantFactory(product__category=CategoryFactory(parent=tea))
    PictureFactory(product=variant.product, stem="p/leaf")
    page = text(shopper.get("/en/"))
    assert "Leaves from the hills" in page
    assert page.count('src="/media/p/leaf-400.webp"') == 2


def test_an_empty_shop_says_so(shopper: Client) -> None:
    assert "There are no products yet." in text(shopper.get("/en/"))


def test_an_empty_shop_shows_its_staff_where_to_begin(shopper: Client, hire: Callable[..., Client]) -> None:
    keeper = hire("keeper", "add_product", "view_product")
    assert 'href="/admin/shop/product/add/"' in text(keeper.get("/en/"))
    assert "/admin/" not in text(shopper.get("/en/"))
    assert "/admin/" not in text(hire("packer", "view_product").get("/en/"))
    VariantFactory()
    fragments.forget()
    assert "/admin/" not in text(keeper.get("/en/"))


def test_products_without_a_variant_are_not_shown(shopper: Client) -> None:
    product = VariantFactory(product__name_en="Half made").product
    product.variants.update(product=VariantFactory(product__name_en="Whole").product)
    assert names(shopper.get("/en/")) == ["Whole"]


def test_the_page_is_kept_until_staff_change_something(shopper: Client) -> None:
    variant = VariantFactory(product__name_en="Old name")
    shopper.get("/en/")
    variant.product.name_en = "New name"
    variant.product.save()
    assert names(shopper.get("/en/")) == ["Old name"]
    fragments.forget()
    assert names(shopper.get("/en/")) == ["New name"]


def test_each_language_has_its_own_words(shopper: Client) -> None:
    VariantFactory(product__name="茶杯", product__name_en="Cup", product__name_ja="")
    found = {code: names(shopper.get(f"/{code}/")) for code in ("zh-hans", "en", "ja")}
    assert found == {"zh-hans": ["茶杯"], "en": ["Cup"], "ja": ["茶杯"]}


def test_more_products_than_a_list_shows_are_not_counted(shopper: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    VariantFactory.create_batch(3)
    monkeypatch.setattr(listing, "MOST_LISTED", 2)
    page = text(shopper.get("/en/"))
    assert '<a href="/en/c/all/">All products</a></div>' in page
    assert "See all" not in page
