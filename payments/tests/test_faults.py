"""What may go wrong between the shop, its database and Alipay: nothing is believed, lost or done twice by it."""

from decimal import Decimal

import pytest
from django.utils import timezone

from orders.models import Order
from payments import closing, refunds, registry, repay
from payments.alipay.errors import Refused
from payments.models import Incident, LedgerEntry, Payment, Refund
from payments.proofs import PROOFS
from payments.tests.alipay_double import tell
from payments.tests.factories import PaymentFactory
from payments.tests.open_double import OpenDouble, refused, told, trade

pytestmark = pytest.mark.django_db
REFUND, ASK, QUERY = "alipay.trade.refund", "alipay.trade.fastpay.refund.query", "alipay.trade.query"


@pytest.fixture
def paid(platform: OpenDouble) -> Payment:
    payment = PaymentFactory(method="alipay")
    assert tell(told(payment), "alipay") == (200, "success")
    payment.refresh_from_db()
    return payment


def ask_back(payment: Payment, amount: str = "30.00") -> Refund:
    return refunds.request(payment, Decimal(amount), "changed their mind", Refund.Source.STAFF)


def state(refund: Refund) -> str:
    refund.refresh_from_db()
    return refund.state


def broken() -> list[str]:
    return [finding for proof in PROOFS for finding in proof()]


# A refund whose outcome is not known.


def unknown(platform: OpenDouble, paid: Payment) -> Refund:
    """Sent, and the answer was lost."""
    refund = ask_back(paid)
    platform.answers[REFUND] = (500, b"")
    repay.follow_up()
    assert state(refund) == "unknown"
    return refund


@pytest.mark.parametrize("code", ["isv.insufficient-isv-permissions", "ACQ.INVALID_PARAMETER", "ACQ.TRADE_NOT_EXIST"])
def test_a_refused_question_says_nothing_of_the_refund(platform: OpenDouble, paid: Payment, code: str) -> None:
    refund = unknown(platform, paid)
    platform.answers[ASK] = refused(ASK, code)
    refund.next_query_at = timezone.now()
    repay.send(refund)
    assert state(refund) == "unknown"
    with pytest.raises(refunds.NotRefundable):
        ask_back(paid, "88.00")


def test_a_method_that_is_switched_off_leaves_its_refunds_open(
    platform: OpenDouble, paid: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund = unknown(platform, paid)
    monkeypatch.setattr(registry, "gateway", lambda method: None)
    repay.send(refund)
    assert state(refund) == "unknown"


def test_a_refusal_told_twice_at_once_frees_the_money_once(platform: OpenDouble, paid: Payment) -> None:
    stale = [Refund.objects.get(pk=ask_back(paid).pk) for _ in range(2)]
    one = Refund.objects.get(pk=stale[0].pk)
    for copy in (one, stale[0]):
        repay._refused(copy, Refused("ACQ.TRADE_HAS_FINISHED"), timezone.now())
    paid.refresh_from_db()
    assert (paid.refund_reserved, broken()) == (Decimal("30.00"), [])


def test_a_refusal_that_comes_after_the_money_went_changes_nothing(platform: OpenDouble, paid: Payment) -> None:
    refund = ask_back(paid)
    refunds.book(Refund.objects.get(pk=refund.pk))
    repay._refused(refund, Refused("ACQ.TRADE_HAS_FINISHED"), timezone.now())
    assert (state(refund), broken()) == ("succeeded", [])


# Two trades under one number.


def test_a_refund_of_another_trade_is_not_this_attempts(platform: OpenDouble, paid: Payment) -> None:
    other = told(paid, trade_no="2" * 28, trade_status="TRADE_CLOSED", refund_fee=f"{paid.amount:.2f}")
    assert tell(other, "alipay") == (200, "success")
    assert not LedgerEntry.objects.filter(kind="refund").exists()
    assert Incident.objects.get().kind == "second-trade"


# What closes nothing.


@pytest.mark.parametrize(
    "changes", [{"status": "TRADE_PENDING"}, {"status": "NO_SUCH_WORD"}, {"total_amount": "0.01"}], ids=str
)
def test_an_answer_that_is_no_clear_no_keeps_the_goods(platform: OpenDouble, changes: dict[str, str]) -> None:
    payment = PaymentFactory(method="alipay")
    Order.objects.update(expires_at=timezone.now() - closing.GRACE * 2)
    platform.answers[QUERY] = trade(payment, **changes)
    assert closing.expire_due() == 0
    payment.refresh_from_db()
    assert (payment.state, payment.order.goods, payment.order.life) == ("sent", "held", "placed")
