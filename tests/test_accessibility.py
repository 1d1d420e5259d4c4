"""axe has nothing to say about any page of a purchase: phone and desk, light and dark, errors and dialog too."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from accounts.tests.living import PASSWORD
from tests.shopper import PATIENCE, SUBMIT, Shopper, width
from tests.stack import Stack, manage
from tests.visits import visit

pytestmark = pytest.mark.browser
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": TAGS}}

SHIPPED = """
UPDATE orders_order SET life = 'shipped', goods = 'committed', charged = total, pay_status = 'paid',
parcel_company = '顺丰', parcel_number = 'SF1234567890'
"""


@pytest.fixture
def shopper(chromium: Browser, start: Callable[..., Stack]) -> Iterator[Shopper]:
    """Somebody whose browser lets axe in past the pages' content policy."""
    with visit(chromium, bypass_csp=True) as context:
        yield Shopper(context, start(simulator=True), language="zh-hans")


def flawless(page: Page) -> None:
    """No violation at two widths and in both colour schemes, and nothing that scrolls sideways."""
    for pixels in (360, 1280):
        page.set_viewport_size({"width": pixels, "height": 800})
        assert width(page) <= pixels, page.url
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = Axe().run(page, options=OPTIONS)
            assert found.violations_count == 0, f"{page.url} {pixels} {scheme}\n{found.generate_report()}"


@pytest.mark.parametrize(
    "path", ["", "c/cups/", "p/few/", "s/?q=CUP", "cart/", "orders/find/", "help/privacy/", "nothing/"]
)
def test_the_shelves(shopper: Shopper, path: str) -> None:
    shopper.page.goto(f"{shopper.home}{path}")
    flawless(shopper.page)


def test_a_purchase_from_the_cart_to_the_result(shopper: Shopper) -> None:
    page = shopper.page
    shopper.put_into_cart()
    page.goto(f"{shopper.home}cart/")
    flawless(page)
    page.goto(f"{shopper.home}checkout/")
    flawless(page)
    page.locator(f'form:has([name="checkout_key"]) {SUBMIT}').last.click()
    page.locator("#errors").wait_for(timeout=PATIENCE)
    flawless(page)
    shopper.order()
    flawless(page)
    result = shopper.pay()
    shopper.both_turn_paid(result)
    flawless(result)


def test_the_dialog_that_waits_for_the_payment(shopper: Shopper) -> None:
    shopper.put_into_cart()
    shopper.order()
    shopper.open_gateway()
    shopper.page.locator("dialog#wait[open]").wait_for(timeout=PATIENCE)
    flawless(shopper.page)
    shopper.page.locator("dialog .help > summary").click()
    flawless(shopper.page)


def test_the_order_and_what_can_be_done_with_it(shopper: Shopper) -> None:
    page = shopper.page
    shopper.put_into_cart()
    about = f"{shopper.home}orders/{shopper.order()}/"
    for path, field in (("address/", "phone"), ("", ""), ("refund/", "reason")):
        page.goto(f"{about}{path}")
        if field == "phone":
            page.locator("[name=phone]").fill("1")
        if field:
            page.locator(f"form:has([name={field}]) {SUBMIT}").click()
            page.locator("#errors").wait_for(timeout=PATIENCE)
        flawless(page)
        if not path:
            shopper.shop.run(SHIPPED)
            page.reload()
            flawless(page)


def test_where_one_cannot_pay(chromium: Browser, shopper: Shopper) -> None:
    shopper.put_into_cart()
    number = shopper.order()
    kept = shopper.page.context.storage_state()
    with visit(chromium, bypass_csp=True, storage_state=kept, user_agent="MicroMessenger/8.0") as chat:
        inside = chat.new_page()
        inside.goto(f"{shopper.home}orders/{number}/pay/")
        inside.locator("#hand-over").wait_for(timeout=PATIENCE)
        flawless(inside)
    with visit(chromium, bypass_csp=True) as other:
        outside = other.new_page()
        outside.goto(f"{shopper.home}orders/{number}/result/")
        flawless(outside)
    shopper.page.context.set_offline(True)
    shopper.page.locator(".net").wait_for(timeout=PATIENCE)
    flawless(shopper.page)


MEMBER = """
from accounts.tests.living import ADDRESS, PASSWORD, join
from orders.models import Address
Address.objects.keep(join("lin@example.com"), ADDRESS)
"""


def send(page: Page) -> None:
    """Presses the button of the page's form."""
    page.locator('main .panel button[type="submit"]').first.click()


@pytest.mark.parametrize("path", ["login/", "register/", "reset/"])
def test_the_doors_of_accounts_with_their_errors(shopper: Shopper, path: str) -> None:
    page = shopper.page
    page.goto(f"{shopper.home}account/{path}")
    flawless(page)
    send(page)
    page.locator("#errors").wait_for(timeout=PATIENCE)
    flawless(page)


def test_the_pages_of_a_member(shopper: Shopper) -> None:
    page = shopper.page
    manage(["manage.py", "shell", "-v0", "-c", MEMBER], shopper.shop.environment)
    page.goto(f"{shopper.home}account/login/")
    page.fill("#login", "lin@example.com")
    page.fill("#password", PASSWORD)
    page.locator("[data-reveal]").click()
    assert page.locator("#password").get_attribute("type") == "text"
    send(page)
    for path in ("orders/", "", "email/", "password/", "addresses/", "addresses/add/", "delete/"):
        page.goto(f"{shopper.home}account/{path}")
        flawless(page)
    send(page)
    page.locator("#errors").wait_for(timeout=PATIENCE)
    flawless(page)
    shopper.put_into_cart()
    page.goto(f"{shopper.home}checkout/")
    flawless(page)
    page.check('[value="other"]')
    page.locator("#street").wait_for(timeout=PATIENCE)
    flawless(page)
