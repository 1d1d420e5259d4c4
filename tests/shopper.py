"""Somebody who shops by mouse in a real browser."""

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from tests.browsing import ADDRESS
from tests.stack import Stack

PHONE = {
    "viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2,
    "user_agent": "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
}  # fmt: skip
PATIENCE = 20_000  # milliseconds
SUBMIT = 'button:not([type="button"])'
STATUS = "[data-order-status]"


class Shopper:
    """Somebody at a browser, who also notes what its console complains about."""

    def __init__(self, context: BrowserContext, shop: Stack, language: str = "en") -> None:
        context.set_default_timeout(PATIENCE)
        context.on("page", self.watch)
        self.complaints: list[str] = []
        self.shop = shop
        self.home = f"{shop.url}/{language}/"
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
        self.page.goto(self.home)
        self.page.locator('main a[href*="/p/many/"]').first.click()
        with self.page.expect_response("**/cart/add/"):
            self.page.locator(f'form[action$="/cart/add/"] {SUBMIT}').first.click()

    def order(self) -> str:
        """Fills in the checkout and places the order; leaves the shopper at the cashier."""
        self.page.goto(f"{self.home}cart/")
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
        """Presses the cashier's button; the gateway opens in a page of its own, on a phone in the same."""
        button = self.page.locator(f'form[action$="/pay/start/"] {SUBMIT}').first
        if self.page.locator('form[target="_blank"]').count():
            with self.page.context.expect_page() as opened:
                button.click()
            gateway = opened.value
        else:
            button.click()
            gateway = self.page
        gateway.wait_for_url(f"{self.shop.gateway}/**")
        return gateway

    def decide(self, act: str = "pay", scenario: int = 1) -> Page:
        """Opens the gateway's page, logs in there and presses pay, refuse or abandon."""
        gateway = self.open_gateway()
        log_in = gateway.locator('button[name="act"][value="login"]')
        if log_in.count():  # a trade that was begun before knows its buyer
            log_in.click()
        gateway.locator("[name=scenario]").select_option(str(scenario))
        gateway.locator(f'button[name="act"][value="{act}"]').click()
        if act != "pay":
            expect(gateway.locator(f'[data-outcome="{act}"]')).to_be_visible()
        return gateway

    def pay(self, scenario: int = 1) -> Page:
        """Pays there, and comes back to the shop in that page."""
        gateway = self.decide(scenario=scenario)
        gateway.wait_for_url(f"{self.shop.url}/**/result/")
        return gateway

    def both_turn_paid(self, other: Page) -> None:
        """The page where the buyer paid says so, and the one that waits here moves on by itself.

        Nobody may leave before: Chromium may wait for ever where a page is closed just as it moves on.
        """
        shows(other, "paid")
        self.page.wait_for_url("**/result/")
        shows(self.page, "paid")


def shows(page: Page, status: str) -> None:
    """The page's order status becomes ``status``."""
    expect(page.locator(STATUS).first).to_have_attribute("data-order-status", status, timeout=PATIENCE)


def width(page: Page) -> int:
    """How wide the document is, in CSS pixels."""
    return int(page.evaluate("document.documentElement.scrollWidth"))
