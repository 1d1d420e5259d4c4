"""The frame of every page: header, footer, languages, and what it costs."""

import pytest
from django.conf import LazySettings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from shop.tests.factories import CategoryFactory, VariantFactory
from shop.tests.reading import text

pytestmark = pytest.mark.django_db


def test_every_page_has_one_main_one_heading_and_two_places_that_speak(shopper: Client) -> None:
    for address in ("/en/", "/en/cart/", "/en/s/", "/en/nowhere/"):
        page = text(shopper.get(address))
        assert page.count("<h1") == page.count("<main") == page.count('role="status"') == 1
        assert '<a class="skip" href="#main">' in page


@pytest.mark.parametrize(("code", "tag"), [("zh-hans", "zh-Hans"), ("en", "en"), ("ja", "ja")])
def test_the_page_says_its_language(shopper: Client, code: str, tag: str) -> None:
    assert f'<html lang="{tag}">' in text(shopper.get(f"/{code}/"))


def test_languages_keep_the_page_and_its_query(shopper: Client) -> None:
    page = text(shopper.get("/en/s/?q=cup"))
    assert '<a href="/ja/s/?q=cup" hreflang="ja" lang="ja"' in page
    assert '<a href="/zh-hans/s/?q=cup" hreflang="zh-Hans"' in page


def test_the_header_leads_to_the_roots_of_the_tree_only(shopper: Client) -> None:
    tea = CategoryFactory(slug="tea", name_en="Tea")
    CategoryFactory(slug="green", name_en="Green tea", parent=tea)
    page = text(shopper.get("/en/cart/"))
    assert 'href="/en/c/tea/"' in page
    assert "Green tea" not in page


def test_a_visitor_without_a_session_costs_no_session(
    shopper: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shopper.get("/en/cart/")
    with django_assert_num_queries(0):
        answer = shopper.get("/en/cart/")
    assert "sessionid" not in answer.cookies


def test_the_cart_is_counted_without_reading_products(
    shopper: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shopper.post("/en/cart/add/", {"variant": VariantFactory().pk, "quantity": "3"})
    shopper.get("/en/")
    with django_assert_num_queries(1):
        page = text(shopper.get("/en/"))
    assert "3 items" in page


def test_the_demo_says_so(shopper: Client, settings: LazySettings) -> None:
    assert "no money moves" in text(shopper.get("/en/"))
    settings.DEMO = False
    assert "no money moves" not in text(shopper.get("/en/"))


def test_pages_carry_nothing_that_the_content_policy_forbids(shopper: Client) -> None:
    VariantFactory(product__slug="cup")
    for address in ("/en/", "/en/p/cup/", "/en/cart/", "/en/s/?q=cup", "/en/c/all/"):
        answer = shopper.get(address)
        assert "default-src 'self'" in answer["Content-Security-Policy"]
        assert " style=" not in text(answer)
        assert " onclick=" not in text(answer)


def test_an_absent_page_helps_on(shopper: Client) -> None:
    answer = shopper.get("/en/p/never-was/")
    assert answer.status_code == 404
    assert 'action="/en/s/"' in text(answer)
