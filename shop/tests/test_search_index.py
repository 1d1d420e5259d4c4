"""The search index follows the catalogue: what staff save is found at once, and drift is mended."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.test import Client

from shop import search, search_index
from shop.demo import catalogue
from shop.full_text import FullText
from shop.models import Product, SearchEntry, Variant
from shop.tests.factories import CategoryFactory, ProductFactory, VariantFactory
from shop.tests.test_staff_catalogue import form

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(hire: Callable[..., Client]) -> Client:
    """Staff who keep the catalogue."""
    return hire("keeper", "view_product", "change_product", "change_variant", "view_category", "change_category")


@pytest.fixture
def cup() -> Variant:
    variant = VariantFactory(sku="CUP-1", product__name="茶杯", product__name_en="Cup", product__category__name="器")
    search_index.mend()
    return variant


def hits(term: str) -> list[str]:
    names = dict(Product.objects.values_list("pk", "name_en"))
    return [names[key] for key in search.find(term)]


def reindex() -> str:
    out = io.StringIO()
    call_command("reindex", stdout=out)
    return out.getvalue().strip()


def test_a_product_is_found_by_its_new_words_once_it_is_saved(keeper: Client, cup: Variant) -> None:
    data = form(cup, name_en="Beaker", **{"variants-0-sku": "BEAKER-7"})
    assert keeper.post(f"/admin/shop/product/{cup.product_id}/change/", data).status_code == 302
    assert (hits("beaker"), hits("BEAKER-7"), hits("茶杯")) == (["Beaker"], ["Beaker"], ["Beaker"])
    assert (hits("cup"), hits("cup-1")) == ([], [])


def test_a_product_moves_in_the_order_with_its_date(keeper: Client, cup: Variant) -> None:
    VariantFactory(product__name_en="Other cup")
    search_index.mend()
    assert hits("cup") == ["Other cup", "Cup"]
    data = form(cup, published_from_0="2026-01-02")
    Product.objects.exclude(pk=cup.product_id).update(published_from="2026-01-01T00:00Z")
    search_index.mend()
    keeper.post(f"/admin/shop/product/{cup.product_id}/change/", data)
    assert hits("cup") == ["Cup", "Other cup"]


def test_all_below_a_category_is_found_by_its_new_name(
    keeper: Client, cup: Variant, django_capture_on_commit_callbacks: Any
) -> None:
    shelf = cup.product.category
    ProductFactory(name_en="Saucer", category=CategoryFactory(parent=shelf, name="杯碟"))
    data = {"slug": shelf.slug, "name": "茶具", "name_en": "Ware", "position": 0}
    with django_capture_on_commit_callbacks(execute=True):
        assert keeper.post(f"/admin/shop/category/{shelf.pk}/change/", data).status_code == 302
    assert hits("茶具") == ["Saucer", "Cup"]
    assert hits("杯碟") == ["Saucer"]


def test_a_deleted_product_is_found_no_more() -> None:
    product = ProductFactory(name_en="Bowl")
    search_index.mend()
    key = product.pk
    product.delete()
    assert search.find("bowl") == []
    assert not SearchEntry.objects.filter(pk=key).exists()


def test_the_demo_is_found_once_it_is_seeded(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    catalogue.seed(lambda *step: None, 3)
    assert SearchEntry.objects.count() == Product.objects.count() == 28
    assert "Celadon gaiwan" in hits("盖碗")
    assert hits("sample 000002") == ["Sample 000002"]


def test_seeding_again_mends_what_has_no_entry(settings: Any, tmp_path: Any, cup: Variant) -> None:
    settings.MEDIA_ROOT = tmp_path
    SearchEntry.objects.all().delete()
    catalogue.seed(lambda *step: None)
    assert hits("cup-1") == ["Cup"]


def test_reindex_mends_what_was_written_past_the_index(cup: Variant) -> None:
    Product.objects.update(name_en="Goblet")
    assert hits("goblet") == []
    assert reindex() == "Search entries changed: 1"
    assert (hits("goblet"), hits("cup")) == (["Goblet"], ["Goblet"])


def test_reindex_leaves_alone_what_is_right(cup: Variant) -> None:
    assert reindex() == "Search entries changed: 0"
    Variant.objects.update(sku="MUG-2")
    assert reindex() == "Search entries changed: 1"
    assert (hits("mug-2"), hits("cup-1")) == (["Cup"], [])


def test_many_products_are_indexed_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "BATCH", 2)
    ProductFactory.create_batch(5, name_en="Tile")
    assert search_index.mend() == 5
    assert len(search.find("tile")) == 5


def test_an_unknown_key_is_no_error() -> None:
    assert search_index.update([987654]) == 0


def test_texts_beyond_every_bound_are_taken() -> None:
    odd = "x" * 5_000 + " " + "".join(chr(0x4E00 + n % 20_000) for n in range(60_000)) + " ' \" \\ {} :* \t\n" + "ﷺ" * 9
    ProductFactory(name_en="Scroll", description=odd, description_en=odd, description_ja=odd)
    assert search_index.mend() == 1
    assert hits("scroll") == ["Scroll"]
    assert hits(chr(0x4E00) + chr(0x4E01)) == ["Scroll"]


def test_a_product_without_words_is_taken() -> None:
    ProductFactory(name="!", name_en="", name_ja="", category=CategoryFactory(name="?", name_en=""))
    assert search_index.mend() == 1
    assert str(SearchEntry.objects.get()) == ""


def test_the_index_goes_back_with_a_transaction_that_fails(cup: Variant) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Product.objects.update(name_en="Goblet")
        search_index.mend()
        assert hits("goblet") == ["Goblet"]
        raise ZeroDivisionError
    assert (hits("goblet"), hits("cup")) == ([], ["Cup"])


def test_the_migration_can_be_taken_back_and_made_again() -> None:
    state = MigrationLoader(connection).project_state()
    operation = FullText("SearchEntry", "place", ["names", "words"])
    for step in (operation.database_backwards, operation.database_forwards):
        editor = connection.SchemaEditorClass(connection, collect_sql=True)  # SQLite opens none inside a test
        step("shop", editor, state, state)
        with connection.cursor() as cursor:
            for sql in editor.collected_sql:
                cursor.execute(sql)
    ProductFactory(name_en="Bowl")
    search_index.mend()
    assert hits("bowl") == ["Bowl"]


def test_the_migration_says_what_it_does() -> None:
    operation = FullText("SearchEntry", "place", ["names", "words"])
    assert operation.describe() == "Indexes the words of SearchEntry"
    name, args, options = operation.deconstruct()
    assert name == "FullText"
    assert vars(FullText(*args, **options)).items() >= {"model": "SearchEntry", "key": "place"}.items()
