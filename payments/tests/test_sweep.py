"""The sweep finds payments whose notification never came, and asks ever more seldom."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payments import sweep
from payments.models import Payment
from payments.tests.alipay_double import AlipayDouble, trade_answer
from payments.tests.factories import PaymentFactory

pytestmark = pytest.mark.django_db


def due_now() -> Payment:
    return PaymentFactory(next_query_at=timezone.now() - timedelta(seconds=1))


def test_a_payment_nobody_told_us_of_is_found(alipay: AlipayDouble) -> None:
    payment = due_now()
    alipay.answers["single_trade_query"] = trade_answer(payment)
    assert sweep.ask_open_attempts() == 1
    assert Payment.objects.get(pk=payment.pk).order.status == "paid"


def test_an_attempt_is_asked_about_only_when_it_is_due(alipay: AlipayDouble) -> None:
    PaymentFactory(next_query_at=timezone.now() + timedelta(minutes=1))
    assert sweep.ask_open_attempts() == 0
    assert alipay.asked == []


def test_the_questions_come_ever_more_seldom(alipay: AlipayDouble) -> None:
    payment, moment, waits = due_now(), timezone.now(), []
    for _ in range(9):
        sweep.ask_open_attempts(moment)
        payment.refresh_from_db()
        assert payment.next_query_at
        waits.append((payment.next_query_at - moment).total_seconds() / 60)
        moment = payment.next_query_at
    assert waits == list(sweep.BACK_OFF)


def test_a_silent_gateway_is_asked_again_later(alipay: AlipayDouble) -> None:
    payment = due_now()
    alipay.answers["single_trade_query"] = (500, b"")
    sweep.ask_open_attempts()
    payment.refresh_from_db()
    assert payment.next_query_at and payment.next_query_at > timezone.now()


def test_two_workers_ask_once(alipay: AlipayDouble) -> None:
    due_now()
    moment = timezone.now()
    assert sweep.ask_open_attempts(moment) + sweep.ask_open_attempts(moment) == 1


def test_a_closed_attempt_is_asked_about_no_more(alipay: AlipayDouble) -> None:
    payment = PaymentFactory(state="closed", next_query_at=timezone.now())
    assert sweep.ask_open_attempts() == 0
    payment.refresh_from_db()
    assert payment.next_query_at is None
