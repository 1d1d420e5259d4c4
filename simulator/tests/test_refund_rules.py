"""Giving back, rule by rule: the Open Platform's refund (protocol.md B.4, D.10) and the old service's batch (A.9)."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests

from simulator.tests.merchant_side import PATIENCE, Buyer, Shop, Simulator, md5_of, signed
from simulator.tests.open_app import QUERY, REFUND, REFUND_QUERY, App

Fields = dict[str, str]
STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def ask_back(app: App, number: str, **fields: str) -> dict[str, Any]:
    return app.ask(REFUND, out_trade_no=number, **fields)


def test_an_answer_says_how_much_in_all_and_whether_this_call_moved_it(app: App, paid: Buyer, number: str) -> None:
    first = app.refund(number, "30.00", "R1")
    app.forward(3600)
    again, second = app.refund(number, "30.00", "R1"), app.refund(number, "8.00", "R2")

    told = [(one["fund_change"], one["refund_fee"], one["send_back_fee"]) for one in (first, again, second)]
    assert told == [("Y", "30.00", "30.00"), ("N", "30.00", "0.00"), ("Y", "38.00", "8.00")]
    assert STAMP.fullmatch(first["gmt_refund_pay"])
    assert again["gmt_refund_pay"] == first["gmt_refund_pay"] < second["gmt_refund_pay"]
    assert {one["trade_no"] for one in (first, again, second)} == {first["trade_no"]}


def test_the_same_number_on_another_trade_is_another_refund(
    app: App, biz: Fields, urls: Fields, paid: Buyer, number: str
) -> None:
    other = f"{number}2"
    Buyer(
        app.simulator, app.request("alipay.trade.page.pay", {**biz, "out_trade_no": other}, **urls), sign=False
    ).press("pay", scenario="5")

    assert app.refund(number, "30.00", "R1")["fund_change"] == "Y"
    assert app.refund(other, "31.00", "R1")["fund_change"] == "Y"


@pytest.mark.parametrize("later", ["", "finish", "rest"])
def test_a_number_that_moved_money_answers_alike_for_ever(app: App, paid: Buyer, number: str, later: str) -> None:
    app.refund(number, "30.00", "R1")
    if later == "finish":
        app.simulator.do("finish", out_trade_no=number)
    if later == "rest":
        app.refund(number, "58.00", "R2")
    app.forward(86_400)
    again = app.refund(number, "30.00", "R1")

    assert (again["code"], again["fund_change"]) == ("10000", "N")
    assert again["refund_fee"] == ("88.00" if later == "rest" else "30.00")


@pytest.mark.parametrize("amount", ["29.99", "30.01", "88.00"])
def test_the_number_with_another_sum_is_discordant_and_moves_nothing(
    app: App, paid: Buyer, number: str, amount: str
) -> None:
    app.refund(number, "30.00", "R1")

    assert app.refund(number, amount, "R1")["sub_code"] == "ACQ.DISCORDANT_REPEAT_REQUEST"
    assert app.refund(number, "30.00", "R1")["refund_fee"] == "30.00"


@pytest.mark.parametrize("same", ["30", "30.0", "30.00"])
def test_how_the_sum_is_written_makes_no_difference(app: App, paid: Buyer, number: str, same: str) -> None:
    app.refund(number, "30.00", "R1")

    assert app.refund(number, same, "R1")["fund_change"] == "N"


@pytest.mark.parametrize(("left", "asked", "given"), [("0.01", "0.01", True), ("0.01", "0.02", False)])
def test_the_last_cent_goes_back_and_no_cent_more(
    app: App, paid: Buyer, number: str, left: str, asked: str, given: bool
) -> None:
    app.refund(number, f"{Decimal('88.00') - Decimal(left)}", "R1")
    told = app.refund(number, asked, "R2")

    assert told.get("sub_code") == (None if given else "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
    assert app.simulator.status(number) == ("TRADE_CLOSED" if given else "TRADE_SUCCESS")


def test_eleven_parts_close_it_with_the_last(app: App, paid: Buyer, number: str) -> None:
    sums = [app.refund(number, "8.00", f"R{part}")["refund_fee"] for part in range(11)]

    assert [Decimal(fee) for fee in sums] == [Decimal(8) * part for part in range(1, 12)]
    assert app.simulator.status(number) == "TRADE_CLOSED"
    assert app.refund(number, "0.01", "R99")["sub_code"] == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"refund_amount": "1.00", "out_request_no": "r" * 64}, ""),
        ({"refund_amount": "1.00", "out_request_no": "r" * 65}, "ACQ.INVALID_PARAMETER"),
        ({"refund_amount": "1.00", "out_request_no": "R", "refund_reason": "x" * 256}, ""),
        ({"refund_amount": "1.00", "out_request_no": "R", "refund_reason": "x" * 257}, "ACQ.INVALID_PARAMETER"),
        ({"refund_amount": "1.001", "out_request_no": "R"}, "ACQ.INVALID_PARAMETER"),
        ({"refund_amount": "-1.00", "out_request_no": "R"}, "ACQ.INVALID_PARAMETER"),
        ({"refund_amount": "", "out_request_no": "R"}, "ACQ.INVALID_PARAMETER"),
        ({"out_request_no": "R"}, "ACQ.INVALID_PARAMETER"),
        ({"refund_amount": "1.00"}, "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"),
        ({"refund_amount": "100000000.00", "out_request_no": "R"}, "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"),
    ],
)
def test_each_field_has_its_border(app: App, paid: Buyer, number: str, fields: Fields, word: str) -> None:
    assert ask_back(app, number, **fields).get("sub_code", "") == word


# Asking about a refund.


def test_who_named_no_number_asks_with_the_orders(app: App, paid: Buyer, number: str) -> None:
    app.refund(number, "88.00", "")
    told = app.ask(REFUND_QUERY, out_trade_no=number, out_request_no=number)

    assert (told["refund_status"], told["refund_amount"]) == ("REFUND_SUCCESS", "88.00")


@pytest.mark.parametrize("wanted", [True, False])
def test_the_moment_is_told_to_who_asks_for_it(app: App, paid: Buyer, number: str, wanted: bool) -> None:
    moment = app.refund(number, "30.00", "R1")["gmt_refund_pay"]
    options: Any = ["gmt_refund_pay", "refund_detail_item_list"] if wanted else ["refund_detail_item_list"]
    told = app.ask(REFUND_QUERY, out_trade_no=number, out_request_no="R1", query_options=options)

    assert told.get("gmt_refund_pay") == (moment if wanted else None)


@pytest.mark.parametrize("asked", ["R2", "", "r1", "R1 "])
def test_an_answer_without_refund_status_is_no_refund(app: App, paid: Buyer, number: str, asked: str) -> None:
    app.refund(number, "30.00", "R1")
    told = app.ask(REFUND_QUERY, out_trade_no=number, out_request_no=asked)

    assert told == {"code": "10000", "msg": "Success"}


def test_each_number_tells_its_own_sum(app: App, paid: Buyer, number: str) -> None:
    app.refund(number, "30.00", "R1")
    app.refund(number, "8.00", "R2")
    told = [app.ask(REFUND_QUERY, out_trade_no=number, out_request_no=asked) for asked in ("R1", "R2")]

    assert [(one["out_request_no"], one["refund_amount"], one["total_amount"]) for one in told] == [
        ("R1", "30.00", "88.00"),
        ("R2", "8.00", "88.00"),
    ]


def test_a_refund_of_the_console_is_found_by_query(app: App, paid: Buyer, number: str) -> None:
    app.simulator.do("refund", out_trade_no=number, amount="30.00", request_no="console1")

    assert app.ask(REFUND_QUERY, out_trade_no=number, out_request_no="console1")["refund_status"] == "REFUND_SUCCESS"
    assert app.ask(QUERY, out_trade_no=number)["trade_status"] == "TRADE_SUCCESS"


# The old service's batch.


@pytest.fixture
def trades(with_order: Callable[..., Buyer], simulator: Simulator, number: str) -> list[str]:
    """Alipay's numbers of three paid trades over 88 yuan, in the order of their sale."""
    for place in range(3):
        with_order(out_trade_no=f"{number}0{place}").press("pay", scenario="5")
    return [str(trade["trade_no"]) for trade in reversed(simulator.read("trades")["trades"])]


