"""A number that was used before: what Alipay said of the old trade moves nothing of the new order."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from payments import asking
from payments.alipay.messages import TradeStatus
from payments.alipay.wire import write_time
from payments.models import GatewayMessage, Incident, LedgerEntry, Payment
from payments.tests.alipay_double import AlipayDouble, notification, tell
from payments.tests.factories import PaymentFactory
from payments.tests.open_double import OpenDouble, told, trade

pytestmark = pytest.mark.django_db
METHODS = ["alipay", "alipay-instant"]
QUERY = "alipay.trade.query"


def ago(payment: Payment, **time: float) -> str:
    """So long before the attempt was made, on Alipay's clock."""
    began: datetime = payment.created_at
    return write_time(began - timedelta(**time))


def of_old(payment: Payment, method: str, **changes: str) -> bytes:
    """A genuine message of last year's trade under the same number, over the same amount."""
    told_then = {name: ago(payment, days=365) for name in ("gmt_create", "gmt_payment", "notify_time")} | changes
    return told(payment, **told_then) if method == "alipay" else notification(payment, **told_then)


def is_flagged(payment: Payment, state: str = "sent") -> bool:
    payment.refresh_from_db()
    (incident,) = Incident.objects.all()
    untouched = (payment.state, payment.order.pay_status, LedgerEntry.objects.exists()) == (state, "unpaid", False)
    return untouched and incident.kind == "mismatch" and "time" in incident.detail


@pytest.mark.parametrize("method", METHODS)
def test_a_payment_of_old_is_flagged_not_paid(platform: OpenDouble, alipay: AlipayDouble, method: str) -> None:
    payment = PaymentFactory(method=method)
    assert tell(of_old(payment, method), method) == (400, "fail")
    assert is_flagged(payment)
    assert payment.order.status == "review"
    assert GatewayMessage.objects.get(kind="notify").checks["time"] is False


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("status", ["TRADE_CLOSED", "WAIT_BUYER_PAY"])
def test_the_end_of_an_old_trade_closes_no_new_one(
    platform: OpenDouble, alipay: AlipayDouble, method: str, status: str
) -> None:
    payment = PaymentFactory(method=method)
    assert tell(of_old(payment, method, trade_status=status, gmt_payment=""), method) == (400, "fail")
    assert is_flagged(payment)


def test_a_trade_begun_of_old_and_paid_now_is_flagged(platform: OpenDouble) -> None:
    payment = PaymentFactory(method="alipay")
    body = told(payment, gmt_create=ago(payment, days=3))
    assert tell(body, "alipay") == (400, "fail")
    assert is_flagged(payment)


def test_an_answer_about_an_old_trade_is_flagged(platform: OpenDouble) -> None:
    payment = PaymentFactory(method="alipay")
    platform.answers[QUERY] = trade(payment, send_pay_date=ago(payment, days=30))
    assert asking.ask(payment) is TradeStatus.OTHER
    assert is_flagged(payment)


@pytest.mark.parametrize("minutes", [0, 10, 14, -10, -60 * 24 * 14])
def test_a_clock_that_differs_a_little_or_a_buyer_who_took_days_is_no_replay(
    platform: OpenDouble, minutes: int
) -> None:
    payment = PaymentFactory(method="alipay")
    times = dict.fromkeys(("gmt_create", "gmt_payment"), ago(payment, minutes=minutes))
    assert tell(told(payment, **times), "alipay") == (200, "success")


@pytest.mark.parametrize("text", ["", "never", "2025-02-30 12:00:00", "2025-W01-1 12:00:00", "2025-01-01T12:00:00"])
def test_a_time_that_is_none_by_the_book_tells_nothing(platform: OpenDouble, text: str) -> None:
    payment = PaymentFactory(method="alipay")
    assert tell(told(payment, gmt_create=text, gmt_payment=text), "alipay") == (200, "success")


def test_times_are_read_in_beijing(platform: OpenDouble) -> None:
    """Eight hours of a wrong zone either way would let a replay pass, or flag the honest."""
    payment = PaymentFactory(method="alipay")
    old: dict[str, Any] = dict.fromkeys(("gmt_create", "gmt_payment"), ago(payment, hours=7))
    assert tell(told(payment, **old), "alipay") == (400, "fail")
    assert tell(told(payment), "alipay") == (200, "success")
