"""The pages of accounts speak one language, too, with all that can go wrong there, and so do the letters."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from accounts.tests.conftest import _no_worker_needed  # noqa: F401
from accounts.tests.living import ADDRESS, PASSWORD, join, link_in
from orders.models import Address, Order
from payments.tests.factories import EntryFactory
from shop.models import Variant
from tests.test_languages import cup, in_one_language, language, order, see  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.once]
See = Callable[..., None]


@pytest.fixture
def member(shopper: Client) -> User:
    """The shopper is logged in, with a name of no language."""
    user = join("lin@example.com")
    shopper.force_login(user)
    return user


@pytest.mark.parametrize("path", [
    "login/", "register/", "reset/", "reset/sent/", "confirm/", "reset/1-x/",
])  # fmt: skip
def test_the_doors(see: See, path: str) -> None:  # noqa: F811
    see(f"account/{path}")


def test_a_link_of_no_sense(see: See) -> None:  # noqa: F811
    see("account/confirm/x/", status=404)


@pytest.mark.parametrize(("path", "sent"), [
    ("login/", {}), ("login/", {"login": "lin@example.com", "password": "1"}), ("register/", {"password1": "1"}),
    ("register/", {"email": "lin@example.com", "password1": "1234567890"}), ("reset/", {"email": "1"}),
    ("register/", {"email": "lin@example.com", "password1": "lin@example.com", "first_name": "1" * 61}),
])  # fmt: skip
def test_the_doors_with_their_errors(see: See, path: str, sent: dict[str, str]) -> None:  # noqa: F811
    see(f"account/{path}", status=422, send=sent)


def test_too_many_tries(see: See) -> None:  # noqa: F811
    for _ in range(5):
        see("account/login/", status=422, send={"login": "lin@example.com", "password": "1"})
    see("account/login/", status=429, send={"login": "lin@example.com", "password": "1"})
    for _ in range(10):
        see("account/reset/", status=422, send={"email": "1"})
    see("account/reset/", status=429, send={"email": "1"})


@pytest.mark.parametrize("path", [
    "", "orders/", "orders/?q=1", "orders/?tab=refunds", "email/", "password/", "delete/", "addresses/",
    "addresses/add/",
])  # fmt: skip
def test_a_members_pages(see: See, order: Order, member: User, path: str) -> None:  # noqa: F811
    Order.objects.update(buyer=member)
    Address.objects.keep(member, ADDRESS)
    see(f"account/{path}")


@pytest.mark.parametrize(("path", "sent"), [
    ("", {"first_name": "1" * 61}), ("email/", {"email": "1"}), ("email/", {"email": "lin@example.com"}),
    ("password/", {"oldpassword": "1", "password1": "1"}), ("delete/", {"password": "1"}), ("addresses/add/", {}),
])  # fmt: skip
def test_a_members_pages_with_their_errors(see: See, member: User, path: str, sent: dict[str, str]) -> None:  # noqa: F811
    see(f"account/{path}", status=422, send=sent)


def test_a_member_who_has_nothing_yet(see: See, member: User) -> None:  # noqa: F811
    see("account/orders/")
    see("account/addresses/")


def test_what_is_said_after_an_act(see: See, member: User) -> None:  # noqa: F811
    see("account/", send={"first_name": "林小雨"})
    see("account/addresses/add/", send=ADDRESS)
    see(f"account/addresses/{Address.objects.get().pk}/delete/", send={})
    see("account/email/", send={"email": "name@example.com"})
    see("account/password/", send={"oldpassword": PASSWORD, "password1": "a sentence about paper"})
    see("account/logout/", send={})


def test_checkout_with_saved_addresses(see: See, cup: Variant, member: User) -> None:  # noqa: F811
    Address.objects.keep(member, ADDRESS)
    see("cart/add/", send={"variant": cup.pk, "quantity": 1})
    see("checkout/")


def test_the_offer_and_a_password_too_weak(see: See, order: Order) -> None:  # noqa: F811
    EntryFactory(payment__order=order)
    see(f"orders/{order.number}/result/")
    see(f"account/offer/{order.number}/", status=422, send={"password1": "1"})


def test_the_link_opened_elsewhere(see: See, stranger: Client, language: str) -> None:  # noqa: F811
    stranger.post(f"/{language}/account/register/", {"email": "lin@example.com", "password1": PASSWORD})
    link = link_in(mail.outbox[-1]).removeprefix(f"/{language}/")
    see(link)
    see(link, status=422, send={"password": "1"})


def test_the_letters(shopper: Client, language: str) -> None:  # noqa: F811
    lin, home = join("lin@example.com"), f"/{language}/account/"
    for email in (lin.email, "li@example.com", "l2@example.com"):
        Client().post(f"{home}reset/", {"email": email})
        Client().post(f"{home}register/", {"email": email, "password1": PASSWORD})
    shopper.force_login(lin)
    shopper.post(f"{home}password/", {"oldpassword": PASSWORD, "password1": "a sentence about paper"})
    shopper.post(f"{home}email/", {"email": "l3@example.com"})
    shopper.post(link_in(mail.outbox[-1]))
    shopper.post(f"{home}delete/", {"password": "a sentence about paper"})
    assert len(mail.outbox) == 10
    for letter in mail.outbox:
        in_one_language([str(letter.subject), *letter.body.splitlines()], language)
