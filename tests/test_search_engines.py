"""G35 to G38: a walk over every public page, read as search engines and chat apps read it."""

import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from content.models import Page
from content.shipped import make_pages
from shop import paging, pictures
from shop.tests.factories import CategoryFactory, PictureFactory, ProductFactory, VariantFactory
from shop.tests.test_pictures import drawn

pytestmark = pytest.mark.django_db
SITE = "http://127.0.0.1:8000"
LANGUAGES = {"zh-hans": "zh-Hans", "en": "en", "ja": "ja"}
LOCALES = {"zh-hans": "zh_CN", "en": "en_US", "ja": "ja_JP"}
SECRET = ("s/", "cart/", "checkout/", "orders/", "account/", "theme/")
AVAILABLE = {"https://schema.org/InStock", "https://schema.org/OutOfStock"}


@dataclass
class Seen:
    """A page, by what stands in its head."""

    address: str
    tree: Element
    links: set[str] = field(default_factory=set)

    @property
    def language(self) -> str:
        return self.address.split("/")[1]

    @property
    def title(self) -> str:
        return self.tree.findtext(".//title") or ""

    @property
    def hidden(self) -> bool:
        return self.meta("robots") == ["noindex"]

    def meta(self, name: str) -> list[str]:
        """The contents of the meta elements of this name or property."""
        every = self.tree.iterfind(".//meta")
        return [meta.get("content", "") for meta in every if name in (meta.get("name"), meta.get("property"))]

    def one(self, name: str) -> str:
        """That of the only one."""
        found = self.meta(name)
        assert len(found) == 1, (self.address, name, found)
        return found[0]

    def link(self, rel: str) -> list[tuple[str | None, str]]:
        """Language and address of the link elements of this relation."""
        return [(link.get("hreflang"), link.get("href", "")) for link in self.tree.iterfind(f".//link[@rel='{rel}']")]

    def graphs(self) -> dict[str, dict[str, Any]]:
        """JSON-LD by its type."""
        scripts = self.tree.iterfind(".//script[@type='application/ld+json']")
        every = [json.loads(script.text or "") for script in scripts]
        assert all(graph["@context"] == "https://schema.org" for graph in every)
        return {graph["@type"]: graph for graph in every}


