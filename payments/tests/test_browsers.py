"""Phones stay in one page; inside WeChat and QQ, where Alipay cannot open, the way out is shown."""

import pytest
from django.test import Client

from orders.models import Order
from tests.browsing import Form, FormReader

pytestmark = pytest.mark.django_db
DESK = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148"
WECHAT = f"{PHONE} MicroMessenger/8.0.50(0x1800323d) NetType/WIFI Language/zh_CN"
QQ = f"{PHONE} QQ/9.1.0.601 V1_IPH_SQ_9.1.0_1_APP_A"


def cashier(shopper: Client, order: Order, browser: str, **headers: str) -> str:
    answer = shopper.get(f"/en/orders/{order.number}/pay/", headers={"User-Agent": browser, **headers})
    assert answer.status_code == 200
    return answer.content.decode()


def pay_forms(page: str) -> list[Form]:
    return [form for form in FormReader(page).forms if form.action.endswith("/pay/start/")]


def test_a_desk_opens_alipay_in_a_new_page(shopper: Client, order: Order) -> None:
    page = cashier(shopper, order, DESK)
    assert [form.target for form in pay_forms(page)] == ["_blank"]
    assert "(opens in a new page)" in page


def test_a_phone_opens_alipay_in_the_same_page(shopper: Client, order: Order) -> None:
    page = cashier(shopper, order, PHONE)
    assert [form.target for form in pay_forms(page)] == [""]
    assert "(opens in a new page)" not in page


@pytest.mark.parametrize(("hint", "target"), [("?1", ""), ("?0", "_blank")])
def test_the_browsers_own_hint_weighs_more_than_its_name(shopper: Client, order: Order, hint: str, target: str) -> None:
    browser = {"?1": DESK, "?0": PHONE}[hint]
    page = cashier(shopper, order, browser, **{"Sec-CH-UA-Mobile": hint})
    assert [form.target for form in pay_forms(page)] == [target]


@pytest.mark.parametrize("chat", [WECHAT, QQ])
def test_inside_a_chat_there_is_a_link_to_take_along_and_no_button_to_pay(
    shopper: Client, order: Order, chat: str
) -> None:
    page = cashier(shopper, order, chat)
    link = f"http://127.0.0.1:8000/en/orders/find/?number={order.number}"
    assert pay_forms(page) == []
    assert f'data-copy="{link}"' in page
    assert f"{link}</p>" in page  # to be copied by hand where no script runs
    assert 'id="wait"' not in page


def test_the_link_finds_the_order_in_another_browser(stranger: Client, order: Order) -> None:
    page = stranger.get(f"/en/orders/find/?number={order.number}").content.decode()
    assert f'value="{order.number}"' in page
    found = stranger.post("/en/orders/find/", {"number": order.number, "contact": order.email})
    assert found.status_code == 303
    assert pay_forms(cashier(stranger, order, PHONE))


def test_a_browser_of_the_same_makers_that_is_no_chat_can_pay(shopper: Client, order: Order) -> None:
    assert pay_forms(cashier(shopper, order, f"{PHONE} MQQBrowser/14.9"))
