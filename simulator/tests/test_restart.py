"""What a simulator with ``--data`` knows again after a restart, and what it does not."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from simulator.tests.merchant_side import PARTNER, PATIENCE, Buyer, Shop, Simulator, run, signed

Fields = dict[str, str]
Start = Callable[[], Simulator]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts it on the same directory; the one before is ended first."""
    running: list[Simulator] = []

    def again() -> Simulator:
        for simulator in running:
            assert simulator.stop() == 0
        running[:] = [Simulator("--data", str(tmp_path / "kept"), "--speed", "1")]
        return running[0]

    yield again
    for simulator in running:
        simulator.stop()


def listed(simulator: Simulator) -> list[dict[str, str]]:
    return list(simulator.read("trades")["trades"])


@pytest.fixture
def bought(start: Start, order: Fields, shop: Shop) -> Simulator:
    """Runs, with one trade that is paid and told."""
    simulator = start()
    Buyer(simulator, {**order, "it_b_pay": "1h"}).press("login")
    simulator.do("pay", out_trade_no=order["out_trade_no"])
    shop.wait(1)
    return simulator


def test_every_trade_comes_back_as_it_was(bought: Simulator, start: Start, order: Fields, number: str) -> None:
    Buyer(bought, {**order, "out_trade_no": f"{number}2", "subject": "茶 😀 \"'\\"}).press("login")
    Buyer(bought, {**order, "out_trade_no": f"{number}3"}).press("login")
    bought.do("close", out_trade_no=f"{number}3")
    bought.do("refund", out_trade_no=number, amount="30.00", request_no="R1")
    before = listed(bought)

    assert listed(start()) == before
    assert [trade["status"] for trade in before] == ["TRADE_CLOSED", "WAIT_BUYER_PAY", "TRADE_SUCCESS"]


def test_a_refund_is_not_made_twice(bought: Simulator, start: Start, number: str) -> None:
    bought.do("refund", out_trade_no=number, amount="30.00", request_no="R1")
    simulator = start()
    again = simulator.do("refund", out_trade_no=number, amount="30.00", request_no="R1")

    assert (again["moved"], again["refunded"]) == (False, "30.00")
    assert simulator.call("refund", out_trade_no=number, amount="58.01", request_no="R2").status_code == 409
    assert simulator.do("refund", out_trade_no=number, amount="58.00", request_no="R2")["status"] == "TRADE_CLOSED"


def test_a_batch_is_not_taken_twice(bought: Simulator, start: Start, number: str) -> None:
    (trade,) = listed(bought)
    day = bought.read("settings")["now"][:10]
    batch = {
        "batch_no": f"{day.replace('-', '')}001",
        "batch_num": "1",
        "refund_date": f"{day} 00:00:00",
        "detail_data": f"{trade['trade_no']}^30.00^",
    }
    assert "<is_success>T" in bought.ask("refund_fastpay_by_platform_nopwd", **batch).text
    batch["detail_data"] = f"{trade['trade_no']}^31.00^"
    simulator = start()

    assert "DUPLICATE_BATCH_NO" in simulator.ask("refund_fastpay_by_platform_nopwd", **batch).text
    assert "<to_buyer_fee>30.00<" in simulator.ask("single_trade_query", out_trade_no=number).text


def test_who_has_logged_in_may_pay_by_a_new_page(start: Start, order: Fields, number: str) -> None:
    page = Buyer(start(), order)
    page.press("login")
    simulator = start()
    old = requests.get(page.page.replace(page.page.split("/cashier")[0], simulator.url), timeout=PATIENCE)
    assert (old.status_code, "SESSION_TIMEOUT" in old.text) == (404, True)

    assert Buyer(simulator, order).press("pay").status_code == 302
    assert simulator.status(number) == "TRADE_SUCCESS"


def test_the_number_still_means_the_same_deal(bought: Simulator, start: Start, order: Fields) -> None:
    answer = start().gateway(signed({**order, "total_fee": "1.00"}))

    assert "<title>TRADE_DATA_MATCH_ERROR" in answer.text


def test_a_deadline_goes_on_running(start: Start, order: Fields, number: str) -> None:
    Buyer(start(), {**order, "it_b_pay": "30m"}).press("login")
    simulator = start()
    simulator.do("clock", forward=1800)

    assert simulator.status(number) == "TRADE_CLOSED"
    assert listed(start())[0]["status"] == "TRADE_CLOSED", "though the clock has been set right again"


def test_an_order_that_no_buyer_took_up_is_forgotten(start: Start, order: Fields, number: str) -> None:
    Buyer(start(), order)

    assert start().call("pay", out_trade_no=number).json()["error"] == "TRADE_NOT_EXIST"


def test_settings_log_and_timetable_begin_anew(bought: Simulator, start: Start, shop: Shop, number: str) -> None:
    shop.says = [(500, b"")]
    bought.do("finish", out_trade_no=number)
    notify_id = shop.wait(2)[1]["notify_id"]
    bought.do("scenario", scenario=5)
    bought.do("product", product="basic")
    bought.do("trouble", kind="500", times=9)
    simulator = start()
    told = simulator.read("settings")

    assert (told["scenario"], told["product"], told["trouble"], told["pending"]) == (1, "advanced", None, 0)
    assert simulator.read("wire")["wire"] == []
    asked = {"service": "notify_verify", "partner": PARTNER, "notify_id": notify_id}
    assert simulator.gateway(asked).text == "false"


def test_reset_empties_the_directory_too(bought: Simulator, start: Start) -> None:
    bought.do("reset")

    assert listed(start()) == []


def test_without_a_directory_nothing_is_kept(order: Fields) -> None:
    for _ in range(2):
        simulator = Simulator()
        assert listed(simulator) == []
        Buyer(simulator, order).press("login")
        assert simulator.stop() == 0


@pytest.mark.parametrize("kept", ["", "{]", "{}x", "[1]", '[{"order": {}}]', '{"a": 1}', '"trades"'])
def test_a_file_that_is_none_of_ours_is_named_and_left_alone(tmp_path: Path, kept: str) -> None:
    (tmp_path / "trades.json").write_text(kept)
    done = run("--data", str(tmp_path), "--port", "0")

    assert done.returncode == 1
    assert done.stderr.startswith("The simulator does not start: ") and "trades.json" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "trades.json").read_text() == kept


@pytest.mark.parametrize("change", [{"created": "yesterday"}, {"refunds": [{"request_no": "R"}]}, {"more": 1}])
def test_so_is_a_trade_that_cannot_be_read(bought: Simulator, tmp_path: Path, change: dict[str, object]) -> None:
    bought.stop()
    path = tmp_path / "kept/trades.json"
    (trade,) = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps([{**trade, **change}]))

    assert "trades.json" in run("--data", str(tmp_path / "kept"), "--port", "0").stderr
