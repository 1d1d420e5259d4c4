"""P02: a category with filters, sorting and pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from shop.models import Category, Product, Trait
from shop.tests.factories import AttributeFactory, CategoryFactory, PictureFactory, TraitFactory, VariantFactory
from shop.tests.reading import amounts, graph, names, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea() -> Category:
    return CategoryFactory(slug="tea", name_en="Tea", intro_en="From the hills")


def sell(name: str, price: str, category: Category, days: int = 1, **more: Any) -> None:
    when = timezone.now() - timedelta(days=days)
    VariantFactory(product__name_en=name, product__category=category, product__published_from=when, price=price, **more)


def test_a_category_shows_what_is_in_it_and_below_it(shopper: Client, tea: Category) -> None:
    green = CategoryFactory(parent=tea, slug="green", name_en="Green tea")
    sell("Longjing", "168.00", CategoryFactory(parent=green), days=1)
    sell("Whisk", "98.00", tea, days=2)
    sell("Vase", "356.00", CategoryFactory(slug="ware"))
    page = shopper.get("/en/c/tea/")
    assert names(page) == ["Longjing", "Whisk"]
    assert 'href="/en/c/green/"' in text(page)


def test_all_products_stand_together_at_one_address(shopper: Client, tea: Category) -> None:
    sell("Longjing", "168.00", tea, days=1)
    sell("Vase", "356.00", CategoryFactory(slug="ware"), days=2)
    assert names(shopper.get("/en/c/all/")) == ["Longjing", "Vase"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("new", "BAC"), ("cheap", "CBA"), ("dear", "ABC"), ("name", "ABC"), ("", "BAC"), ("-pk;drop", "BAC")],
)
def test_the_list_is_sorted_as_asked(shopper: Client, tea: Category, sort: str, expected: str) -> None:
    sell("A", "300.00", tea, days=2)
    sell("B", "200.00", tea, days=1)
    sell("C", "100.00", tea, days=3)
    assert names(shopper.get("/en/c/tea/", {"sort": sort})) == list(expected)


@pytest.mark.parametrize(
    ("band", "expected"),
    [("0-100", "A"), ("100-200", "BC"), ("200-300", "D"), ("300-", "E"), ("", "ABCDE"), ("5-1", "ABCDE")],
)
def test_a_price_band_holds_its_lower_end(shopper: Client, tea: Category, band: str, expected: str) -> None:
    for day, (name, price) in enumerate(zip("ABCDE", ["99.99", "100.00", "199.99", "200.00", "300.00"], strict=True)):
        sell(name, price, tea, days=day)
    assert names(shopper.get("/en/c/tea/", {"band": band})) == list(expected)


def test_sold_out_products_can_be_left_out(shopper: Client, tea: Category) -> None:
    sell("Here", "10.00", tea)
    sell("Gone", "10.00", tea, on_hand=0)
    assert names(shopper.get("/en/c/tea/?stock=1")) == ["Here"]


def test_reserved_units_are_not_in_stock(shopper: Client, tea: Category) -> None:
    VariantFactory(product__category=tea, on_hand=2).hold(2, "1-1")
    assert names(shopper.get("/en/c/tea/?stock=1")) == []


def test_filters_in_use_can_be_taken_off_one_by_one(shopper: Client, tea: Category) -> None:
    page = text(shopper.get("/en/c/tea/?stock=1&band=0-100&sort=cheap"))
    assert 'href="/en/c/tea/?sort=cheap&amp;band=0-100"' in page
    assert 'href="/en/c/tea/?sort=cheap&amp;stock=1"' in page
    assert "Nothing matches these filters:" in page


def test_an_empty_category_says_so(shopper: Client, tea: Category) -> None:
    assert "There are no products here yet." in text(shopper.get("/en/c/tea/"))


def test_pages_hold_24_and_have_addresses_of_their_own(shopper: Client, tea: Category) -> None:
    for day in range(25):
        sell(f"Cup {day}", "10.00", tea, days=day)
    first, second = shopper.get("/en/c/tea/"), shopper.get("/en/c/tea/?page=2")
    assert (len(names(first)), names(second)) == (24, ["Cup 24"])
    assert 'href="/en/c/tea/?page=2"' in text(first)
    assert 'rel="canonical" href="http://127.0.0.1:8000/en/c/tea/?page=2"' in text(second)


@pytest.mark.parametrize("page", ["0", "-1", "x", "1e9", "٣", "99999999999999999999", "1_0", "2.5", ""])
def test_a_page_that_is_no_number_is_the_first(shopper: Client, tea: Category, page: str) -> None:
    sell("Cup", "10.00", tea)
    answer = shopper.get("/en/c/tea/", {"page": page})
    assert (answer.status_code, names(answer)) == (200, ["Cup"])


def test_a_page_too_far_is_the_last(shopper: Client, tea: Category) -> None:
    sell("Cup", "10.00", tea)
    assert names(shopper.get("/en/c/tea/?page=9999")) == ["Cup"]


def test_cards_tell_price_stock_and_novelty_in_words(shopper: Client, tea: Category) -> None:
    sell("Few", "10.00", tea, days=30, on_hand=2)
    sell("None", "10.00", tea, days=31, on_hand=0)
    sell("Fresh", "10.00", tea, days=1)
    page = text(shopper.get("/en/c/tea/"))
    assert page.count("Only 2 left") == page.count(">Sold out<") == page.count(">New<") == 1


def test_the_lowest_of_several_prices_is_shown_as_such(shopper: Client, tea: Category) -> None:
    cheap = VariantFactory(product__category=tea, price="50.00", was_price="80.00")
    VariantFactory(product=cheap.product, price="90.00")
    page = shopper.get("/en/c/tea/")
    assert amounts(page) == ["50.00", "80.00"]
    assert "from" in text(page)


def test_a_card_without_a_picture_keeps_its_place(shopper: Client, tea: Category) -> None:
    sell("Unseen", "10.00", tea)
    assert '<span class="tile" aria-hidden="true">U</span>' in text(shopper.get("/en/c/tea/"))


def test_names_are_shown_not_run(shopper: Client, tea: Category) -> None:
    sell("<script>alert(1)</script>", "10.00", tea)
    assert "<script>alert" not in text(shopper.get("/en/c/tea/"))


def test_what_is_not_published_is_not_listed(shopper: Client, tea: Category) -> None:
    now = timezone.now()
    VariantFactory(product__category=tea, product__published_from=now + timedelta(hours=1))
    VariantFactory(product__category=tea, product__published_until=now - timedelta(hours=1))
    assert names(shopper.get("/en/c/tea/")) == []


def test_a_list_costs_the_same_few_statements_whatever_its_length(
    shopper: Client, tea: Category, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for day in range(24):
        sell(f"Cup {day}", "10.00", tea, days=day)
        PictureFactory()
    shopper.get("/en/c/tea/")
    with django_assert_num_queries(3):
        shopper.get("/en/c/tea/?sort=cheap")
    with django_assert_num_queries(0):
        shopper.get("/en/c/tea/?sort=cheap")


class TestAttributes:
    """What goods are made of, where they come from: told on cards, and each a filter."""

    @pytest.fixture(autouse=True)
    def _shelf(self, tea: Category) -> None:
        bowl, pot, cake = (
            VariantFactory(product__name_en=name, product__category=tea) for name in ("Bowl", "Pot", "Cake")
        )
        material = AttributeFactory(slug="material", name="材质", name_en="Material", on_card=True, position=1)
        origin = AttributeFactory(slug="origin", name_en="Origin", position=2)
        for slug, goods in {"glass": [bowl], "clay": [pot]}.items():
            TraitFactory(attribute=material, slug=slug, name_en=slug.title()).products.set(v.product for v in goods)
        TraitFactory(attribute=origin, slug="yixing", name_en="Yixing").products.set([pot.product, cake.product])
        TraitFactory(attribute=origin, slug="elsewhere", name_en="Elsewhere")

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("material=glass", ["Bowl"]),
            ("material=glass&material=clay", ["Pot", "Bowl"]),
            ("origin=yixing", ["Cake", "Pot"]),
            ("material=clay&origin=yixing", ["Pot"]),
            ("material=glass&origin=yixing", []),
            ("material=clay&band=300-", []),
            ("material=jade", ["Cake", "Pot", "Bowl"]),
            ("origin=glass", ["Cake", "Pot", "Bowl"]),
            ("colour=blue&material=", ["Cake", "Pot", "Bowl"]),
            ("material=' OR 1=1 --&material=clay", ["Pot"]),
        ],
    )
    def test_one_of_each_attribute_must_fit(self, shopper: Client, query: str, expected: list[str]) -> None:
        assert names(shopper.get(f"/en/c/tea/?{query}")) == expected

    def test_the_traits_that_occur_in_a_category_are_its_boxes(self, shopper: Client) -> None:
        VariantFactory(product__category=CategoryFactory(slug="paper"))
        page = text(shopper.get("/en/c/tea/?material=clay"))
        assert '<input type="checkbox" name="material" value="clay" checked> Clay' in page
        assert '<input type="checkbox" name="material" value="glass"> Glass' in page
        assert "Elsewhere" not in page
        assert "<legend>Material" not in text(shopper.get("/en/c/paper/"))

    def test_each_trait_in_use_can_be_taken_off(self, shopper: Client) -> None:
        page = text(shopper.get("/en/c/tea/?origin=yixing&material=clay&material=glass&sort=dear"))
        for rest in (
            "material=glass&amp;origin=yixing",
            "material=clay&amp;origin=yixing",
            "material=glass&amp;material=clay",
        ):
            assert f'href="/en/c/tea/?sort=dear&amp;{rest}"' in page
        assert 'href="/en/c/tea/?sort=dear">Clear all' in page

    def test_where_nothing_fits_the_page_names_the_filters_and_offers_one_fewer(self, shopper: Client) -> None:
        page = text(shopper.get("/en/c/tea/?material=glass&origin=yixing"))
        assert "<strong>Glass</strong> + <strong>Yixing</strong>" in page
        assert '<a class="btn main" href="/en/c/tea/?material=glass">Without “Yixing”</a>' in page

    def test_cards_tell_the_attributes_that_are_for_cards(self, shopper: Client) -> None:
        page = text(shopper.get("/en/c/tea/"))
        assert '<p class="small muted">Clay</p>' in page
        assert '<p class="small muted">Yixing' not in page

    def test_a_page_of_a_filtered_list_keeps_the_filter(self, shopper: Client, tea: Category) -> None:
        glass = Trait.objects.get(slug="glass")
        for _ in range(24):
            VariantFactory(product__category=tea).product.traits.add(glass)
        assert '<a rel="next" href="/en/c/tea/?material=glass&amp;page=2">' in text(
            shopper.get("/en/c/tea/?material=glass")
        )
        page = text(shopper.get("/en/c/tea/?material=glass&page=2"))
        assert '<a rel="prev" href="/en/c/tea/?material=glass">' in page
        assert "25 of 25 items" in page

    def test_a_choice_of_everything_is_no_error(self, shopper: Client) -> None:
        for n in range(60):
            TraitFactory(attribute__slug=f"side-{n}", slug="a-rather-long-word-for-what-it-is").products.set(
                Product.objects.all()
            )
        query = "&".join(f"side-{n}=a-rather-long-word-for-what-it-is" for n in range(60))
        assert len(names(shopper.get(f"/en/c/tea/?{query}"))) == 3

    def test_filters_cost_a_statement_for_what_occurs_and_one_for_the_cards(
        self, shopper: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        shopper.get("/en/cart/")
        with django_assert_num_queries(6):
            shopper.get("/en/c/tea/?material=clay&origin=yixing")
        with django_assert_num_queries(4):
            shopper.get("/en/c/tea/?material=glass")


def test_the_count_stands_above_and_below_and_can_be_told(shopper: Client, tea: Category) -> None:
    sell("Cup", "10.00", tea)
    page = text(shopper.get("/en/c/tea/?stock=1"))
    assert '<p id="found" class="muted">1 item</p>' in page
    assert '<p id="found-words" hidden>Found 1 item</p>' in page
    assert "1 of 1 item<" in page


def test_a_very_long_list_ends_honestly(shopper: Client, tea: Category, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.listing.MOST_LISTED", 48)
    for _ in range(49):
        VariantFactory(product__category=tea)
    page = shopper.get("/en/c/tea/?page=9")
    assert '<p id="found" class="muted">48+ items</p>' in text(page)
    assert len(names(page)) == 24
    assert "25–48 of 48+ items" in text(page)
    assert "page=3" not in text(page)


def test_the_first_picture_comes_first_and_the_others_when_seen(shopper: Client, tea: Category) -> None:
    for _ in range(3):
        PictureFactory(product=VariantFactory(product__category=tea).product)
    page = text(shopper.get("/en/c/tea/"))
    assert (page.count('fetchpriority="high"'), page.count('loading="lazy"')) == (1, 2)


def test_search_engines_read_the_way_to_the_category(shopper: Client, tea: Category) -> None:
    CategoryFactory(parent=tea, slug="green", name_en="Green tea")
    (trail,) = graph(shopper.get("/en/c/green/"))
    assert [step["name"] for step in trail["itemListElement"]] == ["Home", "Tea", "Green tea"]
    assert trail["itemListElement"][2]["item"] == "http://127.0.0.1:8000/en/c/green/"


def test_an_absent_category_is_not_found(shopper: Client) -> None:
    assert shopper.get("/en/c/none/").status_code == 404


def test_lists_are_only_read(shopper: Client, tea: Category) -> None:
    assert shopper.post("/en/c/tea/").status_code == 405
