"""P03: search."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from shop import search_index
from shop.search import MOST_HITS, MOST_WORDS
from shop.tests.factories import TraitFactory, VariantFactory
from shop.tests.reading import field, names, text

pytestmark = pytest.mark.django_db


def offer(**texts: Any) -> None:
    """A product on sale that the search knows."""
    variant = VariantFactory(**texts)
    search_index.update([variant.product_id])


def found(visitor: Client, term: str) -> list[str]:
    """What a search shows, in order."""
    answer = visitor.get("/en/s/", {"q": term})
    assert answer.status_code == 200
    return [] if "Nothing found" in text(answer) else names(answer)


@pytest.fixture(autouse=True)
def _gaiwan() -> None:
    offer(
        sku="WARE-001", option_en="Moon white", product__category__name="茶器", product__category__name_en="Vessels",
        product__name="青瓷盖碗", product__name_en="Celadon gaiwan", product__name_ja="青磁の蓋碗セット",
        product__summary="薄胎", product__summary_en="Thin walls",
        product__description_ja="職人がひとつずつ作ります。",
    )  # fmt: skip
    offer(
        sku="TEA-9", product__name="红茶", product__name_en="Black tea 100% leaf_tea", product__name_ja="Crème pu'er ßa"
    )


@pytest.mark.parametrize(
    "term",
    ["gaiwan", "CELADON", "celadon gaiwan", "gaiwan celadon", "gaiw", "青瓷", "盖碗", "瓷盖碗", "青磁", "薄胎", "walls",
     "WARE-001", "ware-001", "ware001", "WARE-00", "001", "青", "碗", "職人", "ひとつ", "セット",
     "ｾｯﾄ", "茶器", "vessels", "moon WHITE", "celadon walls", "青瓷 thin", "ｇａｉｗａｎ", "  gaiwan  ",
     '"gaiwan', "gaiwan)", "ga·", "ga*", "ＷＡＲＥ－００１"],
)  # fmt: skip
def test_words_are_found_in_every_language(shopper: Client, term: str) -> None:
    assert found(shopper, term) == ["Celadon gaiwan"]


@pytest.mark.parametrize(
    "term", ["creme", "CRÈME", "pu'er", "puer", "Pu’er", "pu-er", "SSA", "100%", "leaf tea", "(红茶)"]
)
def test_accents_case_and_signs_make_no_difference(shopper: Client, term: str) -> None:
    assert found(shopper, term) == ["Black tea 100% leaf_tea"]


@pytest.mark.parametrize(
    "term",
    [
        "WARE-002",
        "gaiwan tea",
        "xyz",
        "'",
        "\\",
        "%' OR 1=1 --",
        "<b>",
        "__",
        "%%%",
        "瓷青",
        "aiwan",
        "wall",
        "g",
        "か",
    ],
)
def test_other_words_find_nothing(shopper: Client, term: str) -> None:
    assert found(shopper, term) == []


@pytest.mark.parametrize(
    "term",
    ['"', "*", "gaiwan NEAR nothing", "names:gaiwan:", "NOT", "a AND", "(", "{names} : x", "^x",
     "'x' & !'y'", "x:*", "\\'", "%s", "%(x)s", "{rank}", "😀", "·", "\u0301", "゛"],
)  # fmt: skip
def test_the_databases_own_language_is_not_spoken(shopper: Client, term: str) -> None:
    assert found(shopper, term) == []


@pytest.mark.parametrize(
    "term", ["g" * 10_000, "青" * 10_000, "a " * 5_000, "青瓷盖碗" * 2_500, "ﷺ" * 3_000, "\ufdfa " * 99]
)
def test_a_long_search_is_cut(shopper: Client, term: str) -> None:
    page = shopper.get("/en/s/", {"q": term})
    assert page.status_code == 200
    assert len(field(page, "q")) <= 64


@pytest.mark.parametrize("term", ["\x00gaiwan", "gai\x00wan"])
def test_a_nul_does_not_reach_the_database(shopper: Client, term: str) -> None:
    assert found(shopper, term) == ["Celadon gaiwan"]


def test_bytes_that_are_no_text_find_nothing(shopper: Client) -> None:
    assert "Nothing found" in text(shopper.get("/en/s/?q=%ff%ed%a0%80"))


def test_names_come_before_other_texts_and_whole_words_before_beginnings(shopper: Client) -> None:
    offer(product__name_en="Lid", sku="L-1")
    offer(product__name_en="Lidded jar", sku="L-2")
    offer(product__name_en="Pot", product__summary_en="With a lid", sku="L-3")
    offer(product__name_en="Box", sku="LID-7")
    assert found(shopper, "lid") == ["Box", "Lid", "Lidded jar", "Pot"]


def test_an_item_number_comes_before_those_that_begin_with_it(shopper: Client) -> None:
    offer(sku="WARE-0010", product__name_en="Tray")
    offer(sku="SET-001", product__name_en="Ware")
    assert found(shopper, "ware-001") == ["Celadon gaiwan", "Tray", "Ware"]


def test_among_equals_the_newest_comes_first(shopper: Client) -> None:
    now = timezone.now()
    for days in (3, 1, 2):
        offer(product__name_en=f"Fan {days}", product__published_from=now - timedelta(days=days))
    assert found(shopper, "fan") == ["Fan 1", "Fan 2", "Fan 3"]


def test_of_two_published_at_once_the_one_made_later_comes_first(shopper: Client) -> None:
    now = timezone.now()
    for name in ("Fan a", "Fan b"):
        offer(product__name_en=name, product__published_from=now)
    assert found(shopper, "fan") == ["Fan b", "Fan a"]


def test_what_is_not_published_is_not_found(shopper: Client) -> None:
    now, day = timezone.now(), timedelta(days=1)
    offer(product__name_en="Future gaiwan", product__published_from=now + day)
    offer(product__name_en="Past gaiwan", product__published_from=now - 2 * day, product__published_until=now - day)
    assert found(shopper, "gaiwan") == ["Celadon gaiwan"]


@pytest.mark.parametrize("year", [1901, 2400])
def test_a_strange_date_of_publication_is_no_error(shopper: Client, year: int) -> None:
    offer(product__name_en="Odd jar", product__published_from=timezone.now().replace(year=year, month=5, day=1))
    assert found(shopper, "odd") == (["Odd jar"] if year < 2000 else [])


def test_a_common_word_is_bounded_to_the_best(shopper: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_HITS == 1000
    monkeypatch.setattr("shop.search.MOST_HITS", 2)
    for name in ("Tall vase", "Wide vase", "Round vase"):
        offer(product__name_en=name)
    page = shopper.get("/en/s/?q=vase")
    assert names(page) == ["Round vase", "Wide vase"]
    assert "2+ items" in text(page)


def test_hits_are_paged_and_keep_the_term(shopper: Client) -> None:
    for n in range(25):
        offer(product__name_en=f"Fan & {n}")
    first, second = shopper.get("/en/s/?q=fan+%26"), shopper.get("/en/s/?q=fan+%26&page=2")
    assert (len(names(first)), names(second)) == (24, ["Fan &amp; 0"])
    assert '<a rel="next" href="?q=fan+%26&amp;page=2">' in text(first)
    assert '<a rel="prev" href="?q=fan+%26">' in text(second)
    assert "25 of 25 items" in text(second)
    assert names(shopper.get("/en/s/?q=fan+%26&page=999")) == names(second)


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999", "٣", ""])
def test_a_page_that_is_no_number_is_the_first(shopper: Client, page: str) -> None:
    assert names(shopper.get("/en/s/", {"q": "gaiwan", "page": page})) == ["Celadon gaiwan"]


LONG = "one two three four five six seven eight nine ten eleven twelve"


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (LONG, ["All"]),
        (f"{LONG} gaiwan", []),
        (LONG.replace("twelve", "twelv"), []),
        ("一二三四五六七八九十百千万", ["All"]),
        ("一二三四五六七八九十百千万 one", ["All"]),
        ("一二三四五六七八九十百千万亿", []),
    ],
)
def test_words_beyond_those_that_the_index_is_asked_for_must_be_there_too(
    shopper: Client, term: str, expected: list[str]
) -> None:
    offer(product__name_en="All", product__description_en=LONG, product__summary="一二三四五六七八九十百千万")
    offer(product__name_en="Half", product__description_en=LONG[:40], product__summary="一二三四五六七八九")
    assert found(shopper, term) == expected


def test_an_index_is_never_asked_for_more_than_eight_words(
    shopper: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    offer(product__name_en="All", product__description_en=LONG)
    shopper.get("/en/s/?q=nothing")
    with django_assert_num_queries(5) as asked:
        shopper.get("/en/s/", {"q": LONG})
    for query in asked.captured_queries[:3]:
        assert sum(f"'{word}'" in query["sql"].replace('"', "'") for word in LONG.split()) in (0, MOST_WORDS)


def test_nothing_found_keeps_the_term_and_offers_other_goods(shopper: Client) -> None:
    page = shopper.get("/en/s/", {"q": "<script>tractor"})
    assert "Nothing found for “&lt;script&gt;tractor”." in text(page)
    assert field(page, "q") == "&lt;script&gt;tractor"
    assert len(names(page)) == 2
    assert "Try fewer or other words." in text(page)
    assert "Vessels</a>" in text(page).split('id="rooms"')[1]


def test_four_products_are_enough_where_nothing_is_found(shopper: Client) -> None:
    for n in range(5):
        offer(product__name_en=f"Fan {n}")
    assert names(shopper.get("/en/s/?q=tractor")) == ["Fan 4", "Fan 3", "Fan 2", "Fan 1"]


def test_a_product_is_found_by_its_traits(shopper: Client) -> None:
    cup = VariantFactory(product__name_en="Cup").product
    TraitFactory(name="白瓷", name_en="Bone china").products.add(cup)
    search_index.update([cup.pk])
    assert found(shopper, "china") == found(shopper, "白瓷") == ["Cup"]


def test_an_empty_search_invites(shopper: Client) -> None:
    page = text(shopper.get("/en/s/"))
    assert "Nothing found" not in page
    assert "autofocus" in page


def test_a_term_is_cut_at_64_characters(shopper: Client) -> None:
    assert field(shopper.get("/en/s/", {"q": "a" * 5000}), "q") == "a" * 64


def test_a_search_costs_a_statement_for_each_kind_of_hit(
    shopper: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shopper.get("/en/s/?q=nothing")
    with django_assert_num_queries(4):
        shopper.get("/en/s/?q=gaiwan")
    with django_assert_num_queries(2):  # the same list was drawn a moment ago
        shopper.get("/en/s/?q=青瓷")


def test_searches_are_not_indexed(shopper: Client) -> None:
    assert '<meta name="robots" content="noindex">' in text(shopper.get("/en/s/?q=gaiwan"))