@pytest.fixture
def batch(simulator: Simulator, shop: Shop) -> Callable[..., Fields]:
    """The unsigned fields of a batch."""

    def made(*details: str, **changes: str) -> Fields:
        day = datetime.fromisoformat(simulator.read("settings")["now"])
        return {
            "service": "refund_fastpay_by_platform_nopwd",
            "partner": "2088000000000001",
            "_input_charset": "utf-8",
            "batch_no": f"{day:%Y%m%d}001",
            "batch_num": str(len(details)),
            "refund_date": f"{day}",
            "detail_data": "#".join(details),
            "notify_url": f"{shop.url}/refunds",
            **changes,
        }

    return made


def send(simulator: Simulator, fields: Fields) -> str:
    """By POST, as a long batch must be."""
    charset = fields["_input_charset"]
    body = {name: value.encode(charset) for name, value in signed(fields).items()}
    address = f"{simulator.url}/gateway.do?_input_charset={charset}"
    return requests.post(address, body, timeout=PATIENCE).content.decode(charset)


def test_items_stand_for_themselves(
    simulator: Simulator, shop: Shop, trades: list[str], batch: Callable[..., Fields]
) -> None:
    one, two, three = trades
    details = (f"{one}^88.00^all", f"{two}^88.01^too much", f"{three}^0.01^", f"{'2' * 28}^1.00^nobody's")
    assert "<is_success>T" in send(simulator, batch(*details))
    told = shop.wait(1)[0]

    assert told["result_details"].split("#") == [
        f"{one}^88.00^SUCCESS",
        f"{two}^88.01^REFUND_AMOUNT_NOT_VALID",
        f"{three}^0.01^SUCCESS",
        f"{'2' * 28}^1.00^TRADE_NOT_EXISTS",
    ]
    assert told["success_num"] == "2"
    assert set(told) == {
        *("notify_time", "notify_type", "notify_id", "batch_no", "success_num", "result_details", "sign", "sign_type"),
    }
    states = [trade["status"] for trade in reversed(simulator.read("trades")["trades"])]
    assert states == ["TRADE_CLOSED", "TRADE_SUCCESS", "TRADE_SUCCESS"]


