"""P16: a forgotten password is set anew by a link that is good once, for 30 minutes; the answer tells nothing."""

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from accounts.tests.living import ORDERS, PASSWORD, RESET, is_in, join, letter_to, link_in, log_in
from orders.tests.factories import OrderFactory

pytestmark = pytest.mark.django_db
NEW = "a new sentence of mine"


def ask(browser: Client, email: str = "lin@example.com") -> str:
    """Asks for the link; the path in the letter."""
    assert browser.post(RESET, {"email": email})["Location"] == "/en/account/reset/sent/"
    return link_in(letter_to(email))


def follow(browser: Client, link: str) -> str:
    """Opens the link; the address it leads to, which holds no secret."""
    answer = browser.get(link)
    assert answer.status_code == 302, answer.content.decode()
    page: str = answer["Location"]
    assert link.rpartition("-")[2].strip("/") not in page
    return page


def test_the_link_sets_a_password_and_lets_in(shopper: Client, lin: User) -> None:
    page = follow(shopper, ask(shopper))
    assert shopper.get(page).status_code == 200
    assert shopper.post(page, {"password1": NEW})["Location"] == ORDERS
    assert is_in(shopper) and User.objects.get().check_password(NEW)
    assert "changed" in letter_to("lin@example.com").subject


def test_all_other_sessions_are_over(shopper: Client, member: Client) -> None:
    shopper.post(follow(shopper, ask(shopper)), {"password1": NEW})
    assert member.get(ORDERS).status_code == 302


def test_the_answer_is_the_same_for_an_address_that_nobody_has(shopper: Client, stranger: Client, lin: User) -> None:
    answers = [browser.post(RESET, {"email": email}, follow=True)
               for browser, email in ((shopper, lin.email), (stranger, "nobody@example.com"))]  # fmt: skip
    assert answers[0].redirect_chain == answers[1].redirect_chain
    assert answers[0].content == answers[1].content
    assert "no account" in letter_to("nobody@example.com").subject


def test_the_link_works_once(shopper: Client, stranger: Client, lin: User) -> None:
    link = ask(shopper)
    shopper.post(follow(shopper, link), {"password1": NEW})
    answer = stranger.get(link)
    assert answer.status_code == 200 and "was used or has expired" in answer.content.decode()


def test_the_link_works_for_thirty_minutes(shopper: Client, stranger: Client, lin: User) -> None:
    link = ask(shopper)
    with time_machine.travel(timedelta(minutes=29), tick=False):
        follow(shopper, link)
    with time_machine.travel(timedelta(minutes=31), tick=False):
        assert "was used or has expired" in stranger.get(link).content.decode()


def test_a_login_meanwhile_makes_the_link_worthless(shopper: Client, stranger: Client, lin: User) -> None:
    link = ask(shopper)
    log_in(shopper)
    assert "was used or has expired" in stranger.get(link).content.decode()


@pytest.mark.parametrize("link", ["1-x", "zzzzzz-set-password", "1-set-password", "9999999999999-aaa-bbb"])
def test_a_link_of_no_sense_says_so(shopper: Client, lin: User, link: str) -> None:
    answer = shopper.get(f"/en/account/reset/{link}/")
    assert "was used or has expired" in answer.content.decode()
    shopper.post(f"/en/account/reset/{link}/", {"password1": NEW})
    assert User.objects.get().check_password(PASSWORD)


def test_a_weak_password_is_refused_and_the_link_still_good(shopper: Client, lin: User) -> None:
    page = follow(shopper, ask(shopper))
    answer = shopper.post(page, {"password1": "password123"})
    assert answer.status_code == 422 and "harder to guess" in answer.content.decode()
    assert shopper.post(page, {"password1": NEW}).status_code == 303


@pytest.mark.parametrize("header", ["host", "x-forwarded-host", "forwarded", "x-host"])
def test_the_link_stands_under_the_shops_own_name(shopper: Client, lin: User, header: str) -> None:
    forged = "host=evil.example" if header == "forwarded" else "evil.example"
    answer = shopper.post(RESET, {"email": lin.email}, headers={header: forged})
    assert answer.status_code == (400 if header == "host" else 303)
    assert not mail.outbox or link_in(letter_to(lin.email))


def test_opening_the_link_proves_the_address(shopper: Client) -> None:
    join("lin@example.com", verified=False)
    order = OrderFactory(email="lin@example.com")
    shopper.post(follow(shopper, ask(shopper)), {"password1": NEW})
    order.refresh_from_db()
    assert EmailAddress.objects.get().verified and order.buyer == User.objects.get()


def test_with_two_addresses_it_proves_neither(shopper: Client, member: Client, lin: User) -> None:
    member.post("/en/account/email/", {"email": "other@example.com"})
    shopper.post(follow(shopper, ask(shopper)), {"password1": NEW})
    assert not EmailAddress.objects.get(email="other@example.com").verified


def test_who_was_dismissed_gets_no_link(shopper: Client, lin: User) -> None:
    User.objects.update(is_active=False)
    shopper.post(RESET, {"email": lin.email})
    assert "no account" in letter_to(lin.email).subject


@pytest.mark.parametrize("email", ["", "lin", "a@b\nBcc: x@example.com"])
def test_what_is_no_address_is_said(shopper: Client, email: str) -> None:
    answer = shopper.post(RESET, {"email": email})
    assert answer.status_code == 422 and "Email must look like" in answer.content.decode()
