"""P15: take one's data along, and leave. The account goes, the books stay, and nobody is locked out of an order."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts.models import SavedCart
from accounts.tests.living import ADDRESS, PASSWORD, is_in, letter_to, log_in
from orders.models import Address, FapiaoRequest, Order
from orders.tests.factories import OrderFactory
from payments.models import LedgerEntry
from payments.tests.factories import EntryFactory

pytestmark = pytest.mark.django_db
DELETE, EXPORT = "/en/account/delete/", "/en/account/data.json"


def data_of(browser: Client) -> dict[str, Any]:
    """The file."""
    answer = browser.get(EXPORT)
    assert answer["Content-Disposition"].startswith("attachment") and "no-store" in answer["Cache-Control"]
    held: dict[str, Any] = json.loads(answer.content)
    return held


def test_the_file_holds_all_that_we_know(member: Client, lin: User) -> None:
    Address.objects.keep(lin, ADDRESS)
    SavedCart.objects.create(user=lin, units={"7": 2})
    entry = EntryFactory(payment__order=OrderFactory(buyer=lin, note="ring twice"))
    FapiaoRequest.objects.create(order=entry.order, kind="personal", title="林小雨")
    entry.order.record("refund-asked", reason="arrived broken")
    held = data_of(member)
    assert held["account"]["email"] == "lin@example.com"
    assert held["account"]["emails"] == [{"email": "lin@example.com", "verified": True, "primary": True}]
    assert held["addresses"] == [ADDRESS | {"default": True}] and held["saved_cart"] == {"7": 2}
    (order,) = held["orders"]
    assert (order["number"], order["note"], order["street"]) == (entry.order.number, "ring twice", "龙井路 1 号")
    assert order["lines"][0]["price"] == "88.00" and order["events"][0]["what"] == "placed"
    assert order["fapiao"]["title"] == "林小雨" and order["events"][-1]["reason"] == "arrived broken"
    assert order["payments"][0]["trade_no"] == entry.payment.trade_no


def test_it_holds_nothing_of_others_and_no_secret(member: Client, lin: User, eve: User) -> None:
    OrderFactory(buyer=eve)
    OrderFactory(email="lin@example.com")  # a guest's with this address, that came after the login
    held = data_of(member)
    assert held["orders"] == [] and "password" not in json.dumps(held)


def test_leaving_needs_the_password(member: Client) -> None:
    for password in ("", "a guess of mine"):
        answer = member.post(DELETE, {"password": password})
        assert answer.status_code == 422
    assert "not your current password" in answer.content.decode()
    assert User.objects.count() == 1 and is_in(member)


def test_guessing_it_is_as_slow_as_at_the_door(member: Client) -> None:
    statuses = [member.post(DELETE, {"password": f"guess number {n}"}).status_code for n in range(7)]
    assert statuses[:3] == [422] * 3 and statuses[-1] == 429


def test_who_leaves_is_gone_with_addresses_and_cart(member: Client, lin: User) -> None:
    Address.objects.keep(lin, ADDRESS)
    SavedCart.objects.create(user=lin, units={"7": 2})
    assert member.post(DELETE, {"password": PASSWORD})["Location"] == "/en/"
    assert not User.objects.exists() and not Address.objects.exists() and not SavedCart.objects.exists()
    assert not is_in(member) and log_in(Client()).status_code == 422
    assert "deleted" in letter_to("lin@example.com").subject


def test_a_paid_order_stays_with_its_address_and_its_books(member: Client, lin: User) -> None:
    entry = EntryFactory(payment__order=OrderFactory(buyer=lin))
    Order.objects.update(life="confirmed", charged="88.00", pay_status="paid")
    member.post(DELETE, {"password": PASSWORD})
    order = Order.objects.get()
    assert (order.buyer, order.street, order.charged) == (None, "龙井路 1 号", Decimal("88.00"))
    assert LedgerEntry.objects.get() == entry


def test_an_order_that_was_never_paid_loses_the_person_at_once(member: Client, lin: User, eve: User) -> None:
    mine, theirs = OrderFactory(buyer=lin, note="ring twice"), OrderFactory(buyer=eve)
    Order.objects.update(life="expired")
    member.post(DELETE, {"password": PASSWORD})
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert {getattr(mine, name) for name in ("email", "name", "phone", "street", "province", "note")} == {""}
    assert mine.total == Decimal("88.00") and theirs.name == "林小雨"


def test_an_order_that_waits_for_its_money_can_still_be_paid_and_found(member: Client, lin: User) -> None:
    order = OrderFactory(buyer=lin)
    member.post(DELETE, {"password": PASSWORD})
    found = Client().post("/en/orders/find/", {"number": order.number, "contact": order.email})
    assert found["Location"] == f"/en/orders/{order.number}/"
    order.refresh_from_db()
    assert order.due


def test_staff_do_not_leave_by_this_door(member: Client) -> None:
    User.objects.update(is_staff=True)
    answer = member.post(DELETE, {"password": PASSWORD})
    assert answer.status_code == 422 and "administrator" in answer.content.decode()
    assert User.objects.count() == 1


def test_who_comes_back_with_the_same_address_finds_the_orders_again(member: Client, lin: User) -> None:
    order = OrderFactory(buyer=lin)
    member.post(DELETE, {"password": PASSWORD})
    shopper = Client()
    shopper.post("/en/account/register/", {"email": "lin@example.com", "password1": PASSWORD})
    link = [part for part in letter_to("lin@example.com").body.split() if "/confirm/" in part][0]
    shopper.post(link.removeprefix("http://127.0.0.1:8000"))
    order.refresh_from_db()
    assert order.buyer == User.objects.get() and order.placed_at < order.buyer.date_joined + timedelta(minutes=1)
