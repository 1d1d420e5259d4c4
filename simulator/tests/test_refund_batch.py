"""The legacy refund without password: taken at once, told by a notification of its own."""

from collections.abc import Callable
from datetime import datetime

import pytest

from simulator.tests.merchant_side import Buyer, Shop, Simulator, md5_of

Send = Callable[..., str]


@pytest.fixture
def trade_no(waiting: Buyer, simulator: Simulator, shop: Shop) -> str:
    """Alipay's number of a paid trade over 88 yuan."""
    waiting.press("pay")
    shop.wait(1)
    return str(simulator.read("trades")["trades"][0]["trade_no"])


@pytest.fixture
def today(simulator: Simulator) -> str:
    return f"{datetime.fromisoformat(simulator.read('settings')['now']):%Y%m%d}"


@pytest.fixture
def send(simulator: Simulator, shop: Shop, today: str) -> Send:
    """Sends a batch of one item; the answer's XML."""

    def call(detail: str, batch: str = "001", **changes: str) -> str:
        fields = {"batch_no": today + batch, "batch_num": "1", "refund_date": "2026-01-01 00:00:00"}
        fields |= {"detail_data": detail, "notify_url": f"{shop.url}/refunds", **changes}
        return simulator.ask("refund_fastpay_by_platform_nopwd", **fields).text

    return call


def test_it_is_taken_done_and_told(
    send: Send, trade_no: str, shop: Shop, simulator: Simulator, number: str, today: str
) -> None:
    assert "<is_success>T</is_success>" in send(f"{trade_no}^30.00^not wanted")
    told = shop.wait(2)[1]

    assert told["sign"] == md5_of(told)
    assert (told["notify_type"], told["batch_no"], told["success_num"]) == ("batch_refund_notify", f"{today}001", "1")
    assert told["result_details"] == f"{trade_no}^30.00^SUCCESS"
    assert "<to_buyer_fee>30.00<" in simulator.ask("single_trade_query", out_trade_no=number).text


def test_its_notification_can_be_confirmed(send: Send, trade_no: str, shop: Shop, simulator: Simulator) -> None:
    shop.says = [(200, b"fail")]
    send(f"{trade_no}^30.00^")
    asked = {"service": "notify_verify", "partner": "2088000000000001", "notify_id": shop.wait(2)[1]["notify_id"]}

    assert simulator.gateway(asked).text == "true"


def test_a_number_is_taken_once(send: Send, trade_no: str, simulator: Simulator, number: str) -> None:
    send(f"{trade_no}^30.00^")

    assert "<error>DUPLICATE_BATCH_NO</error>" in send(f"{trade_no}^30.00^")
    assert "<to_buyer_fee>30.00<" in simulator.ask("single_trade_query", out_trade_no=number).text


def test_all_of_it_closes_the_trade(send: Send, trade_no: str, simulator: Simulator, number: str) -> None:
    send(f"{trade_no}^30.00^")
    send(f"{trade_no}^58.00^", batch="002")

    assert simulator.status(number) == "TRADE_CLOSED"


@pytest.mark.parametrize("amount", ["88.01", "0.00"])
def test_a_wrong_amount_is_told_not_done(send: Send, trade_no: str, shop: Shop, amount: str) -> None:
    assert "<is_success>T</is_success>" in send(f"{trade_no}^{amount}^")
    told = shop.wait(2)[1]

    assert (told["success_num"], told["result_details"]) == ("0", f"{trade_no}^{amount}^REFUND_AMOUNT_NOT_VALID")


def test_only_alipays_own_number_finds_the_trade(send: Send, trade_no: str, shop: Shop, number: str) -> None:
    send(f"{number}^1.00^")

    assert shop.wait(2)[1]["result_details"] == f"{number}^1.00^TRADE_NOT_EXISTS"


def test_a_finished_trade_gives_nothing_back(
    send: Send, trade_no: str, shop: Shop, simulator: Simulator, number: str
) -> None:
    simulator.do("finish", out_trade_no=number)
    shop.wait(2)
    send(f"{trade_no}^1.00^")

    assert shop.wait(3)[2]["result_details"].endswith("^TRADE_HAS_FINISHED")


def test_an_unpaid_trade_gives_nothing_back(send: Send, waiting: Buyer, shop: Shop, simulator: Simulator) -> None:
    send(f"{simulator.read('trades')['trades'][0]['trade_no']}^1.00^")

    assert shop.wait(1)[0]["result_details"].endswith("^TRADE_STATUS_ERROR")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"batch_num": "2"}, "BATCH_NUM_NOT_EQUAL_TOTAL"),
        ({"batch_no": "today001"}, "BATCH_NO_FORMAT_ERROR"),
        ({"batch_no": "20010101001"}, "REFUND_DATE_ERROR"),
        ({"detail_data": "T^1.00"}, "DETAIL_DATA_FORMAT_ERROR"),
        ({"detail_data": "T^1^r"}, "DETAIL_DATA_FORMAT_ERROR"),
        ({"detail_data": f"T^1.00^{'长' * 86}"}, "DETAIL_DATA_FORMAT_ERROR"),
        ({"detail_data": "T^1.00^a#T^1.00^b", "batch_num": "2"}, "DUBL_TRADE_NO_IN_SAME_BATCH"),
        ({"detail_data": "#".join(f"{n}^1.00^" for n in range(1001)), "batch_num": "1001"}, "BATCH_NUM_EXCEED_LIMIT"),
        ({"notify_url": "http://192.0.2.1/"}, "ILLEGAL_ARGUMENT"),
    ],
)
def test_a_wrong_batch_is_refused_as_a_whole(send: Send, changes: dict[str, str], code: str) -> None:
    fields = {"detail_data": "T^1.00^r", **changes}

    assert f"<error>{code}</error>" in send(fields.pop("detail_data"), **fields)


def test_no_address_no_notification(send: Send, trade_no: str, simulator: Simulator) -> None:
    assert "<is_success>T</is_success>" in send(f"{trade_no}^30.00^", notify_url="")
    assert simulator.read("settings")["pending"] == 0
