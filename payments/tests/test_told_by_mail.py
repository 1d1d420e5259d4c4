"""Each fact about money is told by one mail, written with the fact: nothing told twice, nothing told that is not so."""

from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.test import Client

from orders import goods
from orders.mails import send_due
from orders.models import MOST_TRIES, Order, OutboxMail
from payments import jobs, refunds
from payments.demo import pay
from payments.diagnosis import outbox
from payments.models import Incident, Payment, Refund

pytestmark = pytest.mark.django_db


def mails_of(order: Order) -> list[tuple[str, dict[str, str]]]:
    return [(one.kind.partition("-")[0], one.facts) for one in order.mails.order_by("pk")]


def refund(payment: Payment, amount: str) -> Refund:
    asked = refunds.request(payment, refunds.CENT * int(float(amount) * 100), "cracked", Refund.Source.STAFF)
    refunds.book(asked)
    return asked


def closed(order: Order) -> Order:
    """Expired, its goods back on the shelf."""
    goods.release(order)
    order.close(Order.Life.EXPIRED)
    return order


def gone(order: Order) -> Order:
    """Expired, and its goods sold to somebody else."""
    variant = closed(order).lines.get().variant
    variant.on_hand = variant.reserved = 0
    variant.save()
    return order


def test_a_payment_is_a_receipt(order: Order) -> None:
    pay(order, 3)
    assert mails_of(order) == [("paid", {})]


def test_a_refund_is_told_when_it_is_done_and_not_when_it_is_asked_for(order: Order) -> None:
    payment = pay(order, 3)
    asked = refunds.request(payment, payment.amount, "cracked", Refund.Source.STAFF)
    assert len(mails_of(order)) == 1
    assert refunds.book(asked) and not refunds.book(asked)
    assert mails_of(order)[1:] == [("refund", {"amount": "88.00", "refunded": "88.00", "charged": "88.00"})]


def test_two_parts_are_two_mails_with_their_sums(order: Order) -> None:
    payment = pay(order, 3)
    refund(payment, "8")
    refund(payment, "80")
    assert [facts.get("refunded") for kind, facts in mails_of(order)[1:]] == ["8.00", "88.00"]
    assert [facts.get("amount") for kind, facts in mails_of(order)[1:]] == ["8.00", "80.00"]


def test_a_second_payment_is_told_to_go_back(order: Order) -> None:
    pay(order, 3)
    pay(order, 4)
    assert mails_of(order)[1:] == [("twice", {"amount": "88.00"})]


def test_late_money_without_goods_is_told_to_go_back_and_no_receipt_is_written(order: Order) -> None:
    pay(gone(order), 40)
    assert mails_of(order) == [("late", {"amount": "88.00", "gone": "goods"})]


def test_late_money_with_goods_is_a_receipt_that_says_so(order: Order) -> None:
    pay(closed(order), 40)
    send_due()
    assert "arrived after the order was closed" in str(mail.outbox[0].body)


def test_a_fact_that_is_rolled_back_is_not_told(order: Order) -> None:
    with transaction.atomic():
        pay(order, 3)
        transaction.set_rollback(True)
    assert mails_of(order) == [] and send_due() == 0


@pytest.fixture
def last_try(order: Order, monkeypatch: pytest.MonkeyPatch) -> OutboxMail:
    """A receipt that is refused once more than the shop tries."""

    def refuses(self: Any, messages: Any) -> int:
        raise ConnectionRefusedError

    pay(order, 3)
    OutboxMail.objects.update(tries=MOST_TRIES - 1)
    monkeypatch.setattr(EmailBackend, "send_messages", refuses)
    return OutboxMail.objects.get()


def test_a_mail_that_is_given_up_needs_a_person(
    last_try: OutboxMail, order: Order, finance: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)
    for _ in range(2):
        jobs.send_mails.call_local()
    incident = Incident.objects.get()
    assert (incident.kind, incident.subject, incident.order) == ("mail-failed", f"paid {order.number}", order)
    page = finance.get("/admin/payments/incident/", headers={"accept-language": "en"}).content.decode()
    assert "Then send the mail again from the order." in page
    assert order.email not in incident.detail


def test_doctor_counts_the_mails_that_were_given_up(last_try: OutboxMail) -> None:
    send_due()
    assert [(one.level, one.words[:1]) for one in outbox()] == [("warn", "1"), ("ok", "0")]


def test_doctor_sees_an_outbox_that_nobody_empties(order: Order) -> None:
    pay(order, 3)
    assert {one.level for one in outbox()} == {"ok"}
    OutboxMail.objects.update(created_at="2026-01-01T00:00Z")
    assert [(one.level, one.words) for one in outbox()][1] == ("warn", "1 wait longer than 15 minutes")
