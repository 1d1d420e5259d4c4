"""The sweep finds payments whose notification never came, and asks ever more seldom."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from payments import closing, sweep
from payments.models import Payment
from payments.tests.alipay_double import AlipayDouble, trade_answer
from payments.tests.factories import PaymentFactory
from payments.tests.open_double import OpenDouble

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


def test_a_trade_that_the_gateway_closed_is_asked_about_no_more(alipay: AlipayDouble) -> None:
    payment = due_now()
    alipay.answers["single_trade_query"] = trade_answer(payment, "TRADE_CLOSED")
    sweep.ask_open_attempts()
    payment.refresh_from_db()
    assert (payment.state, payment.next_query_at) == ("closed", None)


def given_up(method: str, deadline: datetime) -> Payment:
    """An attempt that we closed while the gateway knew no trade."""
    return PaymentFactory(method=method, state="closed", deadline=deadline, next_query_at=deadline)


def test_a_page_of_the_legacy_service_is_watched_as_long_as_it_lives(alipay: AlipayDouble) -> None:
    deadline = timezone.now()
    payment = given_up("alipay-instant", deadline)
    asked = sum(sweep.ask_open_attempts(deadline + timedelta(days=day)) for day in range(30))
    payment.refresh_from_db()
    assert (asked, payment.next_query_at) == (17, None)


def test_a_page_with_an_absolute_deadline_is_looked_at_once_after_it(platform: OpenDouble) -> None:
    deadline = timezone.now()
    given_up("alipay", deadline)
    assert [sweep.ask_open_attempts(deadline + timedelta(days=day)) for day in range(3)] == [1, 0, 0]


def test_money_for_a_trade_that_did_not_exist_when_we_closed_is_found(alipay: AlipayDouble) -> None:
    payment = PaymentFactory()
    closing.close(payment.order, "expired")
    alipay.answers["single_trade_query"] = trade_answer(payment)
    sweep.ask_open_attempts(timezone.now() + timedelta(days=2))
    payment.order.refresh_from_db()
    assert payment.order.status == "paid-late"
