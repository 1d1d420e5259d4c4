"""P13: email and password, one answer for every failure, and on to where one came from, on this site only."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts.tests.living import HOME, LOGIN, ORDERS, PASSWORD, is_in, join, log_in, seen
from orders.tests.buying import take
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
AWAY = [
    "https://evil.example/", "//evil.example", "///evil.example", "https:evil.example", "/\\evil.example",
    "\\\\evil", "javascript:alert(1)", "http:///evil.example", " //evil.example", "\t//evil.example",
    "//evil.example@testserver/", "https://testserver@evil.example/", "data:text/html,x",
]  # fmt: skip


def test_who_is_known_comes_to_their_orders(shopper: Client, lin: User) -> None:
    answer = log_in(shopper)
    assert (answer.status_code, answer["Location"]) == (303, ORDERS)
    assert is_in(shopper)


def test_capital_letters_and_blanks_around_do_not_matter(shopper: Client, lin: User) -> None:
    assert log_in(shopper, " LIN@example.com ").status_code == 303


def test_staff_come_to_the_back_office(shopper: Client, lin: User) -> None:
    User.objects.update(is_staff=True)
    assert log_in(shopper)["Location"] == "/admin/"


def test_one_goes_on_to_where_one_came_from(shopper: Client, lin: User) -> None:
    asked = shopper.get(f"{HOME}addresses/")
    assert asked["Location"] == f"{LOGIN}?next=/en/account/addresses/"
    assert 'name="next" value="/en/account/addresses/"' in shopper.get(asked["Location"]).content.decode()
    assert log_in(shopper, next="/en/account/addresses/")["Location"] == "/en/account/addresses/"


@pytest.mark.parametrize("away", AWAY)
@pytest.mark.parametrize("path", [LOGIN, "/en/account/register/", "/en/account/logout/"])
def test_no_door_leads_off_the_site(shopper: Client, lin: User, path: str, away: str) -> None:
    given = {"login": lin.email, "email": "new@example.com", "password": PASSWORD, "password1": PASSWORD, "next": away}
    answer = shopper.post(path, given, query_params={"next": away})
    assert answer.status_code == 303 and "evil" not in answer["Location"], answer["Location"]
    assert answer["Location"].startswith("/en/")


@pytest.mark.parametrize("away", AWAY)
def test_who_is_in_already_is_not_led_off_the_site_either(member: Client, away: str) -> None:
    assert member.get(LOGIN, {"next": away})["Location"] == ORDERS


def test_every_failure_has_the_same_answer(shopper: Client, lin: User) -> None:
    join("gone@example.com")
    User.objects.filter(email="gone@example.com").update(is_active=False)
    pages = []
    for email, password in ((lin.email, "wrong"), ("nobody@example.com", PASSWORD), ("gone@example.com", PASSWORD)):
        answer = log_in(shopper, email, password)
        assert answer.status_code == 422 and not is_in(shopper)
        pages.append(seen(answer).replace(email, "#"))
    assert pages[0] == pages[1] == pages[2] and "do not match" in pages[0]


def test_every_failure_costs_one_hash(shopper: Client, lin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    monkeypatch.setattr(User, "check_password", lambda user, raw: hashed.append("known"))
    monkeypatch.setattr(User, "set_password", lambda user, raw: hashed.append("unknown"))
    log_in(shopper, password="wrong")
    log_in(shopper, "nobody@example.com")
    assert hashed == ["known", "unknown"]


def test_what_was_typed_is_kept_but_the_password(shopper: Client, lin: User) -> None:
    html = log_in(shopper, password="wrong word here").content.decode()
    assert 'value="lin@example.com"' in html and "wrong word here" not in html
    assert "<title>Error:" in html and 'id="errors"' in html


def test_the_password_can_be_filled_in_by_a_manager_and_looked_at(shopper: Client) -> None:
    html = shopper.get(LOGIN).content.decode()
    assert 'autocomplete="username"' in html and 'autocomplete="current-password"' in html
    assert html.count('type="password"') == 1 and "data-reveal" in html


# --- sessions


def test_the_session_is_another_after_the_login(shopper: Client, lin: User, stranger: Client) -> None:
    take(shopper, VariantFactory())
    before = shopper.cookies["sessionid"].value
    log_in(shopper)
    assert shopper.cookies["sessionid"].value != before
    stranger.cookies["sessionid"] = before
    assert stranger.get(ORDERS).status_code == 302


def test_logging_out_ends_the_session_and_needs_a_post(member: Client, stranger: Client) -> None:
    inside = member.cookies["sessionid"].value
    assert member.get("/en/account/logout/").status_code == 405
    assert is_in(member)
    assert member.post("/en/account/logout/")["Location"] == "/en/"
    stranger.cookies["sessionid"] = inside
    assert stranger.get(ORDERS).status_code == 302


def test_logging_out_twice_harms_nobody(shopper: Client) -> None:
    assert shopper.post("/en/account/logout/").status_code == 303


def test_a_new_password_logs_the_other_devices_out(member: Client, lin: User, stranger: Client) -> None:
    log_in(stranger)
    given = {"oldpassword": PASSWORD, "password1": "another sentence"}
    assert member.post("/en/account/password/", given)["Location"] == HOME
    assert member.get(ORDERS).status_code == 200
    assert stranger.get(ORDERS).status_code == 302
    assert log_in(Client(), password="another sentence").status_code == 303


@pytest.mark.parametrize(("changed", "said"), [
    ({"oldpassword": "wrong"}, "not your current password"), ({"oldpassword": ""}, "Enter your password"),
    ({"password1": "short"}, "Use at least 10 characters"), ({"password1": "lin@example.com"}, "less like"),
])  # fmt: skip
def test_a_password_is_changed_by_who_knows_it(member: Client, lin: User, changed: dict[str, str], said: str) -> None:
    given = {"oldpassword": PASSWORD, "password1": "another sentence"} | changed
    answer = member.post("/en/account/password/", given)
    assert answer.status_code == 422 and said in answer.content.decode()
    assert User.objects.get().check_password(PASSWORD)


def test_who_has_no_password_is_sent_to_set_one(shopper: Client) -> None:
    shopper.force_login(User.objects.create_user("lin", "lin@example.com"))
    assert shopper.get("/en/account/password/")["Location"] == "/en/account/reset/"
