"""Phones stay in one page; inside WeChat and QQ, where Alipay cannot open, the way out is shown."""

import json
from urllib.parse import parse_qsl, urlsplit

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


ALIPAY = f"{PHONE} Nebula AlipayDefined(nt:WIFI,ws:390) AliApp(AP/10.6.0) AlipayClient/10.6.0 Language/zh-Hans"


def hidden_page(page: str) -> list[str]:
    """Which of Alipay's pages the forms ask for."""
    return [form.fields["page"] for form in pay_forms(page)]


@pytest.mark.parametrize(("browser", "other"), [(DESK, "phone"), (PHONE, "desk")])
def test_a_link_switches_to_the_other_page_of_alipay(shopper: Client, order: Order, browser: str, other: str) -> None:
    assert f'href="?page={other}"' in cashier(shopper, order, browser)
    switched = shopper.get(f"/en/orders/{order.number}/pay/?page={other}", headers={"User-Agent": browser})
    assert hidden_page(switched.content.decode()) == [other]


@pytest.mark.parametrize(("page", "method"), [("phone", "alipay.trade.wap.pay"), ("desk", "alipay.trade.page.pay")])
@pytest.mark.parametrize("browser", [DESK, PHONE])
def test_the_page_that_was_chosen_is_the_page_that_opens(
    shopper: Client, order: Order, browser: str, page: str, method: str
) -> None:
    assert opened(shopper, order, browser, page=page)["method"] == method


@pytest.mark.parametrize(("browser", "method"), [(DESK, "alipay.trade.page.pay"), (PHONE, "alipay.trade.wap.pay")])
@pytest.mark.parametrize("nonsense", ["", "tv", "PHONE"])
def test_a_page_of_no_sense_is_as_if_none_was_chosen(
    shopper: Client, order: Order, browser: str, method: str, nonsense: str
) -> None:
    assert opened(shopper, order, browser, page=nonsense)["method"] == method


def test_the_phones_page_knows_the_way_back_to_the_cashier(shopper: Client, order: Order) -> None:
    told = json.loads(opened(shopper, order, PHONE)["biz_content"])
    assert told["quit_url"] == f"http://127.0.0.1:8000/en/orders/{order.number}/pay/"


def test_inside_alipays_own_app_only_the_phones_page_is_offered(shopper: Client, order: Order) -> None:
    page = cashier(shopper, order, ALIPAY, **{"Sec-CH-UA-Mobile": "?0"})
    assert hidden_page(page) == ["phone"] and [form.target for form in pay_forms(page)] == [""]
    assert "?page=" not in page
    assert opened(shopper, order, ALIPAY, page="desk")["method"] == "alipay.trade.wap.pay"


def opened(shopper: Client, order: Order, browser: str, **fields: str) -> dict[str, str]:
    """What the gateway is told when the button is pressed."""
    answer = shopper.post(
        f"/en/orders/{order.number}/pay/start/", {"method": "alipay", **fields}, headers={"User-Agent": browser}
    )
    assert answer.status_code == 302
    return dict(parse_qsl(urlsplit(answer["Location"]).query))


def test_an_order_that_was_found_in_another_browser_can_be_paid_there(stranger: Client, order: Order) -> None:
    page = stranger.get(f"/en/orders/find/?number={order.number}").content.decode()
    assert f'value="{order.number}"' in page
    found = stranger.post("/en/orders/find/", {"number": order.number, "contact": order.email})
    assert found.status_code == 303
    assert pay_forms(cashier(stranger, order, PHONE))


def test_a_browser_of_the_same_makers_that_is_no_chat_can_pay(shopper: Client, order: Order) -> None:
    assert pay_forms(cashier(shopper, order, f"{PHONE} MQQBrowser/14.9"))
