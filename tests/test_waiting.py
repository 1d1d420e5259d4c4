"""The pages that wait for a payment, in a real browser: how often they ask, what they say, and how soon they know."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.playing import Gateway
from tests.shopper import PATIENCE, PHONE, SUBMIT, Shopper, shows
from tests.stack import Stack
from tests.visits import visit

pytestmark = pytest.mark.browser
STATUS = "**/status.json"
# What the waiting page may need at the pace of 2 s, on a machine that also runs the other tests.
SOON = 8.0
PAID_UNTOLD = 5  # the buyer pays, and neither notification nor browser comes back


@pytest.fixture
def shop(start: Callable[..., Stack]) -> Stack:
    return start(simulator=True, env={"ALIPAY_QR_FRAME": "on"})


@pytest.fixture
def at_desk(chromium: Browser, shop: Stack) -> Iterator[Shopper]:
    with visit(chromium, viewport={"width": 1280, "height": 800}) as context:
        yield Shopper(context, shop)


@pytest.fixture
def number(at_desk: Shopper) -> str:
    """An order; its shopper is at the cashier."""
    at_desk.put_into_cart()
    return at_desk.order()


class Server:
    """Stands in for status.json: counts the questions, and answers with ``news`` or not at all."""

    def __init__(self, page: Page) -> None:
        self.asked = 0
        self.news = {"status": "awaiting", "label": "Awaiting payment", "next_ms": 5000, "url": "/en/"}
        self.up = True
        page.route(STATUS, self.answer)

    def answer(self, route: Route) -> None:
        self.asked += 1
        if self.up:
            route.fulfill(body=json.dumps(self.news), content_type="application/json")
        else:
            route.abort()


def pass_time(page: Page, seconds: float) -> None:
    """Lets the page's own clock run on, then whatever it asked be answered."""
    page.clock.run_for(int(seconds * 1000))
    page.evaluate("fetch('/healthz')")


@pytest.fixture
def server(at_desk: Shopper, number: str) -> Server:
    """The cashier, its clock in our hands, in front of a server that answers as we like."""
    at_desk.page.clock.install(time=datetime.now())
    made = Server(at_desk.page)
    at_desk.page.reload()
    return made


def test_it_asks_at_the_pace_that_the_server_sets(at_desk: Shopper, server: Server) -> None:
    pass_time(at_desk.page, 2.1)
    assert server.asked == 1
    pass_time(at_desk.page, 4.5)
    assert server.asked == 1
    pass_time(at_desk.page, 0.6)
    assert server.asked == 2


def test_a_bad_line_is_told_once_and_asked_less_and_less(at_desk: Shopper, server: Server) -> None:
    page, server.up = at_desk.page, False
    counts = []
    for seconds in (2.1, 4.1, 8.1, 8.1):
        pass_time(page, seconds)
        counts.append(server.asked)
    assert counts == [1, 2, 3, 3]
    expect(page.locator(".net")).to_have_text("The connection is unstable, trying again.")
    server.up = True
    pass_time(page, 8.1)
    expect(page.locator(".net")).to_be_hidden()


def test_what_brings_the_shopper_back_makes_it_ask_at_once(at_desk: Shopper, server: Server) -> None:
    page = at_desk.page
    for times, event in enumerate(("focus", "online"), 1):
        page.evaluate(f"dispatchEvent(new Event('{event}'))")
        page.evaluate("fetch('/healthz')")
        assert server.asked == times, event


HIDE = """
Object.defineProperty(document, "hidden", {{value: {}, configurable: true}});
document.dispatchEvent(new Event("visibilitychange"));
"""


def test_a_hidden_page_rests(at_desk: Shopper, server: Server) -> None:
    at_desk.page.evaluate(HIDE.format("true"))
    pass_time(at_desk.page, 60)
    assert server.asked == 0
    at_desk.page.evaluate(HIDE.format("false"))
    pass_time(at_desk.page, 0.1)
    assert server.asked == 1


def test_another_tab_wakes_it(at_desk: Shopper, server: Server, number: str) -> None:
    other = at_desk.page.context.new_page()
    with at_desk.page.expect_request(STATUS):
        other.goto(f"{at_desk.home}orders/{number}/result/")


def test_it_says_that_it_is_offline(at_desk: Shopper, server: Server) -> None:
    page = at_desk.page
    page.context.set_offline(True)
    expect(page.locator(".net")).to_have_text("You are offline. This page refreshes once you are back.")
    expect(page.locator("#say")).to_have_text("You are offline. This page refreshes once you are back.")
    page.context.set_offline(False)
    expect(page.locator(".net")).to_be_hidden(timeout=PATIENCE)


