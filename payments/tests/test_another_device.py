"""Paying that is begun in one way and continued in another: one number is never two products to the gateway."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client

from orders.models import Order
from payments.alipay.messages import TradeStatus
from payments.models import Payment
from payments.tests.alipay_double import AlipayDouble, closed, tell, trade_answer
from payments.tests.open_double import OpenDouble, answer, refused, told, trade

pytestmark = pytest.mark.django_db
DESK: dict[str, Any] = {}
PHONE: dict[str, Any] = {"HTTP_SEC_CH_UA_MOBILE": "?1"}
QUERY, CLOSE = "alipay.trade.query", "alipay.trade.close"
PAGE, WAP = "FAST_INSTANT_TRADE_PAY", "QUICK_WAP_WAY"


def press(shopper: Client, order: Order, device: dict[str, Any], **fields: str) -> HttpResponse:
    return shopper.post(f"/en/orders/{order.number}/pay/start/", {"method": "alipay", **fields}, **device)


def sent(shopper: Client, order: Order, device: dict[str, Any]) -> tuple[str, str]:
    """The attempt's two digits and the product, as Alipay reads them."""
    biz = json.loads(dict(parse_qsl(urlsplit(press(shopper, order, device)["Location"]).query))["biz_content"])
    return biz["out_trade_no"].removeprefix(order.number), biz["product_code"]


def begun(platform: OpenDouble, payment: Payment) -> None:
    """A buyer has logged in: the trade waits, and can be closed."""
    platform.answers[QUERY] = trade(payment, TradeStatus.WAIT_BUYER_PAY)
    platform.answers[CLOSE] = answer(CLOSE)


@pytest.mark.parametrize(("first", "then"), [(DESK, PHONE), (PHONE, DESK)])
def test_a_number_that_nobody_took_up_is_sent_for_the_other_device(
    platform: OpenDouble, shopper: Client, order: Order, first: dict[str, Any], then: dict[str, Any]
) -> None:
    """So only one of the two pages can ever be paid."""
    (n, product), (again, other) = sent(shopper, order, first), sent(shopper, order, then)
    assert (n, again) == ("01", "01")
    assert {product, other} == {PAGE, WAP}


def test_a_trade_begun_at_the_desk_is_closed_before_the_phone_pays(
    platform: OpenDouble, shopper: Client, order: Order
) -> None:
    assert sent(shopper, order, DESK) == ("01", PAGE)
    begun(platform, Payment.objects.get())
    assert sent(shopper, order, PHONE) == ("02", WAP)
    assert [asked["out_trade_no"] for asked in platform.asked_for(CLOSE)] == [f"{order.number}01"]
    assert list(order.payments.values_list("state", flat=True)) == ["closed", "sent"]


def test_the_same_device_goes_on_with_its_trade_and_asks_nobody(
    platform: OpenDouble, shopper: Client, order: Order
) -> None:
    sent(shopper, order, PHONE)
    begun(platform, Payment.objects.get())
    assert sent(shopper, order, PHONE) == ("01", WAP)
    assert platform.asked == []


def test_of_a_number_that_went_out_twice_the_first_buyer_decides(
    platform: OpenDouble, shopper: Client, order: Order
) -> None:
    """The desk's page was taken up after the phone had been sent too: the phone needs a number of its own."""
    sent(shopper, order, DESK)
    sent(shopper, order, PHONE)
    begun(platform, Payment.objects.get())
    assert sent(shopper, order, PHONE) == ("02", WAP)


def test_a_desk_trade_that_was_paid_meanwhile_is_told_to_the_phone(
    platform: OpenDouble, shopper: Client, order: Order
) -> None:
    sent(shopper, order, DESK)
    platform.answers[QUERY] = trade(Payment.objects.get())
    answer = press(shopper, order, PHONE)
    assert (answer.status_code, answer["Location"]) == (303, f"/en/orders/{order.number}/pay/")
    order.refresh_from_db()
    assert (order.status, order.payments.count()) == ("paid", 1)


@pytest.mark.parametrize("reply", [(500, b""), refused(QUERY, "ACQ.SYSTEM_ERROR"), (200, b"{}")])
def test_a_silent_gateway_does_not_keep_the_phone_from_trying(
    platform: OpenDouble, shopper: Client, order: Order, reply: tuple[int, bytes]
) -> None:
    sent(shopper, order, DESK)
    platform.answers[QUERY] = reply
    assert sent(shopper, order, PHONE) == ("01", WAP)


def test_a_trade_that_cannot_be_closed_keeps_its_number(platform: OpenDouble, shopper: Client, order: Order) -> None:
    sent(shopper, order, DESK)
    platform.answers[QUERY] = trade(Payment.objects.get(), TradeStatus.WAIT_BUYER_PAY)
    platform.answers[CLOSE] = (500, b"")
    page = shopper.get(press(shopper, order, PHONE)["Location"]).content.decode()
    assert "The first payment page is still open at Alipay." in page
    assert Payment.objects.get().is_open


def test_money_for_the_closed_desk_trade_is_found_all_the_same(
    platform: OpenDouble, shopper: Client, order: Order
) -> None:
    sent(shopper, order, DESK)
    first = Payment.objects.get()
    begun(platform, first)
    sent(shopper, order, PHONE)
    assert tell(told(first), "alipay") == (200, "success")
    assert tell(told(order.payments.get(n=2)), "alipay") == (200, "success")
    order.refresh_from_db()
    assert (order.charged, order.refunding) == (order.total * 2, order.total)


def test_another_bank_of_a_trade_begun_in_the_old_service_takes_a_new_number(
    alipay: AlipayDouble, shopper: Client, order: Order
) -> None:
    press(shopper, order, DESK, method="alipay-instant", bank="CMB")
    alipay.answers["single_trade_query"] = trade_answer(Payment.objects.get(), "WAIT_BUYER_PAY")
    alipay.answers["close_trade"] = closed()
    press(shopper, order, DESK, method="alipay-instant", bank="CCB")
    assert list(order.payments.values_list("state", "bank")) == [("closed", "CMB"), ("sent", "CCB")]


def test_a_phone_gets_the_old_services_one_page(alipay: AlipayDouble, shopper: Client, order: Order) -> None:
    for device in (DESK, PHONE):
        press(shopper, order, device, method="alipay-instant")
    assert (Payment.objects.count(), alipay.asked) == (1, [])
