"""Asking, closing and giving back in every state of a trade, by both services (protocol.md A.8, A.9, B.4, B.9)."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from simulator.tests.merchant_side import Buyer, Shop, Simulator, md5_of
from simulator.tests.open_app import CLOSE, QUERY, REFUND, REFUND_QUERY, App

Fields = dict[str, str]
Row = tuple[str, str, str, str]


@dataclass
class Life:
    """One trade of a merchant who uses the Open Platform's keys and the old service's alike."""

    app: App
    page: Buyer
    number: str

    def reach(self, state: str) -> None:
        """Brings the trade where its name says."""
        acts: dict[str, list[Callable[[], object]]] = {
            "no login": [],
            "waiting": [self.login],
            "run out": [self.login, lambda: self.app.forward(15 * 86_400)],
            "closed": [self.login, lambda: self.app.simulator.do("close", out_trade_no=self.number)],
            "paid": [self.login, self.pay],
            "partly refunded": [self.login, self.pay, lambda: self.refund("30.00", "R0")],
            "refunded": [self.login, self.pay, lambda: self.refund("30.00", "R0"), lambda: self.refund("58.00", "R00")],
            "finished": [self.login, self.pay, self.finish],
            "partly refunded, finished": [self.login, self.pay, lambda: self.refund("30.00", "R0"), self.finish],
        }
        for act in acts[state]:
            act()

    def login(self) -> None:
        self.page.press("login")

    def pay(self) -> None:
        assert self.page.press("pay", scenario="5").status_code == 200

    def finish(self) -> None:
        self.app.simulator.do("finish", out_trade_no=self.number)

    def refund(self, amount: str, request_no: str) -> None:
        self.app.simulator.do("refund", out_trade_no=self.number, amount=amount, request_no=request_no)

    def legacy(self, service: str, **fields: str) -> ET.Element:
        return ET.fromstring(self.app.simulator.ask(service, **fields).content)

    def kept(self) -> dict[str, str]:
        """The trade as the simulator lists it, where it does."""
        return next((dict(trade) for trade in self.app.simulator.read("trades")["trades"]), {})


@pytest.fixture
def life(app: App, page: Buyer, number: str) -> Life:
    return Life(app, page, number)


# What a query, a close and a refund of one yuan are answered: the Open Platform's word, then the old service's.
NONE, GONE, OVER = "ACQ.TRADE_NOT_EXIST", "ACQ.REASON_TRADE_STATUS_INVALID", "TRADE_STATUS_NOT_AVAILD"
SUM = "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
STATES: dict[str, tuple[Row, Row]] = {
    "no login": ((NONE, NONE, NONE, ""), ("TRADE_NOT_EXIST", "TRADE_NOT_EXIST", "TRADE_NOT_EXISTS", "")),
    "waiting": (
        ("WAIT_BUYER_PAY", "", "ACQ.TRADE_STATUS_ERROR", "WAIT_BUYER_PAY"),
        ("WAIT_BUYER_PAY", "", "TRADE_STATUS_ERROR", "WAIT_BUYER_PAY"),
    ),
    "run out": (
        ("TRADE_CLOSED", GONE, "ACQ.TRADE_HAS_CLOSE", "TRADE_CLOSED"),
        ("TRADE_CLOSED", OVER, "TRADE_HAS_CLOSED", "TRADE_CLOSED"),
    ),
    "closed": (
        ("TRADE_CLOSED", GONE, "ACQ.TRADE_HAS_CLOSE", "TRADE_CLOSED"),
        ("TRADE_CLOSED", OVER, "TRADE_HAS_CLOSED", "TRADE_CLOSED"),
    ),
    "paid": (
        ("TRADE_SUCCESS", GONE, "", "TRADE_SUCCESS"),
        ("TRADE_SUCCESS", OVER, "SUCCESS", "TRADE_SUCCESS"),
    ),
    "partly refunded": (
        ("TRADE_SUCCESS", GONE, "", "TRADE_SUCCESS"),
        ("TRADE_SUCCESS", OVER, "SUCCESS", "TRADE_SUCCESS"),
    ),
    "refunded": (
        ("TRADE_CLOSED", GONE, SUM, "TRADE_CLOSED"),
        ("TRADE_CLOSED", OVER, "REFUND_AMOUNT_NOT_VALID", "TRADE_CLOSED"),
    ),
    "finished": (
        ("TRADE_FINISHED", GONE, "ACQ.TRADE_HAS_FINISHED", "TRADE_FINISHED"),
        ("TRADE_FINISHED", OVER, "TRADE_HAS_FINISHED", "TRADE_FINISHED"),
    ),
    "partly refunded, finished": (
        ("TRADE_FINISHED", GONE, "ACQ.TRADE_HAS_FINISHED", "TRADE_FINISHED"),
        ("TRADE_FINISHED", OVER, "TRADE_HAS_FINISHED", "TRADE_FINISHED"),
    ),
}


@pytest.mark.parametrize("state", STATES)
def test_the_open_platform_answers_by_the_state(life: Life, number: str, state: str) -> None:
    life.reach(state)
    asked, _, given, after = STATES[state][0]
    told = life.app.ask(QUERY, out_trade_no=number)
    refund = life.app.refund(number, "1.00", "R1")

    assert told.get("sub_code", told.get("trade_status")) == asked
    assert (told["code"], told["msg"]) == (("40004", "Business Failed") if asked == NONE else ("10000", "Success"))
    assert refund.get("sub_code", "") == given
    assert refund["code"] == ("40004" if given else "10000")
    assert life.kept().get("status", "") == after


@pytest.mark.parametrize("state", STATES)
def test_the_open_platform_closes_by_the_state(life: Life, number: str, state: str) -> None:
    life.reach(state)
    before, word = life.kept(), STATES[state][0][1]
    told = life.app.ask(CLOSE, out_trade_no=number)

    assert (told["code"], told.get("sub_code", "")) == ("40004" if word else "10000", word)
    assert life.kept().get("status") == ("TRADE_CLOSED" if state == "waiting" else before.get("status"))
    if state == "waiting":
        assert (told["out_trade_no"], told["trade_no"]) == (number, before["trade_no"])


@pytest.mark.parametrize("state", STATES)
def test_the_old_service_answers_by_the_state(life: Life, number: str, state: str) -> None:
    life.reach(state)
    asked, closed, _, after = STATES[state][1]
    told = life.legacy("single_trade_query", out_trade_no=number)
    word = life.legacy("close_trade", out_order_no=number)

    assert told.findtext("error") == (asked if asked == "TRADE_NOT_EXIST" else None)
    assert told.findtext("response/trade/trade_status", "") == after
    assert (word.findtext("is_success"), word.findtext("error", "")) == ("F" if closed else "T", closed)


@pytest.mark.parametrize("state", STATES)
def test_the_old_service_gives_back_by_the_state(life: Life, shop: Shop, state: str) -> None:
    life.reach(state)
    shop.says = [(200, b"success")] * 9
    trade_no, day = life.kept().get("trade_no", "2" * 28), life.app.today()
    batch = {
        "batch_no": f"{day.replace('-', '')}777",
        "batch_num": "1",
        "refund_date": f"{day} 00:00:00",
        "detail_data": f"{trade_no}^1.00^not wanted",
        "notify_url": f"{shop.url}/refunds",
    }
    assert life.legacy("refund_fastpay_by_platform_nopwd", **batch).findtext("is_success") == "T"
    life.app.simulator.until(lambda: any(b"batch_refund_notify" in body for body in shop.bodies))
    told = next(shop.read(body) for body in shop.bodies if b"batch_refund_notify" in body)

    assert told["result_details"] == f"{trade_no}^1.00^{STATES[state][1][2]}"
    assert told["success_num"] == ("1" if STATES[state][1][2] == "SUCCESS" else "0")
    assert told["sign"] == md5_of(told)


@pytest.mark.parametrize("state", ["waiting", "paid", "closed", "finished", "refunded"])
def test_a_query_names_sums_and_moments_by_the_state(life: Life, number: str, state: str) -> None:
    life.reach(state)
    told = life.app.ask(QUERY, out_trade_no=number)
    was_paid = state not in ("waiting", "closed")

    assert (told["total_amount"], told["receipt_amount"]) == ("88.00", "88.00" if was_paid else "0.00")
    assert ("send_pay_date" in told) == was_paid
    assert told["buyer_logon_id"].count("*") >= 3, "the buyer's name is masked"


@pytest.mark.parametrize("method", [QUERY, CLOSE, REFUND, REFUND_QUERY])
def test_alipays_number_wins_over_the_merchants(life: Life, number: str, method: str) -> None:
    life.reach("paid" if method in (REFUND, REFUND_QUERY) else "waiting")
    more = {"refund_amount": "1.00", "out_request_no": "R1"}
    told = life.app.ask(method, trade_no=life.kept()["trade_no"], out_trade_no="someone_elses", **more)
    wrong = life.app.ask(method, trade_no="2" * 28, out_trade_no=number, **more)

    assert told["code"] == "10000"
    assert wrong["sub_code"] == "ACQ.TRADE_NOT_EXIST"


def test_the_old_basic_product_is_finished_at_once_and_gives_nothing_back(
    waiting: Buyer, simulator: Simulator, shop: Shop, number: str
) -> None:
    simulator.do("product", product="basic")
    waiting.press("pay")
    told = shop.wait(1)[0]

    assert told["trade_status"] == "TRADE_FINISHED" and "gmt_close" in told
    answer = simulator.call("refund", out_trade_no=number, amount="1.00", request_no="R1")
    assert answer.json()["error"] == "ACQ.TRADE_HAS_FINISHED"


def test_the_open_platform_knows_no_basic_product(life: Life, number: str) -> None:
    life.app.simulator.do("product", product="basic")
    life.reach("paid")

    assert life.app.ask(QUERY, out_trade_no=number)["trade_status"] == "TRADE_SUCCESS"
    assert life.app.refund(number, "1.00", "R1")["fund_change"] == "Y"
