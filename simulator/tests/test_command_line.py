"""``python -m simulator ctl``: each word, what it prints, and how it ends (pages.md D04)."""

import json
import signal
from collections.abc import Callable
from typing import Any

import pytest

from simulator.tests.merchant_side import Buyer, Shop, Simulator, run

Told = dict[str, Any]
PAID = ("pay",)


def ctl(simulator: Simulator, *words: str) -> Told:
    """A command that must succeed."""
    done = run("ctl", "--url", simulator.url, *words)
    assert (done.returncode, done.stderr) == (0, "")
    told: Told = json.loads(done.stdout)
    return told


@pytest.mark.parametrize(
    ("before", "words", "name", "value"),
    [
        ((), ("login",), "status", "WAIT_BUYER_PAY"),
        ((), ("pay",), "status", "TRADE_SUCCESS"),
        ((), ("pay", "--scenario", "7"), "outcome", "refuse"),
        (("login",), ("close",), "status", "TRADE_CLOSED"),
        (PAID, ("finish",), "status", "TRADE_FINISHED"),
        (PAID, ("refund", "88.00"), "status", "TRADE_CLOSED"),
        (PAID, ("refund", "0.01", "--request-no", "R"), "moved", True),
    ],
)
def test_a_word_about_a_trade_prints_how_it_stands(
    buyer: Buyer,
    simulator: Simulator,
    number: str,
    before: tuple[str, ...],
    words: tuple[str, ...],
    name: str,
    value: Any,
) -> None:
    for act in before:
        simulator.do(act, out_trade_no=number)
    told = ctl(simulator, words[0], number, *words[1:])

    assert (told["out_trade_no"], told[name]) == (number, value)
    assert simulator.status(number) == told["status"]


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (("scenario", "12"), "scenario", 12),
        (("product", "basic"), "product", "basic"),
        (("trouble", "garbage", "--times", "3"), "trouble", "garbage"),
        (("trouble", "slow-after-work", "--seconds", "0.1"), "trouble", "slow-after-work"),
        (("clock", "60"), "pending", 0),
        (("settings",), "product", "advanced"),
        (("reset",), "trouble", None),
    ],
)
def test_a_word_about_the_gateway_prints_its_settings(
    simulator: Simulator, words: tuple[str, ...], name: str, value: Any
) -> None:
    told = ctl(simulator, *words)

    assert told[name] == value
    assert simulator.read("settings")[name] == value


def test_notifying_may_be_done_in_copies_at_once(waiting: Buyer, simulator: Simulator, shop: Shop, number: str) -> None:
    told = ctl(simulator, "notify", number, "--copies", "3", "--parallel")

    assert told["answers"] == [{"status": 200, "body": "success"}] * 3
    assert {body["notify_id"] for body in shop.wait(3)} == {told["notify_id"]}


def test_a_way_back_can_be_printed(waiting: Buyer, simulator: Simulator, shop: Shop, number: str) -> None:
    assert ctl(simulator, "return", number)["return_url"].startswith(f"{shop.url}/return?is_success=T")


def test_the_log_can_be_printed(waiting: Buyer, simulator: Simulator, number: str) -> None:
    (entry,) = ctl(simulator, "wire")["wire"]

    assert (entry["way"], entry["what"], entry["fields"]["out_trade_no"]) == ("in", "create_direct_pay_by_user", number)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("close", "unknown"), "TRADE_NOT_EXIST"),
        (("scenario", "99"), "BAD_CALL"),
        (("clock", "--", "-5"), "BAD_CALL"),
        (("clock", "inf"), "BAD_CALL"),
        (("trouble", "500", "--times", "0"), "BAD_CALL"),
    ],
)
def test_a_refusal_is_printed_and_ends_with_1(simulator: Simulator, words: tuple[str, ...], error: str) -> None:
    done = run("ctl", "--url", simulator.url, *words)

    assert (done.returncode, json.loads(done.stdout)["error"]) == (1, error)


@pytest.mark.parametrize(
    "words",
    [(), ("dance",), ("pay",), ("pay", "1", "--scenario", "x"), ("product", "gold"), ("trouble", "rain"), ("clock",)],
)
def test_a_wrong_word_ends_with_2_and_says_how_it_goes(words: tuple[str, ...]) -> None:
    done = run("ctl", *words)

    assert done.returncode == 2
    assert done.stderr.startswith("usage: python -m simulator ctl")


@pytest.mark.parametrize(
    "answer", [b"", b"hello\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", b"HTTP/1.1 404 No\r\n\r\n"]
)
def test_what_is_no_simulator_is_named_without_a_traceback(stranger: Callable[[bytes], str], answer: bytes) -> None:
    address = stranger(answer)
    done = run("ctl", "--url", address, "trades")

    assert done.returncode == 2
    assert done.stderr.startswith(f"no simulator at {address}") and "Traceback" not in done.stderr


@pytest.mark.parametrize("address", ["http://127.0.0.1:99999", "nonsense", ""])
def test_so_is_an_address_that_is_none(address: str) -> None:
    done = run("ctl", "--url", address, "settings")

    assert done.returncode == 2 and "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_leaves_at_once_when_told_even_with_work_on_the_timetable(
    order: dict[str, str], shop: Shop, number: signal.Signals
) -> None:
    simulator = Simulator()
    shop.says = [(500, b"")]
    Buyer(simulator, order).press("login")
    simulator.do("pay", out_trade_no=order["out_trade_no"])
    simulator.settled(1)

    assert (simulator.stop(number), simulator.said) == (0, "")
