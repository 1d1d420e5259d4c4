"""Staff keep the catalogue in Django admin: goods, pictures, and stock by reasons."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from shop.models import Category, Picture, Product, StockMovement, Variant
from shop.roles import make_roles
from shop.tests.factories import CategoryFactory, PictureFactory, VariantFactory
from shop.tests.reading import names, text

pytestmark = pytest.mark.django_db
KEEPER = [f"{verb}_{model}" for verb in ("view", "add", "change", "delete") for model in (
    "product", "variant", "category", "picture", "stockmovement")]  # fmt: skip


@pytest.fixture
def keeper(hire: Callable[..., Client], settings: LazySettings, tmp_path: Path) -> Client:
    """Staff with every right over the catalogue."""
    settings.MEDIA_ROOT = tmp_path
    return hire("keeper", *KEEPER)


@pytest.fixture
def cup() -> Variant:
    return VariantFactory(sku="CUP", on_hand=5, product__slug="cup", product__name_en="Cup")


def form(variant: Variant, **more: Any) -> dict[str, Any]:
    """The product's form as it is shown."""
    product = variant.product
    return {
        "category": product.category_id, "slug": product.slug, "name": product.name, "name_en": product.name_en,
        "published_from_0": "2026-01-01", "published_from_1": "08:00", "returnable_7d": "on",
        "variants-TOTAL_FORMS": 1, "variants-INITIAL_FORMS": 1, "variants-0-id": variant.pk,
        "variants-0-product": product.pk, "variants-0-sku": variant.sku, "variants-0-price": variant.price,
        "variants-0-weight_grams": 0, "variants-0-position": 0,
        "pictures-TOTAL_FORMS": 0, "pictures-INITIAL_FORMS": 0,
    } | more  # fmt: skip


def with_picture(content: bytes, name: str = "../../evil.php") -> dict[str, Any]:
    return {
        "pictures-TOTAL_FORMS": 1, "pictures-0-upload": SimpleUploadedFile(name, content, "image/png"),
        "pictures-0-alt": "一只茶杯", "pictures-0-position": 0,
    }  # fmt: skip


def png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (500, 500), "teal").save(file, "PNG")
    return file.getvalue()


def save(keeper: Client, variant: Variant, **more: Any) -> Any:
    return keeper.post(f"/admin/shop/product/{variant.product_id}/change/", form(variant, **more))


def test_a_change_shows_in_the_shop_at_once(keeper: Client, shopper: Client, cup: Variant) -> None:
    assert names(shopper.get("/en/")) == ["Cup"]
    assert save(keeper, cup, name_en="Bowl").status_code == 302
    assert names(shopper.get("/en/")) == ["Bowl"]


def test_an_uploaded_picture_is_stored_under_our_name(keeper: Client, cup: Variant, tmp_path: Path) -> None:
    assert save(keeper, cup, **with_picture(png())).status_code == 302
    picture = Picture.objects.get()
    assert picture.stem.startswith("p/")
    assert sorted(path.suffix for path in tmp_path.rglob("*") if path.is_file()) == [".jpg"] * 3 + [".webp"] * 3


def test_a_file_that_is_no_picture_is_refused_in_words(keeper: Client, cup: Variant) -> None:
    answer = save(keeper, cup, **with_picture(b"<svg/>"))
    assert answer.status_code == 200
    assert not Picture.objects.exists()


def test_a_picture_needs_a_file_and_words(keeper: Client, cup: Variant) -> None:
    missing = with_picture(png()) | {"pictures-0-upload": ""}
    assert save(keeper, cup, **missing).status_code == 200
    assert save(keeper, cup, **(with_picture(png()) | {"pictures-0-alt": ""})).status_code == 200
    assert not Picture.objects.exists()


def test_a_pictures_words_change_without_a_new_file(keeper: Client, cup: Variant) -> None:
    picture = PictureFactory(product=cup.product)
    changed = {
        "pictures-TOTAL_FORMS": 1, "pictures-INITIAL_FORMS": 1, "pictures-0-id": picture.pk,
        "pictures-0-product": cup.product_id, "pictures-0-alt": "另一只", "pictures-0-position": 0,
    }  # fmt: skip
    assert save(keeper, cup, **changed).status_code == 302
    assert (Picture.objects.get().alt, Picture.objects.get().stem) == ("另一只", picture.stem)


def test_lists_by_price_know_a_new_price(keeper: Client, shopper: Client, cup: Variant) -> None:
    VariantFactory(product__name_en="Bowl", price="70.00")
    assert save(keeper, cup, **{"variants-0-price": "60.00"}).status_code == 302
    assert names(shopper.get("/en/c/all/?sort=cheap")) == ["Cup", "Bowl"]


def test_stock_sent_with_the_product_is_ignored(keeper: Client, cup: Variant) -> None:
    save(keeper, cup, **{"variants-0-on_hand": 500, "variants-0-reserved": 1, "variants-0-stock": 9})
    cup.refresh_from_db()
    assert (cup.on_hand, cup.reserved) == (5, 0)


@pytest.mark.parametrize("price", ["0", "0.00", "-1", "1e3000", "NaN", "1.001", "x"])
def test_a_price_below_a_cent_or_no_amount_is_refused(keeper: Client, cup: Variant, price: str) -> None:
    assert save(keeper, cup, **{"variants-0-price": price}).status_code == 200
    assert Variant.objects.get().price == cup.price or str(Variant.objects.get().price) == "88.00"


def adjust(staff: Client, variant: Variant, change: Any, reason: str = "delivery") -> Any:
    return staff.post(f"/admin/shop/variant/{variant.pk}/adjust/", {"change": change, "reason": reason})


