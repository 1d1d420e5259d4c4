"""The buyer's scenarios by mouse: what the pages do while somebody looks at them."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.shopper import PHONE, Shopper, shows
from tests.stack import Database, Stack
from tests.visits import visit

pytestmark = pytest.mark.browser
WECHAT = PHONE | {"user_agent": f"{PHONE['user_agent']} MicroMessenger/8.0.50(0x28003253) NetType/WIFI"}

# What a blocked page comes to: the form is sent, and nothing opens.
BLOCKER = """addEventListener("submit", event => {
    if ((event.submitter?.formTarget || event.target.target) === "_blank") event.preventDefault();
})"""


@pytest.fixture(scope="module")
def shop(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(database, tmp_path_factory.mktemp("by-mouse") / "data", simulator=True) as running:
        yield running


@pytest.fixture
def at_desk(chromium: Browser, shop: Stack) -> Iterator[Shopper]:
    """An order, and its cashier at a wide screen."""
    with visit(chromium, viewport={"width": 1280, "height": 800}) as context:
        yield waiting(Shopper(context, shop))


@pytest.fixture
def on_phone(chromium: Browser, shop: Stack) -> Iterator[Shopper]:
    """An order, and its cashier on a phone."""
    with visit(chromium, **PHONE) as context:
        yield waiting(Shopper(context, shop))


def waiting(shopper: Shopper) -> Shopper:
    shopper.put_into_cart()
    shopper.order()
    shows(shopper.page, "awaiting")
    return shopper


def both_turn_paid(shopper: Shopper, other: Page) -> None:
    shopper.both_turn_paid(other)
    assert shopper.complaints == []


@pytest.mark.parametrize("scenario", [2, 4])
def test_2_and_4_whoever_comes_first_both_pages_turn_paid(at_desk: Shopper, scenario: int) -> None:
    both_turn_paid(at_desk, at_desk.pay(scenario))


def test_3_the_page_that_waits_turns_paid_though_the_other_was_closed(at_desk: Shopper) -> None:
    gateway = at_desk.decide(scenario=3)
    expect(gateway.locator('[data-outcome="pay"]')).to_be_visible()
    gateway.close()
    at_desk.page.wait_for_url("**/result/")
    shows(at_desk.page, "paid")


def test_7_refused_by_the_bank_another_method_is_one_press_away(at_desk: Shopper) -> None:
    at_desk.decide("refuse").close()
    at_desk.page.get_by_role("button", name="Choose another way to pay").click()
    at_desk.page.locator('[name=method][value="alipay-instant"]').check()
    both_turn_paid(at_desk, at_desk.pay())


def test_a_bank_is_chosen_and_its_page_opens(at_desk: Shopper) -> None:
    at_desk.page.locator('[name=method][value="alipay-instant"]').check()
    at_desk.page.locator("[name=bank]").select_option("CMB")
    gateway = at_desk.open_gateway()
    expect(gateway.locator("main")).to_contain_text("招商银行")
    gateway.locator('button[name="act"][value="login"]').click()
    gateway.locator('button[name="act"][value="pay"]').click()
    both_turn_paid(at_desk, gateway)


def test_21_where_no_page_may_open_alipay_opens_in_this_one(at_desk: Shopper) -> None:
    at_desk.page.evaluate(BLOCKER)
    at_desk.page.locator('form[action$="/pay/start/"] button').first.click()
    at_desk.page.get_by_role("button", name="Open Alipay in this page").click()
    at_desk.page.wait_for_url(f"{at_desk.shop.gateway}/**")
    at_desk.page.locator('button[name="act"][value="login"]').click()
    at_desk.page.locator('button[name="act"][value="pay"]').click()
    shows(at_desk.page, "paid")
    assert len(at_desk.page.context.pages) == 1


def test_21_a_phone_stays_in_one_page_and_comes_back_paid(on_phone: Shopper) -> None:
    assert on_phone.pay() is on_phone.page
    shows(on_phone.page, "paid")
    assert len(on_phone.page.context.pages) == 1


def test_21_a_phone_that_goes_back_without_paying_finds_the_cashier_ready(on_phone: Shopper) -> None:
    on_phone.open_gateway()
    on_phone.page.go_back()
    shows(on_phone.page, "awaiting")
    shows(on_phone.pay(), "paid")


def test_21_inside_wechat_the_link_is_copied_for_a_real_browser(chromium: Browser, shop: Stack) -> None:
    with visit(chromium, **WECHAT, permissions=["clipboard-read", "clipboard-write"]) as context:
        shopper = waiting(Shopper(context, shop))
        shopper.page.get_by_role("button", name="Copy the link").click()
        expect(shopper.page.get_by_role("button", name="Copied").last).to_be_visible()
        link = shopper.page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(rf"{shop.url}/en/orders/[0-9]{{14}}/pay/here/[\w:-]+/", link)


def test_an_order_is_cancelled_in_two_presses(at_desk: Shopper) -> None:
    at_desk.page.get_by_text("Cancel the order", exact=True).first.click()
    at_desk.page.get_by_role("button", name="Cancel this order").click()
    at_desk.page.wait_for_url("**/result/")
    shows(at_desk.page, "closed")
    expect(at_desk.page.get_by_role("heading", name="This order is cancelled")).to_be_visible()