def test_a_state_that_is_final_ends_the_asking(at_desk: Shopper, server: Server, number: str) -> None:
    page = at_desk.page
    page.goto(f"{at_desk.home}orders/{number}/result/")
    at_desk.shop.run("UPDATE orders_order SET life = 'expired', goods = 'released'")
    server.news |= {"status": "closed", "label": "Closed"}
    pass_time(page, 2.1)
    shows(page, "closed")
    expect(page.locator("#say")).to_have_text("Closed")
    asked = server.asked
    pass_time(page, 300)
    assert server.asked == asked


def test_the_countdown_speaks_at_ten_five_and_one_minute_only(at_desk: Shopper, server: Server) -> None:
    page, said = at_desk.page, []
    assert page.locator("[role=timer]").get_attribute("aria-live") == "off"
    server.news["next_ms"] = 3_600_000
    pass_time(page, 2.1)
    for minutes in (19, 2, 4, 2, 2, 0.5, 0.4):
        page.evaluate("document.querySelector('#say').textContent = ''")
        pass_time(page, minutes * 60)
        said.append(page.locator("#say").inner_text())
    words = ["10 minutes left to pay.", "5 minutes left to pay.", "1 minute left to pay."]
    assert [text for text in said if text] == words


def test_at_zero_it_asks_once_more_and_shows_that_the_time_is_over(at_desk: Shopper, server: Server) -> None:
    page = at_desk.page
    server.news["next_ms"] = 3_600_000
    pass_time(page, 2.1)
    asked = server.asked
    at_desk.shop.run("UPDATE orders_order SET expires_at = placed_at")
    pass_time(page, 30 * 60)
    expect(page.locator("main")).to_contain_text("The time to pay has passed.")
    assert server.asked == asked + 1
    assert page.locator("#pay").count() == 0


def test_the_dialog_is_there_at_once_takes_the_focus_and_gives_it_back(at_desk: Shopper, number: str) -> None:
    page = at_desk.page
    at_desk.open_gateway()
    expect(page.get_by_role("button", name="I have paid")).to_be_focused()
    assert page.locator("dialog #say").count() == 1  # outside an open dialog it would be mute
    page.get_by_role("button", name="I have paid").click()
    expect(page.locator("#wait-line")).to_contain_text("Please do not pay again")
    with page.expect_request(STATUS):
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator(".btn.pay")).to_be_focused()
    assert page.locator("dialog #say").count() == 0


def seconds_until_paid(shopper: Shopper, number: str, scenario: int, how: str) -> float:
    """From "Alipay says paid" to the waiting tab's result, in seconds."""
    gateway = shopper.open_gateway()
    begun = time.monotonic()
    told = gateway.request.post(
        f"{shopper.shop.gateway}/sim/api/pay", data={"out_trade_no": f"{number}01", "scenario": scenario}
    ).json()
    if told["return_url"]:
        gateway.goto(told["return_url"])
    else:
        gateway.close()
    if how == "by the shopper":
        shopper.page.get_by_role("button", name="I have paid").click()
    if how == "by the shopper's coming back":
        shopper.page.evaluate("dispatchEvent(new Event('focus'))")
    shopper.page.wait_for_url("**/result/")
    shows(shopper.page, "paid")
    return time.monotonic() - begun


@pytest.mark.parametrize(
    ("scenario", "how"),
    [
        (3, "by the notification"),
        (4, "by the browser's return"),
        (5, "by the shopper"),
        (5, "by the shopper's coming back"),
    ],
)
def test_the_waiting_tab_soon_knows(at_desk: Shopper, number: str, scenario: int, how: str) -> None:
    took = seconds_until_paid(at_desk, number, scenario, how)
    print(f"G11: told {how}: {took:.2f} s")
    assert took < SOON
    assert at_desk.complaints == []


def test_the_code_in_the_frame_pays_the_order(at_desk: Shopper, number: str) -> None:
    page = at_desk.page
    assert page.frame_locator("iframe[name=code]").locator("svg").count() == 0
    page.get_by_role("button", name="Show the QR code").click()
    with page.context.expect_page() as opened:
        page.frame_locator("iframe[name=code]").locator("a").click(timeout=PATIENCE)
    phone = opened.value
    phone.locator('[name="act"][value="login"]').click()
    phone.locator('[name="act"][value="pay"]').click()
    page.wait_for_url("**/result/")
    shows(page, "paid")
    assert at_desk.complaints == []


