"""Staff see everything about money and change nothing; what needs attention is ended with a reason."""

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.models import Order, OrderEvent
from orders.tests.factories import OrderFactory
from payments import incidents
from payments.models import Incident, Refund
from payments.redaction import HIDDEN
from payments.tests.factories import EntryFactory, IncidentFactory, MessageFactory, PaymentFactory

pytestmark = pytest.mark.django_db
MONEY = ["payment", "gatewaymessage", "ledgerentry", "refund"]
MODELS = [*MONEY, "incident"]


def page(staff: Client, path: str) -> str:
    answer = staff.get(f"/admin/{path}", headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def make(model: str) -> Any:
    """One row of each kind."""
    payment = PaymentFactory(paid=True)
    refund = {"payment": payment, "out_request_no": f"{payment.out_trade_no}001", "amount": "1.00", "source": "staff"}
    makers: dict[str, Any] = {
        "payment": lambda: payment,
        "gatewaymessage": lambda: MessageFactory(payment=payment),
        "ledgerentry": lambda: EntryFactory(payment=payment),
        "refund": lambda: Refund.objects.create(**refund),
        "incident": lambda: IncidentFactory(order=payment.order),
    }
    return makers[model]()


def test_the_order_shows_attempts_ledger_journal_and_incidents(clerk: Client) -> None:
    entry = EntryFactory()
    message = MessageFactory(payment=entry.payment, note="seen by staff")
    incident = IncidentFactory(order=entry.order)
    shown = page(clerk, f"orders/order/{entry.order.pk}/change/")
    for text in (entry.payment.out_trade_no, entry.reference, message.note, incident.next_step):
        assert text in shown


def test_the_order_offers_no_field_for_money(admin_client: Client) -> None:
    entry = EntryFactory()
    shown = page(admin_client, f"orders/order/{entry.order.pk}/change/")
    for field in ("charged", "refunded", "amount", "state", "trade_no", "total", "pay_status", "life"):
        assert not re.search(rf'<(input|select|textarea)[^>]*name="[^"]*{field}"', shown)


def test_an_order_without_messages_says_so(clerk: Client) -> None:
    assert "No message yet" in page(clerk, f"orders/order/{OrderFactory().pk}/change/")


@pytest.mark.parametrize("field", ["trade_no", "out_trade_no"])
def test_a_trade_number_goes_straight_to_its_order(clerk: Client, field: str) -> None:
    payment = PaymentFactory(paid=True)
    answer = clerk.get("/admin/orders/order/", {"q": f" {getattr(payment, field)} "})
    assert answer["Location"] == f"/admin/orders/order/{payment.order_id}/change/"


@pytest.mark.parametrize("term", ["", "2026110222001400000000009999", "' OR 1=1 --------------", "1000\x00"])
def test_another_term_searches_as_ever(clerk: Client, term: str) -> None:
    PaymentFactory(paid=True)
    assert clerk.get("/admin/orders/order/", {"q": term}).status_code == 200


def test_who_may_not_see_orders_learns_nothing_from_a_trade_number(hire: Any) -> None:
    payment = PaymentFactory(paid=True)
    other = hire("catalogue", "view_product")
    assert other.get("/admin/orders/order/", {"q": payment.trade_no}).status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_each_list_and_each_row_can_be_read(clerk: Client, model: str) -> None:
    row = make(model)
    assert f"/admin/payments/{model}/{row.pk}/change/" in page(clerk, f"payments/{model}/")
    page(clerk, f"payments/{model}/{row.pk}/change/")


@pytest.mark.parametrize("model", MODELS)
def test_not_even_the_superuser_adds_or_deletes(admin_client: Client, model: str) -> None:
    row = make(model)
    assert admin_client.post(f"/admin/payments/{model}/add/", {}).status_code == 403
    assert admin_client.post(f"/admin/payments/{model}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in page(admin_client, f"payments/{model}/")


@pytest.mark.parametrize("model", MONEY)
def test_not_even_the_superuser_changes_money(admin_client: Client, model: str) -> None:
    row = make(model)
    assert admin_client.post(f"/admin/payments/{model}/{row.pk}/change/", {"amount": "1"}).status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_a_list_costs_the_same_for_many_rows(clerk: Client, model: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as counted:
            page(clerk, f"payments/{model}/")
        return len(counted)

    make(model)
    few = queries()
    for _ in range(5):
        make(model)
    assert queries() == few


@pytest.mark.parametrize(
    ("model", "field"),
    [("payment", "out_trade_no"), ("payment", "trade_no"), ("gatewaymessage", "out_trade_no"),
     ("ledgerentry", "reference"), ("refund", "out_request_no"), ("incident", "subject")],
)  # fmt: skip
def test_a_full_number_finds_its_row_only(clerk: Client, model: str, field: str) -> None:
    row, other = make(model), make(model)
    shown = page(clerk, f"payments/{model}/?q={getattr(row, field)}")
    assert f"/{row.pk}/change/" in shown
    assert f"/admin/payments/{model}/{other.pk}/change/" not in shown


@pytest.mark.parametrize(("outgoing", "words"), [(True, "asked by us"), (False, "told to us")])
def test_the_journal_tells_who_spoke(clerk: Client, outgoing: bool, words: str) -> None:
    MessageFactory(outgoing=outgoing)
    assert f'<td class="field-direction">{words}</td>' in page(clerk, "payments/gatewaymessage/")


def test_a_message_is_shown_decoded_without_sign_and_buyer(clerk: Client) -> None:
    message = MessageFactory()
    shown = page(clerk, f"payments/gatewaymessage/{message.pk}/change/")
    assert "total_fee = 88.00" in shown
    assert f"sign = {HIDDEN}" in shown
    assert "0123456789abcdef" not in shown
    assert "lin@" not in shown


def test_a_hostile_message_stays_text(clerk: Client) -> None:
    message = MessageFactory(body=b"subject=%3Cscript%3Ealert(1)%3C/script%3E")
    shown = page(clerk, f"payments/gatewaymessage/{message.pk}/change/")
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown


@pytest.mark.parametrize(("buyer", "seen"), [("lin@example.com", "l***@example.com"), ("", "buyer")])
def test_the_buyers_account_is_masked(clerk: Client, buyer: str, seen: str) -> None:
    payment = PaymentFactory(paid=True, buyer=buyer)
    shown = page(clerk, f"payments/payment/{payment.pk}/change/")
    assert seen in shown
    assert "lin@example.com" not in shown


def resolve(staff: Client, incident: Incident, why: str = "Refunded at Alipay's site.") -> int:
    return int(staff.post(f"/admin/payments/incident/{incident.pk}/change/", {"why": why}).status_code)


def test_an_incident_is_ended_with_who_and_why(finance: Client) -> None:
    incident = IncidentFactory(order=OrderFactory(needs_review=True))
    assert resolve(finance, incident) == 302
    incident.refresh_from_db()
    assert incident.resolved_at
    assert (str(incident.resolved_by), incident.why) == ("finance", "Refunded at Alipay's site.")
    assert not Order.objects.get(pk=incident.order_id).needs_review
    assert OrderEvent.objects.get(order=incident.order, kind="reviewed").by == incident.resolved_by
    assert LogEntry.objects.filter(object_id=str(incident.pk)).exists()


def test_what_to_do_about_an_incident_is_told_in_the_readers_language(finance: Client) -> None:
    incident = incidents.raise_incident("paid-twice", "1000000112345602", "CN¥88.00 came twice")
    for path in ("", f"{incident.pk}/change/"):
        answer = finance.get(f"/admin/payments/incident/{path}", headers={"accept-language": "zh-hans"})
        assert "无需处理：第二笔付款正在退回，见退款记录。" in answer.content.decode()
    found = finance.get("/admin/payments/incident/?kind=paid-twice", headers={"accept-language": "zh-hans"})
    assert "重复付款" in found.content.decode() and incident.subject in found.content.decode()
    assert incident.subject not in page(finance, "payments/incident/?kind=mismatch")


@pytest.mark.parametrize("why", ["", "   "])
def test_an_incident_is_not_ended_without_a_reason(finance: Client, why: str) -> None:
    incident = IncidentFactory()
    assert resolve(finance, incident, why) == 200
    incident.refresh_from_db()
    assert incident.resolved_at is None


def test_while_another_incident_is_open_the_order_keeps_its_flag(finance: Client) -> None:
    incident = IncidentFactory(order=OrderFactory(needs_review=True))
    IncidentFactory(order=incident.order, kind="paid-twice")
    resolve(finance, incident)
    assert Order.objects.get(pk=incident.order_id).needs_review


def test_an_incident_of_no_order_can_be_ended(finance: Client) -> None:
    incident = IncidentFactory(order=None, kind="unknown-trade", subject="2026")
    assert resolve(finance, incident) == 302


def test_an_ended_incident_stays_as_it_was_ended(finance: Client) -> None:
    incident = IncidentFactory()
    resolve(finance, incident)
    assert resolve(finance, incident, "Another story.") == 403
    incident.refresh_from_db()
    assert incident.why == "Refunded at Alipay's site."


def test_a_clerk_reads_incidents_and_ends_none(clerk: Client) -> None:
    incident = IncidentFactory()
    assert resolve(clerk, incident) == 403
    incident.refresh_from_db()
    assert incident.resolved_at is None
