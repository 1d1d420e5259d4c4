"""Refunds at the Open Platform: cumulative sums, one refund for one number, and being asked about them."""

import pytest

from simulator.tests.merchant_side import Buyer, Shop
from simulator.tests.open_app import REFUND, REFUND_QUERY, App


def test_refunds_add_up_and_the_last_one_closes(app: App, paid: Buyer, shop: Shop, number: str) -> None:
    first, again = app.refund(number, "30.00", "R1"), app.refund(number, "30.00", "R1")
    rest = app.refund(number, "58.00", "R2")
    told = sorted(shop.wait(3)[1:], key=lambda fields: fields["refund_fee"])

    assert [part["fund_change"] for part in (first, again, rest)] == ["Y", "N", "Y"]
    assert [part["refund_fee"] for part in (first, again, rest)] == ["30.00", "30.00", "88.00"]
    assert [(part["out_biz_no"], part["trade_status"]) for part in told] == [
        ("R1", "TRADE_SUCCESS"),
        ("R2", "TRADE_CLOSED"),
    ]
    assert app.refund(number, "58.00", "R2")["fund_change"] == "N"


@pytest.mark.parametrize(("amount", "request_no", "code"), [
    ("88.01", "R1", "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"),
    ("30.00", "", "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"),
    ("30.00", "R0", "ACQ.DISCORDANT_REPEAT_REQUEST"),
    ("0.00", "R1", "ACQ.INVALID_PARAMETER"),
])  # fmt: skip
def test_a_wrong_refund_moves_nothing(
    app: App, paid: Buyer, number: str, amount: str, request_no: str, code: str
) -> None:
    app.refund(number, "1.00", "R0")

    assert app.refund(number, amount, request_no)["sub_code"] == code
    assert app.simulator.do("refund", out_trade_no=number, amount="1.00", request_no="R0")["refunded"] == "1.00"


def test_the_whole_may_go_back_without_a_number(app: App, paid: Buyer, number: str) -> None:
    assert app.refund(number, "88.00", "")["fund_change"] == "Y"
    assert app.refund(number, "88.00", "")["fund_change"] == "N"
    assert app.refund(number, "1.00", "R9")["sub_code"] == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"


def test_what_is_unpaid_or_finished_is_not_refunded(app: App, page: Buyer, number: str) -> None:
    page.press("login")
    assert app.refund(number, "1.00", "R1")["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    page.press("pay")
    app.simulator.do("finish", out_trade_no=number)

    assert app.refund(number, "1.00", "R1")["sub_code"] == "ACQ.TRADE_HAS_FINISHED"


def test_a_refund_can_be_asked_about(app: App, paid: Buyer, number: str) -> None:
    app.refund(number, "30.00", "R1")
    known = app.ask(REFUND_QUERY, out_trade_no=number, out_request_no="R1")
    unknown = app.ask(REFUND_QUERY, out_trade_no=number, out_request_no="R2")

    assert (known["refund_status"], known["refund_amount"]) == ("REFUND_SUCCESS", "30.00")
    assert unknown["code"] == "10000" and "refund_status" not in unknown


def test_a_refund_whose_answer_is_lost_is_done_all_the_same(app: App, paid: Buyer, number: str) -> None:
    app.simulator.do("trouble", kind="500-after-work")
    fields = {"out_trade_no": number, "refund_amount": "30.00", "out_request_no": "R1"}
    assert app.send(app.request(REFUND, fields)).status_code == 500

    assert app.refund(number, "30.00", "R1")["fund_change"] == "N"