def test_the_result_is_sent_again_until_success(
    simulator: Simulator, shop: Shop, trades: list[str], batch: Callable[..., Fields]
) -> None:
    shop.says = [(500, b""), (200, b"fail")]
    send(simulator, batch(f"{trades[0]}^1.00^"))
    for sent, seconds in ((1, 240), (2, 600)):
        simulator.settled(sent)
        simulator.do("clock", forward=seconds)
    told = shop.wait(3)
    simulator.settled(3)

    assert told[0] == told[1] == told[2]
    assert told[0]["sign"] == md5_of(told[0])
    assert simulator.read("settings")["pending"] == 0


def test_a_refused_batch_may_be_mended_under_its_number(
    simulator: Simulator, trades: list[str], batch: Callable[..., Fields]
) -> None:
    assert "BATCH_NUM_NOT_EQUAL_TOTAL" in send(simulator, batch(f"{trades[0]}^1.00^", batch_num="2"))

    assert "<is_success>T" in send(simulator, batch(f"{trades[0]}^1.00^"))


@pytest.mark.parametrize(
    ("suffix", "taken"),
    [
        ("001", True),
        ("abcXYZ789", True),
        ("9" * 24, True),
        ("000", False),
        ("00", False),
        ("9" * 25, False),
        ("00-", False),
    ],
)
def test_a_batch_number_is_the_day_and_letters_or_digits(
    simulator: Simulator, trades: list[str], batch: Callable[..., Fields], suffix: str, taken: bool
) -> None:
    fields = batch(f"{trades[0]}^1.00^")
    answer = send(simulator, {**fields, "batch_no": fields["batch_no"][:8] + suffix})

    assert ("<is_success>T" in answer) == taken
    assert ("BATCH_NO_FORMAT_ERROR" in answer) != taken


