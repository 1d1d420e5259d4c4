"""Many hands at the panel, the command line and the gateway at the same time: each sees a whole state."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import requests

from simulator.tests.merchant_side import CROWD, PATIENCE, Buyer, Shop, Simulator, together
from simulator.tests.open_app import PAGE, QUERY, App

Fields = dict[str, str]


def test_turning_the_clock_together_adds_up(simulator: Simulator) -> None:
    before = datetime.fromisoformat(simulator.read("settings")["now"])
    together(*[lambda: simulator.do("clock", forward=3600)] * CROWD)
    passed = datetime.fromisoformat(simulator.read("settings")["now"]) - before

    assert timedelta(hours=CROWD) <= passed < timedelta(hours=CROWD, minutes=1)


def test_trouble_is_counted_down_once_a_question(simulator: Simulator) -> None:
    simulator.do("trouble", kind="500", times=5)
    told = Counter(together(*[lambda: simulator.ask("single_trade_query").status_code] * CROWD))

    assert told == {500: 5, 200: CROWD - 5}
    assert simulator.read("settings")["trouble"] is None


@pytest.mark.parametrize(
    ("acts", "outcomes"),
    [
        (("finish", "refund"), {"TRADE_FINISHED"}),
        (("close", "refund"), {"TRADE_SUCCESS"}),
        (("finish", "close", "notify"), {"TRADE_FINISHED"}),
    ],
)
def test_acts_on_one_trade_leave_it_in_a_state_that_can_be(
    waiting: Buyer, simulator: Simulator, number: str, acts: tuple[str, ...], outcomes: set[str]
) -> None:
    waiting.press("pay", scenario="5")
    asked = {"out_trade_no": number, "amount": "30.00", "request_no": "R1", "copies": 1}
    codes = together(*[lambda act=act: simulator.call(act, **asked).status_code for act in acts * 4])

    assert set(codes) <= {200, 409}
    assert simulator.status(number) in outcomes
    kept = simulator.ask("single_trade_query", out_trade_no=number).text
    assert ("<to_buyer_fee>30.00<" in kept) == ("<refund_status>" in kept)


def test_a_reset_amid_payments_leaves_nothing_half_done(
    simulator: Simulator, with_order: Callable[..., Buyer], number: str
) -> None:
    pages = [with_order(out_trade_no=f"{number}{place}") for place in range(6)]
    acts: list[Callable[[], object]] = [lambda page=page: page.press("pay", scenario="5").status_code for page in pages]
    codes = together(*acts, lambda: simulator.call("reset").status_code)

    assert set(codes) <= {200, 302, 404}
    for trade in simulator.read("trades")["trades"]:
        assert (trade["status"], trade["paid"] is not None) == ("TRADE_SUCCESS", True)


def test_a_scenario_named_with_a_payment_is_not_disturbed_by_the_default(
    simulator: Simulator, with_order: Callable[..., Buyer], number: str
) -> None:
    stop = threading.Event()

    def meddle() -> None:
        while not stop.is_set():
            for scenario in (3, 6, 7):
                simulator.do("scenario", scenario=scenario)

    meddler = threading.Thread(target=meddle)
    meddler.start()
    try:
        for place in range(8):
            page = with_order(out_trade_no=f"{number}{place}")
            assert 'data-outcome="pay"' in page.press("pay", scenario="5").text
    finally:
        stop.set()
        meddler.join(PATIENCE)


def test_the_panel_can_be_read_while_everything_changes(
    simulator: Simulator, with_order: Callable[..., Buyer], shop: Shop, number: str
) -> None:
    def buy(place: int) -> int:
        return with_order(out_trade_no=f"{number}{place}").press("pay", scenario="3").status_code

    buying = [lambda place=place: buy(place) for place in range(10)]
    reading = [lambda: requests.get(f"{simulator.url}/sim/", timeout=PATIENCE).status_code] * 6
    listing = [lambda: requests.get(f"{simulator.url}/sim/api/wire", timeout=PATIENCE).status_code] * 6

    assert set(together(*buying, *reading, *listing)) == {200}
    assert len(simulator.read("trades")["trades"]) == len(shop.wait(10)) == 10
    numbers = [entry["number"] for entry in simulator.read("wire")["wire"]]
    assert numbers == sorted(numbers, reverse=True) and len(set(numbers)) == len(numbers)


def test_twelve_apps_ask_at_once_and_each_hears_its_own_answer(
    app: App, biz: Fields, urls: Fields, number: str
) -> None:
    for place in range(CROWD):
        fields = {**biz, "out_trade_no": f"{number}{place:02}", "total_amount": f"{place + 1}.00"}
        Buyer(app.simulator, app.request(PAGE, fields, **urls), sign=False).press("login")
    asking = [lambda place=place: app.ask(QUERY, out_trade_no=f"{number}{place:02}") for place in range(CROWD)]
    told = together(*asking)

    assert [answer["total_amount"] for answer in told] == [f"{place + 1}.00" for place in range(CROWD)]
    assert [answer["out_trade_no"] for answer in told] == [f"{number}{place:02}" for place in range(CROWD)]
