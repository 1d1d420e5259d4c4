"""Last night's backup is restored: what was paid since is found again, or raised; nothing is paid twice or ignored."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from tests.backing_up import back_up, restore
from tests.playing import NOTHING, ONCE, Purchase, job
from tests.stack import Stack, manage

PAID_UNTOLD = 5  # the buyer pays, and neither notification nor browser comes back


@pytest.fixture
def stack(start: Callable[..., Stack]) -> Stack:
    return start(simulator=True)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return tmp_path / "saved"


def bought(stack: Stack) -> Purchase:
    """An order whose buyer stands before the gateway's page."""
    purchase = Purchase(stack, "alipay")
    purchase.go()
    return purchase


def set_back(stack: Stack, saved: Path) -> None:
    stack.shut()
    restore(stack, saved)
    stack.open()


def compare_with_the_bill(purchase: Purchase) -> bool:
    """Whether the gateway's bill of this day and the ledger agree in the end."""
    day = str(datetime.fromisoformat(purchase.gateway.read("settings")["now"]).date())
    try:
        manage(["manage.py", "reconcile", "--day", day], purchase.stack.environment)
    except AssertionError as differs:
        assert "differences" in str(differs)
        return False
    return True


def test_what_was_paid_after_the_backup_is_booked_once_by_asking(stack: Stack, saved: Path) -> None:
    purchase = bought(stack)
    back_up(stack, saved)
    purchase.play(1)
    assert purchase.effects() == ONCE
    set_back(stack, saved)
    assert purchase.effects() == NOTHING
    job(stack, "sweep.ask_open_attempts", minutes=10)
    assert (purchase.status(), purchase.effects()) == ("paid", ONCE)
    manage(["manage.py", "check_money"], stack.environment)


def test_what_was_paid_after_the_backup_is_booked_once_by_the_bill(stack: Stack, saved: Path) -> None:
    purchase = bought(stack)
    back_up(stack, saved)
    purchase.play(PAID_UNTOLD)
    set_back(stack, saved)
    assert compare_with_the_bill(purchase)
    assert (purchase.status(), purchase.effects()) == ("paid", ONCE)
    manage(["manage.py", "check_money"], stack.environment)


def test_money_for_an_order_that_the_backup_does_not_hold_is_raised(stack: Stack, saved: Path) -> None:
    back_up(stack, saved)
    lost = bought(stack)
    lost.play(1)
    set_back(stack, saved)
    assert not compare_with_the_bill(lost)
    trade = lost.gateway.trade(lost.attempt())["trade_no"]
    assert stack.rows("SELECT kind, subject FROM payments_incident") == [("unknown-trade", trade)]
    manage(["manage.py", "check_money"], stack.environment)


def test_a_new_order_does_not_get_the_number_of_one_that_was_lost(stack: Stack, saved: Path) -> None:
    back_up(stack, saved)
    lost = Purchase(stack, "alipay")
    set_back(stack, saved)
    assert Purchase(stack, "alipay").number != lost.number
