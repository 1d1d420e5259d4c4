"""The shelves in a real browser with the demo's goods: what a script adds, what keys reach, what pages weigh."""

import gzip
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response, expect

from tests.shopper import PHONE, Shopper, width
from tests.stack import Database, Stack
from tests.test_accessibility import OPTIONS
from tests.visits import visit

pytestmark = pytest.mark.browser
KB = 1024


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One shop for all: each test brings a browser of its own, and nothing is ordered."""
    seed = [["manage.py", "migrate", "-v0", "--skip-checks"], ["manage.py", "seed_demo", "--orders", "0"]]
    database = Database(tmp_path_factory.mktemp("demo"), seed)
    with Stack(database, tmp_path_factory.mktemp("stack") / "data") as stack:
        yield stack
    database.drop()


@contextmanager
def shopping(chromium: Browser, shop: Stack, **options: object) -> Iterator[Shopper]:
    with visit(chromium, bypass_csp=True, reduced_motion="reduce", **options) as context:
        shopper = Shopper(context, shop)
        yield shopper
        # A form that is refused is an answer of 422, which the console notes as a failure.
        assert [said for said in shopper.complaints if "422" not in said] == []


@pytest.fixture
def at_desk(chromium: Browser, shop: Stack) -> Iterator[Shopper]:
    with shopping(chromium, shop, viewport={"width": 1280, "height": 800}) as shopper:
        yield shopper


@pytest.fixture
def on_phone(chromium: Browser, shop: Stack) -> Iterator[Shopper]:
    with shopping(chromium, shop, **PHONE) as shopper:
        yield shopper


def says(page: Page, words: str) -> None:
    """The polite region tells this."""
    expect(page.locator("#say")).to_have_text(words)


def has_focus(page: Page, selector: str) -> None:
    expect(page.locator(selector)).to_be_focused()


def flawless(page: Page) -> None:
    found = Axe().run(page, options=OPTIONS)
    assert found.violations_count == 0, found.generate_report()


def test_filters_apply_as_they_are_ticked_and_the_focus_stays(at_desk: Shopper) -> None:
    page = at_desk.page
    page.goto(f"{at_desk.home}c/ware/")
    page.locator("input[value=porcelain]").focus()
    page.keyboard.press("Space")
    says(page, "Found 2 items")
    has_focus(page, "input[value=porcelain]")
    assert page.url.endswith("/en/c/ware/?material=porcelain")
    assert page.locator('a[data-language="ja"]').get_attribute("href") == "/ja/c/ware/?material=porcelain"
    page.locator("#sort").select_option("dear")
    page.wait_for_url("**/en/c/ware/?sort=dear&material=porcelain")
    flawless(page)
    page.evaluate("history.go(-2)")
    expect(page.locator("#found")).to_have_text("8 items")
    expect(page.locator("input[value=porcelain]")).not_to_be_checked()


def test_on_a_phone_the_filters_are_folded_and_can_be_unfolded(on_phone: Shopper) -> None:
    page = on_phone.page
    page.goto(f"{on_phone.home}c/all/?material=glass")
    expect(page.locator("#sort")).not_to_be_visible()
    expect(page.locator("details.filters summary")).to_contain_text("1 in use")
    page.locator("details.filters summary").click()
    expect(page.locator("#sort")).to_be_visible()
    assert width(page) <= 360


def test_the_search_field_suggests_to_the_keyboard(at_desk: Shopper) -> None:
    page = at_desk.page
    page.goto(f"{at_desk.home}s/")
    has_focus(page, "#q")
    page.keyboard.type("gaiw")
    says(page, "1 suggestion")
    page.keyboard.press("ArrowDown")
    assert page.locator("#q").get_attribute("aria-activedescendant") == "suggestion-0"
    flawless(page)
    page.keyboard.press("Escape")
    expect(page.locator("#suggestions")).to_be_hidden()
    assert page.locator("#q").input_value() == "gaiw"
    page.keyboard.type("a")
    expect(page.locator("#suggestions")).to_be_visible()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/p/celadon-gaiwan/")


def test_enter_without_a_choice_searches(at_desk: Shopper) -> None:
    page = at_desk.page
    page.goto(f"{at_desk.home}s/")
    page.keyboard.type("tieguanyin")
    says(page, "1 suggestion")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/s/?q=tieguanyin")
    expect(page.locator("#found")).to_have_text("1 item")


def test_arrows_go_through_the_pictures(at_desk: Shopper) -> None:
    page = at_desk.page
    page.goto(f"{at_desk.home}p/celadon-gaiwan/")
    first = page.locator(".main-picture").get_attribute("href")
    page.locator(".thumbs a").first.focus()
    page.keyboard.press("ArrowRight")
    has_focus(page, '.thumbs a[aria-current="true"]')
    second = page.locator(".main-picture").get_attribute("href") or ""
    assert second.endswith("-1200.webp") and second != first
    page.keyboard.press("ArrowRight")
    assert page.locator(".main-picture").get_attribute("href") == first
    assert "?img" not in page.url


def test_another_option_redraws_what_depends_on_it(on_phone: Shopper) -> None:
    page = on_phone.page
    page.goto(f"{on_phone.home}p/longjing-green/")
    page.get_by_text("100 g").check()
    says(page, "CN¥318.00 In stock, ships within 24 hours")
    expect(page.locator("#sku")).to_have_text("TEA-001-100")
    expect(page.locator("#bar-price")).to_have_text("CN¥318.00")
    expect(page.locator("#shipping")).to_have_text("Shipping: Free, in some provinces up to CN¥45.00")


def test_on_a_phone_price_and_button_stay_in_reach_and_cover_no_focus(on_phone: Shopper) -> None:
    page = on_phone.page
    page.goto(f"{on_phone.home}p/clay-teapot/")
    expect(page.locator(".bar")).to_be_hidden()
    last = page.locator("footer button").last
    last.focus()
    expect(page.locator(".bar")).to_be_visible()
    low, bar = last.bounding_box(), page.locator(".bar").bounding_box()
    assert low and bar and low["y"] + low["height"] <= bar["y"]
    assert Axe().run(page, context=".bar", options=OPTIONS).violations_count == 0
    with page.expect_response("**/cart/add/"):
        page.locator(".bar button").click()
    says(page, "Added to the cart · 1 item")
    has_focus(page, ".bar button")
    toast, bar = page.locator(".toast").bounding_box(), page.locator(".bar").bounding_box()
    assert toast and bar and toast["y"] + toast["height"] <= bar["y"]


def test_a_message_stays_for_eight_seconds_and_leads_to_the_checkout(at_desk: Shopper) -> None:
    page = at_desk.page
    page.clock.install()
    page.goto(f"{at_desk.home}p/plum-vase/")
    page.locator("#add").click()
    toast = page.locator(".toast")
    expect(toast).to_contain_text("Added to the cart · 1 item")
    has_focus(page, "#add")
    expect(page.locator("#cart-link")).to_contain_text("1 item")
    page.clock.run_for(7_000)
    expect(toast.get_by_role("link", name="Go to checkout")).to_be_visible()
    flawless(page)
    page.clock.run_for(1_500)
    expect(toast).to_have_count(0)


def test_more_than_there_are_is_told_without_leaving_the_page(at_desk: Shopper) -> None:
    page = at_desk.page
    page.goto(f"{at_desk.home}p/plum-vase/")
    page.locator("#quantity").fill("9")
    page.locator("#add").click()
    says(page, "Only 2 left")
    has_focus(page, "#quantity")
    page.locator("[data-step='1']").click()
    expect(page.locator("#quantity")).to_have_value("2")


def test_the_cart_changes_in_place_by_keyboard(at_desk: Shopper) -> None:
    page = at_desk.page
    for slug in ("white-cup-pair", "postcard-set"):
        page.goto(f"{at_desk.home}p/{slug}/")
        with page.expect_response("**/cart/add/"):
            page.locator("#add").click()
    page.goto(f"{at_desk.home}cart/")
    page.locator("[id^=more]").first.focus()
    page.keyboard.press("Enter")
    says(page, "Subtotal CN¥272.00")
    has_focus(page, "[id^=more] >> nth=0")
    page.locator("[id^=q]").first.fill("3")
    page.keyboard.press("Enter")
    says(page, "Subtotal CN¥390.00")
    has_focus(page, "[id^=q] >> nth=0")
    page.locator("[id^=q]").first.fill("0")
    page.keyboard.press("Tab")
    expect(page.locator("#say")).to_contain_text("Enter a whole number")
    assert page.title().startswith("Error:")
    flawless(page)
    page.goto(f"{at_desk.home}cart/")
    page.get_by_role("button", name="Remove").first.focus()
    page.keyboard.press("Enter")
    says(page, "Subtotal CN¥36.00")
    has_focus(page, "#undo")
    page.keyboard.press("Enter")
    says(page, "Subtotal CN¥390.00")


def test_an_emptied_cart_says_so_and_shows_what_was_looked_at(at_desk: Shopper) -> None:
    page = at_desk.page
    for slug in ("celadon-gaiwan", "plum-vase"):
        page.goto(f"{at_desk.home}p/{slug}/")
    with page.expect_response("**/cart/add/"):
        page.locator("#add").click()
    page.goto(f"{at_desk.home}cart/")
    page.get_by_role("button", name="Remove").click()
    says(page, "The cart is empty.")
    has_focus(page, "#undo")
    expect(page.locator("#lately h3")).to_have_text(["Plum vase", "Celadon gaiwan"])
    flawless(page)


def test_what_was_looked_at_in_another_language_is_not_shown(at_desk: Shopper) -> None:
    page, japanese = at_desk.page, at_desk.home.replace("/en/", "/ja/")
    page.goto(f"{japanese}p/celadon-gaiwan/")
    page.goto(f"{at_desk.home}cart/")
    expect(page.get_by_text("The cart is empty.")).to_be_visible()
    expect(page.locator("#lately")).to_be_hidden()
    page.goto(f"{japanese}cart/")
    expect(page.locator("#lately h3")).to_have_count(1)


def test_esc_closes_the_menu_of_a_phone(on_phone: Shopper) -> None:
    page = on_phone.page
    page.goto(on_phone.home)
    page.locator("details.menu summary").click()
    expect(page.locator("details.menu nav")).to_be_visible()
    flawless(page)
    page.keyboard.press("Escape")
    expect(page.locator("details.menu nav")).to_be_hidden()
    has_focus(page, "details.menu summary")


@pytest.mark.parametrize("path", ["", "c/all/", "c/all/?material=glass&band=300-", "s/?q=tea", "s/?q=tractor",
                                  "p/matcha-bowl/", "p/one-cent-test/"])  # fmt: skip
def test_the_shelves_have_no_flaw_in_any_state(at_desk: Shopper, path: str) -> None:
    page = at_desk.page
    page.goto(f"{at_desk.home}{path}")
    for pixels in (360, 1280):
        page.set_viewport_size({"width": pixels, "height": 800})
        assert width(page) <= pixels
        flawless(page)


def weigh(page: Page, address: str) -> Counter[str]:
    """Bytes by type of a first visit to the whole page; texts as they travel, compressed. All from the shop itself."""
    seen: list[Response] = []
    page.on("response", lambda answer: seen.append(answer))
    page.goto(address)
    page.evaluate("document.querySelectorAll('img').forEach((picture) => { picture.loading = 'eager'; })")
    page.wait_for_load_state("networkidle")
    assert all(answer.url.startswith(address.split("/en/")[0]) for answer in seen)
    sizes: Counter[str] = Counter()
    for answer in seen:
        body, kind = answer.body(), answer.request.resource_type
        sizes[kind] += len(body if kind == "image" else gzip.compress(body))
    return sizes


@pytest.mark.parametrize(
    ("path", "pictures"),
    [("", 200), ("c/all/", 250), ("s/?q=tea", 250), ("p/celadon-gaiwan/", 120), ("p/matcha-bowl/", 120), ("cart/", 40)],
)
def test_pages_are_light_enough_for_a_phone(on_phone: Shopper, path: str, pictures: int) -> None:
    weight = weigh(on_phone.page, f"{on_phone.home}{path}")
    assert 0 < weight["document"] <= 15 * KB
    assert 0 < weight["stylesheet"] <= 12 * KB
    assert 0 < weight["script"] <= 10 * KB
    assert weight["image"] <= pictures * KB
