"""The outbox: written with the fact, sent after it, each mail once at most."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.utils import timezone

from orders.mails import MOST_TRIES, message_for, queue, send_due
from orders.models import Order, OutboxMail
from orders.tests.factories import OrderFactory

pytestmark = pytest.mark.django_db


def html_of(message: Any) -> str:
    """Its other half."""
    return str(message.alternatives[0].content)


def fail(self: EmailBackend, messages: list[EmailMessage]) -> int:
    """A mail server that hangs up."""
    raise SMTPServerDisconnected("gone")


@pytest.fixture
def paid() -> Order:
    """With its receipt waiting to be sent."""
    order: Order = OrderFactory()
    queue(order, "paid")
    return order


def test_the_receipt_names_number_goods_sum_and_address(paid: Order) -> None:
    assert send_due() == 1
    sent = mail.outbox[0]
    assert (sent.to, sent.subject) == ([paid.email], f"We have received your payment: order {paid.grouped_number}")
    for text in (paid.grouped_number, paid.lines.get().name, "CN¥88.00", paid.street, f"find/?number={paid.number}"):
        assert text in sent.body
        assert text in html_of(sent)


def test_it_is_written_in_the_language_of_the_order(paid: Order) -> None:
    Order.objects.update(language="zh-hans")
    send_due()
    assert "/zh-hans/orders/find/" in mail.outbox[0].body and "¥88.00" in mail.outbox[0].body
    assert "CN¥" not in mail.outbox[0].body


def test_nothing_is_sent_twice(paid: Order) -> None:
    assert [send_due(), send_due()] == [1, 0]
    assert len(mail.outbox) == 1


def test_a_fact_told_twice_is_one_mail(paid: Order) -> None:
    queue(paid, "paid")
    assert OutboxMail.objects.count() == 1
    send_due()
    queue(paid, "paid")
    assert send_due() == 0


def test_a_fact_that_is_rolled_back_is_never_told(paid: Order) -> None:
    with transaction.atomic():
        queue(paid, "refund-1")
        transaction.set_rollback(True)
    send_due()
    assert [sent.subject for sent in mail.outbox] == [f"We have received your payment: order {paid.grouped_number}"]


def test_a_second_worker_finds_the_mail_claimed(paid: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rival sends between the first worker's reading of the list and its claim."""
    rows = list(OutboxMail.objects.select_related("order"))
    send_due()
    monkeypatch.setattr("orders.mails._due", lambda: rows)
    assert send_due() == 0
    assert len(mail.outbox) == 1


def test_when_the_mail_server_hangs_up_it_is_tried_again_later(paid: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as down:
        down.setattr(EmailBackend, "send_messages", fail)
        assert send_due() == 0
    row = OutboxMail.objects.get()
    assert row.sent_at is None and row.due_at > timezone.now() + timedelta(seconds=50)
    assert send_due() == 0
    OutboxMail.objects.update(due_at=timezone.now())
    assert send_due() == 1


@pytest.mark.parametrize(("tries", "minutes"), [(0, 1), (1, 2), (2, 4), (5, 32)])
def test_each_try_waits_longer(paid: Order, monkeypatch: pytest.MonkeyPatch, tries: int, minutes: int) -> None:
    OutboxMail.objects.update(tries=tries)
    monkeypatch.setattr(EmailBackend, "send_messages", fail)
    send_due()
    waits = OutboxMail.objects.get().due_at - timezone.now()
    assert timedelta(minutes=minutes) - timedelta(seconds=10) < waits <= timedelta(minutes=minutes)


def test_after_the_last_try_it_stays_unsent(paid: Order) -> None:
    OutboxMail.objects.update(tries=MOST_TRIES)
    assert send_due() == 0
    assert OutboxMail.objects.filter(sent_at=None).exists()


def test_one_mail_that_fails_does_not_hold_up_the_next(paid: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    queue(OrderFactory(email="\u00e4@xn--", name="x"), "paid")
    refused = iter([OSError("no route")])
    send = EmailBackend.send_messages

    def once(self: EmailBackend, messages: list[EmailMessage]) -> int:
        for problem in refused:
            raise problem
        return int(send(self, messages))

    monkeypatch.setattr(EmailBackend, "send_messages", once)
    assert send_due() == 1


def test_a_refund_is_told_with_its_sum(paid: Order) -> None:
    Order.objects.update(charged="88.00", refunded="8.00", pay_status="part-refunded")
    queue(Order.objects.get(), "refund-7")
    message = message_for(OutboxMail.objects.select_related("order").get(kind="refund-7"))
    assert "CN¥8.00" in message.body and paid.grouped_number in message.subject


def test_names_cannot_write_headers_or_markup(paid: Order) -> None:
    Order.objects.update(name="<img src=x>\r\nBcc: all@example.com")
    send_due()
    sent = mail.outbox[0]
    assert "<img" not in html_of(sent)
    assert sent.recipients() == [paid.email]


def test_a_mail_has_one_name_for_ever(paid: Order) -> None:
    row = OutboxMail.objects.select_related("order").get()
    names = {message_for(row).message()["Message-ID"] for _ in range(2)}
    assert names == {f"<paid.{paid.number}@127.0.0.1>"}
