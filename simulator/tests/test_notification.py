"""The asynchronous notification: its fields, its signature, its retries."""

from collections.abc import Callable
from datetime import datetime

from simulator.tests.merchant_side import Buyer, Shop, Simulator, md5_of

GAPS = (240, 600, 600, 3600, 7200, 21600, 54000)
REQUIRED = {
    "notify_time", "notify_type", "notify_id", "sign_type", "sign", "out_trade_no", "subject", "payment_type",
    "trade_no", "trade_status", "gmt_create", "gmt_payment", "seller_email", "buyer_email", "seller_id", "buyer_id",
    "price", "total_fee", "quantity", "discount", "is_total_fee_adjust", "use_coupon",
}  # fmt: skip


def test_it_has_all_fields_and_a_right_signature(waiting: Buyer, shop: Shop, number: str) -> None:
    waiting.press("pay")
    fields = shop.wait(1)[0]

    assert set(fields) == REQUIRED
    assert fields["sign"] == md5_of(fields)
    assert fields["notify_type"] == "trade_status_sync"
    assert (fields["out_trade_no"], fields["total_fee"], fields["price"]) == (number, "88.00", "88.00")
    assert (fields["seller_id"], fields["subject"]) == ("2088000000000001", "一只茶杯 & more")
    assert datetime.strptime(fields["gmt_payment"], "%Y-%m-%d %H:%M:%S")


def test_it_is_a_form_in_the_requests_charset(with_order: Callable[..., Buyer], shop: Shop) -> None:
    buyer = with_order(_input_charset="gbk", body="细节", extra_common_param="mine")
    buyer.press("login")
    buyer.press("pay")
    fields = shop.wait(1, "gbk")[0]

    assert shop.types == ["application/x-www-form-urlencoded; charset=gbk"]
    assert (fields["subject"], fields["body"], fields["extra_common_param"]) == ("一只茶杯 & more", "细节", "mine")
    assert fields["sign"] == md5_of(fields, "gbk")


def test_it_comes_again_by_the_timetable_with_the_same_id(waiting: Buyer, shop: Shop, simulator: Simulator) -> None:
    shop.says = [(500, b"")] * 8
    waiting.press("pay")
    for sent, gap in enumerate(GAPS, 1):
        simulator.settled(sent)
        simulator.do("clock", forward=gap - 5)
        assert len(shop.bodies) == sent
        simulator.do("clock", forward=5)
        shop.wait(sent + 1)

    assert len(set(shop.bodies)) == 1
    assert simulator.read("settings")["pending"] == 0


def test_it_stops_at_success(waiting: Buyer, shop: Shop, simulator: Simulator) -> None:
    shop.says = [(200, b"fail"), (200, b"success")]
    waiting.press("pay")
    simulator.settled(1)
    simulator.do("clock", forward=240)
    shop.wait(2)
    simulator.settled(2)

    assert simulator.read("settings")["pending"] == 0


def test_only_the_seven_characters_count(waiting: Buyer, shop: Shop, simulator: Simulator, number: str) -> None:
    answers = [(200, b"success\n"), (200, b"SUCCESS"), (200, b"<p>success</p>"), (302, b"success"), (500, b"success")]
    shop.says = [(200, b"success"), *answers]
    waiting.press("pay")
    shop.wait(1)
    simulator.do("notify", out_trade_no=number, copies=len(answers))

    assert simulator.sent() == [
        "not success (HTTP 500)",
        "not success (HTTP 302)",
        *["not success (HTTP 200)"] * 3,
        "success",
    ]


def test_a_shop_that_is_down_is_tried_again(
    with_order: Callable[..., Buyer], simulator: Simulator, number: str
) -> None:
    buyer = with_order(notify_url="http://127.0.0.1:1/notify")
    buyer.press("login")
    buyer.press("pay")
    simulator.settled(1)

    assert simulator.status(number) == "TRADE_SUCCESS"
    assert simulator.read("settings")["pending"] == 1
    assert simulator.read("wire")["wire"][0]["answer"] == "no answer: ConnectionRefusedError"


def test_without_an_address_nothing_is_sent(
    with_order: Callable[..., Buyer], simulator: Simulator, number: str
) -> None:
    buyer = with_order(notify_url="")
    buyer.press("login")

    assert buyer.press("pay").status_code == 302
    assert simulator.call("notify", out_trade_no=number).status_code == 409


def test_twenty_copies_at_once(waiting: Buyer, shop: Shop, simulator: Simulator, number: str) -> None:
    told = simulator.do("notify", out_trade_no=number, copies=20, parallel=True, pretend_paid=True)

    assert [answer["body"] for answer in told["answers"]] == ["success"] * 20
    assert len(shop.bodies) == 20
    assert len(set(shop.bodies)) == 1


def test_a_message_can_be_forged_in_every_way(waiting: Buyer, shop: Shop, simulator: Simulator, number: str) -> None:
    forged = {"fields": {"total_fee": "0.01", "new_field": "x"}, "drop": ["seller_id"], "pretend_paid": True}
    simulator.do("notify", out_trade_no=number, **forged)
    simulator.do("notify", out_trade_no=number, after={"total_fee": "0.01"})
    simulator.do("notify", out_trade_no=number, key="x" * 32)
    rightly_signed, changed, other_key = shop.wait(3)

    assert rightly_signed["sign"] == md5_of(rightly_signed)
    assert (rightly_signed["total_fee"], rightly_signed["new_field"]) == ("0.01", "x")
    assert "seller_id" not in rightly_signed
    assert rightly_signed["trade_status"] == "TRADE_SUCCESS" and changed["trade_status"] == "WAIT_BUYER_PAY"
    assert changed["sign"] != md5_of(changed) and changed["sign"] == md5_of({**changed, "total_fee": "88.00"})
    assert other_key["sign"] == md5_of(other_key, key="x" * 32)
