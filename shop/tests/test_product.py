"""P04: the product page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from shop.models import Variant
from shop.tests.factories import CategoryFactory, PictureFactory, ProductFactory, TraitFactory, VariantFactory
from shop.tests.reading import amounts, fact, field, graph, names, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def cup() -> Variant:
    ware = CategoryFactory(slug="ware", name_en="Ware")
    return VariantFactory(
        sku="WARE-1", price="239.00", on_hand=7, product__slug="cup", product__category=ware,
        product__name_en="Cup", product__summary_en="Thin walls", product__description_en="Holds 150 ml.",
    )  # fmt: skip


def test_the_page_tells_what_a_machine_may_read(shopper: Client, cup: Variant) -> None:
    page = shopper.get("/en/p/cup/")
    assert (fact(page, "sku"), fact(page, "stock"), amounts(page)[0]) == ("WARE-1", "7", "239.00")
    assert "Holds 150 ml." in text(page)


def test_units_that_others_hold_are_not_for_sale(shopper: Client, cup: Variant) -> None:
    shopper.get("/en/p/cup/")
    cup.hold(5, "1-1")
    page = shopper.get("/en/p/cup/")
    assert fact(page, "stock") == "2"
    assert "Only 2 left" in text(page)


def test_a_new_price_shows_at_once(shopper: Client, cup: Variant) -> None:
    shopper.get("/en/p/cup/")
    Variant.objects.update(price="240.00")
    assert amounts(shopper.get("/en/p/cup/"))[0] == "240.00"


def test_a_price_before_is_shown_only_where_it_was_higher(shopper: Client, cup: Variant) -> None:
    Variant.objects.update(was_price="300.00")
    assert amounts(shopper.get("/en/p/cup/"))[:2] == ["239.00", "300.00"]
    Variant.objects.update(was_price="100.00")
    assert "100.00" not in amounts(shopper.get("/en/p/cup/"))


def test_a_sold_out_product_has_no_button_but_similar_ones(shopper: Client, cup: Variant) -> None:
    VariantFactory(product__name_en="Saucer", product__category=cup.product.category)
    cup.adjust(-7)
    page = shopper.get("/en/p/cup/")
    assert "Sold out" in text(page)
    assert 'id="add"' not in text(page)
    assert names(page) == ["Saucer"]


def test_four_others_of_the_same_category_go_with_it(shopper: Client, cup: Variant) -> None:
    for n in range(5):
        VariantFactory(product__name_en=f"Saucer {n}", product__category=cup.product.category)
    VariantFactory(product__name_en="Notebook")
    ProductFactory(category=cup.product.category, name_en="Without variant")
    assert names(shopper.get("/en/p/cup/")) == [f"Saucer {n}" for n in (4, 3, 2, 1)]


def test_where_the_category_has_no_others_the_newest_go_with_it(shopper: Client, cup: Variant) -> None:
    VariantFactory(product__name_en="Notebook")
    assert names(shopper.get("/en/p/cup/")) == ["Notebook"]


def test_where_the_category_has_few_others_those_of_the_room_join_them(shopper: Client, cup: Variant) -> None:
    ware = cup.product.category
    VariantFactory(product__name_en="Vase", product__category=CategoryFactory(parent=ware))
    VariantFactory(product__name_en="Notebook")
    VariantFactory(product__name_en="Saucer", product__category=ware)
    assert names(shopper.get("/en/p/cup/")) == ["Saucer", "Vase"]


def test_what_it_is_made_of_leads_to_others_of_the_same(shopper: Client, cup: Variant) -> None:
    trait = TraitFactory(attribute__slug="material", attribute__name_en="Material", slug="clay", name_en="Clay")
    cup.product.traits.add(trait)
    TraitFactory(attribute=trait.attribute, name_en="Glass")
    page = text(shopper.get("/en/p/cup/"))
    assert '<dt>Material</dt><dd><a href="/en/c/all/?material=clay">Clay</a></dd>' in page
    assert "Glass" not in page


def test_a_product_without_a_picture_shows_its_initials(shopper: Client, cup: Variant) -> None:
    cup.product.name_en = "Celadon gaiwan"
    cup.product.save()
    assert '<span class="tile" aria-hidden="true">CG</span>' in text(shopper.get("/en/p/cup/"))
    assert '<span class="tile" aria-hidden="true">茶</span>' in text(shopper.get("/zh-hans/p/cup/"))


class TestOptions:
    """A product with several variants."""

    @pytest.fixture
    def blue(self, cup: Variant) -> Variant:
        Variant.objects.update(option="白", option_en="White")
        return VariantFactory(product=cup.product, sku="WARE-1-B", option_en="Blue", price="259.00", position=1)

    def test_each_is_named_with_its_price(self, shopper: Client, blue: Variant) -> None:
        page = text(shopper.get("/en/p/cup/"))
        assert "White" in page
        assert 'Blue <span class="aside small"><data value="259.00">' in page

    def test_the_first_that_can_be_bought_is_chosen(self, shopper: Client, cup: Variant, blue: Variant) -> None:
        assert fact(shopper.get("/en/p/cup/"), "sku") == "WARE-1"
        cup.adjust(-7)
        assert fact(shopper.get("/en/p/cup/"), "sku") == "WARE-1-B"

    def test_the_one_asked_for_is_chosen(self, shopper: Client, cup: Variant, blue: Variant) -> None:
        assert fact(shopper.get(f"/en/p/cup/?variant={blue.pk}"), "sku") == "WARE-1-B"

    @pytest.mark.parametrize("asked", ["", "0", "x", "-1", "999999999999999999999"])
    def test_an_unknown_one_is_ignored(self, shopper: Client, blue: Variant, asked: str) -> None:
        assert fact(shopper.get("/en/p/cup/", {"variant": asked}), "sku") == "WARE-1"

    def test_a_sold_out_one_says_so_and_can_still_be_chosen(self, shopper: Client, cup: Variant, blue: Variant) -> None:
        blue.adjust(-10)
        page = text(shopper.get(f"/en/p/cup/?variant={blue.pk}"))
        assert 'Sold out · <data value="259.00">' in page
        assert f'value="{blue.pk}" checked' in page
        assert 'id="add"' in page

    def test_where_all_are_sold_out_nothing_can_be_added(self, shopper: Client, cup: Variant, blue: Variant) -> None:
        cup.adjust(-7)
        blue.adjust(-10)
        page = text(shopper.get("/en/p/cup/"))
        assert 'id="add"' not in page and 'class="bar"' not in page
        assert "This is sold out." in page

    def test_a_sold_out_one_stays_readable(self, shopper: Client, cup: Variant, blue: Variant) -> None:
        cup.adjust(-7)
        page = shopper.get(f"/en/p/cup/?variant={cup.pk}")
        assert fact(page, "stock") == "0"
        assert "disabled" not in text(page)


@pytest.fixture
def gallery(cup: Variant) -> None:
    for position, stem in enumerate(["p/front", "p/back"]):
        PictureFactory(product=cup.product, stem=stem, position=position, alt_en=f"Picture {stem[2:]}")


@pytest.mark.parametrize(
    ("query", "large"),
    [("", "front"), ("?img=1", "front"), ("?img=2", "back"), ("?img=3", "front"), ("?img=-1", "front")],
)
def test_the_large_picture_is_chosen_by_address(shopper: Client, gallery: None, query: str, large: str) -> None:
    assert f'<a class="main-picture" href="/media/p/{large}-1200.webp">' in text(shopper.get(f"/en/p/cup/{query}"))


def test_pictures_come_in_three_widths_with_words(shopper: Client, gallery: None) -> None:
    page = text(shopper.get("/en/p/cup/"))
    assert 'srcset="/media/p/front-400.webp 400w, /media/p/front-800.webp 800w, /media/p/front-1200.webp 1200w"' in page
    assert 'alt="Picture front"' in page


@pytest.mark.parametrize(("start", "end", "status"), [(1, None, 404), (1, 2, 404), (-2, -1, 410)])
def test_before_its_time_a_product_is_not_found_and_after_it_gone(
    shopper: Client, cup: Variant, start: int, end: int | None, status: int
) -> None:
    now = timezone.now()
    cup.product.published_from = now + timedelta(hours=start)
    cup.product.published_until = now + timedelta(hours=end) if end else None
    cup.product.save()
    assert shopper.get("/en/p/cup/").status_code == status


def test_a_product_without_variants_is_not_found(shopper: Client) -> None:
    ProductFactory(slug="half-made")
    assert shopper.get("/en/p/half-made/").status_code == 404


def test_search_engines_read_offers_and_the_way(shopper: Client, cup: Variant) -> None:
    VariantFactory(product=cup.product, on_hand=0, price="9.00", position=1)
    PictureFactory(product=cup.product, stem="p/front")
    product, trail = graph(shopper.get("/en/p/cup/"))
    assert [offer["price"] for offer in product["offers"]] == ["239.00", "9.00"]
    assert product["offers"][0]["availability"].endswith("/InStock")
    assert product["offers"][1]["availability"].endswith("/OutOfStock")
    shapes = ["1x1", "4x3", "16x9"]
    assert product["image"] == [f"http://127.0.0.1:8000/media/p/front-{shape}.jpg" for shape in shapes]
    assert [step["name"] for step in trail["itemListElement"]] == ["Home", "Ware", "Cup"]


def test_a_name_cannot_close_the_script_that_carries_it(shopper: Client, cup: Variant) -> None:
    cup.product.name_en = "</script><script>alert(1)</script>"
    cup.product.save()
    page = shopper.get("/en/p/cup/")
    assert "<script>alert" not in text(page)
    assert graph(page)[0]["name"] == "</script><script>alert(1)</script>"


def test_the_page_names_itself_in_all_languages(shopper: Client, cup: Variant) -> None:
    page = text(shopper.get("/en/p/cup/?img=2&variant=3"))
    assert '<link rel="canonical" href="http://127.0.0.1:8000/en/p/cup/">' in page
    for code, tag in (("zh-hans", "zh-Hans"), ("en", "en"), ("ja", "ja")):
        assert f'<link rel="alternate" hreflang="{tag}" href="http://127.0.0.1:8000/{code}/p/cup/">' in page
    assert '<link rel="alternate" hreflang="x-default" href="http://127.0.0.1:8000/p/cup/">' in page


def test_shipping_and_returns_are_told_before_the_cart(shopper: Client, cup: Variant) -> None:
    assert "Free shipping" in text(shopper.get("/en/p/cup/"))
    Variant.objects.update(price="100.00")
    cup.product.returnable_7d = False
    cup.product.save()
    page = text(shopper.get("/zh-hans/p/cup/"))
    assert "¥12.00" in page
    assert "¥199.00" in page


def test_the_page_costs_few_statements(
    shopper: Client, cup: Variant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shopper.get("/en/p/cup/")
    with django_assert_num_queries(1):
        shopper.get("/en/p/cup/")


def test_the_form_asks_for_one_unit(shopper: Client, cup: Variant) -> None:
    assert field(shopper.get("/en/p/cup/"), "quantity") == "1"