def test_where_no_message_ever_comes_the_waiting_tab_asks_until_it_knows(
    at_desk: Shopper, shop: Stack, number: str
) -> None:
    page = at_desk.page
    page.get_by_role("button", name="Show the QR code").click()
    expect(page.frame_locator("iframe[name=code]").locator("svg")).to_be_visible(timeout=PATIENCE)
    Gateway(shop.gateway).do("pay", out_trade_no=f"{number}01", scenario=PAID_UNTOLD)
    paid = time.monotonic()
    page.wait_for_url("**/result/")
    shows(page, "paid")
    assert time.monotonic() - paid < SOON


WECHAT = {**PHONE, "user_agent": f"{PHONE['user_agent']} MicroMessenger/8.0.50 NetType/WIFI"}


def test_out_of_the_chat_the_phones_browser_pays_and_the_chat_knows(chromium: Browser, shop: Stack) -> None:
    with visit(chromium, **WECHAT) as chat, visit(chromium, **PHONE) as browser:
        inside, outside = Shopper(chat, shop), Shopper(browser, shop)
        inside.put_into_cart()
        inside.order()
        assert inside.page.locator("#pay").count() == 0
        outside.page.goto(inside.page.locator("#hand-over").inner_text().strip())
        shows(outside.pay(), "paid")
        inside.page.wait_for_url("**/result/")
        shows(inside.page, "paid")
        assert outside.page.locator("main", has_text="@example.com").count() == 0
        assert (inside.complaints, outside.complaints) == ([], [])


def test_by_keyboard_alone_from_the_cashier_to_the_result(at_desk: Shopper, number: str) -> None:
    page = at_desk.page
    page.locator("[name=method]").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[name=method][value=alipay-instant]")).to_be_checked()
    with page.context.expect_page() as opened:
        while not page.evaluate("document.activeElement.matches('.btn.pay')"):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    gateway = opened.value
    gateway.request.post(f"{at_desk.shop.gateway}/sim/api/pay", data={"out_trade_no": f"{number}01", "scenario": 5})
    page.bring_to_front()
    page.keyboard.press("Enter")  # "I have paid" has the focus
    page.wait_for_url("**/result/")
    shows(page, "paid")


@pytest.mark.parametrize("device", ["desk", "phone"])
def test_every_method_works_at_every_device_and_after_the_other_was_begun(
    chromium: Browser, shop: Stack, device: str
) -> None:
    options = PHONE if device == "phone" else {"viewport": {"width": 1280, "height": 800}}
    for first, second in (("alipay", "alipay-instant"), ("alipay-instant", "alipay")):
        with visit(chromium, **options) as context:
            shopper = Shopper(context, shop)
            shopper.put_into_cart()
            number = shopper.order()
            shopper.page.locator(f"[name=method][value={first}]").check()
            shopper.decide("abandon")
            shopper.page.goto(f"{shopper.home}orders/{number}/pay/")
            shopper.page.locator(f"[name=method][value={second}]").check()
            shopper.both_turn_paid(shopper.pay())
            assert shopper.complaints == []


def test_without_scripts_the_order_is_paid_asked_about_and_asked_back(chromium: Browser, shop: Stack) -> None:
    with visit(chromium, java_script_enabled=False) as context:
        shopper = Shopper(context, shop)
        page = shopper.page
        shopper.put_into_cart()
        number = shopper.order()
        assert page.locator("[role=timer]").is_hidden()
        page.goto(f"{shopper.home}orders/{number}/result/")
        page.locator(f'form[action$="/check/"] {SUBMIT}').click()
        expect(page.locator("main")).to_contain_text("No payment was begun for this order yet.")
        page.goto(f"{shopper.home}orders/{number}/address/")
        page.locator("[name=city]").fill("宁波市")
        page.locator(f"form:has([name=city]) {SUBMIT}").click()
        expect(page.locator("main")).to_contain_text("The order goes to the new address.")
        shows(shopper.pay(), "paid")
        page.goto(f"{shopper.home}orders/{number}/refund/")
        page.locator("[name=reason]").select_option("mind")
        page.locator(f"form:has([name=reason]) {SUBMIT}").click()
        expect(page.locator("main")).to_contain_text("We have received your request")
