"""The outbox: written with the fact, sent after it; leased to one worker, tried again, given up where people see it."""

import logging
from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.utils import timezone

from orders.mails import message_for, queue, send_due
from orders.models import MOST_TRIES, Order, OutboxMail
from orders.models.outbox import LEASE
from orders.tests.factories import OrderFactory

pytestmark = pytest.mark.django_db
RECEIPT = "We have received your payment: order %s"


def html_of(message: Any) -> str:
    """Its other half."""
    return str(message.alternatives[0].content)


def fails(*problems: Exception) -> Any:
    """A way to send that meets these troubles in turn, and then none."""
    troubles, send = iter(problems), EmailBackend.send_messages

    def attempt(self: EmailBackend, messages: list[EmailMessage]) -> int:
        for problem in troubles:
            raise problem
        return int(send(self, messages))

    return attempt


@pytest.fixture
def paid() -> Order:
    """With its receipt waiting to be sent."""
    order: Order = OrderFactory()
    queue(order, "paid")
    return order


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets how the mail server takes the next mails."""
    return lambda *problems: monkeypatch.setattr(EmailBackend, "send_messages", fails(*problems))


def wait_over() -> None:
    OutboxMail.objects.update(due_at=timezone.now())


# --- once


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
        queue(paid, "closed", life="expired")
        transaction.set_rollback(True)
    send_due()
    assert [sent.subject for sent in mail.outbox] == [RECEIPT % paid.grouped_number]


def test_a_second_worker_finds_the_mail_leased(paid: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rival reads the list before the first worker's lease, and comes to the mail while that one sends it."""
    rival, rows = [], list(OutboxMail.objects.select_related("order"))
    send = EmailBackend.send_messages

    def slowly(self: EmailBackend, messages: list[EmailMessage]) -> int:
        rival.append([row.lease() for row in rows])
        return int(send(self, messages))

    monkeypatch.setattr(EmailBackend, "send_messages", slowly)
    assert send_due() == 1
    assert rival == [[False]] and len(mail.outbox) == 1


