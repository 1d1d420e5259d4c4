"""A found order shows all of itself to who reads its mail: six digits, ten minutes, few tries, kept nowhere."""

import re
import time
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from orders.codes import _hash
from orders.models import Order, OutboxMail
from orders.tests.factories import OrderFactory

pytestmark = pytest.mark.django_db
FIND = "/en/orders/find/"


@pytest.fixture
def order() -> Order:
    order: Order = OrderFactory()
    return order


@pytest.fixture
def guest(order: Order) -> Client:
    """Who knows the order's number and email, and has found it."""
    return finder(order)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that the test moves."""
    now = [time.time()]
    monkeypatch.setattr("time.time", lambda: now[0])
    return now


def finder(order: Order, address: str = "192.0.2.1") -> Client:
    browser = Client(REMOTE_ADDR=address)
    assert browser.post(FIND, {"number": order.number, "contact": order.email}).status_code == 303
    return browser


def page(order: Order) -> str:
    return f"/en/orders/{order.number}/code/"


def ask(browser: Client, order: Order) -> Any:
    return browser.post(f"{page(order)}send/")


def tell(browser: Client, order: Order, code: str) -> Any:
    return browser.post(page(order), {"code": code})


def sent_code() -> str:
    """The digits in the latest mail."""
    found = re.search(r"^    (\d{3} \d{3})$", str(mail.outbox[-1].body), re.M)
    assert found
    return found[1].replace(" ", "")


def other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def sees_all(browser: Client, order: Order) -> bool:
    html = browser.get(f"/en/orders/{order.number}/").content.decode()
    private = {word: word in html for word in (order.phone, order.email, order.street, order.name)}
    assert len(set(private.values())) == 1, private
    return private[order.phone]


# --- the way


def test_number_contact_and_code_show_all_of_the_order(guest: Client, order: Order) -> None:
    assert not sees_all(guest, order)
    assert ask(guest, order)["Location"] == page(order)
    assert "l***@example.com" in guest.get(page(order)).content.decode()
    answer = tell(guest, order, sent_code())
    assert (answer.status_code, answer["Location"]) == (303, f"/en/orders/{order.number}/")
    assert sees_all(guest, order)


@pytest.mark.parametrize("shape", ["{0} {1}", " {0}-{1} ", "wide"])
def test_it_is_understood_as_people_copy_it(guest: Client, order: Order, shape: str) -> None:
    ask(guest, order)
    code = sent_code()
    wide = code.translate({ord(str(n)): ord("０") + n for n in range(10)})
    assert tell(guest, order, wide if shape == "wide" else shape.format(code[:3], code[3:])).status_code == 303


def test_the_mail_goes_to_the_order_in_its_language_and_is_no_row(guest: Client, order: Order) -> None:
    Order.objects.update(language="ja")
    ask(guest, order)
    (sent,) = mail.outbox
    assert sent.to == [order.email] and sent.subject == "注文確認用のコード"
    assert not OutboxMail.objects.exists()
    for secret in (order.phone, order.street, order.name):
        assert secret not in sent.body and secret not in str(sent.alternatives[0].content)


def test_the_page_offers_nothing_to_type_before_a_code_was_sent(guest: Client, order: Order) -> None:
    assert 'name="code"' not in guest.get(page(order)).content.decode()
    ask(guest, order)
    html = guest.get(page(order)).content.decode()
    assert 'name="code"' in html and 'autocomplete="one-time-code"' in html and "10 more minutes" in html


@pytest.mark.parametrize("path", ["", "send/"])
def test_who_placed_the_order_is_never_asked(shopper: Client, path: str) -> None:
    order: Order = OrderFactory()
    session = shopper.session
    session["orders"] = [order.number]
    session.save()
    for method in (shopper.post, shopper.get) if not path else (shopper.post,):
        assert method(page(order) + path)["Location"] == f"/en/orders/{order.number}/"
    assert "code/" not in shopper.get(f"/en/orders/{order.number}/").content.decode()
    assert mail.outbox == []


def test_the_order_stays_open_in_this_browser(guest: Client, order: Order) -> None:
    ask(guest, order)
    tell(guest, order, sent_code())
    assert guest.get(f"{FIND}?number={order.number}")["Location"] == f"/en/orders/{order.number}/"
    assert guest.get(page(order)).status_code == 303


# --- what does not open it


def test_a_wrong_code_opens_nothing_and_says_what_to_do(guest: Client, order: Order) -> None:
    ask(guest, order)
    answer = tell(guest, order, other(sent_code()))
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "not the code that we sent" in html and "<title>Error:" in html and 'href="#code"' in html
    assert not sees_all(guest, order)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345x", "١٢٣٤٥٦", "9" * 500])
def test_what_is_no_code_is_no_try(guest: Client, order: Order, typed: str) -> None:
    ask(guest, order)
    for _ in range(7):
        answer = tell(guest, order, typed)
        assert answer.status_code == 422
    assert "6 digits from the mail" in answer.content.decode() or "characters" in answer.content.decode()
    assert tell(guest, order, sent_code()).status_code == 303


def test_it_is_good_for_ten_minutes(guest: Client, order: Order, clock: list[float]) -> None:
    ask(guest, order)
    clock[0] += 599
    assert "1 more minute." in guest.get(page(order)).content.decode()
    clock[0] += 2
    answer = tell(guest, order, sent_code())
    assert answer.status_code == 422 and "not valid any more" in answer.content.decode()
    assert not sees_all(guest, order)


def test_a_new_code_ends_the_old_one(guest: Client, order: Order) -> None:
    ask(guest, order)
    old = sent_code()
    ask(guest, order)
    if old != sent_code():
        assert tell(guest, order, old).status_code == 422
    assert tell(guest, order, sent_code()).status_code == 303


def test_a_code_is_good_in_the_session_that_asked_only(guest: Client, order: Order) -> None:
    """Who talks a shopper out of the code has no use for it."""
    ask(guest, order)
    thief = finder(order, "192.0.2.2")
    assert tell(thief, order, sent_code()).status_code == 422
    assert not sees_all(thief, order)


def test_a_code_is_good_for_its_order_only(guest: Client, order: Order) -> None:
    second: Order = OrderFactory()
    guest.post(FIND, {"number": second.number, "contact": second.email})
    ask(guest, order)
    assert tell(guest, second, sent_code()).status_code == 422
    assert not sees_all(guest, second)


def test_a_code_is_good_once(guest: Client, order: Order) -> None:
    ask(guest, order)
    code = sent_code()
    tell(guest, order, code)
    session = guest.session
    assert "order_code" not in session
    session["orders_proved"] = []
    session.save()
    assert tell(guest, order, code).status_code == 422


def test_after_five_tries_the_order_waits_in_every_session(guest: Client, order: Order) -> None:
    """A thief who asks for new codes, or begins anew, has no more tries than before."""
    for n in range(5):
        if n % 2 == 0:
            ask(guest, order)
        assert tell(guest, order, other(sent_code())).status_code == 422
    anew = finder(order, "192.0.2.2")
    for browser in (guest, anew):
        answer = tell(browser, order, sent_code())
        assert answer.status_code == 429 and 500 < int(answer["Retry-After"]) <= 600
        assert "Please try again in 10 minutes." in answer.content.decode()
        assert not sees_all(browser, order)


def test_three_mails_in_ten_minutes_and_no_more(guest: Client, order: Order, clock: list[float]) -> None:
    assert [ask(guest, order).status_code for _ in range(4)] == [303, 303, 303, 429]
    assert len(mail.outbox) == 3
    clock[0] += 601
    assert ask(guest, order).status_code == 303


def test_one_place_cannot_send_mails_to_everybody(order: Order) -> None:
    answers = []
    for _ in range(11):
        browser, placed = Client(REMOTE_ADDR="192.0.2.9"), OrderFactory()
        session = browser.session
        session["orders_found"] = [placed.number]
        session.save()
        answers.append(ask(browser, placed).status_code)
    assert answers == [303] * 10 + [429]


@pytest.mark.parametrize("path", ["", "send/"])
def test_to_a_stranger_there_is_no_such_page(stranger: Client, order: Order, path: str) -> None:
    theirs, absent = (stranger.post(f"/en/orders/{number}/code/{path}") for number in (order.number, "10000001000000"))
    assert (theirs.status_code, absent.status_code) == (404, 404)
    assert mail.outbox == []


def test_a_payment_that_was_handed_over_asks_for_no_code(stranger: Client, order: Order) -> None:
    session = stranger.session
    session["orders_handed"] = [order.number]
    session.save()
    assert ask(stranger, order).status_code == 404


def test_a_link_sends_no_mail(guest: Client, order: Order) -> None:
    assert guest.get(f"{page(order)}send/").status_code == 405
    assert mail.outbox == []


# --- what is left of it


def test_the_code_is_kept_nowhere(guest: Client, order: Order) -> None:
    ask(guest, order)
    code = sent_code()
    kept = [str(row.get_decoded()) for row in Session.objects.all()]
    assert any("order_code" in one for one in kept)
    assert not any(code in one for one in kept)


def test_the_hash_is_keyed(guest: Client, order: Order, settings: Any) -> None:
    """A million codes are hashed in a second: without the shop's key a stolen session would tell the code."""
    ask(guest, order)
    hashes = [guest.session["order_code"]["hash"]]
    settings.SECRET_KEY = "another key of another shop, long enough"
    assert _hash(order.number, sent_code()) not in hashes


