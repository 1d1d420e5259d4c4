"""G38: what moves is found at its old address, and what is gone says so."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shop import fragments
from shop.models import Category, OldAddress, Product, Variant
from shop.tests.factories import CategoryFactory, ProductFactory, VariantFactory
from shop.tests.reading import text
from shop.tests.test_staff_catalogue import form

pytestmark = pytest.mark.django_db
RIGHTS = [f"{verb}_{model}" for verb in ("view", "change", "delete") for model in ("product", "category", "variant")]


@pytest.fixture
def keeper(hire: Callable[..., Client]) -> Client:
    """Staff who keep the catalogue."""
    return hire("keeper", *RIGHTS)


@pytest.fixture
def cup() -> Variant:
    return VariantFactory(product__slug="cup")


def move(keeper: Client, thing: Product | Category, slug: str) -> None:
    """Gives it a new address in the back office."""
    address = f"/admin/shop/{type(thing).__name__.lower()}/{thing.pk}/change/"
    if isinstance(thing, Product):
        sent: dict[str, Any] = form(thing.variants.get())
    else:
        sent = {"position": 0, "name": thing.name}
    assert keeper.post(address, sent | {"slug": slug}).status_code == 302
    thing.refresh_from_db()


@pytest.mark.parametrize("language", ["zh-hans", "en", "ja"])
def test_a_product_that_moved_is_found_at_its_old_address(
    keeper: Client, shopper: Client, cup: Variant, language: str
) -> None:
    move(keeper, cup.product, "tea-cup")
    answer = shopper.get(f"/{language}/p/cup/")
    assert (answer.status_code, answer["Location"]) == (301, f"/{language}/p/tea-cup/")


def test_every_address_it_had_leads_there_in_one_step(keeper: Client, shopper: Client, cup: Variant) -> None:
    for slug in ("b", "c", "cup", "d"):
        move(keeper, cup.product, slug)
    for slug in ("cup", "b", "c"):
        assert shopper.get(f"/en/p/{slug}/")["Location"] == "/en/p/d/"
    move(keeper, cup.product, "cup")
    assert shopper.get("/en/p/cup/").status_code == 200
    assert shopper.get("/en/p/d/")["Location"] == "/en/p/cup/"


def test_saving_without_moving_leaves_no_trace(keeper: Client, cup: Variant) -> None:
    move(keeper, cup.product, "cup")
    assert not OldAddress.objects.exists()


def test_who_moves_in_is_shown_and_not_who_moved_out(keeper: Client, shopper: Client, cup: Variant) -> None:
    move(keeper, cup.product, "tea-cup")
    VariantFactory(product__slug="cup", product__name_en="Another")
    assert "Another" in text(shopper.get("/en/p/cup/"))


def test_a_category_that_moved_is_found_at_its_old_address(keeper: Client, shopper: Client) -> None:
    move(keeper, CategoryFactory(slug="ware"), "vessels")
    answer = shopper.get("/en/c/ware/?page=2")
    assert (answer.status_code, answer["Location"]) == (301, "/en/c/vessels/")


def test_products_and_categories_do_not_answer_for_each_other(keeper: Client, shopper: Client, cup: Variant) -> None:
    move(keeper, cup.product, "tea-cup")
    assert shopper.get("/en/c/cup/").status_code == 404


@pytest.mark.parametrize("sent", [None, "action"])
def test_a_deleted_category_and_those_below_are_gone(keeper: Client, shopper: Client, sent: str | None) -> None:
    ware = CategoryFactory(slug="ware")
    CategoryFactory(slug="cups", parent=ware)
    if sent:
        chosen = {"action": "delete_selected", "_selected_action": [ware.pk], "post": "yes"}
        keeper.post("/admin/shop/category/", chosen)
    else:
        keeper.post(f"/admin/shop/category/{ware.pk}/delete/", {"post": "yes"})
    assert not Category.objects.exists()
    for slug in ("ware", "cups"):
        answer = shopper.get(f"/en/c/{slug}/")
        assert answer.status_code == 410
        assert "no longer sell" in text(answer) and 'content="noindex"' in text(answer)


def test_what_moved_and_was_then_deleted_is_gone_at_both_addresses(keeper: Client, shopper: Client) -> None:
    ware = CategoryFactory(slug="ware")
    move(keeper, ware, "vessels")
    keeper.post(f"/admin/shop/category/{ware.pk}/delete/", {"post": "yes"})
    assert [shopper.get(f"/en/c/{slug}/").status_code for slug in ("ware", "vessels")] == [410, 410]


def test_a_product_taken_off_sale_is_gone_and_can_come_back(shopper: Client, cup: Variant) -> None:
    Product.objects.update(published_until=timezone.now())
    answer = shopper.get("/en/p/cup/")
    assert answer.status_code == 410
    assert 'action="/en/s/"' in text(answer)
    Product.objects.update(published_until=None)
    fragments.forget()
    assert shopper.get("/en/p/cup/").status_code == 200


def test_what_never_was_on_sale_stays_unknown(shopper: Client) -> None:
    ProductFactory(slug="half-made")
    assert shopper.get("/en/p/half-made/").status_code == 404
    assert shopper.get("/en/p/never/").status_code == 404


def test_a_sold_out_product_stays_where_it_is(shopper: Client, cup: Variant) -> None:
    cup.adjust(-10)
    page = shopper.get("/en/p/cup/")
    assert page.status_code == 200
    assert "noindex" not in text(page) and "schema.org/OutOfStock" in text(page)
