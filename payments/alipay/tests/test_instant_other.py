"""The legacy service's further calls: escrow, overseas, batches, codes, and the WAP 1.0 notification."""

import json
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest

from payments.alipay import batches, escrow, forex, qrcode, wap1, wire
from payments.alipay.batches import RefundItem, TransferItem
from payments.alipay.errors import BadSignature, Malformed
from payments.alipay.escrow import Carriage, CarriagePayer, Logistics
from payments.alipay.qrcode import CodedGoods
from payments.alipay.signing import Md5Signer
from payments.alipay.tests.factories import (
    EMAIL,
    NOW,
    NUMBER,
    PARTNER,
    TRADE_NO,
    form,
    instant_account,
    md5_sign,
    notification,
    pay_request,
    vector,
)

BY_POST = Logistics(Carriage.POST, Decimal("5"), CarriagePayer.BUYER)
REFUND = RefundItem(TRADE_NO, Decimal("0.01"), "坏了")
TRANSFER = TransferItem("0315006", "buyer@example.com", "常炜", Decimal("1000.00"), "hello")
TODAY = "20261123001"


def sent(url: str) -> dict[str, str]:
    fields = wire.read_form(urlsplit(url).query.encode(), "utf-8")
    assert fields["sign"] == md5_sign(fields)
    return fields


def test_escrow_names_price_pieces_and_carriage() -> None:
    fields = sent(escrow.escrow_url(instant_account(), pay_request(), BY_POST, 2))
    assert fields["service"] == "create_partner_trade_by_buyer"
    assert (fields["price"], fields["quantity"]) == ("168.00", "2")
    carriage = (fields["logistics_type"], fields["logistics_fee"], fields["logistics_payment"])
    assert carriage == ("POST", "5.00", "BUYER_PAY")
    assert "total_fee" not in fields


def test_dual_equals_what_another_implementation_sends() -> None:
    params = vector("lxneng-trade_create_by_buyer")["params"]
    account = instant_account(partner=params["partner"])
    request = pay_request(
        out_trade_no=params["out_trade_no"], amount=Decimal("9.90"), subject="dual", notify_url="", return_url=""
    )
    assert sent(escrow.dual_url(account, request, BY_POST, 2)) == params


def test_sending_the_goods_names_alipays_number() -> None:
    fields = sent(escrow.send_goods_url(instant_account(), TRADE_NO, "顺丰", Carriage.EXPRESS, "SF100"))
    assert fields["service"] == "send_goods_confirm_by_platform"
    assert (fields["trade_no"], fields["transport_type"], fields["invoice_no"]) == (TRADE_NO, "EXPRESS", "SF100")


@pytest.mark.parametrize("in_yuan", [False, True])
def test_overseas_prices_in_one_currency_only(in_yuan: bool) -> None:
    field, other = ("rmb_fee", "total_fee") if in_yuan else ("total_fee", "rmb_fee")
    fields = sent(forex.pay_url(instant_account(), pay_request(), "USD", in_yuan=in_yuan))
    assert (fields["service"], fields["currency"], fields[field]) == ("create_forex_trade", "USD", "168.00")
    assert other not in fields


def test_overseas_on_a_phone_is_a_service_of_its_own() -> None:
    request = pay_request(phone=True, quit_url="https://shop.example/")
    fields = sent(forex.pay_url(instant_account(), request, "EUR"))
    assert (fields["service"], fields["merchant_url"]) == ("create_forex_trade_wap", "https://shop.example/")


def test_an_overseas_refund_carries_its_own_number_and_china_time() -> None:
    fields = sent(forex.refund_url(instant_account(), NUMBER, "R1", Decimal("0.5"), "USD", NOW))
    assert (fields["service"], fields["out_return_no"], fields["return_amount"]) == ("forex_refund", "R1", "0.50")
    assert fields["gmt_return"] == "20261123115958"


def refund_url(batch_no: str = TODAY, items: Any = (REFUND,)) -> str:
    return batches.refund_page_url(instant_account(), batch_no, items, NOW, "https://shop.example/n/")


