"""P19 and O13: the shop is closed for a while, and money still comes in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from content import maintenance


@pytest.fixture(autouse=True)
def _own_folder(settings: LazySettings, tmp_path: Path) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
    yield
    settings.DATA_DIR = tmp_path


def order(*words: str) -> str:
    """What the command says."""
    out = StringIO()
    call_command("maintenance", *words, stdout=out)
    return out.getvalue().strip()


@pytest.mark.parametrize("address", ["/", "/en/", "/ja/p/cup/", "/en/cart/", "/zh-hans/orders/find/", "/robots.txt"])
def test_shoppers_are_told_to_come_again(shopper: Client, address: str) -> None:
    order("on")
    answer = shopper.get(address)
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "300", "no-store")
    for words in ("请不要重复付款", "please do not pay again", "もう一度お支払いにならないでください"):
        assert words in answer.content.decode()


def test_an_order_sent_in_the_meantime_is_not_taken(shopper: Client) -> None:
    order("on")
    assert shopper.post("/en/checkout/", {"name": "Lin"}).status_code == 503


def test_it_costs_no_statement(shopper: Client, django_assert_num_queries: DjangoAssertNumQueries, db: None) -> None:
    order("on")
    with django_assert_num_queries(0):
        shopper.get("/en/")


def test_gateways_health_checks_and_staff_come_in(shopper: Client, db: None) -> None:
    order("on")
    assert shopper.post("/payments/alipay/notify/", {"out_trade_no": "1"}).status_code != 503
    assert shopper.get("/payments/alipay/return/").status_code != 503
    assert [shopper.get(address).status_code for address in ("/healthz", "/readyz", "/admin/login/")] == [200] * 3


@pytest.mark.parametrize("address", ["//payments/x", "/en/payments/alipay/notify/", "/paymentsx", "/adminx/"])
def test_a_likeness_of_their_addresses_does_not(shopper: Client, address: str) -> None:
    order("on")
    assert shopper.get(address).status_code == 503


def test_it_says_when_it_ends(shopper: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "2026-11-02T21:00:00+08:00")
    assert order("on", "--until", "22:00") == "The shop is closed until 2026-11-02 22:00."
    answer = shopper.get("/en/")
    page = answer.content.decode()
    assert answer["Retry-After"] == "3601"
    assert '<time datetime="2026-11-02T22:00:00+08:00">22:00 on 2 Nov 2026 (China time)</time>' in page
    assert "11月2日 22:00" in page


def test_a_clock_time_that_is_over_today_is_tomorrows(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "2026-11-02T23:30:00+08:00")
    assert order("on", "--until", "1:15") == "The shop is closed until 2026-11-03 01:15."


def test_after_the_named_time_it_stays_closed_and_names_none(shopper: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    maintenance.close(timezone.now() - timedelta(minutes=1))
    answer = shopper.get("/en/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "300")
    assert "<time" not in answer.content.decode()


def test_a_damaged_switch_still_closes(shopper: Client, settings: LazySettings) -> None:
    (settings.DATA_DIR / "maintenance").write_text("soon")
    assert shopper.get("/en/").status_code == 503


def test_it_opens_again(shopper: Client, db: None) -> None:
    order("on")
    assert order("off") == "The shop is open."
    assert order("off") == order() == "The shop is open."
    assert shopper.get("/en/").status_code == 200


@pytest.mark.parametrize("clock", ["25:00", "22", "22:60", "２２:00", "soon"])
def test_a_clock_time_that_is_none_changes_nothing(clock: str) -> None:
    with pytest.raises(CommandError, match="for example 22:00"):
        order("on", "--until", clock)
    assert order() == "The shop is open."


def at(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """The clock stands at this moment."""
    instant = datetime.fromisoformat(moment).astimezone(UTC)
    monkeypatch.setattr(timezone, "now", lambda: instant)
