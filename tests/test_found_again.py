"""A guest finds an order in another browser, on a phone without JavaScript too, and opens it by the mailed code."""

import re
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import ADDRESS, Visitor
from tests.shopper import PATIENCE, SUBMIT, width
from tests.stack import Stack
from tests.test_accessibility import flawless
from tests.visits import visit

pytestmark = pytest.mark.browser
DIGITS = re.compile(r"^    (\d{3} \d{3})$", re.M)


@pytest.fixture
def shop(start: Callable[..., Stack]) -> Stack:
    return start()


@pytest.fixture
def number(shop: Stack) -> str:
    """An order that somebody placed in another browser."""
    visitor = Visitor(shop.url)
    visitor.add("many")
    return visitor.send(visitor.checkout_form()).url.split("/orders/")[1][:14]


def open_page(chromium: Browser, *, script: bool) -> Iterator[Page]:
    with visit(
        chromium, viewport={"width": 360, "height": 740}, java_script_enabled=script, bypass_csp=script
    ) as context:
        context.set_default_timeout(PATIENCE)
        yield context.new_page()


@pytest.fixture
def plain(chromium: Browser) -> Iterator[Page]:
    """A phone with JavaScript off."""
    yield from open_page(chromium, script=False)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A browser that lets axe in."""
    yield from open_page(chromium, script=True)


def press(page: Page, place: str) -> None:
    page.locator(f'form[action$="{place}"] {SUBMIT}').click()


def find(page: Page, shop: Stack, number: str, language: str = "en") -> None:
    page.goto(f"{shop.url}/{language}/orders/find/?number={number}")
    page.locator("#contact").fill(ADDRESS["email"])
    press(page, "/find/")
    page.wait_for_url(f"**/orders/{number}/")


def mailed_code(shop: Stack) -> str:
    """The digits of the one mail in the demo's folder."""
    (file,) = (shop.folder / "mails").iterdir()
    part = message_from_bytes(file.read_bytes(), policy=policy.default).get_body(("plain",))
    found = DIGITS.search(part.get_content() if part else "")
    assert found
    return found[1]


def test_without_javascript_on_a_phone(plain: Page, shop: Stack, number: str) -> None:
    find(plain, shop, number)
    expect(plain.locator("main")).not_to_contain_text(ADDRESS["street"])
    press(plain, "/code/send/")
    plain.wait_for_url("**/code/")
    assert width(plain) <= 360
    plain.locator("#code").fill(mailed_code(shop))
    press(plain, "/code/")
    plain.wait_for_url(f"**/orders/{number}/")
    expect(plain.locator("main")).to_contain_text(ADDRESS["street"])


@pytest.mark.parametrize("language", ["zh-hans", "en", "ja"])
def test_axe_has_nothing_to_say_on_the_way(page: Page, shop: Stack, number: str, language: str) -> None:
    page.goto(f"{shop.url}/{language}/orders/find/")
    press(page, "/find/")
    flawless(page)
    find(page, shop, number, language)
    flawless(page)
    page.goto(f"{page.url}code/")
    flawless(page)
    press(page, "/code/send/")
    page.locator("#code").fill("000000")
    press(page, f"{number}/code/")
    flawless(page)
    expect(page.locator(".errors")).to_be_focused()
