"""The whole journey in a real browser: browse, order, pay at the gateway's page, and see both tabs turn paid."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.browsing import ADDRESS
from tests.stack import Stack, manage

pytestmark = pytest.mark.browser
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
PATIENCE = 20_000  # milliseconds
SUBMIT = 'button:not([type="button"])'
STATUS = "[data-order-status]"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def shop(start: Callable[..., Stack]) -> Stack:
    return start(simulator=True, worker=True)


class Shopper:
    """Somebody at a browser, who also notes what its console complains about."""

    def __init__(self, context: BrowserContext, shop: Stack) -> None:
        context.set_default_timeout(PATIENCE)
        context.on("page", self.watch)
        self.complaints: list[str] = []
        self.shop = shop
        self.page = context.new_page()

    def watch(self, page: Page) -> None:
        """Whatever a console calls an error counts; but Chromium also asks for icons that nobody promised."""
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self.listen)

    def listen(self, said: ConsoleMessage) -> None:
        """Notes an error of the console."""
        if said.type == "error" and not said.location["url"].endswith("/favicon.ico"):
            self.complaints.append(f"{said.text} {said.location['url']}")

    def put_into_cart(self) -> None:
        """From the home page through the category to the product, by clicks."""
        self.page.goto(f"{self.shop.url}/en/")
        self.page.locator('main a[href*="/p/many/"]').first.click()
        with self.page.expect_response("**/cart/add/"):
            self.page.locator(f'form[action$="/cart/add/"] {SUBMIT}').first.click()

    def order(self) -> str:
        """Fills in the checkout and places the order; leaves the shopper at the cashier."""
        self.page.goto(f"{self.shop.url}/en/cart/")
        self.page.locator('main a[href$="/checkout/"]').first.click()
        for name, value in ADDRESS.items():
            if name == "province":
                self.page.locator("[name=province]").select_option(value)
            else:
                self.page.locator(f"[name={name}]").fill(value)
        for box in self.page.locator('[name="no_return"]').all():  # where some of the goods cannot be returned
            box.check()
        self.page.locator(f'form:has([name="checkout_key"]) {SUBMIT}').last.click()
        self.page.wait_for_url("**/pay/")
        return self.page.url.split("/orders/")[1][:14]

    def open_gateway(self) -> Page:
        """Presses the cashier's button; the gateway opens in a page of its own."""
        with self.page.context.expect_page() as opened:
            self.page.locator(f'form[action$="/pay/start/"] {SUBMIT}').first.click()
        gateway = opened.value
        gateway.wait_for_url(f"{self.shop.gateway}/**")
        return gateway

    def pay(self) -> Page:
        """Pays there, and comes back to the shop in that page."""
        gateway = self.open_gateway()
        log_in = gateway.locator('button[name="act"][value="login"]')
        if log_in.count():  # a trade that was begun before knows its buyer
            log_in.click()
        gateway.locator('button[name="act"][value="pay"]').click()
        gateway.wait_for_url(f"{self.shop.url}/**/result/")
        return gateway


def shows(page: Page, status: str) -> None:
    """The page's order status becomes ``status``."""
    expect(page.locator(STATUS).first).to_have_attribute("data-order-status", status, timeout=PATIENCE)


@pytest.fixture
def at_desk(chromium: Browser, shop: Stack) -> Iterator[Shopper]:
    with chromium.new_context(viewport={"width": 1280, "height": 800}) as context:
        yield Shopper(context, shop)


def test_both_tabs_turn_paid_by_themselves(at_desk: Shopper) -> None:
    at_desk.put_into_cart()
    at_desk.order()
    shows(at_desk.page, "awaiting")
    result = at_desk.pay()
    shows(result, "paid")
    at_desk.page.wait_for_url("**/result/")
    shows(at_desk.page, "paid")
    assert at_desk.complaints == []


def test_the_shop_finds_the_payment_when_the_buyer_only_says_so(at_desk: Shopper) -> None:
    at_desk.put_into_cart()
    number = at_desk.order()
    gateway = at_desk.open_gateway()
    gateway.request.post(f"{at_desk.shop.gateway}/sim/api/pay", data={"out_trade_no": f"{number}01", "scenario": 5})
    gateway.close()
    at_desk.page.get_by_role("button", name="I have paid").first.click()
    at_desk.page.wait_for_url("**/result/")
    shows(at_desk.page, "paid")


def test_a_buyer_who_gives_up_can_pay_again(at_desk: Shopper) -> None:
    at_desk.put_into_cart()
    number = at_desk.order()
    gateway = at_desk.open_gateway()
    gateway.locator('button[name="act"][value="login"]').click()
    gateway.locator('button[name="act"][value="abandon"]').click()
    gateway.close()
    at_desk.page.goto(f"{at_desk.shop.url}/en/orders/{number}/pay/")
    shows(at_desk.page, "awaiting")
    shows(at_desk.pay(), "paid")


def test_staff_see_the_paid_order_in_the_admin(at_desk: Shopper) -> None:
    at_desk.put_into_cart()
    number = at_desk.order()
    shows(at_desk.pay(), "paid")
    login = {"DJANGO_SUPERUSER_PASSWORD": "correct horse", **at_desk.shop.environment}
    owner = ["--username", "owner", "--email", "owner@shop.example"]
    manage(["manage.py", "createsuperuser", "--noinput", *owner], login)
    page = at_desk.page
    page.goto(f"{at_desk.shop.url}/admin/orders/order/")
    page.locator("[name=username]").fill("owner")
    page.locator("[name=password]").fill("correct horse")
    page.locator("[type=submit]").click()
    page.locator("[name=q]").fill(number)
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_contain_text(number)
    expect(page.locator("#content")).to_contain_text(f"{number}01")


def test_a_purchase_without_javascript(chromium: Browser, shop: Stack) -> None:
    with chromium.new_context(java_script_enabled=False) as context:
        shopper = Shopper(context, shop)
        shopper.put_into_cart()
        number = shopper.order()
        shows(shopper.pay(), "paid")
        shopper.page.locator(f'main a[href$="/orders/{number}/result/"]').first.click()
        shows(shopper.page, "paid")


def test_a_purchase_at_360_pixels_never_scrolls_sideways(chromium: Browser, shop: Stack) -> None:
    with chromium.new_context(**PHONE) as context:
        shopper = Shopper(context, shop)
        shopper.put_into_cart()
        assert width(shopper.page) <= 360
        shopper.page.goto(f"{shop.url}/en/cart/")
        assert width(shopper.page) <= 360
        shopper.order()
        assert width(shopper.page) <= 360
        result = shopper.pay()
        shows(result, "paid")
        assert width(result) <= 360


def width(page: Page) -> int:
    """How wide the document is, in CSS pixels."""
    return int(page.evaluate("document.documentElement.scrollWidth"))