@pytest.fixture
def shop(settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small catalogue with everything that makes an address: a tree, pages of a list, variants, pictures."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(paging, "PER_PAGE", 2)
    Page.objects.all().delete()
    make_pages(Page)
    tea = CategoryFactory(slug="tea", name_en="Tea", name_ja="お茶", intro="山里的茶。", intro_en="Mountain tea.")
    green = CategoryFactory(slug="green", name_en="Green tea" * 6, parent=tea)
    for n in range(5):
        VariantFactory(product=ProductFactory(category=green, slug=f"leaf-{n}"), on_hand=n)
    pot = ProductFactory(
        slug="pot", category=tea, name_en="A very long name of a pot that goes on and on and on", returnable_7d=False
    )
    VariantFactory(product=pot, option_en="Red")
    VariantFactory(product=pot, option_en="Blue", on_hand=0)
    for colour in ("1", "P"):
        PictureFactory(product=pot, stem=pictures.store(drawn("PNG", mode=colour)), alt_en=f"A pot {colour}")


@pytest.fixture
def walk(shopper: Client, shop: None) -> list[Seen]:
    """Every page that a visitor can reach from home by links."""
    return list(reached(shopper))


def reached(browser: Client) -> Iterator[Seen]:
    waiting, known = ["/zh-hans/"], {"/zh-hans/"}
    while waiting:
        address = waiting.pop()
        answer = browser.get(address, follow=True)
        assert answer.status_code == 200, (address, answer.status_code)
        if not answer["Content-Type"].startswith("text/html"):
            continue
        page = read(address, answer)
        yield page
        waiting += sorted(page.links - known)
        known |= page.links


def read(address: str, answer: HttpResponse) -> Seen:
    tree = html5lib.parse(answer.content.decode(), namespaceHTMLElements=False)
    hrefs = (urljoin(SITE + address, link.get("href", "")) for link in tree.iterfind(".//a[@href]"))
    here = {href.removeprefix(SITE).partition("#")[0] for href in hrefs if href.startswith(SITE + "/")}
    return Seen(address, tree, {href for href in here if not href.startswith(("/media/", "/admin/"))})


def kind(page: Seen) -> str:
    """The address without language and query."""
    return page.address.split("/", 2)[2].partition("?")[0]


def test_the_walk_sees_the_whole_shop(walk: list[Seen]) -> None:
    kinds = Counter(kind(page) for page in walk)
    expected = {"", "c/all/", "c/tea/", "c/green/", "p/pot/", "p/leaf-0/", "help/terms/", "s/", "cart/", "orders/find/"}
    assert expected <= set(kinds)
    assert all(kinds[name] >= 3 for name in expected)  # each in three languages
    assert any("page=3" in page.address for page in walk)


def test_only_what_is_the_visitors_own_is_hidden(walk: list[Seen]) -> None:
    for page in walk:
        assert page.hidden == kind(page).startswith(SECRET), page.address


def test_every_page_stands_at_one_address(walk: list[Seen]) -> None:
    for page in (page for page in walk if not page.hidden):
        ((_, canonical),) = page.link("canonical")
        path, _, query = canonical.partition("?")
        assert path == SITE + page.address.partition("?")[0]
        number = page.address.partition("page=")[2]
        plain = number and page.address.endswith(f"?page={number}")
        assert query == (f"page={number}" if plain else ""), page.address


def test_the_languages_of_a_page_point_at_each_other(walk: list[Seen]) -> None:
    pages = {page.link("canonical")[0][1]: page for page in walk if not page.hidden}
    for canonical, page in pages.items():
        alternates = dict(page.link("alternate"))
        rest = canonical.removeprefix(f"{SITE}/{page.language}")
        assert alternates == {tag: f"{SITE}/{code}{rest}" for code, tag in LANGUAGES.items()} | {
            "x-default": SITE + rest
        }
        for code, tag in LANGUAGES.items():
            assert dict(pages[alternates[tag]].link("alternate")) == alternates, (code, canonical)


def test_what_is_for_all_languages_leads_to_the_visitors_own(shopper: Client, shop: None) -> None:
    for rest in ("/", "/p/pot/", "/c/tea/?page=2", "/help/terms/"):
        answer = shopper.get(rest, headers={"accept-language": "ja"})
        assert (answer.status_code, answer["Location"]) == (302, f"/ja{rest}")
        assert "Accept-Language" in answer["Vary"]


def test_titles_and_descriptions_tell_pages_apart(walk: list[Seen]) -> None:
    pages = {page.link("canonical")[0][1]: page for page in walk if not page.hidden}.values()
    for page in pages:
        assert 0 < len(page.title) <= 60, page.title
        assert 0 < len(page.one("description")) <= 150
    for said in (
        ((page.language, page.title) for page in pages),
        ((page.language, page.one("description")) for page in pages),
    ):
        assert [text for text, count in Counter(said).items() if count > 1] == []


def test_chat_apps_find_a_picture_and_words(walk: list[Seen], shopper: Client, settings: LazySettings) -> None:
    fetched: set[str] = set()
    for page in (page for page in walk if not page.hidden):
        assert page.one("og:url") == page.link("canonical")[0][1]
        assert page.one("og:title") and page.one("og:description") == page.one("description")
        assert page.one("og:type") == (
            "product" if "/p/" in page.address else "article" if "/help/" in page.address else "website"
        )
        assert page.one("og:locale") == LOCALES[page.language]
        assert set(page.meta("og:locale:alternate")) == set(LOCALES.values()) - {LOCALES[page.language]}
        assert page.one("twitter:card") == "summary_large_image"
        assert [page.one(f"og:image:{part}") for part in ("type", "width", "height")] == ["image/jpeg", "1200", "1200"]
        assert page.one("og:image:alt")
        fetched.add(page.one("og:image"))
    assert len(fetched) == 2  # the shop's own, and the pot's
    for address in fetched:
        assert picture(shopper, address).size == (1200, 1200)


def picture(browser: Client, address: str) -> Image.Image:
    """The JPEG at this address of ours."""
    assert address.startswith(SITE + "/")
    path = urlsplit(address).path
    if path.startswith("/static/"):
        return Image.open(io.BytesIO((Path("static") / path.removeprefix("/static/")).read_bytes()))
    answer = browser.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    return Image.open(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]


def test_offers_say_what_a_merchant_listing_needs(walk: list[Seen], shopper: Client) -> None:
    for page in (page for page in walk if kind(page).startswith("p/")):
        product = page.graphs()["Product"]
        assert product["name"] and product["description"] and product["sku"] and product["brand"]["name"]
        for offer in product["offers"]:
            assert float(offer["price"]) > 0 and offer["priceCurrency"] == "CNY"
            assert offer["availability"] in AVAILABLE and offer["itemCondition"] == "https://schema.org/NewCondition"
            assert shopper.get(offer["url"].removeprefix(SITE)).status_code == 200
            rate = offer["shippingDetails"]["shippingRate"]
            assert float(rate["maxValue"]) >= 0 and rate["currency"] == "CNY"
            policy = offer["hasMerchantReturnPolicy"]
            assert (
                policy["applicableCountry"] == offer["shippingDetails"]["shippingDestination"]["addressCountry"] == "CN"
            )
            assert (policy.get("merchantReturnDays") == 7) == ("pot" not in page.address)


def test_a_picture_comes_in_the_three_shapes(shopper: Client, shop: None) -> None:
    product = read("/en/p/pot/", shopper.get("/en/p/pot/")).graphs()["Product"]
    sizes = [picture(shopper, address).size for address in product["image"]]
    assert sizes == [(1200, 1200), (1200, 900), (1200, 675)] * 2
    assert [offer["availability"].rsplit("/")[-1] for offer in product["offers"]] == ["InStock", "OutOfStock"]
    assert len({offer["url"] for offer in product["offers"]}) == 2


def test_lists_and_products_say_the_way_to_them(walk: list[Seen]) -> None:
    for page in (page for page in walk if kind(page).startswith(("p/", "c/"))):
        steps = page.graphs()["BreadcrumbList"]["itemListElement"]
        assert [step["position"] for step in steps] == list(range(1, len(steps) + 1))
        assert steps[0]["item"] == f"{SITE}/{page.language}/"
        assert steps[-1]["item"] == SITE + page.address.partition("?")[0]


def test_home_says_whose_shop_it_is(shopper: Client, shop: None, settings: LazySettings) -> None:
    settings.COMPANY_NAME, settings.CONTACT_EMAIL = "Leaf & Co", "help@shop.example"
    graphs = read("/en/", shopper.get("/en/")).graphs()
    assert (graphs["Organization"]["name"], graphs["Organization"]["email"]) == ("Leaf & Co", "help@shop.example")
    assert graphs["WebSite"]["publisher"]["@id"] == graphs["Organization"]["@id"]
    assert (graphs["WebSite"]["url"], graphs["WebSite"]["inLanguage"]) == (f"{SITE}/en/", "en")
    assert picture(shopper, graphs["Organization"]["logo"]).size == (1200, 1200)


def test_the_sitemap_names_just_the_pages_that_may_be_found(walk: list[Seen], shopper: Client) -> None:
    named = set()
    for section in ("shelves", "products", "pages"):
        tree = html5lib.parse(shopper.get(f"/sitemap-{section}.xml").content.decode(), namespaceHTMLElements=False)
        named |= {place.text for place in tree.iter("loc")}
    found = {page.link("canonical")[0][1] for page in walk if not page.hidden}
    unlinked = {f"{SITE}/{code}/help/{slug}/" for code in LANGUAGES for slug in ("licence", "tokushoho")}
    assert {address for address in found if "?page=" not in address} | unlinked == named
