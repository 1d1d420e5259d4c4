"""The whole journey in a real browser: browse, order, pay at the gateway's page, and see both tabs turn paid."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.shopper import PHONE, Shopper, shows, width
from tests.stack import Stack, manage
from tests.visits import visit

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(start: Callable[..., Stack]) -> Stack:
    return start(simulator=True, worker=True)


@pytest.fixture
def at_desk(chromium: Browser, shop: Stack) -> Iterator[Shopper]:
    with visit(chromium, viewport={"width": 1280, "height": 800}) as context:
        yield Shopper(context, shop)


def test_both_tabs_turn_paid_by_themselves(at_desk: Shopper) -> None:
    at_desk.put_into_cart()
    at_desk.order()
    shows(at_desk.page, "awaiting")
    at_desk.both_turn_paid(at_desk.pay())
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
    at_desk.decide("abandon").close()
    at_desk.page.goto(f"{at_desk.shop.url}/en/orders/{number}/pay/")
    shows(at_desk.page, "awaiting")
    at_desk.both_turn_paid(at_desk.pay())


def test_staff_see_the_paid_order_in_the_admin(at_desk: Shopper) -> None:
    at_desk.put_into_cart()
    number = at_desk.order()
    at_desk.both_turn_paid(at_desk.pay())
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
    with visit(chromium, java_script_enabled=False) as context:
        shopper = Shopper(context, shop)
        shopper.put_into_cart()
        number = shopper.order()
        shows(shopper.pay(), "paid")
        shopper.page.locator(f'main a[href$="/orders/{number}/result/"]').first.click()
        shows(shopper.page, "paid")


def test_a_purchase_at_360_pixels_never_scrolls_sideways(chromium: Browser, shop: Stack) -> None:
    with visit(chromium, **PHONE) as context:
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
