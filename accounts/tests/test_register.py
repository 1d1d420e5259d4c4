"""P14: an account is opened with an email and a password, and is there once the address is proved."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from accounts.tests.living import PASSWORD, REGISTER, is_in, join, letter_to, link_in, log_in, register

pytestmark = pytest.mark.django_db
SENT = "/en/account/confirm/"


def test_the_account_is_there_once_the_link_is_opened_and_pressed(shopper: Client) -> None:
    answer = register(shopper, first_name="林小雨")
    assert (answer.status_code, answer["Location"]) == (303, SENT)
    assert not is_in(shopper)
    link = link_in(letter_to("lin@example.com"))
    assert "lin@example.com" in shopper.get(link).content.decode()
    assert not EmailAddress.objects.get().verified  # mail filters open links, too
    assert shopper.post(link)["Location"] == "/en/account/orders/"
    assert is_in(shopper) and EmailAddress.objects.get().verified
    assert User.objects.get().first_name == "林小雨"


def test_the_name_may_be_left_out_and_nobody_can_guess_the_login_name(shopper: Client) -> None:
    register(shopper)
    user = User.objects.get()
    assert user.first_name == "" and "lin" not in user.username


def test_before_the_address_is_proved_nobody_gets_in(shopper: Client, stranger: Client) -> None:
    register(shopper)
    assert log_in(stranger)["Location"] == SENT
    assert not is_in(stranger)


def test_a_login_before_the_proof_sends_the_link_again(shopper: Client, stranger: Client) -> None:
    register(shopper)
    mail.outbox.clear()
    log_in(stranger)
    assert stranger.post(link_in(letter_to("lin@example.com")))["Location"] == "/en/account/orders/"
    assert is_in(stranger)


def test_in_another_browser_the_proof_needs_the_password_too(shopper: Client, stranger: Client) -> None:
    register(shopper)
    link = link_in(letter_to("lin@example.com"))
    assert 'name="password"' in stranger.get(link).content.decode()
    assert stranger.post(link).status_code == 422
    assert stranger.post(link, {"password": "a guess of mine"}).status_code == 422
    assert not EmailAddress.objects.get().verified
    assert stranger.post(link, {"password": PASSWORD})["Location"] == "/en/account/orders/"
    assert is_in(stranger) and EmailAddress.objects.get().verified


def test_in_the_browser_that_registered_it_needs_none(shopper: Client) -> None:
    register(shopper)
    assert 'name="password"' not in shopper.get(link_in(letter_to("lin@example.com"))).content.decode()


@pytest.mark.parametrize("key", ["x", "MQ:1aaaaa:bbbb", "%00", "'", "1" * 500])
def test_a_link_of_no_sense_says_so(shopper: Client, key: str) -> None:
    answer = shopper.get(f"/en/account/confirm/{key}/")
    assert answer.status_code == 404
    assert shopper.post(f"/en/account/confirm/{key}/").status_code == 404


def test_a_link_works_once(shopper: Client, stranger: Client) -> None:
    register(shopper)
    link = link_in(letter_to("lin@example.com"))
    shopper.post(link)
    answer = stranger.get(link)
    assert answer.status_code == 404 and "was used or has expired" in answer.content.decode()
    assert stranger.post(link, {"password": PASSWORD}).status_code == 404


# --- who is known is not told


def test_an_address_that_is_known_gets_the_same_answer_and_another_letter(shopper: Client, stranger: Client) -> None:
    join("lin@example.com")
    known, new = register(stranger), register(shopper, "new@example.com")
    assert (known.status_code, known["Location"]) == (new.status_code, new["Location"])
    pages = [browser.get(SENT).content for browser in (stranger, shopper)]
    assert pages[0] == pages[1]
    assert "already" in letter_to("lin@example.com").subject
    assert User.objects.filter(email="lin@example.com").count() == 1


def test_both_answers_cost_one_hash(shopper: Client, stranger: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    join("lin@example.com")
    hashed: list[str] = []
    monkeypatch.setattr(User, "set_password", lambda user, raw: hashed.append(raw))
    register(stranger)
    register(shopper, "new@example.com")
    assert hashed == [PASSWORD, PASSWORD]


def test_capital_letters_make_no_second_account(shopper: Client) -> None:
    join("lin@example.com")
    register(shopper, "LIN@Example.COM")
    assert User.objects.count() == 1


# --- what cannot be taken

WRONG = [
    ({"email": ""}, "Email must look like"), ({"email": "lin"}, "Email must look like"),
    ({"email": "lin@example.com\nBcc: x@example.com"}, "Email must look like"),
    ({"password1": ""}, "Enter a password"), ({"password1": "short"}, "Use at least 10 characters"),
    ({"password1": "1234567890"}, "harder to guess"), ({"password1": "lin@example.com"}, "less like"),
    ({"first_name": "x" * 61}, "Shorten this"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "said"), WRONG)
def test_what_cannot_be_taken_is_said_and_what_was_typed_kept(
    shopper: Client, changed: dict[str, str], said: str
) -> None:
    given = {"email": "lin@example.com", "password1": PASSWORD, "first_name": "Lin"} | changed
    answer = shopper.post(REGISTER, given)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert said in html and "<title>Error:" in html
    assert f'value="{given["first_name"]}"' in html
    assert PASSWORD not in html  # a password is never sent back
    assert not User.objects.exists() and not mail.outbox


def test_there_is_one_field_for_the_password_and_pasting_is_allowed(shopper: Client) -> None:
    html = shopper.get(REGISTER).content.decode()
    assert html.count('type="password"') == 1 and 'autocomplete="new-password"' in html
    assert "onpaste" not in html


def test_forged_fields_change_nothing(shopper: Client) -> None:
    register(shopper, is_staff="on", is_superuser="1", username="admin", user="1", verified="1", is_active="0")
    user = User.objects.get()
    assert not (user.is_staff or user.is_superuser or EmailAddress.objects.get().verified)
    assert user.is_active and user.username != "admin"


def test_a_member_who_is_in_has_nothing_to_register(member: Client) -> None:
    assert member.get(REGISTER)["Location"] == "/en/account/orders/"
