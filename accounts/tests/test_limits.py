"""Guessing is slow, is logged, and never shuts the owner out for good; nobody's mailbox is flooded."""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.tests.living import PASSWORD, RESET, is_in, letter_to, link_in, log_in, register

pytestmark = pytest.mark.django_db
NOW = 1_790_000_000


@pytest.fixture(autouse=True)
def _clock_stands_still() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def guess(times: int, address: str = "10.0.0.1", email: str = "lin@example.com") -> list[int]:
    """Wrong logins from one address; their statuses."""
    browser = Client(REMOTE_ADDR=address)
    return [log_in(browser, email, f"guess number {n}").status_code for n in range(times)]


def test_from_one_place_five_guesses_are_all(lin: User) -> None:
    assert guess(100) == [422] * 5 + [429] * 95


def test_the_page_says_how_long_to_wait(lin: User) -> None:
    guess(5)
    answer = log_in(Client(REMOTE_ADDR="10.0.0.1"))
    assert (answer.status_code, answer["Retry-After"]) == (429, "300")
    page = answer.content.decode()
    assert "Wait 5 minutes, or set a new password" in page
    assert "Please wait a little" in page and "needs a change" not in page


def test_the_right_password_is_not_looked_at_meanwhile_and_then_it_is(lin: User) -> None:
    guess(6)
    assert log_in(Client(REMOTE_ADDR="10.0.0.1")).status_code == 429
    with time_machine.travel(NOW + 301, tick=False):
        assert log_in(Client(REMOTE_ADDR="10.0.0.1")).status_code == 303


def test_the_owner_elsewhere_is_not_stopped(lin: User) -> None:
    guess(100)
    assert log_in(Client(REMOTE_ADDR="10.9.9.9")).status_code == 303


def test_guesses_from_a_hundred_places_stop_too_and_the_link_lets_the_owner_in(lin: User) -> None:
    statuses = [status for n in range(100) for status in guess(1, f"10.1.{n}.1")]
    assert statuses == [422] * 50 + [429] * 50
    owner = Client(REMOTE_ADDR="10.9.9.9")
    assert log_in(owner).status_code == 429
    owner.post(RESET, {"email": lin.email})
    page = owner.get(link_in(letter_to(lin.email)))["Location"]
    owner.post(page, {"password1": "a new sentence of mine"})
    assert is_in(owner)


def test_after_an_hour_the_account_is_open_again(lin: User) -> None:
    for n in range(100):
        guess(1, f"10.1.{n}.1")
    with time_machine.travel(NOW + 3601, tick=False):
        assert log_in(Client(REMOTE_ADDR="10.9.9.9")).status_code == 303


def test_one_place_cannot_try_many_names(lin: User) -> None:
    statuses = [status for n in range(40) for status in guess(1, email=f"name{n}@example.com")]
    assert statuses == [422] * 30 + [429] * 10