def test_the_cookie_changes_with_the_right(guest: Client, order: Order) -> None:
    """Who planted the old one in this browser gains nothing."""
    ask(guest, order)
    planted = guest.cookies["sessionid"].value
    tell(guest, order, sent_code())
    assert guest.cookies["sessionid"].value != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get(f"/en/orders/{order.number}/").status_code == 404


def test_a_mail_that_was_not_sent_is_told_and_leaves_no_code(
    guest: Client, order: Order, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuses(self: Any, messages: Any) -> int:
        raise ConnectionRefusedError("mail.example")

    monkeypatch.setattr(EmailBackend, "send_messages", refuses)
    answer = ask(guest, order)
    assert answer.status_code == 503 and "could not be sent" in answer.content.decode()
    assert "order_code" not in guest.session
    assert order.email not in caplog.text


def test_codes_are_six_digits_of_chance(guest: Client, order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.codes.allow", lambda *words: 0)
    codes = []
    for _ in range(40):
        ask(guest, order)
        codes.append(sent_code())
    assert len(set(codes)) > 35 and {len(code) for code in codes} == {6}


@pytest.mark.parametrize("path", ["", "send/"])
def test_no_cache_keeps_it(guest: Client, order: Order, path: str) -> None:
    assert "no-store" in guest.post(page(order) + path)["Cache-Control"]
    assert 'content="noindex"' in guest.get(page(order)).content.decode()
