"""Guest orders become the member's once the address is proved, never before, and nobody else's."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts.tests.living import ORDERS, join, letter_to, link_in, log_in, register
from orders.models import Order
from orders.tests.buying import buy
from orders.tests.factories import OrderFactory
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db


def buyer_of(order: Order) -> str:
    """The email of the member whose order it is."""
    order.refresh_from_db()
    return order.buyer.email if order.buyer else ""


def test_registering_with_anothers_address_gives_nothing(shopper: Client, stranger: Client) -> None:
    order = OrderFactory(email="lin@example.com")
    register(stranger)
    log_in(stranger)
    assert buyer_of(order) == ""
    assert stranger.get(f"/en/orders/{order.number}/").status_code == 404


def test_the_proof_brings_earlier_orders_of_this_address_and_no_others(shopper: Client) -> None:
    mine, also, foreign = (
        OrderFactory(email=email) for email in ("lin@example.com", "lin@example.com", "li@example.com")
    )
    register(shopper)
    shopper.post(link_in(letter_to("lin@example.com")))
    assert [buyer_of(order) for order in (mine, also, foreign)] == ["lin@example.com", "lin@example.com", ""]
    assert mine.grouped_number in shopper.get(ORDERS).content.decode()


def test_an_order_of_another_member_stays_theirs(shopper: Client, eve: User) -> None:
    order = OrderFactory(email="lin@example.com", buyer=eve)
    register(shopper)
    shopper.post(link_in(letter_to("lin@example.com")))
    assert buyer_of(order) == "eve@example.com"


def test_whoever_was_tricked_into_the_link_gives_the_trickster_nothing(shopper: Client, stranger: Client) -> None:
    """Somebody registers with a shopper's address; the shopper opens the letter in their own browser."""
    order = OrderFactory(email="lin@example.com")
    register(stranger, password="only the stranger knows")
    shopper.post(link_in(letter_to("lin@example.com")), {"password": ""})
    log_in(stranger, password="only the stranger knows")
    assert buyer_of(order) == "" and "_auth_user_id" not in stranger.session


def test_orders_placed_later_without_logging_in_come_at_the_next_login(lin: User, stranger: Client) -> None:
    order = buy(stranger, VariantFactory(), email="Lin@Example.com")
    assert buyer_of(order) == ""
    log_in(Client())
    assert buyer_of(order) == "lin@example.com"


def test_a_login_by_an_unproved_address_brings_nothing(stranger: Client) -> None:
    join("lin@example.com", verified=False)
    order = OrderFactory(email="lin@example.com")
    log_in(stranger)
    assert buyer_of(order) == ""


def test_a_new_address_brings_its_orders_once_it_is_proved(member: Client) -> None:
    order = OrderFactory(email="new@example.com")
    member.post("/en/account/email/", {"email": "new@example.com"})
    assert buyer_of(order) == ""
    member.post(link_in(letter_to("new@example.com")))
    assert buyer_of(order) == "new@example.com"
