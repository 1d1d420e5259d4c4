"""P02: a category with filters, sorting and pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from shop.models import Category
from shop.tests.factories import CategoryFactory, PictureFactory, VariantFactory
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
    assert "Nothing matches these filters." in page


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
    shopper.get("/en/cart/")
    with django_assert_num_queries(3):
        shopper.get("/en/c/tea/?sort=cheap")
    with django_assert_num_queries(0):
        shopper.get("/en/c/tea/?sort=cheap")


def test_search_engines_read_the_way_to_the_category(shopper: Client, tea: Category) -> None:
    CategoryFactory(parent=tea, slug="green", name_en="Green tea")
    (trail,) = graph(shopper.get("/en/c/green/"))
    assert [step["name"] for step in trail["itemListElement"]] == ["Tea", "Green tea"]
    assert trail["itemListElement"][1]["item"] == "http://127.0.0.1:8000/en/c/green/"


def test_an_absent_category_is_not_found(shopper: Client) -> None:
    assert shopper.get("/en/c/none/").status_code == 404


def test_lists_are_only_read(shopper: Client, tea: Category) -> None:
    assert shopper.post("/en/c/tea/").status_code == 405
