"""Staff say in the back office in what goods differ; lists filter by it at once, and the search finds it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from shop import search, search_index
from shop.models import Attribute
from shop.tests.factories import AttributeFactory, TraitFactory, VariantFactory
from shop.tests.reading import names, text

pytestmark = pytest.mark.django_db
KEEPER = [
    f"{verb}_{model}" for verb in ("view", "add", "change", "delete") for model in ("attribute", "trait", "product")
]


@pytest.fixture
def keeper(hire: Callable[..., Client]) -> Client:
    return hire("keeper", *KEEPER)


def form(**more: Any) -> dict[str, Any]:
    return {
        "name": "材质", "name_en": "Material", "slug": "material", "position": 0, "on_card": "on",
        "traits-TOTAL_FORMS": 1, "traits-INITIAL_FORMS": 0,
        "traits-0-name": "玻璃", "traits-0-name_en": "Glass", "traits-0-slug": "glass", "traits-0-position": 0,
    } | more  # fmt: skip


def test_an_attribute_and_its_traits_are_made_in_one_form(keeper: Client) -> None:
    assert keeper.post("/admin/shop/attribute/add/", form()).status_code == 302
    assert [str(trait) for trait in Attribute.objects.get().traits.all()] == ["材质: 玻璃"]


@pytest.mark.parametrize("slug", Attribute.TAKEN)
def test_a_word_that_lists_use_already_is_refused(keeper: Client, slug: str) -> None:
    answer = keeper.post("/admin/shop/attribute/add/", form(slug=slug))
    assert answer.status_code == 200
    assert not Attribute.objects.exists()


def test_lists_read_nothing_else_than_the_taken_words(shopper: Client) -> None:
    """A parameter that comes to lists later must be taken, too."""
    page = text(shopper.get("/en/c/all/"))
    assert {"sort", "stock", "band"} <= set(Attribute.TAKEN)
    assert all(f'name="{word}"' in page for word in ("sort", "stock", "band"))


def test_a_product_gets_its_traits_in_its_form_and_is_found_by_them(
    hire: Callable[..., Client], shopper: Client, settings: LazySettings
) -> None:
    cup = VariantFactory(product__slug="cup", product__name_en="Cup").product
    VariantFactory(product__category=cup.category)
    glass = TraitFactory(attribute=AttributeFactory(slug="material"), slug="glass", name_en="Glass")
    shopper.get("/en/c/all/?material=glass")
    fields = {
        "category": cup.category_id, "slug": cup.slug, "name": cup.name, "name_en": "Cup", "traits": [glass.pk],
        "published_from_0": "2026-01-01", "published_from_1": "08:00",
        "variants-TOTAL_FORMS": 0, "variants-INITIAL_FORMS": 0, "pictures-TOTAL_FORMS": 0, "pictures-INITIAL_FORMS": 0,
    }  # fmt: skip
    answer = hire("owner", *KEEPER).post(f"/admin/shop/product/{cup.pk}/change/", fields)
    assert answer.status_code == 302
    assert names(shopper.get("/en/c/all/?material=glass")) == ["Cup"]
    assert search.find("glass") == [cup.pk]


def test_products_are_found_by_the_new_name_of_a_trait(
    keeper: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    attribute = AttributeFactory(slug="material", name="材质")
    trait = TraitFactory(attribute=attribute, slug="glass", name="玻璃")
    cup = VariantFactory().product
    trait.products.add(cup)
    search_index.mend()
    renamed = {"traits-INITIAL_FORMS": 1, "traits-0-id": trait.pk, "traits-0-attribute": attribute.pk}
    with django_capture_on_commit_callbacks(execute=True):
        keeper.post(f"/admin/shop/attribute/{attribute.pk}/change/", form(**renamed, **{"traits-0-name": "水晶"}))
    assert (search.find("玻璃"), search.find("水晶")) == ([], [cup.pk])


def test_the_products_form_names_all_traits_with_one_statement(
    keeper: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        TraitFactory()
    product = VariantFactory().product
    with django_assert_max_num_queries(20):
        page = text(keeper.get(f"/admin/shop/product/{product.pk}/change/"))
    assert page.count("特征") == 12