def test_a_refund_batch_lists_its_items() -> None:
    fields = sent(refund_url(items=(REFUND, RefundItem("2", Decimal("3"), "x"))))
    assert fields["service"] == "refund_fastpay_by_platform_pwd"
    assert (fields["batch_no"], fields["batch_num"]) == (TODAY, "2")
    assert fields["detail_data"] == f"{TRADE_NO}^0.01^坏了#2^3.00^x"
    assert (fields["refund_date"], fields["seller_user_id"]) == ("2026-11-23 11:59:58", PARTNER)


def test_a_refund_batch_without_password_asks_for_xml() -> None:
    url = batches.refund_call_url(instant_account(), TODAY, [REFUND], NOW, "https://shop.example/n/")
    fields = sent(url)
    assert (fields["service"], fields["return_type"]) == ("refund_fastpay_by_platform_nopwd", "xml")
    assert "seller_user_id" not in fields


@pytest.mark.parametrize("batch_no", ["20261122001", "20261123000", "2026112301", "20261123" + "a" * 25, "20261123-01"])
def test_a_batch_number_that_alipay_refuses_is_never_sent(batch_no: str) -> None:
    with pytest.raises(ValueError, match="batch number"):
        refund_url(batch_no)


BAD_ITEMS = [
    (),
    (REFUND,) * 2,
    (RefundItem("1", Decimal("1"), "a^b"),),
    (RefundItem("1", Decimal("1"), "a#2^9.00^b"),),
    (RefundItem("1", Decimal("1"), "茶" * 86),),
    (RefundItem("1", Decimal("0"), "nothing"),),
    tuple(RefundItem(str(n), Decimal("1"), "") for n in range(1001)),
]


@pytest.mark.parametrize("items", BAD_ITEMS)
def test_items_that_alipay_refuses_are_never_sent(items: tuple[RefundItem, ...]) -> None:
    with pytest.raises(ValueError, match=r"batch|item|amount"):
        refund_url(items=items)


def results(details: str, kind: str = "batch_refund_notify") -> bytes:
    return notification(notify_type=kind, batch_no=TODAY, success_num="1", result_details=details)


def test_the_results_of_a_refund_batch_are_told_one_by_one() -> None:
    body = results("1^0.01^SUCCESS$a@b.c^2088^0.01^SUCCESS#2^3.00^TRADE_HAS_CLOSED")
    batch_no, told = batches.read_refund_notification(instant_account(), body)
    assert batch_no == TODAY
    assert [(r.trade_no, str(r.amount), r.done) for r in told] == [("1", "0.01", True), ("2", "3.00", False)]


@pytest.mark.parametrize("details", ["1^0.01", "1^1e2^SUCCESS", "1^0.01^SUCCESS^x", "^^"])
def test_odd_results_are_refused(details: str) -> None:
    with pytest.raises(Malformed):
        batches.read_refund_notification(instant_account(), results(details))


def test_a_trade_notification_is_no_refund_result() -> None:
    with pytest.raises(Malformed, match="another kind"):
        batches.read_refund_notification(instant_account(), results("", "trade_status_sync"))


def test_a_forged_refund_result_is_refused() -> None:
    with pytest.raises(BadSignature):
        batches.read_refund_notification(instant_account(), results("1^0.01^SUCCESS") + b"&x=1")


def test_a_transfer_batch_sums_up_its_items() -> None:
    second = TransferItem("2", "b@example.com", "李四", Decimal("0.50"), "")
    url = batches.transfer_page_url(
        instant_account(), TODAY, [TRANSFER, second], "某公司", NOW, "https://shop.example/n/"
    )
    fields = sent(url)
    assert (fields["batch_num"], fields["batch_fee"], fields["pay_date"]) == ("2", "1000.50", "20261123")
    assert (fields["email"], fields["account_name"]) == (EMAIL, "某公司")
    assert fields["detail_data"] == "0315006^buyer@example.com^常炜^1000.00^hello|2^b@example.com^李四^0.50^"


