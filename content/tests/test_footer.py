"""G15: the foot of every page, the same for all visitors."""

import re

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from content.models import Page
from content.shipped import make_pages
from content.tests.factories import PageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_shipped() -> None:
    Page.objects.all().delete()
    make_pages(Page)


def foot(browser: Client, address: str = "/en/") -> str:
    """The foot of a page."""
    page = browser.get(address).content.decode()
    return page[page.index("<footer") : page.index("</footer>")]


def links(text: str) -> list[str]:
    """Where it leads to, the language links left out."""
    return re.findall(r'<a href="(/en/[^"]*|https?://[^"]*)"(?! hreflang)', text)


def test_help_is_at_the_same_place_on_every_page(shopper: Client) -> None:
    expected = [f"/en/help/{slug}/" for slug in ("delivery", "terms", "privacy", "contact")] + ["/en/orders/find/"]
    for address in ("/en/", "/en/cart/", "/en/s/", "/en/orders/find/", "/en/help/terms/", "/en/nowhere/"):
        assert links(foot(shopper, address)) == expected


def test_the_japanese_notice_is_for_japanese_readers(shopper: Client) -> None:
    assert "特定商取引法に基づく表記" in foot(shopper, "/ja/")
    assert "特定商取引法に基づく表記" not in foot(shopper) + foot(shopper, "/zh-hans/")


def test_a_link_in_another_language_says_so(shopper: Client) -> None:
    PageFactory(slug="gifts", title="礼物", title_en="")
    assert '<a href="/en/help/gifts/" lang="zh-Hans">礼物</a>' in foot(shopper)
    assert '<a href="/zh-hans/help/gifts/">礼物</a>' in foot(shopper, "/zh-hans/")


def test_pages_taken_away_are_not_linked(shopper: Client) -> None:
    Page.objects.filter(slug="terms").update(published=False)
    Page.objects.filter(slug="privacy").update(in_footer=False)
    assert not {"/en/help/terms/", "/en/help/privacy/"} & set(links(foot(shopper)))


def test_what_the_merchant_has_not_set_is_not_there(shopper: Client) -> None:
    assert "beian" not in foot(shopper) and "©" not in foot(shopper) and "licence" not in foot(shopper)


def test_the_merchant_is_named_with_its_registrations(shopper: Client, settings: LazySettings) -> None:
    settings.COMPANY_NAME, settings.BUSINESS_LICENCE = "Leaf & Co", "91330106MA2X00000X"
    settings.ICP_NUMBER, settings.POLICE_NUMBER = "浙ICP备00000000号", "浙公网安备33010602000001号"
    text = foot(shopper)
    assert "© Leaf &amp; Co" in text
    assert '<a href="/en/help/licence/">Business licence 91330106MA2X00000X</a>' in text
    assert re.search(r'<a href="https://beian.miit.gov.cn/"[^>]*>浙ICP备00000000号</a>', text)
    assert re.search(
        r'<a href="https://beian.mps.gov.cn/[^"]*code=33010602000001">.*浙公网安备33010602000001号</a>', text
    )


def test_it_is_drawn_once_for_all_visitors(
    shopper: Client, stranger: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    foot(shopper, "/en/cart/")
    with django_assert_num_queries(0):
        foot(stranger, "/en/cart/")
    cache.clear()
    Page.objects.all().delete()
    assert links(foot(stranger)) == ["/en/orders/find/"]
