"""The shopper gives an unpaid order up: Alipay closes its side first, then the goods go back."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from orders.models import Order
from payments.models import Payment
from payments.tests.alipay_double import AlipayDouble, closed, trade_answer
from payments.tests.conftest import ScriptedGateway
from payments.tests.factories import PaymentFactory
from tests.browsing import FormReader

pytestmark = pytest.mark.django_db


def cancel(shopper: Client, order: Order) -> str:
    """Presses the button; where it leads."""
    answer = shopper.post(f"/en/orders/{order.number}/cancel/")
    assert answer.status_code == 303
    order.refresh_from_db()
    return str(answer["Location"])


def words(shopper: Client, address: str) -> str:
    return " ".join(shopper.get(address).content.decode().split())


def reserved(order: Order) -> int:
    return int(order.lines.get().variant.reserved)


@pytest.mark.parametrize("page", ["", "pay/"])
def test_the_button_is_on_the_order_and_at_the_cashier(shopper: Client, order: Order, page: str) -> None:
    html = shopper.get(f"/en/orders/{order.number}/{page}").content.decode()
    actions = [form.action for form in FormReader(html).forms if form.method == "post"]
    assert f"/en/orders/{order.number}/cancel/" in actions


def test_an_order_nobody_began_to_pay_is_cancelled_at_once(shopper: Client, order: Order) -> None:
    assert reserved(order) == 1
    assert cancel(shopper, order) == f"/en/orders/{order.number}/result/"
    assert (order.life, order.status, reserved(order)) == ("cancelled", "closed", 0)


def test_the_order_remembers_who_closed_it(shopper: Client, order: Order) -> None:
    cancel(shopper, order)
    event = order.events.get(kind="cancelled")
    assert event.detail == {"why": "by the shopper"}
    assert "Closed: cancelled" in words(shopper, f"/en/orders/{order.number}/")


@pytest.mark.parametrize("page", ["result/", "pay/"])
def test_the_pages_do_not_blame_the_shopper_for_being_late(shopper: Client, order: Order, page: str) -> None:
    cancel(shopper, order)
    html = words(shopper, f"/en/orders/{order.number}/{page}")
    assert "This order is cancelled" in html
    assert "not paid in time" not in html


def test_a_trade_that_waits_is_closed_at_alipay_first(shopper: Client, order: Order, alipay: AlipayDouble) -> None:
    payment = PaymentFactory(order=order)
    alipay.answers["single_trade_query"] = trade_answer(payment, "WAIT_BUYER_PAY")
    alipay.answers["close_trade"] = closed()
    cancel(shopper, order)
    assert [asked["out_order_no"] for asked in alipay.asked_for("close_trade")] == [payment.out_trade_no]
    assert (order.life, Payment.objects.get().state) == ("cancelled", "closed")


def test_an_order_that_was_paid_meanwhile_is_kept(shopper: Client, order: Order, alipay: AlipayDouble) -> None:
    alipay.answers["single_trade_query"] = trade_answer(PaymentFactory(order=order))
    address = cancel(shopper, order)
    assert (order.status, reserved(order)) == ("paid", 0)
    assert "so it was not cancelled" in words(shopper, address)


def test_while_alipay_is_silent_nothing_changes(shopper: Client, order: Order, alipay: AlipayDouble) -> None:
    PaymentFactory(order=order)
    alipay.answers["single_trade_query"] = (500, b"")
    address = cancel(shopper, order)
    assert address == f"/en/orders/{order.number}/"
    assert (order.life, reserved(order)) == ("placed", 1)
    assert "Please try again in a minute" in words(shopper, address)


@pytest.mark.parametrize("life", ["confirmed", "shipped", "expired", "cancelled"])
def test_what_is_over_stays_as_it_is(shopper: Client, order: Order, gateway: ScriptedGateway, life: str) -> None:
    charged = {"charged": order.total, "pay_status": "paid"} if life in ("confirmed", "shipped") else {}
    Order.objects.filter(pk=order.pk).update(life=life, **charged)
    before = Order.objects.values().get(pk=order.pk)
    cancel(shopper, order)
    assert Order.objects.values().get(pk=order.pk) == before
    assert gateway.asked == []


def test_after_the_deadline_it_can_still_be_given_up(shopper: Client, order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    cancel(shopper, order)
    assert order.life == "cancelled"
