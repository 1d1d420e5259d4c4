"""The gateway's own failures (protocol.md B.9, D.9): what the merchant hears, and whether the work was done."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from simulator.tests.merchant_side import PARTNER, PATIENCE, Buyer, Simulator
from simulator.tests.open_app import BILL, CLOSE, PAGE, QUERY, REFUND, REFUND_QUERY, App

Fields = dict[str, str]
HANGS = 4
DONE = {"500": False, "garbage": False, "500-after-work": True, "system-error": True}


@pytest.mark.parametrize("kind", DONE)
def test_a_close_that_failed_may_have_been_done(app: App, page: Buyer, number: str, kind: str) -> None:
    page.press("login")
    app.simulator.do("trouble", kind=kind)
    answer = app.send(app.request(CLOSE, {"out_trade_no": number}))

    assert "10000" not in answer.text
    assert app.ask(QUERY, out_trade_no=number)["trade_status"] == ("TRADE_CLOSED" if DONE[kind] else "WAIT_BUYER_PAY")


@pytest.mark.parametrize("kind", DONE)
def test_a_refund_that_failed_is_done_once_all_the_same(app: App, paid: Buyer, number: str, kind: str) -> None:
    app.simulator.do("trouble", kind=kind, times=3)
    fields = {"out_trade_no": number, "refund_amount": "30.00", "out_request_no": "R1"}
    for _ in range(3):
        app.send(app.request(REFUND, fields))
    again = app.refund(number, "30.00", "R1")

    assert (again["fund_change"], again["refund_fee"]) == ("N" if DONE[kind] else "Y", "30.00")


@pytest.mark.parametrize("kind", DONE)
def test_so_it_is_by_the_old_service(waiting: Buyer, simulator: Simulator, number: str, kind: str) -> None:
    simulator.do("trouble", kind=kind)
    answer = simulator.ask("close_trade", out_order_no=number)

    assert "<is_success>T" not in answer.text
    assert simulator.status(number) == ("TRADE_CLOSED" if DONE[kind] else "WAIT_BUYER_PAY")


@pytest.mark.parametrize("method", [QUERY, CLOSE, REFUND, REFUND_QUERY, BILL])
def test_a_system_error_is_a_signed_answer_of_the_method(app: App, method: str) -> None:
    app.simulator.do("trouble", kind="system-error")
    told = app.ask(method, out_trade_no="1")

    assert (told["code"], told["sub_code"]) == ("40004", "ACQ.SYSTEM_ERROR")


@pytest.mark.parametrize("service", ["single_trade_query", "close_trade", "query_timestamp"])
def test_the_old_services_system_error_is_its_own_word(simulator: Simulator, service: str) -> None:
    simulator.do("trouble", kind="system-error")

    assert "<is_success>F</is_success><error>SYSTEM_ERROR</error>" in simulator.ask(service).text


@pytest.mark.parametrize(("kind", "meanwhile"), [("slow-after-work", "TRADE_CLOSED"), ("slow", "WAIT_BUYER_PAY")])
def test_who_hangs_up_early_does_not_know(app: App, page: Buyer, number: str, kind: str, meanwhile: str) -> None:
    page.press("login")
    app.simulator.do("trouble", kind=kind, seconds=HANGS)
    asked = app.request(CLOSE, {"out_trade_no": number})
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{app.simulator.url}/gateway.do", asked, timeout=0.5)
    assert app.ask(QUERY, out_trade_no=number)["trade_status"] == meanwhile

    app.simulator.until(lambda: app.simulator.status(number) == "TRADE_CLOSED")


def test_a_slow_answer_is_a_right_one_and_holds_up_nobody_else(app: App) -> None:
    app.simulator.do("trouble", kind="slow", seconds=HANGS)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(app.ask, QUERY, out_trade_no="1")
        app.simulator.until(lambda: app.simulator.read("settings")["trouble"] is None)
        assert app.ask(QUERY, out_trade_no="1")["sub_code"] == "ACQ.TRADE_NOT_EXIST"
        assert not slow.done()
        assert slow.result(PATIENCE)["sub_code"] == "ACQ.TRADE_NOT_EXIST"


def test_trouble_is_counted_over_both_services_questions(app: App) -> None:
    app.simulator.do("trouble", kind="500", times=3)
    verify = {"service": "notify_verify", "partner": PARTNER, "notify_id": "1"}
    answers = [
        app.simulator.ask("single_trade_query"),
        app.send(app.request(QUERY, {"out_trade_no": "1"})),
        app.simulator.gateway(verify),
        app.simulator.gateway(verify),
    ]

    assert [answer.status_code for answer in answers] == [500, 500, 500, 200]


def test_trouble_spares_pages_panel_and_unknown_services(app: App, biz: Fields, urls: Fields) -> None:
    app.simulator.do("trouble", kind="500", times=9)

    assert app.send(app.request(PAGE, biz, **urls)).status_code == 302
    assert "ILLEGAL_SERVICE" in app.simulator.gateway({"service": "nothing"}).text
    assert requests.get(f"{app.simulator.url}/sim/", timeout=PATIENCE).ok
    assert app.simulator.read("settings")["trouble"] == "500"


def test_the_log_says_that_trouble_was_wanted(simulator: Simulator) -> None:
    simulator.do("trouble", kind="garbage")
    simulator.ask("single_trade_query")
    entry = simulator.read("wire")["wire"][0]

    assert (entry["what"], entry["address"], entry["verdict"]) == ("trouble", "garbage", "as the scenario wants it")
