"""The demo fills itself, twice without harm, and its books are in order."""

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from orders.models import Order
from payments.models import Payment
from payments.proofs import PROOFS

pytestmark = pytest.mark.django_db
STATES = {
    "awaiting", "closed", "paid", "shipped", "completed", "paid-late", "refunding", "partly-refunded", "refunded",
    "review",
}  # fmt: skip


def test_the_demo_shows_every_state_and_its_books_are_in_order() -> None:
    call_command("seed_demo", orders=40)
    assert {order.status for order in Order.objects.all()} >= STATES
    assert [finding for proof in PROOFS for finding in proof()] == []


def test_a_second_run_adds_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed_demo", orders=12)
    before = (Order.objects.count(), Payment.objects.count())
    call_command("seed_demo", orders=12)
    assert (Order.objects.count(), Payment.objects.count()) == before
    assert "clerk" in capsys.readouterr().out


def test_it_is_refused_where_real_money_moves(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="not the demo"):
        call_command("seed_demo")
    assert not Order.objects.exists()