@pytest.mark.parametrize("days", [-1, 1])
def test_its_day_is_today_in_china(
    simulator: Simulator, trades: list[str], batch: Callable[..., Fields], days: int
) -> None:
    fields = batch(f"{trades[0]}^1.00^")
    other = f"{datetime.strptime(fields['batch_no'][:8], '%Y%m%d') + timedelta(days=days):%Y%m%d}001"

    assert "REFUND_DATE_ERROR" in send(simulator, {**fields, "batch_no": other})


@pytest.mark.parametrize("moment", ["", "2026-11-26", "2026-11-26T10:00:00", "now"])
def test_a_refund_has_its_moment(
    simulator: Simulator, trades: list[str], batch: Callable[..., Fields], moment: str
) -> None:
    assert "REFUND_DATE_ERROR" in send(simulator, batch(f"{trades[0]}^1.00^", refund_date=moment))


@pytest.mark.parametrize(
    ("charset", "reason", "taken"),
    [
        ("utf-8", "长" * 85 + "a", True),
        ("utf-8", "长" * 85 + "ab", False),
        ("gbk", "长" * 128, True),
        ("gbk", "长" * 129, False),
        ("utf-8", "a|b", False),
        ("utf-8", "a$b", False),
        ("utf-8", "a^b", False),
        ("utf-8", "a b, c=d & e", True),
    ],
)
def test_a_reason_is_256_bytes_without_the_batchs_own_signs(
    simulator: Simulator, trades: list[str], batch: Callable[..., Fields], charset: str, reason: str, taken: bool
) -> None:
    answer = send(simulator, batch(f"{trades[0]}^1.00^{reason}", _input_charset=charset))

    assert ("<is_success>T" in answer, "DETAIL_DATA_FORMAT_ERROR" in answer) == (taken, not taken)


@pytest.mark.parametrize(
    "detail", ["", "#", "x^1.00", "^1.00^r", "x^1^r", "x^1.0^r", "x^-1.00^r", "x^1.00^r#", "x^１.00^r"]
)
def test_an_item_has_three_parts(simulator: Simulator, batch: Callable[..., Fields], detail: str) -> None:
    fields = batch("x^1.00^r", detail_data=detail, batch_num=str(detail.count("#") + 1))

    assert "DETAIL_DATA_FORMAT_ERROR" in send(simulator, fields)


def test_a_thousand_items_are_a_batch(simulator: Simulator, shop: Shop, batch: Callable[..., Fields]) -> None:
    details = [f"{place:028}^1.00^" for place in range(1000)]

    assert "<is_success>T" in send(simulator, batch(*details))
    assert shop.wait(1)[0]["result_details"].count("TRADE_NOT_EXISTS") == 1000


def test_a_number_used_by_the_other_service_is_no_batchs(
    simulator: Simulator, trades: list[str], batch: Callable[..., Fields], number: str
) -> None:
    """One number may stand for one refund only, whoever made it."""
    fields = batch(f"{trades[0]}^2.00^")
    simulator.do("refund", out_trade_no=f"{number}00", amount="1.00", request_no=fields["batch_no"])

    assert "DUPLICATE_BATCH_NO" in send(simulator, fields)
