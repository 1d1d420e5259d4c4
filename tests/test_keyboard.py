"""A whole purchase with the keyboard alone (G05, G31): where the focus is can be seen, its order is that of reading."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import ADDRESS
from tests.shopper import PATIENCE, Shopper, shows
from tests.stack import Stack
from tests.visits import visit

pytestmark = pytest.mark.browser

MOST_TABS = 120
# What is wrong with the focus as it is now, in a sentence; empty where nothing is.
SEEN = """
() => {
  const focus = document.activeElement;
  if (focus === document.body) return "";
  const ringed = [focus, focus.closest(".card, .door, label")].some((one) => {
    const style = one && getComputedStyle(one);
    return style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  if (!ringed) return `no ring around ${focus.outerHTML.slice(0, 80)}`;
  const box = focus.getBoundingClientRect();
  const head = document.querySelector("header").getBoundingClientRect().bottom;
  const covered = focus.closest("header, dialog, .skip, .bar") ? 0 : head;
  return box.bottom <= covered || box.top >= innerHeight ? `out of sight: ${focus.outerHTML.slice(0, 80)}` : "";
}
"""
# Whether the focus went on in the page since the last time, or came round from its end.
ORDER = """
() => {
  const before = window.lastFocus, focus = document.activeElement;
  window.lastFocus = focus;
  if (!before || !before.isConnected || focus === document.body || before === document.body) return true;
  return Boolean(before.compareDocumentPosition(focus) & Node.DOCUMENT_POSITION_FOLLOWING);
}
"""


class Keyboard:
    """Somebody without a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, key: str) -> None:
        """One key."""
        self.page.keyboard.press(key)

    def go_to(self, selector: str) -> None:
        """Tab after Tab until the focus is on it; looks at every step."""
        for _ in range(MOST_TABS):
            self.press("Tab")
            assert self.page.evaluate(SEEN) == ""
            assert self.page.evaluate(ORDER), f"the focus jumps back before {selector}"
            if self.is_on(selector):
                return
        raise AssertionError(f"{MOST_TABS} times Tab do not reach {selector} on {self.page.url}")

    def is_on(self, selector: str) -> bool:
        """Whether the focus is there."""
        return bool(self.page.evaluate("(selector) => document.activeElement.matches(selector)", selector))

    def follow(self, selector: str, address: str) -> None:
        """Goes to a link or button and presses Enter; the page it leads to is there."""
        self.go_to(selector)
        self.press("Enter")
        self.page.wait_for_url(address)

    def fill_in(self, name: str, value: str) -> None:
        """Types into a field; in a list goes down to the value."""
        self.go_to(f"[name={name}]")
        if name != "province":
            self.page.keyboard.type(value)
            return
        for _ in range(50):
            self.press("ArrowDown")
            if self.page.locator("[name=province]").input_value() == value:
                return
        raise AssertionError(f"{value} is not in the list")


@pytest.fixture
def shopper(chromium: Browser, start: Callable[..., Stack]) -> Iterator[Shopper]:
    with visit(chromium, viewport={"width": 1280, "height": 800}) as context:
        yield Shopper(context, start(simulator=True))


def test_the_first_stop_leads_past_the_header(shopper: Shopper) -> None:
    keys = Keyboard(shopper.page)
    shopper.page.goto(shopper.home)
    keys.go_to("a.skip")
    keys.press("Enter")
    keys.press("Tab")
    assert shopper.page.evaluate("document.activeElement.closest('main') !== null")


def test_a_purchase_from_the_home_page_to_the_result(shopper: Shopper) -> None:
    page, keys = shopper.page, Keyboard(shopper.page)
    page.goto(shopper.home)
    keys.follow('main a[href*="/p/many/"]', "**/p/many/")
    keys.go_to("#add")
    with page.expect_response("**/cart/add/"):
        keys.press("Enter")
    expect(page.locator("#cart-link .count")).to_have_text("1")
    assert keys.is_on("#add")  # the focus stays where it was
    keys.follow(".toast a", "**/checkout/")
    for name, value in ADDRESS.items():
        keys.fill_in(name, value)
    keys.follow('main form .btn.main[type="submit"]', "**/pay/")
    with page.context.expect_page() as opened:
        keys.go_to("form#pay .btn.pay")
        keys.press("Enter")
    page.bring_to_front()
    expect(page.locator("dialog#wait[open]")).to_be_visible(timeout=PATIENCE)
    keys.press("Escape")
    expect(page.locator("dialog#wait[open]")).to_have_count(0)
    assert keys.is_on("form#pay .btn.pay")  # back where the dialog was opened
    gateway = opened.value
    gateway.locator('button[name="act"][value="login"]').click()
    gateway.locator('button[name="act"][value="pay"]').click()
    page.wait_for_url("**/result/")
    shows(page, "paid")
    assert shopper.complaints == []


def test_escape_closes_the_menu_and_gives_the_focus_back(shopper: Shopper) -> None:
    page, keys = shopper.page, Keyboard(shopper.page)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(shopper.home)
    keys.go_to("details.menu summary")
    keys.press("Enter")
    keys.go_to("details.menu nav a")
    keys.press("Escape")
    expect(page.locator("details.menu[open]")).to_have_count(0)
    assert keys.is_on("details.menu summary")
