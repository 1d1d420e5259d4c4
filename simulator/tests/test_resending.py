"""Sending again (protocol.md A.7), and how long an id is confirmed (A.6), on a turned clock."""

import socket
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import requests

from simulator.tests.merchant_side import PARTNER, PATIENCE, Buyer, Shop, Simulator, signed
from simulator.tests.open_app import App

# Minutes between the eight sendings: 24 h 24 min in all.
LADDER = (4, 10, 10, 60, 120, 360, 900)
Fields = dict[str, str]


def confirmed(simulator: Simulator, notify_id: str, partner: str = PARTNER) -> str:
    return simulator.gateway({"service": "notify_verify", "partner": partner, "notify_id": notify_id}).text


@pytest.fixture
def refusing(shop: Shop) -> Shop:
    """A shop that never says success."""
    shop.says = [(200, b"fail")] * 99
    return shop


def climb(simulator: Simulator, sent: int, minutes: int) -> None:
    """Turns the clock to the next sending, once the last one is done."""
    simulator.settled(sent)
    simulator.do("clock", forward=minutes * 60)


def test_the_eighth_sending_comes_after_a_day_and_is_the_last(
    waiting: Buyer, refusing: Shop, simulator: Simulator
) -> None:
    began = datetime.fromisoformat(simulator.read("settings")["now"])
    waiting.press("pay")
    for sent, minutes in enumerate(LADDER, 1):
        climb(simulator, sent, minutes)
    messages = refusing.wait(8)
    simulator.until(lambda: len(simulator.sent()) == 8)
    ended = datetime.fromisoformat(simulator.read("settings")["now"])

    assert timedelta(hours=24, minutes=24) <= ended - began < timedelta(hours=24, minutes=26)
    assert len({message["notify_id"] for message in messages}) == 1
    assert confirmed(simulator, messages[0]["notify_id"]) == "true", "still good at the last sending"
    simulator.do("clock", forward=100 * 3600)
    assert (len(refusing.bodies), simulator.read("settings")["pending"]) == (8, 0)
    assert confirmed(simulator, messages[0]["notify_id"]) == "false"


@pytest.mark.parametrize("step", range(1, 8))
def test_success_on_any_step_ends_the_ladder(waiting: Buyer, shop: Shop, simulator: Simulator, step: int) -> None:
    shop.says = [(500, b"")] * step
    waiting.press("pay")
    for sent, minutes in enumerate(LADDER[:step], 1):
        climb(simulator, sent, minutes)
    notify_id = shop.wait(step + 1)[0]["notify_id"]
    simulator.settled(step + 1)

    assert confirmed(simulator, notify_id) == "false", "spent by success"
    assert simulator.read("settings")["pending"] == 0


def test_a_clock_turned_too_far_skips_no_sending(waiting: Buyer, refusing: Shop, simulator: Simulator) -> None:
    waiting.press("pay")
    climb(simulator, 1, 48 * 60)
    climb(simulator, 2, 9)
    assert len(refusing.bodies) == 2, "the next gap counts from the late sending"
    simulator.do("clock", forward=60)

    assert len(refusing.wait(3)) == 3


def test_two_payments_climb_by_themselves(
    waiting: Buyer, with_order: Callable[..., Buyer], shop: Shop, simulator: Simulator, number: str
) -> None:
    shop.says = [(500, b""), (200, b"success"), (500, b"")]
    waiting.press("pay")
    shop.wait(1)
    other = with_order(out_trade_no=f"{number}02")
    other.press("pay")
    simulator.until(lambda: len(simulator.sent()) == 2)
    simulator.do("clock", forward=240)

    assert [told["out_trade_no"] for told in shop.wait(3)] == [number, f"{number}02", number]


def test_speed_shortens_every_gap(order: Fields, shop: Shop) -> None:
    quick = Simulator("--speed", "60")
    try:
        shop.says = [(500, b"")] * 2
        Buyer(quick, order).press("login")
        quick.do("pay", out_trade_no=order["out_trade_no"])
        for sent, seconds in ((1, 4), (2, 10)):
            quick.settled(sent)
            quick.do("clock", forward=seconds)
            shop.wait(sent + 1)
        quick.settled(3)
        assert quick.read("settings")["pending"] == 0
    finally:
        assert quick.stop() == 0


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"success",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n\xef\xbb\xbfsuccess",
        b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n success",
        b"HTTP/1.1 201 Created\r\nContent-Length: 7\r\n\r\nsuccess",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 301 Moved\r\nLocation: /elsewhere\r\nContent-Length: 7\r\n\r\nsuccess",
        b"HTTP/1.1 403 Forbidden\r\nContent-Length: 7\r\n\r\nsuccess",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\nsuccess" + b" " * 2993,
        b"HTTP/9.9 what\r\n\r\n",
    ],
)
def test_any_other_answer_is_no_success(
    with_order: Callable[..., Buyer], stranger: Callable[[bytes], str], simulator: Simulator, answer: bytes
) -> None:
    buyer = with_order(notify_url=f"{stranger(answer)}/notify")
    buyer.press("login")
    buyer.press("pay")
    simulator.settled(1)

    assert simulator.read("settings")["pending"] == 1
    assert simulator.sent()[0].startswith("not success")


