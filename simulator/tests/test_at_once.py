"""Buyers, merchant and console at the same moment: one trade is paid once, closed or paid, and gives back no more."""

from collections import Counter
from decimal import Decimal

import pytest

from simulator.tests.merchant_side import CROWD, Buyer, Shop, Simulator, together
from simulator.tests.open_app import CLOSE, App


def test_one_page_in_twelve_windows_is_paid_once(waiting: Buyer, simulator: Simulator, shop: Shop, number: str) -> None:
    answers = together(*[lambda: waiting.press("pay", scenario="3").text] * CROWD)
    refused = sum("TRADE_NOT_ALLOWED_PAY" in str(text) for text in answers)
    shop.wait(1)
    simulator.settled(1)
    assert (refused, simulator.status(number), len(shop.bodies)) == (CROWD - 1, "TRADE_SUCCESS", 1)


def test_logging_in_twelve_times_makes_one_trade(buyer: Buyer, simulator: Simulator) -> None:
    together(*[lambda: buyer.press("login")] * CROWD)
    assert len(simulator.read("trades")["trades"]) == 1


@pytest.mark.parametrize("again", range(5))
def test_of_paying_and_closing_one_wins(app: App, page: Buyer, number: str, again: int) -> None:
    page.press("login")
    closed, paid = together(
        lambda: app.ask(CLOSE, out_trade_no=number)["code"], lambda: page.press("pay", scenario="5").text
    )
    was_paid = "TRADE_NOT_ALLOWED_PAY" not in str(paid)
    assert (closed == "10000") != was_paid
    assert app.simulator.status(number) == ("TRADE_SUCCESS" if was_paid else "TRADE_CLOSED")


def test_one_request_number_moves_money_once(app: App, paid: Buyer, number: str) -> None:
    moved = Counter(together(*[lambda: app.refund(number, "30.00", "R1")["fund_change"]] * CROWD))
    assert moved == {"Y": 1, "N": CROWD - 1}


def test_many_request_numbers_give_back_no_more_than_was_paid(app: App, paid: Buyer, number: str) -> None:
    acts = [lambda n=n: app.refund(number, "20.00", f"R{n}") for n in range(CROWD)]
    told = together(*acts)
    done = [answer for answer in told if isinstance(answer, dict) and answer.get("fund_change") == "Y"]
    assert len(done) == 4
    assert max(Decimal(answer["refund_fee"]) for answer in done) == Decimal("80.00")
    assert app.simulator.status(number) == "TRADE_SUCCESS"


def test_console_and_merchant_together_give_back_no_more_than_was_paid(app: App, paid: Buyer, number: str) -> None:
    console = [
        lambda n=n: app.simulator.call("refund", out_trade_no=number, amount="30.00", request_no=f"c{n}").status_code
        for n in range(4)
    ]
    merchant = [lambda n=n: app.refund(number, "30.00", f"R{n}").get("fund_change") for n in range(4)]
    told = Counter(together(*console, *merchant))
    assert told[200] + told["Y"] == 2
    assert app.simulator.do("refund", out_trade_no=number, amount="28.00", request_no="rest")["refunded"] == "88.00"
    assert app.simulator.status(number) == "TRADE_CLOSED"


def test_the_timetable_survives_a_crowd(app: App, page: Buyer, shop: Shop, number: str) -> None:
    """Sixty notifications of a dozen threads: each is answered, none is lost."""
    page.press("login")
    ask = lambda: app.simulator.do("notify", out_trade_no=number, copies=5, parallel=True)["answers"]  # noqa: E731
    answers = [answer for told in together(*[ask] * CROWD) for answer in told]  # type: ignore[attr-defined]
    assert [answer["body"] for answer in answers] == ["success"] * CROWD * 5
    assert len(shop.bodies) == CROWD * 5
