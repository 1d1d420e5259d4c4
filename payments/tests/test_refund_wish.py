"""A shopper asks for money back: once per order, with a reason, and a person decides."""

from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.models import Order
from payments.models import Incident, Refund
from payments.tests.factories import PaymentFactory
from payments.tests.test_result_page import paid, stands
from payments.wishes import ask_back

pytestmark = pytest.mark.django_db
PAGE = "/en/orders/{}/refund/"


@pytest.fixture
def bought(order: Order) -> Order:
    """The shopper's order, paid."""
    PaymentFactory(order=order, paid=True)
    Order.objects.filter(pk=order.pk).update(**paid(order))
    order.refresh_from_db()
    return order


def ask(shopper: Client, order: Order, **fields: str) -> HttpResponse:
    return shopper.post(PAGE.format(order.number), {"reason": "damaged", "words": "The lid is cracked"} | fields)


def detail(shopper: Client, order: Order) -> str:
    return " ".join(shopper.get(f"/en/orders/{order.number}/").content.decode().split())


def test_a_request_comes_before_staff_with_its_reason(shopper: Client, bought: Order, finance: Client) -> None:
    answer = ask(shopper, bought)
    assert (answer.status_code, answer["Location"]) == (303, f"/en/orders/{bought.number}/")
    incident = Incident.objects.get()
    assert (incident.kind, incident.subject, incident.order) == ("refund-asked", bought.number, bought)
    assert incident.detail == "damaged: The lid is cracked"
    assert bought.number in finance.get("/admin/payments/incident/").content.decode()


def test_asking_moves_no_money_and_leaves_the_state(shopper: Client, bought: Order) -> None:
    ask(shopper, bought)
    bought.refresh_from_db()
    assert (bought.status, bought.refunding, bought.refunded) == ("paid", 0, 0)
    assert not Refund.objects.exists()


def test_the_orders_page_offers_it_once_and_says_what_was_asked(shopper: Client, bought: Order) -> None:
    link = f'href="{PAGE.format(bought.number)}"'
    assert link in detail(shopper, bought)
    ask(shopper, bought)
    page = detail(shopper, bought)
    assert link not in page
    assert "Refund asked for" in page and "We answer by email." in page
    assert "The lid is cracked" not in page


def test_the_second_request_is_not_taken(shopper: Client, bought: Order) -> None:
    answers = [ask(shopper, bought, reason=reason).status_code for reason in ("damaged", "wrong")]
    assert answers == [303, 303]
    assert Incident.objects.get().detail.startswith("damaged")
    assert bought.events.filter(kind="refund-asked").count() == 1


def test_it_stays_once_after_staff_have_answered(shopper: Client, bought: Order) -> None:
    ask(shopper, bought)
    Incident.objects.update(resolved_at="2026-11-25T12:00:00Z", why="refused, worn")
    ask(shopper, bought)
    assert Incident.objects.count() == 1


def test_two_who_read_the_same_row_are_one_request(bought: Order) -> None:
    twin = Order.objects.get(pk=bought.pk)
    assert (ask_back(bought, "damaged", ""), ask_back(twin, "wrong", "")) == (True, False)
    assert Incident.objects.get().detail == "damaged"


FAULTS = [({"reason": ""}, "Choose a reason"), ({"reason": "whim"}, "Choose a reason"),
          ({"words": "x" * 401}, "Shorten this to 400 characters")]  # fmt: skip


