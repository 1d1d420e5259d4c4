"""Unpaid orders expire: the gateway is asked, the trade closed there, and only then the goods go back."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from orders.models import Order
from payments import closing
from payments.models import Incident, Payment
from payments.tests.alipay_double import AlipayDouble, closed, notification, refusal, tell, trade_answer
from payments.tests.factories import PaymentFactory

pytestmark = pytest.mark.django_db


def overdue(**facts: object) -> Payment:
    payment = PaymentFactory(**facts)
    late_by = timedelta(minutes=5)
    Order.objects.filter(pk=payment.order_id).update(expires_at=timezone.now() - late_by)
    Payment.objects.filter(pk=payment.pk).update(deadline=timezone.now() - late_by)
    return payment


def again(payment: Payment) -> Payment:
    return Payment.objects.select_related("order").get(pk=payment.pk)


def reserved(payment: Payment) -> int:
    return int(
        payment.order.lines.get().variant.__class__.objects.get(pk=payment.order.lines.get().variant_id).reserved
    )


def test_an_order_nobody_began_to_pay_is_closed_and_its_goods_go_back(alipay: AlipayDouble) -> None:
    payment = overdue()
    assert closing.expire_due() == 1
    assert (again(payment).order.status, again(payment).state, reserved(payment)) == ("closed", "closed", 0)


def test_an_order_in_time_is_left_alone(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    assert closing.expire_due() == 0
    assert again(payment).order.status == "awaiting"


def test_a_trade_that_waits_is_closed_at_the_gateway_first(alipay: AlipayDouble) -> None:
    payment = overdue()
    alipay.answers["single_trade_query"] = trade_answer(payment, "WAIT_BUYER_PAY")
    alipay.answers["close_trade"] = closed()
    closing.expire_due()
    assert again(payment).order.status == "closed"
    assert [asked["out_order_no"] for asked in alipay.asked_for("close_trade")] == [payment.out_trade_no]


def test_a_trade_that_was_paid_confirms_the_order_instead(alipay: AlipayDouble) -> None:
    payment = overdue()
    alipay.answers["single_trade_query"] = trade_answer(payment)
    assert closing.expire_due() == 0
    assert again(payment).order.status == "paid"


@pytest.mark.parametrize("answer", [(500, b""), refusal("TRADE_STATUS_NOT_AVAILD"), (200, b"")])
def test_the_goods_stay_held_until_the_gateway_agrees_to_close(alipay: AlipayDouble, answer: tuple[int, bytes]) -> None:
    payment = overdue()
    alipay.answers["single_trade_query"] = trade_answer(payment, "WAIT_BUYER_PAY")
    alipay.answers["close_trade"] = answer
    assert closing.expire_due() == 0
    assert (again(payment).order.life, reserved(payment)) == ("placed", 1)


def test_the_goods_stay_held_while_the_gateway_is_silent(alipay: AlipayDouble) -> None:
    payment = overdue()
    alipay.answers["single_trade_query"] = (502, b"bad gateway")
    assert closing.expire_due() == 0
    assert reserved(payment) == 1


def test_a_gateway_silent_for_hours_needs_a_person(alipay: AlipayDouble) -> None:
    payment = overdue()
    alipay.answers["single_trade_query"] = (502, b"")
    closing.expire_due(timezone.now() + timedelta(hours=7))
    assert Incident.objects.get().kind == "cannot-close"
    assert reserved(payment) == 1


def test_another_worker_does_not_close_what_one_has_in_hand(alipay: AlipayDouble) -> None:
    payment = overdue()
    Order.objects.filter(pk=payment.order_id).update(closing_at=timezone.now())
    assert closing.expire_due() == 0
    assert closing.expire_due(timezone.now() + timedelta(minutes=6)) == 1


def test_an_order_given_more_time_meanwhile_is_left_alone(alipay: AlipayDouble) -> None:
    payment = overdue()
    order = Order.objects.get(pk=payment.order_id)
    Order.objects.filter(pk=order.pk).update(expires_at=timezone.now() + timedelta(minutes=30))
    with pytest.raises(closing.StillOpen):
        closing.close(order, Order.Life.EXPIRED, deadline=timezone.now())
    assert reserved(payment) == 1


def test_the_command_closes_what_is_due(alipay: AlipayDouble, capsys: pytest.CaptureFixture[str]) -> None:
    overdue()
    call_command("expire_orders")
    assert capsys.readouterr().out == "1 orders closed\n"


def test_money_after_closing_finds_its_way(alipay: AlipayDouble) -> None:
    payment = overdue()
    closing.expire_due()
    assert tell(notification(payment)) == (200, "success")
    assert again(payment).order.status == "paid-late"