def test_success_in_pieces_is_success(
    with_order: Callable[..., Buyer], stranger: Callable[[bytes], str], simulator: Simulator
) -> None:
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsucc\r\n3\r\ness\r\n0\r\n\r\n"
    buyer = with_order(notify_url=f"{stranger(chunks)}/notify")
    buyer.press("login")
    buyer.press("pay")
    simulator.settled(1)

    assert simulator.sent() == ["success"]


def test_the_address_keeps_its_own_query_and_path(with_order: Callable[..., Buyer], simulator: Simulator) -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        buyer = with_order(notify_url=f"http://127.0.0.1:{server.getsockname()[1]}/a/b?shop=1")
        buyer.press("login")
        simulator.do("pay", out_trade_no=simulator.read("trades")["trades"][0]["out_trade_no"], scenario=3)
        connection, _ = server.accept()
        with connection:
            heard.append(connection.recv(65_536))

    assert heard[0].startswith(b"POST /a/b?shop=1 HTTP/1.1\r\n")
    assert b"cookie" not in heard[0].lower()


# Whom notify_verify confirms.


def test_the_way_backs_id_and_the_notifications_live_apart(
    waiting: Buyer, refusing: Shop, simulator: Simulator
) -> None:
    address = waiting.press("pay").headers["Location"]
    back = refusing.read(address.partition("?")[2].encode())["notify_id"]
    told = refusing.wait(1)[0]["notify_id"]
    assert back != told
    assert [confirmed(simulator, back) for _ in range(3)] == ["true"] * 3
    simulator.do("clock", forward=61)

    assert (confirmed(simulator, back), confirmed(simulator, told)) == ("false", "true")


def test_another_notifications_success_spends_only_its_own_id(
    waiting: Buyer, shop: Shop, simulator: Simulator, number: str
) -> None:
    shop.says = [(200, b"fail"), (200, b"success")]
    waiting.press("pay")
    shop.wait(1)
    simulator.do("finish", out_trade_no=number)
    first, second = shop.wait(2)
    simulator.until(lambda: "success" in simulator.sent())

    assert confirmed(simulator, first["notify_id"]) == "true"
    assert confirmed(simulator, second["notify_id"]) == "false"


def test_it_may_be_asked_by_post(waiting: Buyer, refusing: Shop, simulator: Simulator) -> None:
    waiting.press("pay")
    asked = {"service": "notify_verify", "partner": PARTNER, "notify_id": refusing.wait(1)[0]["notify_id"]}

    assert requests.post(f"{simulator.url}/gateway.do", asked, timeout=PATIENCE).text == "true"


@pytest.mark.parametrize(
    "asked", [{}, {"partner": PARTNER}, {"partner": "", "notify_id": "x"}, {"partner": "2088", "notify_id": "x"}]
)
def test_a_question_without_its_parts_is_invalid(simulator: Simulator, asked: Fields) -> None:
    answer = simulator.gateway({"service": "notify_verify", **asked})

    assert (answer.text, answer.headers["Content-Type"]) == ("invalid", "text/plain")


def test_a_signature_does_no_harm(simulator: Simulator, waiting: Buyer, refusing: Shop) -> None:
    waiting.press("pay")
    asked = {"service": "notify_verify", "partner": PARTNER, "notify_id": refusing.wait(1)[0]["notify_id"]}

    assert simulator.gateway(signed(asked)).text == simulator.gateway({**asked, "sign": "0" * 32}).text == "true"


def test_the_open_platforms_ids_are_confirmed_to_the_same_merchant(app: App, page: Buyer, refusing: Shop) -> None:
    page.press("login")
    page.press("pay")
    told = refusing.wait(1)[0]

    assert confirmed(app.simulator, told["notify_id"], told["seller_id"]) == "true"
