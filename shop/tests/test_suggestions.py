"""What the search field suggests while it is typed into."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from shop import search_index, suggestions
from shop.models import Product
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fans() -> None:
    for n in range(10):
        VariantFactory(product__slug=f"fan-{n}", product__name=f"扇{n}", product__name_en=f"Fan {n}" if n else "")
    search_index.mend()


def test_the_first_eight_of_a_search_are_named_with_their_addresses(shopper: Client) -> None:
    answer = shopper.get("/en/s/suggest/?q=fan").json()
    assert answer["found"][0] == {"name": "Fan 9", "url": "/en/p/fan-9/"}
    assert (len(answer["found"]), answer["said"]) == (8, "8 suggestions")


def test_names_are_in_the_language_of_the_page_or_in_chinese(shopper: Client) -> None:
    assert shopper.get("/en/s/suggest/?q=扇0").json()["found"] == [{"name": "扇0", "url": "/en/p/fan-0/"}]
    assert shopper.get("/ja/s/suggest/?q=fan 3").json()["found"] == [{"name": "扇3", "url": "/ja/p/fan-3/"}]


@pytest.mark.parametrize("term", ["", " ", "tractor", "'", '"', "%", "\0", "x" * 5000])
def test_for_other_words_there_are_none(shopper: Client, term: str) -> None:
    answer = shopper.get("/en/s/suggest/", {"q": term})
    assert answer.json() == {"found": [], "said": "0 suggestions"}


def test_what_is_withdrawn_is_not_suggested(shopper: Client) -> None:
    fan = Product.objects.get(slug="fan-3")
    Product.objects.filter(pk=fan.pk).update(published_until=fan.published_from)
    assert shopper.get("/en/s/suggest/?q=fan 3").json()["found"] == []


def test_answers_are_the_same_for_everybody_and_may_be_kept(shopper: Client) -> None:
    answer = shopper.get("/en/s/suggest/?q=fan")
    assert answer["Cache-Control"] == "public, max-age=60"
    assert "Cookie" not in answer.get("Vary", "")
    assert not answer.cookies


def test_they_cost_few_statements(shopper: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(2):
        shopper.get("/en/s/suggest/?q=扇")


def test_one_network_may_ask_only_so_often(shopper: Client, stranger: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggestions, "TRIES", 2)
    statuses = [shopper.get("/en/s/suggest/?q=fan").status_code for _ in range(3)]
    refused = shopper.get("/en/s/suggest/?q=fan")
    assert statuses == [200, 200, 429]
    assert 0 < int(refused["Retry-After"]) <= 60
    assert refused["Cache-Control"] == "no-store"
    assert stranger.get("/en/s/suggest/?q=fan", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_they_are_only_read(shopper: Client) -> None:
    assert shopper.post("/en/s/suggest/").status_code == 405
