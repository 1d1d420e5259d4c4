"""G35, G38: robots.txt and the sitemap, as search engines read them."""

from xml.etree import ElementTree

import pytest
from django.conf import LazySettings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from content import sitemaps
from content.models import Page
from content.tests.factories import PageFactory

pytestmark = pytest.mark.django_db
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
SITE = "http://127.0.0.1:8000"


@pytest.fixture(autouse=True)
def _no_pages() -> None:
    Page.objects.all().delete()


def xml(browser: Client, address: str, **headers: str) -> ElementTree.Element:
    """A file of the sitemap."""
    answer = browser.get(address, headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/xml")
    return ElementTree.fromstring(answer.content)


def places(root: ElementTree.Element) -> list[str]:
    return [str(place.text) for place in root.iterfind(".//s:loc", NAMES)]


def test_robots_are_told_of_the_sitemap(shopper: Client) -> None:
    answer = shopper.get("/robots.txt")
    assert answer["Content-Type"].startswith("text/plain")
    lines = answer.content.decode().splitlines()
    assert lines[0] == "User-agent: *" and f"Sitemap: {SITE}/sitemap.xml" in lines
    assert "Disallow: /" not in lines


def test_the_index_names_the_sections_with_their_newest_change(shopper: Client) -> None:
    PageFactory()
    Page.objects.update(changed_at="2026-11-02T13:35:00Z")
    root = xml(shopper, "/sitemap.xml")
    assert places(root) == [f"{SITE}/sitemap-{name}.xml" for name in ("shelves", "products", "pages")]
    assert root.findtext("s:sitemap[3]/s:lastmod", "", NAMES) == "2026-11-02T21:35:00+08:00"


def test_each_address_knows_its_other_languages(shopper: Client) -> None:
    PageFactory(slug="gifts")
    Page.objects.update(changed_at="2026-11-02T13:35:00Z")
    root = xml(shopper, "/sitemap-pages.xml")
    everywhere = {"zh-Hans": "/zh-hans", "en": "/en", "ja": "/ja", "x-default": ""}
    assert places(root) == [f"{SITE}{everywhere[tag]}/help/gifts/" for tag in ("zh-Hans", "en", "ja")]
    for entry in root.iterfind("s:url", NAMES):
        links = {link.get("hreflang"): link.get("href") for link in entry.iterfind("x:link", NAMES)}
        assert links == {tag: f"{SITE}{prefix}/help/gifts/" for tag, prefix in everywhere.items()}
        assert entry.findtext("s:lastmod", "", NAMES) == "2026-11-02"


def test_what_is_not_published_is_not_named(shopper: Client) -> None:
    PageFactory(published=False)
    assert places(xml(shopper, "/sitemap-pages.xml")) == []


def test_long_sections_come_in_pages_cut_out_by_the_database(
    shopper: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(sitemaps.Pages, "limit", 2 * 3)
    PageFactory.create_batch(5)
    files = [place for place in places(xml(shopper, "/sitemap.xml")) if "pages" in place]
    assert files == [f"{SITE}/sitemap-pages.xml{query}" for query in ("", "?p=2", "?p=3")]
    with django_assert_num_queries(2):  # how many, and these two
        assert len(places(xml(shopper, "/sitemap-pages.xml?p=2"))) == 6
    every = [place for file in files for place in places(xml(shopper, file.removeprefix(SITE)))]
    assert len(every) == len(set(every)) == 15


@pytest.mark.parametrize("address", ["/sitemap-pages.xml?p=2", "/sitemap-pages.xml?p=x", "/sitemap-orders.xml"])
def test_a_file_that_does_not_exist_is_not_found(shopper: Client, address: str) -> None:
    assert shopper.get(address).status_code == 404


def test_a_visitors_host_is_never_believed(shopper: Client, settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    PageFactory()
    for address in ("/sitemap.xml", "/sitemap-pages.xml"):
        assert {place[: len(SITE)] for place in places(xml(shopper, address, host="evil.example"))} == {SITE}
    assert "evil" not in shopper.get("/robots.txt", headers={"host": "evil.example"}).content.decode()
    assert "evil" not in shopper.get("/en/", headers={"host": "evil.example"}).content.decode()