def test_visitors_behind_the_shops_proxy_are_counted_each(lin: User, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    for n in range(40):
        answer = log_in(Client(REMOTE_ADDR="10.0.0.1", headers={"x-forwarded-for": f"9.9.9.9, 8.8.{n}.8"}), f"n{n}@a.b")
        assert answer.status_code == 422, n


def test_a_forged_header_does_not_help_the_guesser(lin: User, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    statuses = [
        log_in(Client(headers={"x-forwarded-for": f"7.7.7.{n}, 8.8.8.8"}), password="wrong").status_code
        for n in range(8)
    ]
    assert statuses == [422] * 5 + [429] * 3


def test_guesses_are_logged_without_the_name_or_the_password(lin: User, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "accounts"):
        guess(6)
    said = [record.getMessage() for record in caplog.records if record.name.startswith("accounts")]
    assert said[0] == "login failed for l***@example.com from 10.0.0.1"
    assert said[-1] == "login refused for l***@example.com from 10.0.0.1: too many tries"
    assert "lin@" not in caplog.text and "guess number" not in caplog.text


# --- the back office has the same wall


def staff_tries(times: int, name: str = "owner", address: str = "10.0.0.1") -> list[int]:
    browser = Client(REMOTE_ADDR=address)
    given = {"username": name, "password": "guess"}
    return [browser.post("/admin/login/", given).status_code for _ in range(times)]


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_superuser("owner", "owner@shop.example", PASSWORD)


def test_staff_are_guessed_as_slowly(owner: User) -> None:
    assert staff_tries(100) == [200] * 5 + [429] * 95


def test_the_back_office_says_so_and_the_right_password_waits_too(owner: User) -> None:
    staff_tries(6)
    given = {"username": "owner", "password": PASSWORD}
    page = Client(REMOTE_ADDR="10.0.0.1").post("/admin/login/", given, headers={"accept-language": "en"})
    assert "Too many tries. Wait 5 minutes" in page.content.decode()
    elsewhere = Client(REMOTE_ADDR="10.9.9.9").post("/admin/login/?next=/admin/", given)
    assert elsewhere["Location"] == "/admin/"


def test_shoppers_are_not_let_into_the_back_office_and_that_is_counted(lin: User) -> None:
    browser = Client(REMOTE_ADDR="10.0.0.1")
    statuses = [
        browser.post("/admin/login/", {"username": lin.email, "password": PASSWORD}).status_code for _ in "1234567"
    ]
    assert statuses == [200] * 5 + [429] * 2 and not is_in(browser)


def test_staff_may_give_their_address_for_their_name(owner: User) -> None:
    browser = Client()
    given = {"username": owner.email, "password": PASSWORD}
    assert browser.post("/admin/login/?next=/admin/", given)["Location"] == "/admin/"


# --- forms and letters


def test_registering_many_accounts_from_one_place_is_slow(shopper: Client) -> None:
    statuses = [register(shopper, f"n{n}@example.com").status_code for n in range(12)]
    assert statuses == [303] * 10 + [429] * 2
    answer = register(shopper)
    assert answer["Retry-After"] == "60" and "try again in 1 minute" in answer.content.decode()


@pytest.mark.parametrize(("form", "field"), [("register", "first_name"), ("reset", "email")])
def test_a_form_that_has_to_wait_keeps_what_was_typed(shopper: Client, form: str, field: str) -> None:
    """Even what is wrong with it is not said: that would be a try."""
    address, typed = f"/en/account/{form}/", {"email": "no address", "first_name": "Lin"}
    page = [shopper.post(address, typed) for _ in range(11)][-1]
    assert (page.status_code, page["Retry-After"]) == (429, "60")
    assert f'value="{typed[field]}"' in page.content.decode()
    assert "must look like" not in page.content.decode()


@pytest.mark.parametrize("known", [True, False])
def test_no_mailbox_gets_more_than_five_letters_of_a_kind_an_hour(lin: User, known: bool) -> None:
    email = lin.email if known else "nobody@example.com"
    for n in range(20):
        answer = Client(REMOTE_ADDR=f"10.2.{n}.1").post(RESET, {"email": email})
        assert answer.status_code == 303
    assert len(mail.outbox) == 5
    with time_machine.travel(timedelta(seconds=3601), tick=False):
        Client().post(RESET, {"email": email})
    assert len(mail.outbox) == 6


def test_a_queue_out_of_order_shows_no_error(
    lin: User, shopper: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*letter: str) -> None:
        raise ConnectionError("no queue")

    monkeypatch.setattr("accounts.post.deliver", broken)
    assert shopper.post(RESET, {"email": lin.email}).status_code == 303
    assert register(shopper, "new@example.com").status_code == 303
    assert "a letter was not queued" in caplog.text and "/reset/" not in caplog.text


def test_a_mail_server_out_of_order_shows_no_error(lin: User, shopper: Client, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert shopper.post(RESET, {"email": lin.email}).status_code == 303
