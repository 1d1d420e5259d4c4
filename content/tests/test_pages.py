"""P20: help and legal pages, as visitors see them."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from content.models import Page
from content.shipped import SLUGS, make_pages
from content.tests.factories import PageFactory

pytestmark = pytest.mark.django_db


def see(browser: Client, slug: str, language: str = "en", status: int = 200) -> str:
    """The page as it comes."""
    answer = browser.get(f"/{language}/help/{slug}/")
    assert answer.status_code == status
    return answer.content.decode()


def article(page: str) -> str:
    """What stands in it, without its frame."""
    return page[page.index("<article") : page.index("</article>")]


@pytest.fixture
def shipped() -> None:
    """The pages that a new shop begins with."""
    make_pages(Page)


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("language", ["zh-hans", "en", "ja"])
def test_a_new_shop_has_its_pages_in_three_languages(shopper: Client, shipped: None, slug: str, language: str) -> None:
    page = article(see(shopper, slug, language))
    only_in_japanese = slug == "tokushoho" and language != "ja"
    assert (' lang="' in page) == only_in_japanese
    assert page.count("<h1>") == 1
    assert "{" not in page


def test_a_text_that_is_not_translated_says_its_language(shopper: Client) -> None:
    PageFactory(slug="gifts", title_ja="贈り物")  # a title alone is no translation
    page = article(see(shopper, "gifts", "ja"))
    assert '<article class="copy" lang="zh-Hans">' in page
    assert "正文。" in page


def test_where_chinese_is_missing_the_next_language_stands_in(shopper: Client) -> None:
    PageFactory(slug="gifts", title="", body="", title_en="", body_en="", title_ja="贈り物", body_ja="本文。")
    for language in ("zh-hans", "en"):
        assert '<article class="copy" lang="ja">\n<h1>贈り物</h1>' in see(shopper, "gifts", language)


def test_the_page_says_when_it_was_last_changed(shopper: Client) -> None:
    page = PageFactory(slug="gifts")
    Page.objects.update(changed_at="2026-11-02T13:35:00Z")
    assert "Last changed: <time" in see(shopper, page.slug)
    assert "2 Nov 2026, 21:35 (China time)" in see(shopper, page.slug)


def test_search_engines_get_the_first_paragraph(shopper: Client) -> None:
    PageFactory(slug="gifts", body_en='# Wrapped\n\nWe *wrap* "gifts"\nwith `care`.\n\nMore.')
    assert '<meta name="description" content="We wrap &quot;gifts&quot; with care.">' in see(shopper, "gifts")


def test_a_page_without_a_paragraph_is_shown_too(shopper: Client) -> None:
    PageFactory(slug="gifts", body_en="## Wrapped")
    assert "<h2>Wrapped</h2>" in see(shopper, "gifts")


def test_the_title_stays_the_one_heading_of_the_first_rank(shopper: Client) -> None:
    PageFactory(slug="gifts", body_en="# Wrapped\n\nText.")
    assert "<h2>Wrapped</h2>" in article(see(shopper, "gifts"))


@pytest.mark.parametrize("text", [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))", "[x](data:text/html;base64,PHNjcmlwdD4=)", "[x](vbscript:x)", "[x](file:///etc/passwd)",
    "[x](//evil.example)", "![x](https://evil.example/x.png)", "<javascript:alert(1)>", "[x](&#106;avascript:alert(1))",
    "[x][y]\n\n[y]: javascript:alert(1)", "[x](weixin://pay)", "[x](\\\\evil.example)", "[x](evil.example)",
])  # fmt: skip
def test_a_text_cannot_bring_markup_scripts_or_strangers_pictures(shopper: Client, text: str) -> None:
    PageFactory(slug="gifts", body_en=text)
    page = article(see(shopper, "gifts"))
    assert "<script" not in page and "<img" not in page
    assert 'href="j' not in page.lower() and 'href="//' not in page
    assert ("<a " not in page) == (not text.startswith("!"))  # a refused picture leaves a plain link


@pytest.mark.parametrize("address", [
    "https://beian.miit.gov.cn/", "http://example.com", "mailto:name@example.com", "tel:+8657100000000",
    "/en/orders/find/", "#returns",
])  # fmt: skip
def test_safe_links_stay_links(shopper: Client, address: str) -> None:
    PageFactory(slug="gifts", body_en=f"[Go]({address})")
    assert f'<a href="{address}">Go</a>' in see(shopper, "gifts")


def test_a_table_is_a_table(shopper: Client) -> None:
    PageFactory(slug="gifts", body_en="| Size | Price |\n| --- | --- |\n| small | 3 |")
    assert '<th scope="col">Size</th>' in see(shopper, "gifts")


def test_facts_come_from_the_settings(shopper: Client, settings: LazySettings) -> None:
    settings.ORDER_PAY_MINUTES, settings.COMPANY_NAME = 17, "Cup & <b>Saucer</b> *Ltd*"
    PageFactory(slug="gifts", body_en="Within {pay_minutes} minutes, by {company}. {unknown} { } {}")
    page = article(see(shopper, "gifts"))
    assert "Within 17 minutes, by Cup &amp; &lt;b&gt;Saucer&lt;/b&gt;" in page
    assert "{unknown} { } {}" in page


def test_the_address_to_write_to_is_a_link(shopper: Client, settings: LazySettings) -> None:
    settings.CONTACT_EMAIL = "help@shop.example"
    PageFactory(slug="gifts", body_en="Write to {email}.")
    assert 'Write to <a href="mailto:help@shop.example">help@shop.example</a>.' in see(shopper, "gifts")


def test_what_is_not_set_is_named_in_the_language_of_the_text(shopper: Client) -> None:
    PageFactory(slug="gifts", body="{company}", body_en="{company}")
    assert "【company name】" in see(shopper, "gifts")
    assert "【公司名称】" in see(shopper, "gifts", "zh-hans")
    assert "【公司名称】" in see(shopper, "gifts", "ja")


def test_an_unpublished_page_is_as_if_it_were_not_there(shopper: Client, hire: Callable[..., Client]) -> None:
    PageFactory(slug="gifts", published=False)
    see(shopper, "gifts", status=404)
    see(hire("packer", "view_order"), "gifts", status=404)
    see(shopper, "absent", status=404)


def test_its_editors_see_an_unpublished_page(hire: Callable[..., Client]) -> None:
    PageFactory(slug="gifts", published=False)
    page = see(hire("editor", "view_page"), "gifts")
    assert "Not published" in page
    assert '<meta name="robots" content="noindex">' in page


def test_a_page_costs_one_statement(shopper: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    PageFactory(slug="gifts")
    see(shopper, "gifts")
    with django_assert_num_queries(1):
        see(shopper, "gifts")


def test_a_browser_that_has_the_page_gets_it_once(shopper: Client) -> None:
    page = PageFactory(slug="gifts")
    tag = shopper.get("/en/help/gifts/")["ETag"]
    assert shopper.get("/en/help/gifts/", headers={"if-none-match": tag}).status_code == 304
    page.body_en = "Other text."
    page.save()
    assert shopper.get("/en/help/gifts/", headers={"if-none-match": tag}).status_code == 200


def test_what_staff_have_changed_is_not_written_over() -> None:
    make_pages(Page)
    Page.objects.filter(slug="terms").update(title="我们的条款")
    Page.objects.filter(slug="licence").delete()
    make_pages(Page)
    assert Page.objects.get(slug="terms").title == "我们的条款"
    assert Page.objects.filter(slug="licence").exists()
    assert Page.objects.count() == len(SLUGS)
