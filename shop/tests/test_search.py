"""P03: search."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from shop.search import MOST_HITS
from shop.tests.factories import VariantFactory
from shop.tests.reading import field, names, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _gaiwan() -> None:
    VariantFactory(
        sku="WARE-001", product__name="青瓷盖碗", product__name_en="Celadon gaiwan", product__name_ja="青磁蓋碗",
        product__summary="薄胎", product__summary_en="Thin walls",
    )  # fmt: skip
    VariantFactory(sku="TEA-9", product__name="红茶", product__name_en="Black tea 100% leaf_tea")


@pytest.mark.parametrize(
    "term",
    ["gaiwan", "CELADON", "celadon gaiwan", "gaiwan celadon", "青瓷", "盖碗", "青磁", "薄胎", "walls",
     "WARE-001", "ware-001", "ｇａｉｗａｎ", "  gaiwan  ", "ＷＡＲＥ－００１"],
)  # fmt: skip
def test_words_names_and_item_numbers_are_found_in_every_language(shopper: Client, term: str) -> None:
    assert names(shopper.get("/en/s/", {"q": term})) == ["Celadon gaiwan"]


@pytest.mark.parametrize("term", ["WARE-00", "gaiwan tea", "xyz", "'", "\\", "%' OR 1=1 --", "<b>", "__", "%%%"])
def test_other_words_find_nothing(shopper: Client, term: str) -> None:
    assert "Nothing found" in text(shopper.get("/en/s/", {"q": term}))


def test_signs_of_the_database_are_plain_signs(shopper: Client) -> None:
    page = shopper.get("/en/s/", {"q": "100%"})
    assert names(page) == ["Black tea 100% leaf_tea"]
    assert names(shopper.get("/en/s/", {"q": "f_t"})) == ["Black tea 100% leaf_tea"]


def test_nothing_found_keeps_the_term_and_offers_other_goods(shopper: Client) -> None:
    page = shopper.get("/en/s/", {"q": "<script>tractor"})
    assert "Nothing found for “&lt;script&gt;tractor”." in text(page)
    assert field(page, "q") == "&lt;script&gt;tractor"
    assert len(names(page)) == 2


def test_an_empty_search_invites(shopper: Client) -> None:
    page = text(shopper.get("/en/s/"))
    assert "Nothing found" not in page
    assert "autofocus" in page


def test_a_term_is_cut_at_64_characters(shopper: Client) -> None:
    assert field(shopper.get("/en/s/", {"q": "a" * 5000}), "q") == "a" * 64


@pytest.mark.parametrize("term", ["\x00gaiwan", "gai\x00wan"])
def test_a_nul_does_not_reach_the_database(shopper: Client, term: str) -> None:
    assert names(shopper.get("/en/s/", {"q": term})) == ["Celadon gaiwan"]


def test_what_is_not_published_is_not_found(shopper: Client) -> None:
    VariantFactory(product__name_en="Future gaiwan", product__published_from=timezone.now() + timedelta(days=1))
    assert names(shopper.get("/en/s/?q=gaiwan")) == ["Celadon gaiwan"]


def test_a_common_word_is_bounded(shopper: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.search.MOST_HITS", 1)
    assert MOST_HITS > 1
    assert len(names(shopper.get("/en/s/?q=e"))) == 1


def test_a_search_costs_two_statements(shopper: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    shopper.get("/en/cart/")
    with django_assert_num_queries(2):
        shopper.get("/en/s/?q=gaiwan")


def test_searches_are_not_indexed(shopper: Client) -> None:
    assert '<meta name="robots" content="noindex">' in text(shopper.get("/en/s/?q=gaiwan"))
