"""Mails over a real socket: what a mail server takes, refuses, stalls or drops, and what the shop makes of it."""

import time
from collections.abc import Iterator

import pytest
from django.utils import timezone
from pytest_django import Settings

from orders.mails import queue, send_due
from orders.models import Order, OutboxMail
from orders.tests.factories import OrderFactory
from orders.tests.postbox import Postbox, postbox

pytestmark = pytest.mark.django_db
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def box(settings: Settings) -> Iterator[Postbox]:
    """The shop's mail server; it may take half a second for a step."""
    with postbox() as server:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 0.5
        yield server


@pytest.fixture
def paid() -> Order:
    """With its receipt waiting to be sent."""
    order: Order = OrderFactory(language="zh-hans")
    queue(order, "paid")
    return order


def row() -> OutboxMail:
    return OutboxMail.objects.get()


def later() -> None:
    OutboxMail.objects.update(due_at=timezone.now())


def test_what_arrives_is_what_was_written(paid: Order, box: Postbox) -> None:
    assert send_due() == 1
    (message,) = box.messages
    assert (message["To"], message["Subject"].strip()) == (paid.email, f"已收到你的付款：订单 {paid.grouped_number}")
    plain, html = (part.get_content() for part in message.iter_parts())
    assert "¥88.00" in plain and "龙井路 1 号" in plain and "<html" not in plain
    assert "¥88.00" in html and "龙井路 1 号" in html
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_no_line_is_longer_than_mail_allows(paid: Order, box: Postbox) -> None:
    send_due()
    assert max(len(line) for line in box.messages[0].as_bytes().splitlines()) <= 998


@pytest.mark.parametrize("mood", ["refuses", "busy", "hangs-up", "stalls"])
def test_what_the_server_did_not_take_is_sent_later(paid: Order, box: Postbox, mood: str) -> None:
    box.mood = mood
    assert send_due() == 0
    assert row().failure and not row().sent_at and row().tries == 1
    box.mood = "takes"
    later()
    assert send_due() == 1
    assert len(box.messages) == 1 and row().sent_at


def test_a_server_that_stalls_is_left_after_its_time(paid: Order, box: Postbox) -> None:
    box.mood = "stalls"
    began = time.monotonic()
    send_due()
    assert time.monotonic() - began < 5
    assert row().failure and not row().sent_at


def test_a_server_that_is_not_there_is_no_failure_of_the_worker(paid: Order, box: Postbox) -> None:
    box.shutdown()
    box.server_close()
    assert send_due() == 0
    assert row().failure == "ConnectionRefusedError"


def test_a_server_that_takes_it_and_hangs_up_gets_it_twice_under_one_name(paid: Order, box: Postbox) -> None:
    """Nobody can know whether it was taken; a mail too many is better than none, and its name tells that it is one."""
    box.mood = "takes-and-hangs-up"
    assert send_due() == 0
    box.mood = "takes"
    later()
    assert send_due() == 1
    assert len(box.names) == 2 and len(set(box.names)) == 1


def test_one_address_that_is_refused_does_not_keep_the_next_from_theirs(paid: Order, box: Postbox) -> None:
    other = OrderFactory(email="no-such-person@example.com")
    queue(other, "paid")
    OutboxMail.objects.filter(order=paid).update(due_at=timezone.now())
    box.refused = "no-such-person"
    assert send_due() == 1
    assert [message["To"] for message in box.messages] == [paid.email]
    assert other.mails.get().failure == "SMTPRecipientsRefused 550"