def test_a_transfer_with_a_separator_in_its_note_is_never_sent() -> None:
    item = TransferItem("2", "b@example.com", "李四", Decimal("0.50"), "x|3^thief@example.com^t^9.00^")
    with pytest.raises(ValueError, match="text of an item"):
        batches.transfer_page_url(instant_account(), TODAY, [item], "某公司", NOW, "")


def test_the_results_of_a_transfer_batch_are_told_one_by_one() -> None:
    body = notification(
        notify_type="batch_trans_notify",
        batch_no=TODAY,
        success_details="1^a@b.c^张三^1.00^S^^200^20261123115958|",
        fail_details="2^b@b.c^李四^2.00^F^TXN_RESULT_TRANSFER_OUT_CAN_NOT_EQUAL_IN^201^20261123115958|",
    )
    batch_no, told = batches.read_transfer_notification(instant_account(), body)
    assert batch_no == TODAY
    assert [(r.serial, r.account, str(r.amount), r.done) for r in told] == [
        ("1", "a@b.c", "1.00", True),
        ("2", "b@b.c", "2.00", False),
    ]
    assert told[1].detail[1] == "TXN_RESULT_TRANSFER_OUT_CAN_NOT_EQUAL_IN"


def test_an_odd_transfer_result_is_refused() -> None:
    body = notification(notify_type="batch_trans_notify", success_details="1^a@b.c")
    with pytest.raises(Malformed):
        batches.read_transfer_notification(instant_account(), body)


def test_a_code_carries_its_goods_as_json() -> None:
    goods = CodedGoods("tea-1", "茶壶", Decimal("168"))
    fields = sent(qrcode.add_url(instant_account(), goods, NOW, "https://shop.example/n/"))
    assert (fields["service"], fields["method"]) == ("alipay.mobile.qrcode.manage", "add")
    assert fields["timestamp"] == "2026-11-23 11:59:58"
    biz = json.loads(fields["biz_data"])
    assert biz["goods_info"] == {"id": "tea-1", "name": "茶壶", "price": "168.00"}
    assert "return_url" not in biz


def wap_notification() -> dict[str, str]:
    data = vector("wap1-md5-lxneng-notify")
    head, _, notify_data = data["string_to_sign"].partition("&notify_data=")
    fields = dict(pair.split("=") for pair in head.split("&"))
    return fields | {"notify_data": notify_data, "sign": data["expected"]["sign"]}


def test_a_wap_notification_is_verified_in_its_own_order_and_read_from_its_xml() -> None:
    account = instant_account(signer=Md5Signer("key"))
    report = wap1.read_notification(account, form(wap_notification()))
    assert (report.trade_no, report.fields["subject"], report.paid) == ("2014080239826696", "测试", True)


@pytest.mark.parametrize("change", [{"v": "2.0"}, {"sec_id": "0001"}, {"sign": ""}, {"sign": "0" * 32}])
def test_a_changed_wap_notification_is_refused(change: dict[str, str]) -> None:
    account = instant_account(signer=Md5Signer("key"))
    with pytest.raises(BadSignature):
        wap1.read_notification(account, form(wap_notification() | change))


def test_a_wap_notification_that_names_another_type_is_refused_though_its_text_is_signed() -> None:
    fields = wap_notification() | {"sec_id": "0001"}
    sign = Md5Signer("key").sign(wap1.canonical(fields).encode())
    with pytest.raises(BadSignature, match="another type"):
        wap1.read_notification(instant_account(signer=Md5Signer("key")), form(fields | {"sign": sign}))


def test_a_signed_wap_text_of_another_kind_is_refused() -> None:
    fields = {"service": "s", "v": "1.0", "sec_id": "MD5", "notify_data": "<other/>"}
    sign = Md5Signer("key").sign(wap1.canonical(fields).encode())
    with pytest.raises(Malformed, match="not a notification"):
        wap1.read_notification(instant_account(signer=Md5Signer("key")), form(fields | {"sign": sign}))
