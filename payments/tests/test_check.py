""" "I have paid": the shopper makes the shop ask the gateway now."""

from typing import Any

import pytest
from django.test import Client

from orders.models import Order
from payments.alipay.errors import Refused, Unknown
from payments.alipay.messages import TradeStatus
from payments.models import GatewayMessage, Payment
from payments.tests.conftest import ScriptedGateway
from payments.tests.factories import PaymentFactory

pytestmark = pytest.mark.django_db


def check(shopper: Client, order: Order) -> dict[str, Any]:
    """What the waiting page is told."""
    answer = shopper.post(f"/en/orders/{order.number}/check/", headers={"accept": "application/json"})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return dict(answer.json())


@pytest.fixture
def attempt(order: Order) -> Payment:
    return PaymentFactory(order=order)


@pytest.mark.parametrize("status", [TradeStatus.TRADE_SUCCESS, TradeStatus.TRADE_FINISHED])
def test_money_that_is_there_confirms_the_order(
    shopper: Client, order: Order, attempt: Payment, gateway: ScriptedGateway, status: TradeStatus
) -> None:
    gateway.status = status
    told = check(shopper, order)
    assert (told["status"], told["message"]) == ("paid", "")
    assert told["url"] == f"/en/orders/{order.number}/result/"
    order.refresh_from_db()
    assert (order.life, order.charged) == ("confirmed", order.total)


@pytest.mark.parametrize("status", [TradeStatus.WAIT_BUYER_PAY, TradeStatus.NOT_EXIST, TradeStatus.OTHER])
def test_money_that_is_not_there_leaves_the_order_waiting(
    shopper: Client, order: Order, attempt: Payment, gateway: ScriptedGateway, status: TradeStatus
) -> None:
    gateway.status = status
    told = check(shopper, order)
    assert told["status"] == "confirming"
    assert "Please do not pay again" in told["message"]
    order.refresh_from_db()
    assert (order.life, order.charged) == ("placed", 0)


@pytest.mark.parametrize("trouble", [Unknown("timed out"), Refused("SYSTEM_ERROR")])
def test_a_silent_gateway_changes_nothing(
    shopper: Client, order: Order, attempt: Payment, gateway: ScriptedGateway, trouble: Unknown
) -> None:
    gateway.trouble = trouble
    told = check(shopper, order)
    assert told["status"] == "confirming"
    assert "Alipay did not answer" in told["message"]
    assert GatewayMessage.objects.get().verdict == "error"


def test_an_impatient_shopper_does_not_flood_the_gateway(
    shopper: Client, order: Order, attempt: Payment, gateway: ScriptedGateway
) -> None:
    messages = [check(shopper, order)["message"] for _ in range(5)]
    assert gateway.asked == [attempt.out_trade_no]
    assert len(set(messages)) == 1


def test_a_shopper_who_only_comes_back_makes_us_ask_and_says_nothing(
    shopper: Client, order: Order, attempt: Payment, gateway: ScriptedGateway
) -> None:
    address, json = f"/en/orders/{order.number}/check/", {"accept": "application/json"}
    assert shopper.post(address, {"quiet": "1"}, headers=json).json()["status"] == "awaiting"
    assert gateway.asked == [attempt.out_trade_no]
    assert check(shopper, order)["status"] == "confirming"  # who says so is heard, though it was asked just now
    assert gateway.asked == [attempt.out_trade_no]


def test_money_that_is_there_is_found_for_who_only_comes_back(
    shopper: Client, order: Order, attempt: Payment, gateway: ScriptedGateway
) -> None:
    gateway.status = TradeStatus.TRADE_SUCCESS
    answer = shopper.post(f"/en/orders/{order.number}/check/", {"quiet": "1"}, headers={"accept": "application/json"})
    assert answer.json()["status"] == "paid"


def test_of_several_attempts_the_latest_is_asked_about(shopper: Client, order: Order, gateway: ScriptedGateway) -> None:
    PaymentFactory(order=order, state=Payment.State.CLOSED)
    latest = PaymentFactory(order=order)
    check(shopper, order)
    assert gateway.asked == [latest.out_trade_no]


def test_before_any_attempt_there_is_nothing_to_ask(shopper: Client, order: Order, gateway: ScriptedGateway) -> None:
    told = check(shopper, order)
    assert (told["status"], told["message"]) == ("awaiting", "No payment was begun for this order yet.")
    assert gateway.asked == []


def test_a_paid_order_is_not_asked_about(shopper: Client, order: Order, gateway: ScriptedGateway) -> None:
    PaymentFactory(order=order, paid=True)
    Order.objects.filter(pk=order.pk).update(
        life="confirmed", goods="committed", charged=order.total, pay_status="paid"
    )
    assert check(shopper, order)["status"] == "paid"
    assert gateway.asked == []


def test_a_closed_order_is_asked_about_for_money_that_came_late(
    shopper: Client, order: Order, attempt: Payment, gateway: ScriptedGateway
) -> None:
    Order.objects.filter(pk=order.pk).update(life="expired")
    told = check(shopper, order)
    assert (told["status"], told["message"]) == ("closed", "")
    assert gateway.asked == [attempt.out_trade_no]


def test_without_scripts_the_button_leads_to_the_result_with_the_words(
    shopper: Client, order: Order, attempt: Payment, gateway: ScriptedGateway
) -> None:
    answer = shopper.post(f"/en/orders/{order.number}/check/", headers={"accept": "text/html,*/*;q=0.8"}, follow=True)
    assert answer.redirect_chain == [(f"/en/orders/{order.number}/result/", 303)]
    assert "The payment has not arrived yet" in answer.content.decode()


def test_without_scripts_good_news_need_no_words(
    shopper: Client, order: Order, attempt: Payment, gateway: ScriptedGateway
) -> None:
    gateway.status = TradeStatus.TRADE_SUCCESS
    page = shopper.post(f"/en/orders/{order.number}/check/", follow=True).content.decode()
    assert 'data-order-status="paid"' in page
    assert "has not arrived" not in page
