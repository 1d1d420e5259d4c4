"""P09: after payment a guest is offered an account for one password; what others may learn of it is nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from accounts.tests.living import ORDERS, PASSWORD, join, letter_to, link_in, seen
from orders.models import Order
from orders.tests.factories import OrderFactory
from payments.tests.factories import EntryFactory

pytestmark = pytest.mark.django_db
OFFER = 'action="/en/account/offer/'


@pytest.fixture
def paid(order: Order) -> Order:
    """The shopper's order, paid for."""
    EntryFactory(payment__order=order)
    order.refresh_from_db()
    return order


def result(browser: Client, order: Order) -> str:
    """The page after payment."""
    return str(browser.get(f"/en/orders/{order.number}/result/").content.decode())


def accept(browser: Client, order: Order, password: str = PASSWORD) -> Any:
    """Takes the offer."""
    return browser.post(f"/en/account/offer/{order.number}/", {"password1": password})


def test_it_is_made_after_payment_and_asks_for_one_thing(shopper: Client, paid: Order) -> None:
    html = result(shopper, paid)
    assert OFFER in html and html.count('type="password"') == 1
    assert "l***@example.com" in html


def test_not_before(shopper: Client, order: Order) -> None:
    assert OFFER not in result(shopper, order)


def test_not_to_members(lin: User, shopper: Client, paid: Order) -> None:
    shopper.force_login(lin)
    assert OFFER not in result(shopper, paid)


def test_not_to_who_only_found_the_order(stranger: Client, paid: Order) -> None:
    stranger.post("/en/orders/find/", {"number": paid.number, "contact": paid.phone})
    assert OFFER not in result(stranger, paid)
    assert accept(stranger, paid)["Location"] == f"/en/orders/{paid.number}/result/"
    assert not User.objects.exists()


def test_taking_it_opens_an_account_that_owns_the_order_once_the_address_is_proved(
    shopper: Client, paid: Order
) -> None:
    answer = accept(shopper, paid)
    assert (answer.status_code, answer["Location"]) == (303, "/en/account/confirm/")
    assert Order.objects.get().buyer is None
    assert shopper.post(link_in(letter_to(paid.email)))["Location"] == ORDERS
    assert Order.objects.get().buyer == User.objects.get()


def test_an_address_that_has_an_account_gets_the_same_answer(
    shopper: Client, paid: Order, stranger: Client, own: Callable[[Order], Order]
) -> None:
    join(paid.email)
    other = EntryFactory(payment__order=own(OrderFactory(email="new@example.com"))).order
    known = accept(shopper, paid)
    page = seen(shopper.get("/en/account/confirm/"))
    new = accept(shopper, other)
    assert (known.status_code, known["Location"]) == (new.status_code, new["Location"])
    assert page == seen(shopper.get("/en/account/confirm/"))
    assert "already" in letter_to(paid.email).subject
    assert User.objects.get(email=paid.email).check_password(PASSWORD)


def test_a_weak_password_is_told_on_a_page_of_its_own(shopper: Client, paid: Order) -> None:
    answer = accept(shopper, paid, "password123")
    assert answer.status_code == 422 and "harder to guess" in answer.content.decode()
    assert not User.objects.exists() and not mail.outbox


def test_no_other_address_can_be_slipped_in(shopper: Client, paid: Order) -> None:
    given = {"password1": PASSWORD, "email": "eve@example.com", "is_staff": "on"}
    shopper.post(f"/en/account/offer/{paid.number}/", given)
    assert User.objects.get().email == paid.email and not User.objects.get().is_staff


def test_a_strangers_order_is_absent(stranger: Client, paid: Order) -> None:
    theirs, absent = accept(stranger, paid), stranger.post("/en/account/offer/10000001000000/")
    assert (theirs.status_code, absent.status_code) == (404, 404)
