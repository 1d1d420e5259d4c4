"""Each scenario, from the buyer's button to the messages that the shop gets."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
import requests

from simulator.clock import CHINA
from simulator.scenarios import ROWS, Scenario
from simulator.tests.merchant_side import PATIENCE, Buyer, Shop, Simulator, md5_of


def test_1_the_notification_arrives_before_the_browser(waiting: Buyer, shop: Shop) -> None:
    answer = waiting.press("pay", scenario="1")

    assert len(shop.bodies) == 1
    assert answer.status_code == 302


def test_1_a_shop_that_does_not_answer_does_not_hold_the_buyer_for_ever(waiting: Buyer, shop: Shop) -> None:
    shop.says = [(500, b"")]

    assert waiting.press("pay", scenario="1").status_code == 302


def test_2_the_browser_comes_first(waiting: Buyer, shop: Shop, simulator: Simulator) -> None:
    assert waiting.press("pay", scenario="2").status_code == 302
    assert shop.bodies == []

    simulator.do("clock", forward=2)

    assert shop.wait(1)[0]["trade_status"] == "TRADE_SUCCESS"


def test_3_the_tab_is_closed(waiting: Buyer, shop: Shop) -> None:
    assert 'data-outcome="pay"' in waiting.press("pay", scenario="3").text
    assert len(shop.wait(1)) == 1


@pytest.mark.parametrize(("scenario", "status"), [("4", 302), ("5", 200)])
def test_4_and_5_no_notification_comes_but_a_query_knows(
    waiting: Buyer, shop: Shop, simulator: Simulator, number: str, scenario: str, status: int
) -> None:
    assert waiting.press("pay", scenario=scenario).status_code == status
    simulator.do("clock", forward=90_000)

    assert shop.bodies == []
    assert "TRADE_SUCCESS" in simulator.ask("single_trade_query", out_trade_no=number).text


@pytest.mark.parametrize(("scenario", "outcome"), [(6, "abandon"), (7, "refuse")])
def test_6_and_7_nothing_is_paid(
    buyer: Buyer, shop: Shop, simulator: Simulator, number: str, scenario: int, outcome: str
) -> None:
    told = simulator.do("pay", out_trade_no=number, scenario=scenario)

    assert (told["outcome"], told["status"], told["return_url"]) == (outcome, "WAIT_BUYER_PAY", "")
    assert shop.bodies == []


def test_8_the_money_comes_after_the_close(waiting: Buyer, shop: Shop, simulator: Simulator, number: str) -> None:
    simulator.ask("close_trade", out_order_no=number)
    assert simulator.call("pay", out_trade_no=number, scenario=1).status_code == 409

    assert simulator.do("pay", out_trade_no=number, scenario=8)["status"] == "TRADE_SUCCESS"
    assert shop.wait(1)[0]["trade_status"] == "TRADE_SUCCESS"
    assert simulator.call("pay", out_trade_no=number, scenario=8).status_code == 409


def test_9_five_copies_at_once(waiting: Buyer, shop: Shop) -> None:
    waiting.press("pay", scenario="9")
    copies = shop.wait(5)

    assert len({copy["notify_id"] for copy in copies}) == 1


def test_10_both_attempts_are_paid(
    buyer: Buyer, with_order: Callable[..., Buyer], shop: Shop, simulator: Simulator, number: str
) -> None:
    second = with_order(out_trade_no=f"{number}02")
    with_order(out_trade_no=f"{number}03", subject="something else")
    second.press("pay", scenario="10")

    assert {told["out_trade_no"] for told in shop.wait(2)} == {number, f"{number}02"}
    assert [trade["status"] for trade in simulator.read("trades")["trades"]] == ["TRADE_SUCCESS"] * 2


@pytest.mark.parametrize("earlier", ["paid", "refunded"])
def test_10_an_attempt_that_was_paid_before_is_left_alone(
    buyer: Buyer, with_order: Callable[..., Buyer], shop: Shop, simulator: Simulator, number: str, earlier: str
) -> None:
    buyer.press("pay", scenario="5")
    if earlier == "refunded":
        simulator.do("refund", out_trade_no=number, amount="88.00")
        shop.wait(1)
    before = simulator.status(number)
    second = with_order(out_trade_no=f"{number}02")

    assert second.press("pay", scenario="10").status_code == 302
    assert (simulator.status(number), simulator.status(f"{number}02")) == (before, "TRADE_SUCCESS")
    simulator.until(lambda: f"{number}02" in [shop.read(body)["out_trade_no"] for body in shop.bodies])
    assert len(shop.bodies) == (2 if earlier == "refunded" else 1)


def test_11_signed_lies_about_amount_and_seller(waiting: Buyer, shop: Shop, simulator: Simulator, number: str) -> None:
    shop.says = [(200, b"fail")] * 2
    assert 'data-outcome="forge"' in waiting.press("pay", scenario="11").text
    lies = shop.wait(2)
    simulator.do("clock", forward=90_000)

    assert {(lie["total_fee"], lie["seller_id"]) for lie in lies} == {
        ("0.01", "2088000000000001"),
        ("88.00", "2088999999999999"),
    }
    assert all(lie["sign"] == md5_of(lie) and lie["trade_status"] == "TRADE_SUCCESS" for lie in lies)
    assert simulator.status(number) == "WAIT_BUYER_PAY"
    assert len(shop.bodies) == 2


def test_12_messages_that_are_not_alipays(waiting: Buyer, shop: Shop, simulator: Simulator, number: str) -> None:
    shop.says = [(200, b"fail")] * 4
    waiting.press("pay", scenario="12")
    messages = shop.wait(4)
    known = [message for message in messages if message["sign"] == md5_of(message)]

    assert sorted(message["sign_type"] for message in known) == ["MD5", "RSA2"]
    for message in known:
        verify = {"service": "notify_verify", "partner": "2088000000000001", "notify_id": message["notify_id"]}
        assert simulator.gateway(verify).text == "false"
    assert simulator.status(number) == "WAIT_BUYER_PAY"


def test_13_the_same_message_again(waiting: Buyer, shop: Shop, simulator: Simulator) -> None:
    waiting.press("pay", scenario="13")
    simulator.do("clock", forward=2)
    shop.wait(2)

    assert shop.bodies[0] == shop.bodies[1]


def test_14_the_third_sending_arrives(waiting: Buyer, shop: Shop, simulator: Simulator) -> None:
    waiting.press("pay", scenario="14")
    simulator.settled(1)
    simulator.do("clock", forward=240)
    simulator.settled(2)
    assert shop.bodies == []
    simulator.do("clock", forward=600)

    assert len(shop.wait(1)) == 1


def test_15_the_gateway_fails_and_recovers(waiting: Buyer, shop: Shop, simulator: Simulator, number: str) -> None:
    waiting.press("pay", scenario="15")
    answers = [simulator.ask("single_trade_query", out_trade_no=number).status_code for _ in range(4)]

    assert answers == [500, 500, 500, 200]
    simulator.do("clock", forward=5)
    assert len(shop.wait(1)) == 1


def test_16_finished_follows_success(waiting: Buyer, shop: Shop, simulator: Simulator, number: str) -> None:
    waiting.press("pay", scenario="16")
    simulator.do("clock", forward=2)
    first, second = shop.wait(2)

    assert (first["trade_status"], second["trade_status"]) == ("TRADE_SUCCESS", "TRADE_FINISHED")
    assert first["notify_id"] != second["notify_id"]
    assert simulator.status(number) == "TRADE_FINISHED"


def test_17_half_goes_back_then_the_rest(waiting: Buyer, shop: Shop, simulator: Simulator, number: str) -> None:
    waiting.press("pay", scenario="17")
    assert simulator.status(number) == "TRADE_SUCCESS"
    simulator.do("clock", forward=2)
    half = shop.wait(2)[1]
    simulator.do("clock", forward=2)
    rest = shop.wait(3)[2]

    assert (half["trade_status"], half["refund_status"]) == ("TRADE_SUCCESS", "REFUND_SUCCESS")
    assert (rest["trade_status"], rest["refund_status"]) == ("TRADE_CLOSED", "REFUND_SUCCESS")
    assert "gmt_refund" in rest


def test_18_a_refund_that_nobody_told(waiting: Buyer, shop: Shop, simulator: Simulator, number: str) -> None:
    waiting.press("pay", scenario="18")
    simulator.until(lambda: len(simulator.sent()) == 2)
    answer = simulator.ask("single_trade_query", out_trade_no=number).text

    assert len(shop.bodies) == 1
    assert "<refund_status>REFUND_SUCCESS<" in answer and "<to_buyer_fee>88.00<" in answer


def test_17_a_product_without_refunds_gives_none(waiting: Buyer, simulator: Simulator, number: str) -> None:
    simulator.do("product", product="basic")
    waiting.press("pay", scenario="17")
    simulator.do("clock", forward=4)
    simulator.until(lambda: simulator.read("wire")["wire"][0]["verdict"].startswith("ACQ.TRADE_HAS_FINISHED"))

    assert simulator.status(number) == "TRADE_FINISHED"


def test_20_the_gateways_clock_is_ahead(waiting: Buyer, shop: Shop, simulator: Simulator) -> None:
    before = datetime.fromisoformat(simulator.read("settings")["now"])
    waiting.press("pay", scenario="20")
    ahead = datetime.fromisoformat(shop.wait(1)[0]["notify_time"]) - before

    assert timedelta(minutes=10) <= ahead < timedelta(minutes=11)
    shown = parsedate_to_datetime(requests.get(f"{simulator.url}/gateway.do", timeout=PATIENCE).headers["Date"])
    assert timedelta(minutes=9) < shown - before.replace(tzinfo=CHINA) < timedelta(minutes=11)


def test_the_default_is_used_where_the_page_names_none(waiting: Buyer, shop: Shop, simulator: Simulator) -> None:
    simulator.do("scenario", scenario=5)

    assert '<option value="5" selected>' in waiting.look()
    assert 'data-outcome="pay"' in waiting.press("pay").text
    assert shop.bodies == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.number))
def test_every_scenario_can_be_played_before_the_login(
    buyer: Buyer, simulator: Simulator, shop: Shop, number: str, row: Scenario
) -> None:
    assert simulator.do("pay", out_trade_no=number, scenario=row.number)["outcome"] == row.outcome.value
