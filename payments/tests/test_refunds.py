"""Refunds: asked for within what was paid, sent under one number, booked once, believed only when told."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from payments import refunds, repay
from payments.models import Incident, LedgerEntry, Payment, Refund
from payments.proofs import PROOFS
from payments.tests.alipay_double import AlipayDouble, form, md5_sign, notification, tell
from payments.tests.factories import PaymentFactory
from payments.tests.open_double import OpenDouble, answer, refund_status, refunded, refused, told

pytestmark = pytest.mark.django_db
REFUND, ASK = "alipay.trade.refund", "alipay.trade.fastpay.refund.query"


@pytest.fixture
def paid(platform: OpenDouble) -> Payment:
    payment = PaymentFactory(method="alipay")
    assert tell(told(payment), "alipay") == (200, "success")
    payment.refresh_from_db()
    return payment


def ask_back(payment: Payment, amount: str = "30.00") -> Refund:
    return refunds.request(payment, Decimal(amount), "changed their mind", Refund.Source.STAFF)


def later(minutes: int = 120) -> int:
    return repay.follow_up(timezone.now() + timedelta(minutes=minutes))


def state(refund: Refund) -> tuple[str, str]:
    refund = Refund.objects.select_related("payment__order").get(pk=refund.pk)
    return refund.state, refund.payment.order.status


def broken() -> list[str]:
    return [finding for proof in PROOFS for finding in proof()]


def test_a_partial_refund_goes_back_and_is_booked(platform: OpenDouble, paid: Payment) -> None:
    refund = ask_back(paid)
    assert state(refund) == ("requested", "refunding")
    platform.answers[REFUND] = refunded()
    assert repay.follow_up() == 1
    assert state(refund) == ("succeeded", "partly-refunded")
    assert broken() == []


def test_the_rest_makes_it_a_whole_refund(platform: OpenDouble, paid: Payment) -> None:
    platform.answers[REFUND] = refunded()
    ask_back(paid)
    refund = ask_back(paid, str(paid.amount - 30))
    repay.follow_up()
    assert state(refund) == ("succeeded", "refunded")
    assert LedgerEntry.objects.filter(kind="refund").count() == 2


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "NaN", "Infinity", "0.001", "88.01", "1E+9"])
def test_an_amount_that_cannot_go_back_is_refused_before_any_call(
    platform: OpenDouble, paid: Payment, amount: str
) -> None:
    with pytest.raises(refunds.NotRefundable):
        ask_back(paid, amount)
    assert not Refund.objects.exists()


def test_what_is_asked_back_cannot_be_asked_back_again(platform: OpenDouble, paid: Payment) -> None:
    ask_back(paid, "88.00")
    with pytest.raises(refunds.NotRefundable):
        ask_back(paid, "0.01")


def test_the_request_number_is_fixed_before_the_call_and_kept_after_trouble(
    platform: OpenDouble, paid: Payment
) -> None:
    refund = ask_back(paid)
    platform.answers[REFUND] = (500, b"")
    repay.follow_up()
    assert state(refund) == ("unknown", "refunding")
    platform.answers[ASK] = refund_status("")
    platform.answers[REFUND] = refunded()
    later()
    assert {biz["out_request_no"] for biz in platform.asked_for(REFUND)} == {refund.out_request_no}
    assert state(refund) == ("succeeded", "partly-refunded")


def test_an_unknown_outcome_is_asked_about_before_it_is_sent_again(platform: OpenDouble, paid: Payment) -> None:
    refund = ask_back(paid)
    platform.answers[REFUND] = (500, b"")
    repay.follow_up()
    platform.answers[ASK] = refund_status(refund_amount="30.00")
    later()
    assert state(refund)[0] == "succeeded"
    assert len(platform.asked_for(REFUND)) == 1


@pytest.mark.parametrize("reply", [answer(REFUND, fund_change="Y")[1].rpartition(b',"sign"')[0] + b"}", b"", b"<html>"])
def test_an_unsigned_answer_is_not_believed(platform: OpenDouble, paid: Payment, reply: bytes) -> None:
    refund = ask_back(paid)
    platform.answers[REFUND] = (200, reply)
    repay.follow_up()
    assert state(refund) == ("unknown", "refunding")


def test_an_answer_that_moved_no_money_is_asked_about(platform: OpenDouble, paid: Payment) -> None:
    refund = ask_back(paid)
    platform.answers[REFUND] = refunded("N")
    repay.follow_up()
    assert state(refund) == ("sent", "refunding")


def test_a_refused_refund_frees_the_money_and_needs_a_person(platform: OpenDouble, paid: Payment) -> None:
    refund = ask_back(paid)
    platform.answers[REFUND] = refused(REFUND, "ACQ.TRADE_HAS_FINISHED")
    repay.follow_up()
    assert state(refund) == ("failed", "paid")
    assert Incident.objects.get().kind == "refund-failed"
    assert broken() == []


def test_an_empty_account_keeps_the_number_and_tries_again(platform: OpenDouble, paid: Payment) -> None:
    refund = ask_back(paid)
    platform.answers[REFUND] = refused(REFUND, "ACQ.SELLER_BALANCE_NOT_ENOUGH")
    repay.follow_up()
    assert state(refund) == ("unknown", "refunding")


def test_a_refund_unknown_for_long_needs_a_person(platform: OpenDouble, paid: Payment) -> None:
    ask_back(paid)
    platform.answers[REFUND] = platform.answers[ASK] = (500, b"")
    for turn in range(repay.INCIDENT_AFTER):
        later(turn * 120)
    assert Incident.objects.get().kind == "refund-unknown"


def test_two_workers_send_one_refund_once(platform: OpenDouble, paid: Payment) -> None:
    refund = ask_back(paid)
    platform.answers[REFUND] = refunded()
    assert [repay.send(refund), repay.send(refund)] == [True, False]
    assert len(platform.asked_for(REFUND)) == 1


def test_a_refund_is_booked_once(platform: OpenDouble, paid: Payment) -> None:
    refund = ask_back(paid)
    assert [refunds.book(refund), refunds.book(refund)] == [True, False]
    assert LedgerEntry.objects.filter(kind="refund").count() == 1


def test_a_refund_made_at_alipays_console_is_noticed(platform: OpenDouble, paid: Payment) -> None:
    assert tell(told(paid, refund_fee="20.00", gmt_refund="2026-11-23 13:00:00"), "alipay") == (200, "success")
    refund = Refund.objects.get()
    assert (refund.source, refund.amount, state(refund)) == (
        "console",
        Decimal("20.00"),
        ("succeeded", "partly-refunded"),
    )
    assert broken() == []


def test_the_echo_of_our_own_refund_is_not_a_second_one(platform: OpenDouble, paid: Payment) -> None:
    platform.answers[REFUND] = refunded()
    ask_back(paid, "20.00")
    repay.follow_up()
    tell(told(paid, refund_fee="20.00"), "alipay")
    assert Refund.objects.count() == 1


MESSAGES: dict[str, dict[str, str]] = {
    "paid": {},
    "part": {"refund_fee": "30.00"},
    "whole": {"refund_fee": "88.00", "trade_status": "TRADE_CLOSED"},
    "finished": {"trade_status": "TRADE_FINISHED", "refund_fee": "30.00"},
    "waiting": {"trade_status": "WAIT_BUYER_PAY"},
}


@pytest.mark.parametrize(
    "order",
    ["paid part whole", "whole part paid", "part whole paid", "waiting whole part paid", "whole finished paid waiting"],
)
def test_the_end_depends_on_the_facts_not_on_their_order(platform: OpenDouble, order: str) -> None:
    payment = PaymentFactory(method="alipay")
    for name in order.split():
        assert tell(told(payment, **MESSAGES[name]), "alipay") == (200, "success")
    payment.refresh_from_db()
    assert (payment.order.status, payment.refunded, payment.charged) == ("refunded", payment.amount, payment.amount)
    assert broken() == []


def test_a_second_payment_goes_back_by_itself(platform: OpenDouble, alipay: AlipayDouble) -> None:
    first = PaymentFactory(state="closed")
    second = PaymentFactory(order=first.order, method="alipay")
    assert tell(told(second), "alipay") == (200, "success")
    platform.answers[REFUND] = refunded()
    assert tell(notification(first)) == (200, "success")
    refund = Refund.objects.get()
    assert (refund.source, refund.payment_id, state(refund)[1]) == ("duplicate", first.pk, "paid")


def results(payment: Payment, refund: Refund, code: str = "SUCCESS") -> bytes:
    fields = {
        "notify_time": "2026-11-23 12:00:00", "notify_type": "batch_refund_notify", "notify_id": "rf1",
        "batch_no": f"20261123{refund.out_request_no}", "success_num": "1",
        "result_details": f"{payment.trade_no}^{refund.amount}^{code}",
    }  # fmt: skip
    return form({**fields, "sign": md5_sign(fields), "sign_type": "MD5"})


@pytest.fixture
def legacy(alipay: AlipayDouble) -> Payment:
    payment = PaymentFactory()
    tell(notification(payment))
    payment.refresh_from_db()
    alipay.answers["refund_fastpay_by_platform_nopwd"] = (200, b"<alipay><is_success>T</is_success></alipay>")
    return payment


def test_a_legacy_refund_is_sent_once_and_told_by_its_notification(alipay: AlipayDouble, legacy: Payment) -> None:
    refund = ask_back(legacy)
    repay.follow_up()
    later()
    assert len(alipay.asked_for("refund_fastpay_by_platform_nopwd")) == 1
    assert tell(results(legacy, refund)) == (200, "success")
    assert state(refund) == ("succeeded", "partly-refunded")


def test_a_legacy_refund_that_failed_frees_its_money(alipay: AlipayDouble, legacy: Payment) -> None:
    refund = ask_back(legacy)
    repay.follow_up()
    assert tell(results(legacy, refund, "TRADE_HAS_CLOSED")) == (200, "success")
    assert state(refund) == ("failed", "paid")


def test_a_repeated_refund_notification_needs_no_live_id(alipay: AlipayDouble, legacy: Payment) -> None:
    refund = ask_back(legacy)
    repay.follow_up()
    tell(results(legacy, refund))
    alipay.answers["notify_verify"] = (200, b"false")
    assert tell(results(legacy, refund)) == (200, "success")


@pytest.mark.parametrize("spoil", [lambda body: body.replace(b"SUCCESS", b"SUCCES"), lambda body: body[:-40]])
def test_a_forged_refund_notification_has_no_effect(
    alipay: AlipayDouble, legacy: Payment, spoil: Callable[[bytes], bytes]
) -> None:
    refund = ask_back(legacy)
    repay.follow_up()
    assert tell(spoil(results(legacy, refund)))[0] == 400
    assert state(refund)[0] == "sent"


def test_a_legacy_refund_nobody_asked_for_needs_a_person(alipay: AlipayDouble, legacy: Payment) -> None:
    stray = Refund(out_request_no="1" * 19, amount=Decimal("1.00"))
    assert tell(results(legacy, stray)) == (200, "success")
    assert Incident.objects.get().kind == "unknown-refund"