@pytest.mark.parametrize(("change", "left"), [("12", 17), ("-5", 0)])
def test_an_adjustment_names_who_and_why(keeper: Client, cup: Variant, change: str, left: int) -> None:
    assert adjust(keeper, cup, change).status_code == 302
    movement = StockMovement.objects.first()
    assert movement is not None
    assert (movement.kind, movement.on_hand_change, movement.reason) == ("adjust", int(change), "delivery")
    assert str(movement.by) == "keeper"
    cup.refresh_from_db()
    assert cup.on_hand == left


@pytest.mark.parametrize(
    ("change", "reason"),
    [("0", "x"), ("", "x"), ("1", ""), ("x", "x"), ("1.5", "x"), ("99999999", "x"), ("1", "y" * 201)],
)
def test_an_adjustment_without_sense_changes_nothing(keeper: Client, cup: Variant, change: str, reason: str) -> None:
    assert adjust(keeper, cup, change, reason).status_code == 200
    cup.refresh_from_db()
    assert cup.on_hand == 5
    assert cup.movements.count() == 1


def test_stock_cannot_fall_below_what_is_promised(keeper: Client, cup: Variant) -> None:
    cup.hold(3, "1-1")
    answer = adjust(keeper, cup, "-3")
    assert "调整后的库存会少于订单已占用的数量。" in text(answer)
    cup.refresh_from_db()
    assert (cup.on_hand, cup.reserved) == (5, 3)


def test_an_adjusted_stock_shows_in_the_shop_at_once(keeper: Client, shopper: Client, cup: Variant) -> None:
    shopper.get("/en/")
    adjust(keeper, cup, "-5")
    assert "Sold out" in text(shopper.get("/en/"))


def test_those_who_may_only_read_cannot_adjust(hire: Callable[..., Client], cup: Variant) -> None:
    reader = hire("reader", "view_variant")
    assert adjust(reader, cup, "1").status_code == 403
    assert reader.get(f"/admin/shop/variant/{cup.pk}/adjust/").status_code == 403


def test_strangers_are_asked_to_log_in(shopper: Client, cup: Variant) -> None:
    assert adjust(shopper, cup, "1")["Location"].startswith("/admin/login/")


def test_an_absent_variant_cannot_be_adjusted(keeper: Client) -> None:
    assert keeper.get("/admin/shop/variant/424242/adjust/").status_code == 404


@pytest.mark.parametrize("verb", ["change", "delete"])
def test_the_ledger_is_read_only(keeper: Client, cup: Variant, verb: str) -> None:
    movement = cup.movements.get()
    answer = keeper.post(f"/admin/shop/stockmovement/{movement.pk}/{verb}/", {"quantity": 1, "post": "yes"})
    assert answer.status_code == 403
    assert keeper.get("/admin/shop/stockmovement/add/").status_code == 403
    assert keeper.get(f"/admin/shop/stockmovement/{movement.pk}/change/").status_code == 200


@pytest.mark.parametrize("model", ["product", "variant"])
def test_what_was_sold_stays_on_record(keeper: Client, cup: Variant, model: str) -> None:
    keeper.post(f"/admin/shop/{model}/{cup.pk}/delete/", {"post": "yes"})
    assert Variant.objects.count() == Product.objects.count() == 1


def test_the_list_of_products_shows_stock_with_few_statements(
    keeper: Client, cup: Variant, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for _ in range(20):
        VariantFactory()
    with django_assert_max_num_queries(9):
        page = text(keeper.get("/admin/shop/product/"))
    assert '<td class="field-sellable">5</td>' in page
    assert '<td class="field-lowest_price">88.00</td>' in page


def test_a_product_page_shows_stock_and_the_way_to_change_it(keeper: Client, cup: Variant) -> None:
    PictureFactory(product=cup.product, stem="p/cup")
    cup.hold(2, "1-1")
    page = text(keeper.get(f"/admin/shop/product/{cup.product_id}/change/"))
    assert f'<a href="/admin/shop/variant/{cup.pk}/adjust/">5 − 2 = 3</a>' in page
    assert 'src="/media/p/cup-400.webp"' in page


def test_categories_stand_as_a_tree_and_can_be_moved(keeper: Client, shopper: Client) -> None:
    tea = CategoryFactory(name="茶", slug="tea")
    CategoryFactory(name="绿茶", slug="green", parent=tea)
    assert "— 绿茶" in text(keeper.get("/admin/shop/category/"))
    fields = {"slug": "tea", "name": "茶", "name_en": "Teas", "position": 0}
    assert keeper.post(f"/admin/shop/category/{tea.pk}/change/", fields).status_code == 302
    assert "Teas" in text(shopper.get("/en/cart/"))


def test_a_category_cannot_be_put_below_itself(keeper: Client) -> None:
    tea = CategoryFactory(slug="tea")
    green = CategoryFactory(slug="green", parent=tea)
    fields = {"slug": "tea", "name": "茶", "position": 0, "parent": green.pk}
    assert keeper.post(f"/admin/shop/category/{tea.pk}/change/", fields).status_code == 200
    assert Category.objects.get(slug="tea").parent is None


def test_pages_of_staff_cost_no_statement_a_row(
    keeper: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    VariantFactory()
    keeper.get("/admin/shop/variant/")
    with django_assert_num_queries(6):
        keeper.get("/admin/shop/variant/")
    for _ in range(10):
        VariantFactory()
    with django_assert_num_queries(6):
        keeper.get("/admin/shop/variant/")


def test_who_looks_after_the_catalogue_writes_the_help_pages_too(db: None) -> None:
    roles = make_roles()
    writing = {name for name, role in roles.items() if role.permissions.filter(codename="change_page").exists()}
    assert writing == {"catalogue", "manager"}
