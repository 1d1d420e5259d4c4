"""What the merchant's server asks: notify_verify, single_trade_query, close_trade, query_timestamp."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from urllib.parse import quote

import pytest

from simulator.tests.merchant_side import PARTNER, Buyer, Shop, Simulator, md5_of, signed


def verify(simulator: Simulator, notify_id: str, partner: str = PARTNER) -> str:
    fields = {"service": "notify_verify", "partner": partner, "notify_id": notify_id}
    return simulator.gateway(fields).text


def test_a_notification_is_confirmed_until_success(waiting: Buyer, simulator: Simulator, shop: Shop) -> None:
    shop.says = [(200, b"fail")]
    waiting.press("pay")
    notify_id = shop.wait(1)[0]["notify_id"]
    assert verify(simulator, notify_id) == "true"
    assert verify(simulator, notify_id) == "true"

    simulator.do("clock", forward=240)
    simulator.settled(2)

    assert verify(simulator, notify_id) == "false"


def test_a_notification_is_confirmed_for_25_hours(waiting: Buyer, simulator: Simulator, shop: Shop) -> None:
    shop.says = [(200, b"fail")] * 9
    waiting.press("pay")
    notify_id = shop.wait(1)[0]["notify_id"]
    simulator.do("clock", forward=25 * 3600)

    assert verify(simulator, notify_id) == "false"


def test_the_returns_id_is_good_for_a_minute(waiting: Buyer, simulator: Simulator, shop: Shop) -> None:
    address = waiting.press("pay").headers["Location"]
    notify_id = shop.read(address.split("?")[1].encode())["notify_id"]
    assert [verify(simulator, notify_id) for _ in range(2)] == ["true", "true"]

    simulator.do("clock", forward=60)

    assert verify(simulator, notify_id) == "false"


def test_an_unknown_id_is_false_and_a_missing_one_invalid(simulator: Simulator) -> None:
    assert verify(simulator, "made-up") == "false"
    assert verify(simulator, "") == "invalid"
    assert verify(simulator, "made-up", partner="2088000000000009") == "invalid"


def test_either_encoding_of_an_old_id_is_taken(waiting: Buyer, simulator: Simulator, shop: Shop, number: str) -> None:
    old = "RqPnCoPT3K9/vwbh3I+FioQ=="
    shop.says = [(200, b"fail")]
    simulator.do("notify", out_trade_no=number, notify_id=old)

    assert shop.wait(1)[0]["notify_id"] == old
    assert verify(simulator, old) == "true"
    assert verify(simulator, quote(old, safe="")) == "true"


def test_an_id_can_be_unknown_from_the_start(waiting: Buyer, simulator: Simulator, shop: Shop, number: str) -> None:
    shop.says = [(200, b"fail")]
    told = simulator.do("notify", out_trade_no=number, unknown_id=True)

    assert verify(simulator, told["notify_id"]) == "false"


def test_the_querys_answer_is_signed_over_the_trades_fields(waiting: Buyer, simulator: Simulator, number: str) -> None:
    waiting.press("pay")
    root = ET.fromstring(simulator.ask("single_trade_query", out_trade_no=number).content)
    trade = {field.tag: field.text or "" for field in root.findall("response/trade/*")}

    assert root.findtext("is_success") == "T"
    assert root.findtext("sign") == md5_of(trade)
    assert root.find("request/param[@name='out_trade_no']") is not None
    assert (trade["trade_status"], trade["total_fee"]) == ("TRADE_SUCCESS", "88.00")
    assert trade["subject"] == "一只茶杯 & more"


def test_the_querys_answer_keeps_the_charset(
    with_order: Callable[..., Buyer], simulator: Simulator, number: str
) -> None:
    with_order(_input_charset="gbk").press("login")
    answer = simulator.ask("single_trade_query", out_trade_no=number, _input_charset="gbk")

    assert answer.content.startswith(b'<?xml version="1.0" encoding="gbk"?>')
    assert "<subject>一只茶杯 &amp; more</subject>" in answer.content.decode("gbk")


def test_alipays_number_finds_the_trade_and_wins(waiting: Buyer, simulator: Simulator, number: str) -> None:
    trade_no = simulator.read("trades")["trades"][0]["trade_no"]
    answer = simulator.ask("single_trade_query", trade_no=trade_no, out_trade_no="another")

    assert f"<out_trade_no>{number}</out_trade_no>" in answer.text
    assert len(trade_no) == 28


@pytest.mark.parametrize("service", ["single_trade_query", "close_trade"])
def test_an_unsigned_question_is_refused(simulator: Simulator, waiting: Buyer, number: str, service: str) -> None:
    fields = {
        "service": service,
        "partner": PARTNER,
        "sign_type": "MD5",
        "out_trade_no": number,
        "out_order_no": number,
    }
    answer = simulator.gateway({**fields, "sign": "0" * 32})

    assert "<is_success>F</is_success><error>ILLEGAL_SIGN</error>" in answer.text
    assert simulator.status(number) == "WAIT_BUYER_PAY"


def test_a_question_without_a_number_is_refused(simulator: Simulator) -> None:
    assert "<error>ILLEGAL_ARGUMENT</error>" in simulator.ask("single_trade_query").text


def test_a_waiting_trade_can_be_closed_once(waiting: Buyer, simulator: Simulator, number: str) -> None:
    assert "<is_success>T</is_success>" in simulator.ask("close_trade", out_order_no=number).text
    assert simulator.status(number) == "TRADE_CLOSED"
    assert "<error>TRADE_STATUS_NOT_AVAILD</error>" in simulator.ask("close_trade", out_order_no=number).text
    assert "<gmt_close>" in simulator.ask("single_trade_query", out_trade_no=number).text


def test_a_paid_trade_cannot_be_closed(waiting: Buyer, simulator: Simulator, number: str) -> None:
    waiting.press("pay")

    assert "<error>TRADE_STATUS_NOT_AVAILD</error>" in simulator.ask("close_trade", out_order_no=number).text
    assert simulator.status(number) == "TRADE_SUCCESS"


def test_what_no_buyer_took_up_cannot_be_closed(buyer: Buyer, simulator: Simulator, number: str) -> None:
    assert "<error>TRADE_NOT_EXIST</error>" in simulator.ask("close_trade", out_order_no=number).text


def test_close_knows_no_out_trade_no(waiting: Buyer, simulator: Simulator, number: str) -> None:
    assert "<error>ILLEGAL_ARGUMENT</error>" in simulator.ask("close_trade", out_trade_no=number).text


def test_the_timestamp_is_for_our_partner(simulator: Simulator) -> None:
    asked = {"service": "query_timestamp", "_input_charset": "utf-8"}

    assert "<encrypt_key>" in simulator.gateway({**asked, "partner": PARTNER}).text
    assert "<error>ILLEGAL_PARTNER</error>" in simulator.gateway({**asked, "partner": "1"}).text


@pytest.mark.parametrize(
    ("kind", "status", "text"),
    [("500", 500, ""), ("garbage", 200, "<html>"), ("slow", 200, "TRADE_NOT_EXIST"), ("500-after-work", 500, "")],
)
def test_the_gateway_can_be_in_trouble(simulator: Simulator, kind: str, status: int, text: str) -> None:
    simulator.do("trouble", kind=kind, times=2, seconds=0.01)
    answers = [simulator.ask("single_trade_query", out_trade_no="1") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert all(text in answer.text for answer in answers[:2])
    assert "TRADE_NOT_EXIST" in answers[2].text


def test_work_may_be_done_though_the_answer_is_lost(waiting: Buyer, simulator: Simulator, number: str) -> None:
    simulator.do("trouble", kind="500-after-work")

    assert simulator.ask("close_trade", out_order_no=number).status_code == 500
    assert simulator.status(number) == "TRADE_CLOSED"


def test_trouble_spares_the_buyers_page(simulator: Simulator, order: dict[str, str]) -> None:
    simulator.do("trouble", kind="500", times=9)

    assert simulator.gateway(signed(order)).status_code == 302
    assert simulator.do("trouble", kind=None)["trouble"] is None
