"""P15: name and email. A new address counts once it is proved, and the old one learns of it."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from accounts.tests.living import HOME, PASSWORD, join, letter_to, link_in, log_in

pytestmark = pytest.mark.django_db
EMAIL = "/en/account/email/"
NEW = "new@example.com"


def test_the_name_can_be_changed(member: Client) -> None:
    assert member.post(HOME, {"first_name": " 林  小雨 ", "is_staff": "on", "email": "x@y.z"})["Location"] == HOME
    user = User.objects.get()
    assert (user.first_name, user.is_staff, user.email) == ("林 小雨", False, "lin@example.com")
    assert 'value="林 小雨"' in member.get(HOME).content.decode()


def test_a_name_too_long_is_said(member: Client) -> None:
    answer = member.post(HOME, {"first_name": "x" * 61})
    assert answer.status_code == 422 and "Shorten this" in answer.content.decode()


def test_a_new_address_counts_once_it_is_proved(member: Client, lin: User) -> None:
    assert member.post(EMAIL, {"email": NEW})["Location"] == HOME
    lin.refresh_from_db()
    assert lin.email == "lin@example.com" and NEW in member.get(HOME).content.decode()
    member.post(link_in(letter_to(NEW)))
    lin.refresh_from_db()
    assert lin.email == NEW
    assert [address.email for address in EmailAddress.objects.all()] == [NEW]
    assert "was changed" in letter_to("lin@example.com").subject
    assert log_in(Client(), NEW).status_code == 303
    assert log_in(Client(), "lin@example.com").status_code == 422


def test_in_another_browser_the_proof_needs_the_password(member: Client, lin: User, stranger: Client) -> None:
    member.post(EMAIL, {"email": NEW})
    link = link_in(letter_to(NEW))
    assert stranger.post(link, {"password": "a guess of mine"}).status_code == 422
    assert stranger.post(link, {"password": PASSWORD}).status_code == 303
    lin.refresh_from_db()
    assert lin.email == NEW


def test_another_member_who_opens_the_link_proves_nothing(member: Client, other: Client, lin: User) -> None:
    member.post(EMAIL, {"email": NEW})
    assert other.post(link_in(letter_to(NEW)), {"password": "eve does not know"}).status_code == 422
    lin.refresh_from_db()
    assert lin.email == "lin@example.com"


def test_an_address_of_another_member_is_not_told_and_not_to_be_had(member: Client, eve: User, lin: User) -> None:
    taken = member.post(EMAIL, {"email": eve.email})
    free = member.post(EMAIL, {"email": NEW})
    assert (taken.status_code, taken["Location"]) == (free.status_code, free["Location"])
    member.post(EMAIL, {"email": eve.email})
    answer = member.post(link_in(letter_to(eve.email)), follow=True)
    lin.refresh_from_db()
    assert lin.email == "lin@example.com" and "cannot be confirmed any more" in answer.content.decode()


@pytest.mark.parametrize(("email", "said"), [
    ("", "Email must look like"), ("x", "Email must look like"), ("LIN@example.com", "your email address already"),
])  # fmt: skip
def test_what_cannot_be_taken_is_said(member: Client, email: str, said: str) -> None:
    answer = member.post(EMAIL, {"email": email})
    assert answer.status_code == 422 and said in answer.content.decode()
    assert not mail.outbox


@pytest.mark.parametrize("act", ["action_remove", "action_primary", "action_send"])
def test_what_else_allauths_page_can_do_is_not_offered(member: Client, lin: User, act: str) -> None:
    EmailAddress.objects.create(user=lin, email=NEW)
    member.post(EMAIL, {act: "", "email": NEW})
    assert {address.email: address.primary for address in EmailAddress.objects.all()} == {
        "lin@example.com": True, NEW: False,
    }  # fmt: skip


def test_two_members_may_ask_for_one_address_and_the_first_to_prove_it_has_it(
    member: Client, other: Client, lin: User, eve: User
) -> None:
    member.post(EMAIL, {"email": NEW})
    first = link_in(letter_to(NEW))
    other.post(EMAIL, {"email": NEW})
    member.post(first)
    other.post(link_in(letter_to(NEW)))
    assert EmailAddress.objects.get(email=NEW, verified=True).user == lin


def test_somebody_unproved_keeps_nobody_from_their_address(shopper: Client) -> None:
    join("lin@example.com", verified=False)
    shopper.post("/en/account/reset/", {"email": "lin@example.com"})
    page = shopper.get(link_in(letter_to("lin@example.com")))["Location"]
    shopper.post(page, {"password1": "the owner's own words"})
    assert log_in(Client(), password="the owner's own words").status_code == 303
    assert log_in(Client(), password=PASSWORD).status_code == 422
