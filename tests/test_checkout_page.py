"""The checkout in a real browser: the sums follow the province, a coupon is entered, and axe has nothing to say."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.shopper import Shopper
from tests.stack import Stack
from tests.test_accessibility import flawless
from tests.visits import visit

pytestmark = pytest.mark.browser
FAR = "西藏自治区"
RATE = f"""
    INSERT INTO shop_shippingrate (province, fee, first_grams, more_fee, more_grams) VALUES ('{FAR}', 30, 0, 0, 0)
"""
COUPON = """
    INSERT INTO orders_coupon (code, kind, value, minimum, starts_at, used, active)
    VALUES ('SPRING-20', 'amount', 20, 0, '2026-01-01 00:00:00', 0, true)
"""
BUTTON = "form[data-once] button.main"


@pytest.fixture
def page(chromium: Browser, start: Callable[..., Stack]) -> Iterator[Page]:
    """At the checkout with one cup, in English; delivery to Tibet is dearer, and there is a coupon."""
    stack = start()
    stack.run(RATE)
    stack.run(COUPON)
    with visit(chromium, bypass_csp=True) as context:
        shopper = Shopper(context, stack)
        shopper.put_into_cart()
        shopper.page.goto(f"{shopper.home}checkout/")
        yield shopper.page


def total(page: Page, amount: str) -> None:
    """Every place that shows the total, and the button, say ``amount``."""
    for place in page.locator('[data-sum="total"]').all():
        expect(place).to_have_text(amount)
    expect(page.locator(BUTTON)).to_have_text(f"Place order · {amount}")


def enter(page: Page, code: str) -> None:
    """As the keyboard does it."""
    page.locator("summary", has_text="coupon").click()
    page.locator("#coupon").fill(code)
    page.locator("#coupon").press("Enter")


def test_the_sums_follow_the_province_and_are_announced(page: Page) -> None:
    total(page, "CN¥100.00")
    page.locator("[name=province]").select_option(FAR)
    total(page, "CN¥118.00")
    expect(page.locator("#say")).to_have_text("Shipping CN¥30.00, total CN¥118.00")
    page.locator("[name=province]").select_option("浙江省")
    total(page, "CN¥100.00")


def test_cities_of_the_province_are_offered_and_the_only_one_is_filled_in(page: Page) -> None:
    page.locator("[name=province]").select_option("浙江省")
    expect(page.locator("#cities option")).to_have_count(11)
    assert page.locator('#cities option[value="杭州市"]').count() == 1
    page.locator("[name=province]").select_option("上海市")
    expect(page.locator("[name=city]")).to_have_value("上海市")


def test_enter_in_the_coupons_field_uses_the_coupon_and_orders_nothing(page: Page) -> None:
    page.locator("[name=street]").fill("half typed")
    enter(page, "spring-20")
    expect(page.locator("#coupon-used")).to_contain_text("SPRING-20")
    total(page, "CN¥80.00")
    expect(page.locator("[name=street]")).to_have_value("half typed")
    page.locator('button[value="drop"]').click()
    total(page, "CN¥100.00")


def test_a_wide_screen_always_shows_the_summary_and_a_narrow_one_on_demand(page: Page) -> None:
    line = page.locator("#order-summary dl")
    expect(line).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    page.reload()
    expect(line).not_to_be_visible()
    page.locator("#order-summary summary").click()
    expect(line).to_be_visible()


def test_unfolded_with_a_wrong_coupon_and_after_a_change_it_is_flawless(page: Page) -> None:
    for summary in page.locator("form .fold > summary").all():
        summary.click()
    flawless(page)
    page.locator("#coupon").fill("NOBODYS")
    page.locator('button[value="coupon"]').click()
    expect(page.locator("#errors")).to_be_focused()
    flawless(page)
    page.locator("#coupon").fill("SPRING-20")
    page.locator('button[value="coupon"]').click()
    expect(page.locator("#coupon-used")).to_be_visible()
    flawless(page)
    for name, value in {"name": "林", "phone": "13800138000", "city": "拉萨市", "district": "城关区",
                        "street": "北京路 1 号", "email": "lin@example.com"}.items():  # fmt: skip
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=province]").select_option(FAR)
    total(page, "CN¥98.00")
    page.evaluate("document.querySelector('[name=shown]').value = ''")
    page.locator(BUTTON).click()
    expect(page.locator("#changes")).to_be_focused()
    flawless(page)