def test_it_is_noted_as_sent_only_after_the_server_has_it(paid: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    noted = []
    monkeypatch.setattr(
        EmailBackend, "send_messages", lambda self, messages: noted.append(OutboxMail.objects.get().sent_at)
    )
    send_due()
    assert noted == [None] and OutboxMail.objects.get().sent_at


def test_a_lease_that_nobody_ended_is_taken_over_under_the_same_name(paid: Order) -> None:
    """What a worker that was killed leaves behind. (tests/test_mail_killed.py kills one.)"""
    dropped = OutboxMail.objects.select_related("order").get()
    assert dropped.lease()
    assert send_due() == 0
    left = OutboxMail.objects.get().due_at - timezone.now()
    assert timedelta(0) < left <= LEASE
    wait_over()
    assert send_due() == 1
    assert mail.outbox[0].extra_headers["Message-ID"] == dropped.message_id


def test_who_lost_the_lease_does_not_put_back_what_another_holds(paid: Order) -> None:
    slow = OutboxMail.objects.get()
    slow.lease()
    wait_over()
    assert send_due() == 1
    slow.put_back("too late")
    row = OutboxMail.objects.get()
    assert row.sent_at and not row.failure


# --- again


def test_when_the_mail_server_hangs_up_it_is_tried_again_later(paid: Order, server: Any) -> None:
    server(SMTPServerDisconnected("gone"))
    assert send_due() == 0
    row = OutboxMail.objects.get()
    assert (row.sent_at, row.failure) == (None, "SMTPServerDisconnected")
    assert row.due_at > timezone.now() + timedelta(seconds=50)
    assert send_due() == 0
    wait_over()
    assert send_due() == 1
    assert OutboxMail.objects.get().failure == ""


@pytest.mark.parametrize(("tries", "minutes"), [(0, 1), (1, 2), (2, 4), (5, 32)])
def test_each_try_waits_longer(paid: Order, server: Any, tries: int, minutes: int) -> None:
    OutboxMail.objects.update(tries=tries)
    server(SMTPServerDisconnected("gone"))
    send_due()
    waits = OutboxMail.objects.get().due_at - timezone.now()
    assert timedelta(minutes=minutes) - timedelta(seconds=10) < waits <= timedelta(minutes=minutes)


REFUSED = SMTPRecipientsRefused({"lin@example.com": (550, b"no <lin@example.com> here")})


@pytest.mark.parametrize("problem", [REFUSED, SMTPDataError(554, b"spam"), ValueError("our own mistake")])
def test_one_mail_that_fails_does_not_hold_up_the_next(paid: Order, server: Any, problem: Exception) -> None:
    queue(OrderFactory(), "paid")
    server(problem)
    assert send_due() == 1
    assert OutboxMail.objects.filter(sent_at=None).count() == 1


@pytest.mark.parametrize("problem", [ConnectionRefusedError(), TimeoutError(), SMTPServerDisconnected("gone")])
def test_a_server_out_of_reach_is_asked_once_a_run(paid: Order, server: Any, problem: Exception) -> None:
    """Fifty time-outs would keep the worker from looking after money."""
    queue(OrderFactory(), "paid")
    server(problem, AssertionError("asked again"))
    assert send_due() == 0
    assert sorted(OutboxMail.objects.values_list("tries", flat=True)) == [0, 1]


def test_a_mail_whose_writing_fails_is_logged_with_its_place(
    paid: Order, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    queue(paid, "no-such-kind")
    assert send_due() == 1
    (record,) = (record for record in caplog.records if record.levelno == logging.ERROR)
    assert record.exc_info and "no-such-kind" in record.getMessage()


def test_neither_log_nor_table_repeats_what_a_server_says_of_people(
    paid: Order, server: Any, caplog: pytest.LogCaptureFixture
) -> None:
    server(REFUSED)
    send_due()
    row = OutboxMail.objects.get()
    assert row.failure == "SMTPRecipientsRefused 550"
    assert row.failure in caplog.text and paid.email not in caplog.text


# --- given up


def test_after_the_last_try_it_is_given_up_and_told_once(paid: Order, server: Any) -> None:
    OutboxMail.objects.update(tries=MOST_TRIES - 2)
    server(REFUSED, REFUSED)
    told: list[OutboxMail] = []
    for _ in range(4):
        send_due(gave_up=told.append)
        wait_over()
    (row,) = told
    assert (row.kind, row.tries, row.failure) == ("paid", MOST_TRIES, "SMTPRecipientsRefused 550")
    assert OutboxMail.objects.given_up().get().state == "given-up"
    assert mail.outbox == []


def test_a_mail_given_up_is_sent_again_when_staff_say_so(paid: Order) -> None:
    OutboxMail.objects.update(tries=MOST_TRIES)
    assert OutboxMail.objects.get().again()
    assert send_due() == 1


def test_a_copy_that_is_asked_for_has_a_name_of_its_own(paid: Order) -> None:
    """Mail programs hide a second mail with a name they know."""
    send_due()
    assert OutboxMail.objects.get().again()
    send_due()
    names = [sent.extra_headers["Message-ID"] for sent in mail.outbox]
    assert names == [f"<paid.{paid.number}@127.0.0.1>", f"<paid.{paid.number}.1@127.0.0.1>"]
    assert paid.events.get(kind="mail-again").detail == {"mail": "paid"}


def test_a_mail_that_is_on_its_way_is_not_asked_for_again(paid: Order) -> None:
    row = OutboxMail.objects.get()
    assert not row.again()
    row.lease()
    assert not row.again()
    assert OutboxMail.objects.get().copy == 0


def test_a_copy_asked_for_while_the_last_try_runs_is_sent_too(paid: Order) -> None:
    OutboxMail.objects.update(tries=MOST_TRIES - 1)
    running = OutboxMail.objects.get()
    running.lease()
    assert OutboxMail.objects.get().again()
    running.taken()
    assert send_due() == 1


# --- to whom


def test_names_cannot_write_headers_or_markup(paid: Order) -> None:
    Order.objects.update(name="<img src=x>\r\nBcc: all@example.com")
    send_due()
    sent = mail.outbox[0]
    assert "<img" not in html_of(sent)
    assert sent.recipients() == [paid.email]


def test_it_asks_no_machine_for_an_answer(paid: Order) -> None:
    send_due()
    assert mail.outbox[0].message()["Auto-Submitted"] == "auto-generated"


def test_a_mail_has_one_name_for_ever(paid: Order) -> None:
    row = OutboxMail.objects.select_related("order").get()
    names = {message_for(row).message()["Message-ID"] for _ in range(2)}
    assert names == {f"<paid.{paid.number}@127.0.0.1>"}
