"""Staff see what was written and how it went, and send a mail again; each only with the right to."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from orders.mails import queue, send_due
from orders.models import MOST_TRIES, Order, OutboxMail
from orders.specimens import SPECIMENS
from orders.tests.factories import OrderFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/orders/outboxmail/"
SEES = ("view_order", "view_outboxmail")


@pytest.fixture
def row() -> OutboxMail:
    """A receipt that was sent."""
    order: Order = OrderFactory()
    queue(order, "paid")
    send_due()
    return OutboxMail.objects.select_related("order").get()


@pytest.fixture
def reader(hire: Callable[..., Client]) -> Client:
    """Staff who may look and do nothing."""
    return hire("reader", *SEES)


@pytest.fixture
def writer(hire: Callable[..., Client]) -> Client:
    """Staff who may send a mail again."""
    return hire("writer", *SEES, "change_outboxmail")


def order_page(row: OutboxMail) -> str:
    return f"/admin/orders/order/{row.order_id}/change/"


def seen(staff: Client, address: str, **words: str) -> str:
    answer = staff.get(address, words, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def numbers(staff: Client, **words: str) -> list[str]:
    return [one.kind for one in staff.get(LIST, words).context["cl"].result_list]


def test_the_orders_page_shows_its_mails_with_a_button_for_who_may_press_it(
    row: OutboxMail, reader: Client, writer: Client
) -> None:
    button = f'formaction="{LIST}{row.pk}/again/"'
    assert button in seen(writer, order_page(row)) and "Send again" in seen(writer, order_page(row))
    page = seen(reader, order_page(row))
    assert "receipt" in page and button not in page


def test_the_button_sends_a_copy_and_the_order_remembers_who_asked(row: OutboxMail, writer: Client) -> None:
    answer = writer.post(f"{LIST}{row.pk}/again/")
    assert (answer.status_code, answer["Location"]) == (302, order_page(row))
    assert send_due() == 1
    assert [sent.to for sent in mail.outbox] == [[row.order.email]] * 2
    event = row.order.events.get(kind="mail-again")
    assert (event.by, event.detail) == (User.objects.get(username="writer"), {"mail": "paid"})


def test_pressing_twice_is_one_copy(row: OutboxMail, writer: Client) -> None:
    for _ in range(2):
        writer.post(f"{LIST}{row.pk}/again/", headers={"accept-language": "en"})
    assert [send_due(), send_due()] == [1, 0]
    assert "on its way already" in seen(writer, order_page(row))


def test_a_mail_on_its_way_has_no_button(writer: Client) -> None:
    order = OrderFactory()
    queue(order, "paid")
    assert "formaction" not in seen(writer, order_page(order.mails.get()))


@pytest.mark.parametrize("rights", [(), SEES, (*SEES, "change_order")])
def test_who_may_not_cannot(row: OutboxMail, hire: Callable[..., Client], rights: tuple[str, ...]) -> None:
    assert hire("other", *rights).post(f"{LIST}{row.pk}/again/").status_code == 403
    assert send_due() == 0


def test_a_visitor_is_sent_to_the_login(row: OutboxMail, stranger: Client) -> None:
    assert stranger.post(f"{LIST}{row.pk}/again/").status_code == 302
    assert send_due() == 0


def test_a_link_sends_nothing(row: OutboxMail, writer: Client) -> None:
    assert writer.get(f"{LIST}{row.pk}/again/").status_code == 405
    assert writer.post(f"{LIST}{row.pk + 1}/again/").status_code == 404


def test_another_site_cannot_press_it(row: OutboxMail, hire: Callable[..., Client]) -> None:
    careful = Client(enforce_csrf_checks=True)
    hire("writer", *SEES, "change_outboxmail")
    careful.force_login(User.objects.get(username="writer"))
    assert careful.post(f"{LIST}{row.pk}/again/").status_code == 403
    assert send_due() == 0


@pytest.mark.parametrize("state", ["sent", "waiting", "given-up"])
def test_the_list_finds_what_was_given_up(reader: Client, state: str) -> None:
    for kind in ("sent", "waiting", "given-up"):
        queue(OrderFactory(), kind)
    OutboxMail.objects.filter(kind="sent").update(sent_at="2026-11-25T00:00Z")
    OutboxMail.objects.filter(kind="given-up").update(tries=MOST_TRIES, failure="SMTPRecipientsRefused 550")
    assert numbers(reader, state=state) == [state]
    assert len(numbers(reader)) == 3


def test_the_list_shows_no_address(row: OutboxMail, reader: Client) -> None:
    page = seen(reader, LIST)
    assert row.order.number in page and row.order.email not in page


def test_the_mails_page_shows_what_the_shopper_reads_and_changes_nothing(row: OutboxMail, writer: Client) -> None:
    page = seen(writer, f"{LIST}{row.pk}/change/")
    assert "We have received your payment of CN¥88.00" in page
    writer.post(f"{LIST}{row.pk}/change/", {"kind": "refund-1", "tries": 0, "sent_at_0": ""})
    assert OutboxMail.objects.get().kind == "paid" and OutboxMail.objects.get().sent_at
    assert writer.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_many_are_sent_again_from_the_list(row: OutboxMail, writer: Client, reader: Client) -> None:
    other: Order = OrderFactory()
    queue(other, "paid")
    chosen: dict[str, Any] = {"action": "send_again", "_selected_action": [row.pk, other.mails.get().pk]}
    reader.post(LIST, chosen)
    assert OutboxMail.objects.filter(copy=1).count() == 0
    answer = writer.post(LIST, chosen, follow=True, headers={"accept-language": "en"})
    assert "1 mail is sent again." in answer.content.decode()
    assert send_due() == 2


# --- all mails at once


@pytest.mark.parametrize("language", ["zh-hans", "en", "ja"])
def test_staff_read_every_mail_in_every_language(reader: Client, language: str) -> None:
    page = seen(reader, f"{LIST}specimens/{language}/")
    assert page.count("<pre") == len(SPECIMENS)
    for name in SPECIMENS:
        assert f"{LIST}specimens/{language}/{name}/" in page


def test_the_list_leads_to_them(reader: Client) -> None:
    assert f'href="{LIST}specimens/en/"' in seen(reader, LIST)


def test_a_specimen_may_bring_its_styles_and_load_nothing(reader: Client) -> None:
    answer = reader.get(f"{LIST}specimens/ja/paid/")
    assert answer.content.decode().startswith("<!doctype html>")
    policy = dict(one.strip().split(" ", 1) for one in answer["Content-Security-Policy"].split(";"))
    assert policy.pop("style-src") == "'unsafe-inline'"
    assert set(policy.values()) == {"'none'"}


@pytest.mark.parametrize("path", ["fr/", "en/none/", "fr/paid/", "en/refund-1/"])
def test_there_is_no_other_specimen(reader: Client, path: str) -> None:
    assert reader.get(f"{LIST}specimens/{path}").status_code == 404


@pytest.mark.parametrize("path", ["en/", "en/paid/"])
def test_specimens_are_for_who_may_see_mails(hire: Callable[..., Client], stranger: Client, path: str) -> None:
    assert hire("other", "view_order").get(f"{LIST}specimens/{path}").status_code == 403
    assert stranger.get(f"{LIST}specimens/{path}").status_code == 302