@pytest.mark.parametrize(("fields", "words"), FAULTS)
def test_a_fault_is_told_and_all_input_kept(shopper: Client, bought: Order, fields: dict[str, str], words: str) -> None:
    answer = ask(shopper, bought, **fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: " in page and page.count(words) == 2
    assert ("The lid is cracked" in page) == ("words" not in fields)
    assert not Incident.objects.exists()


CAN = ("paid", "shipped", "completed", "paid-late", "partly-refunded")


@pytest.mark.parametrize("status", [*CAN, "awaiting", "confirming", "closed", "refunding", "refunded"])
def test_only_money_that_we_hold_can_be_asked_back(shopper: Client, order: Order, status: str) -> None:
    Order.objects.filter(pk=order.pk).update(**stands(order, status))
    answer = shopper.get(PAGE.format(order.number))
    assert answer.status_code == (200 if status in CAN else 303)
    assert ask(shopper, order).status_code == 303
    assert Incident.objects.exists() == (status in CAN)
    told = "nothing to refund" in detail(shopper, order)
    assert told == (status not in CAN)


@pytest.mark.parametrize("verb", ["get", "post"])
def test_a_stranger_cannot_ask(stranger: Client, bought: Order, verb: str) -> None:
    assert getattr(stranger, verb)(PAGE.format(bought.number), {"reason": "damaged"}).status_code == 404
    assert not Incident.objects.exists()


def test_a_guest_who_found_the_order_can_ask_once_its_mail_was_read(stranger: Client, bought: Order) -> None:
    stranger.post("/en/orders/find/", {"number": bought.number, "contact": bought.email})
    assert ask(stranger, bought)["Location"] == f"/en/orders/{bought.number}/code/"
    assert not Incident.objects.exists()
    session = stranger.session
    session["orders_proved"] = [bought.number]
    session.save()
    assert ask(stranger, bought)["Location"] == f"/en/orders/{bought.number}/"
    assert Incident.objects.count() == 1


def test_what_the_shopper_writes_is_text_to_staff(shopper: Client, bought: Order, finance: Client) -> None:
    ask(shopper, bought, words="<script>alert(1)</script>")
    page = finance.get(f"/admin/payments/incident/{Incident.objects.get().pk}/change/").content.decode()
    assert "&lt;script&gt;alert(1)" in page and "<script>alert(1)" not in page


def refunded(order: Order, **fields: Any) -> Refund:
    payment = order.payments.get()
    given: dict[str, Any] = {"amount": "8.00", "reason": "The lid was cracked", "source": "staff", "state": "succeeded"}
    return Refund.objects.create(
        payment=payment, out_request_no=f"{payment.out_trade_no}{payment.refunds.count() + 1:03}",
        settled_at="2026-11-20T04:30:00Z", **given | fields,
    )  # fmt: skip


def test_each_refund_is_listed_with_amount_reason_and_day(shopper: Client, bought: Order) -> None:
    refunded(bought)
    page = detail(shopper, bought)
    assert '<data value="8.00">' in page and "The lid was cracked" in page and "20 Nov 2026, 12:30" in page


@pytest.mark.parametrize(("state", "words"), [("sent", "on its way"), ("failed", "we are looking after it")])
def test_a_refund_that_is_not_there_yet_says_so(shopper: Client, bought: Order, state: str, words: str) -> None:
    refunded(bought, state=state)
    page = detail(shopper, bought)
    assert words in page and "20 Nov 2026" not in page


def test_why_the_shop_paid_back_by_itself_is_told_in_the_readers_words(shopper: Client, bought: Order) -> None:
    refunded(bought, source="duplicate", reason="Paid twice")
    page = shopper.get(f"/zh-hans/orders/{bought.number}/").content.decode()
    assert "Paid twice" not in page and "重复付款" in page


def test_the_payment_is_shown_with_its_method_and_a_masked_number(shopper: Client, bought: Order) -> None:
    page = detail(shopper, bought)
    trade_no = str(bought.payments.get().trade_no)
    assert "Alipay (instant arrival)" in page
    assert trade_no not in page and f"**** {trade_no[-4:]}" in page


def test_the_number_of_statements_does_not_grow_with_the_refunds(shopper: Client, bought: Order) -> None:
    refunded(bought, amount="1.00")
    detail(shopper, bought)  # what the first page keeps for the next
    with CaptureQueriesContext(connection) as one:
        detail(shopper, bought)
    refunded(bought, amount="2.00")
    refunded(bought, amount="3.00")
    with CaptureQueriesContext(connection) as three:
        detail(shopper, bought)
    assert len(one) == len(three)
