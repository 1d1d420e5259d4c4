"""The JSON interface and the command line steer a running simulator."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

from simulator.tests.merchant_side import PARTNER, ROOT, Buyer, Shop, Simulator
from simulator.tests.open_app import CHINA


def ctl(*words: str) -> tuple[int, Any]:
    command = [sys.executable, "-m", "simulator", "ctl", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


def test_the_command_line_pays(buyer: Buyer, simulator: Simulator, shop: Shop, number: str) -> None:
    code, told = ctl("--url", simulator.url, "pay", number, "--scenario", "4")

    assert (code, told["status"]) == (0, "TRADE_SUCCESS")
    assert told["return_url"].startswith(f"{shop.url}/return?is_success=T")
    assert shop.bodies == []


def test_the_command_line_reads(waiting: Buyer, simulator: Simulator, number: str) -> None:
    code, told = ctl("--url", simulator.url, "trades")

    assert code == 0
    assert told["trades"][0]["out_trade_no"] == number


def test_the_command_line_says_when_it_is_refused(simulator: Simulator) -> None:
    assert ctl("--url", simulator.url, "pay", "123") == (
        1,
        {"error": "TRADE_NOT_EXIST", "text": "The shop has not sent a buyer with this number."},
    )


def test_the_command_line_gives_money_back(waiting: Buyer, simulator: Simulator, shop: Shop, number: str) -> None:
    waiting.press("pay")
    code, told = ctl("--url", simulator.url, "refund", number, "30.00", "--request-no", "R1")

    assert (code, told["refunded"], told["moved"]) == (0, "30.00", True)
    assert shop.wait(2)[1]["refund_status"] == "REFUND_SUCCESS"


def test_the_command_line_says_when_nobody_is_there() -> None:
    code, said = ctl("--url", "http://127.0.0.1:1", "trades")

    assert code == 2
    assert said.startswith("no simulator at http://127.0.0.1:1")


def test_a_trade_can_be_logged_in_closed_and_finished(buyer: Buyer, simulator: Simulator, number: str) -> None:
    assert simulator.do("login", out_trade_no=number)["status"] == "WAIT_BUYER_PAY"
    assert simulator.call("finish", out_trade_no=number).json()["error"] == "TRADE_STATUS_NOT_AVAILD"
    assert simulator.do("close", out_trade_no=number)["status"] == "TRADE_CLOSED"


def test_finishing_notifies(waiting: Buyer, simulator: Simulator, shop: Shop, number: str) -> None:
    waiting.press("pay")
    simulator.do("finish", out_trade_no=number)

    assert shop.wait(2)[1]["trade_status"] == "TRADE_FINISHED"


def test_a_fresh_way_back_can_be_had(waiting: Buyer, simulator: Simulator, shop: Shop, number: str) -> None:
    address = simulator.do("return", out_trade_no=number)["return_url"]

    assert shop.read(address.split("?")[1].encode())["trade_status"] == "WAIT_BUYER_PAY"


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("scenario", {"scenario": 99}),
        ("scenario", {}),
        ("product", {"product": "gold"}),
        ("trouble", {"kind": "earthquake"}),
        ("clock", {"forward": -1}),
        ("clock", {"forward": "soon"}),
        ("pay", {}),
        ("pay", {"out_trade_no": "1", "scenario": 99}),
        ("notify", {"out_trade_no": "1", "fields": 7}),
    ],
)
def test_a_wrong_call_is_named_and_changes_nothing(simulator: Simulator, name: str, asked: dict[str, object]) -> None:
    before = simulator.read("settings")
    answer = simulator.call(name, **asked)

    assert answer.status_code in (400, 409)
    assert answer.json()["error"] in ("BAD_CALL", "TRADE_NOT_EXIST")
    assert {**simulator.read("settings"), "now": ""} == {**before, "now": ""}


@pytest.mark.parametrize("copies", [0, 201, "many"])
def test_copies_are_bounded(waiting: Buyer, simulator: Simulator, number: str, shop: Shop, copies: object) -> None:
    assert simulator.call("notify", out_trade_no=number, copies=copies).status_code == 400
    assert shop.bodies == []


def test_what_the_charset_lacks_cannot_be_sent(
    with_order: Callable[..., Buyer], simulator: Simulator, number: str
) -> None:
    with_order(_input_charset="gbk").press("login")

    assert simulator.call("notify", out_trade_no=number, fields={"subject": "☃"}).status_code == 400


@pytest.mark.parametrize("body", ["[]", "{", "7"])
def test_a_body_that_is_no_object_is_refused(simulator: Simulator, body: str) -> None:
    assert requests.post(f"{simulator.url}/sim/api/reset", data=body).status_code == 400


def test_an_unknown_call_lists_the_known_ones(simulator: Simulator) -> None:
    answer = simulator.call("pay-me")

    assert answer.status_code == 404
    assert "'pay'" in answer.json()["text"]
    assert requests.get(f"{simulator.url}/sim/api/pay").status_code == 404


def test_reset_forgets(waiting: Buyer, simulator: Simulator, shop: Shop, number: str) -> None:
    shop.says = [(200, b"fail")]
    told = simulator.do("notify", out_trade_no=number)
    simulator.do("scenario", scenario=5)
    simulator.do("clock", forward=86_400, skew=600)
    simulator.do("reset")

    assert simulator.read("trades")["trades"] == []
    assert simulator.read("wire")["wire"] == []
    assert simulator.read("settings")["scenario"] == 1
    off = datetime.fromisoformat(simulator.read("settings")["now"]).replace(tzinfo=CHINA) - datetime.now(CHINA)
    assert abs(off) < timedelta(minutes=1)
    asked = {"service": "notify_verify", "partner": PARTNER, "notify_id": told["notify_id"]}
    assert simulator.gateway(asked).text == "false"
    assert requests.get(waiting.page).status_code == 404
