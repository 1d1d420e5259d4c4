"""The Open Platform: what we send, what we believe of what is told and answered."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest

from payments.alipay import openapi, wire
from payments.alipay.errors import BadSignature, Malformed, Refused, Unknown
from payments.alipay.messages import RefundReport, TradeReport, TradeStatus
from payments.alipay.signing import RsaSigner
from payments.alipay.tests.factories import (
    APP_ID,
    APP_KEY,
    NOW,
    NUMBER,
    PARTNER,
    TRADE_NO,
    answer,
    envelope,
    form,
    joined,
    open_account,
    open_notification,
    open_told,
    pay_request,
    rsa_sign,
)

OURS = RsaSigner(None, APP_KEY.public_key())


def sent(url: str, charset: str = "utf-8") -> tuple[dict[str, str], Any]:
    """The common parameters and biz_content of a request, once its signature held."""
    fields = wire.read_form(urlsplit(url).query.encode(), charset)
    assert OURS.verify(joined(fields, "sign").encode(charset), fields["sign"])
    return fields, json.loads(fields["biz_content"])


def test_on_a_computer_the_page_product_is_asked_for() -> None:
    fields, biz = sent(openapi.pay_url(open_account(), pay_request(), NOW))
    assert (fields["method"], fields["app_id"], fields["sign_type"]) == ("alipay.trade.page.pay", APP_ID, "RSA2")
    assert biz == {
        "subject": "茶壶 A+B",
        "out_trade_no": NUMBER,
        "total_amount": "168.00",
        "product_code": "FAST_INSTANT_TRADE_PAY",
    }
    assert (fields["notify_url"], fields["return_url"]) == ("https://shop.example/n/", "https://shop.example/r/")


def test_on_a_phone_the_wap_product_is_asked_for() -> None:
    request = pay_request(phone=True, quit_url="https://shop.example/cart/")
    fields, biz = sent(openapi.pay_url(open_account(), request, NOW))
    assert (fields["method"], biz["product_code"]) == ("alipay.trade.wap.pay", "QUICK_WAP_WAY")
    assert biz["quit_url"] == "https://shop.example/cart/"


def test_the_deadline_is_an_absolute_time_in_china() -> None:
    request = pay_request(deadline=NOW + timedelta(minutes=30))
    _, biz = sent(openapi.pay_url(open_account(), request, NOW))
    assert biz["time_expire"] == "2026-11-23 12:29:58"


def test_the_timestamp_is_china_time() -> None:
    fields, _ = sent(openapi.query_url(open_account(), NUMBER, datetime(2026, 12, 31, 16, tzinfo=UTC)))
    assert fields["timestamp"] == "2027-01-01 00:00:00"


def test_signs_that_alipay_refuses_are_left_out_of_the_subject() -> None:
    _, biz = sent(openapi.pay_url(open_account(), pay_request(subject="茶/壶=a&b\n🍵"), NOW))
    assert biz["subject"] == "茶 壶 a b 🍵"


def test_gbk_carries_any_character() -> None:
    fields, biz = sent(openapi.pay_url(open_account(charset="gbk"), pay_request(subject="茶壶🍵"), NOW), "gbk")
    assert (fields["charset"], biz["subject"]) == ("gbk", "茶壶🍵")


def test_in_certificate_mode_the_serials_are_sent_and_signed() -> None:
    account = open_account(app_cert_sn="aa", root_cert_sn="bb_cc", alipay_cert_sn="dd")
    fields, _ = sent(openapi.query_url(account, NUMBER, NOW))
    assert (fields["app_cert_sn"], fields["alipay_root_cert_sn"]) == ("aa", "bb_cc")
    assert "alipay_cert_sn" not in fields


def test_without_certificates_no_serial_is_sent() -> None:
    fields, _ = sent(openapi.query_url(open_account(), NUMBER, NOW))
    assert not [name for name in fields if name.endswith("_sn")]


REQUESTS: list[tuple[str, str, dict[str, str]]] = [
    (openapi.query_url(open_account(), NUMBER, NOW), "alipay.trade.query", {"out_trade_no": NUMBER}),
    (openapi.close_url(open_account(), NUMBER, NOW), "alipay.trade.close", {"out_trade_no": NUMBER}),
    (
        openapi.refund_url(open_account(), NUMBER, "R1", Decimal("5"), NOW),
        "alipay.trade.refund",
        {"refund_amount": "5.00", "out_trade_no": NUMBER, "out_request_no": "R1"},
    ),
    (
        openapi.refund_query_url(open_account(), NUMBER, "R1", NOW),
        "alipay.trade.fastpay.refund.query",
        {"out_trade_no": NUMBER, "out_request_no": "R1"},
    ),
    (
        openapi.bill_url(open_account(), date(2026, 11, 22), NOW),
        "alipay.data.dataservice.bill.downloadurl.query",
        {"bill_type": "trade", "bill_date": "2026-11-22"},
    ),
]


@pytest.mark.parametrize(("url", "method", "biz"), REQUESTS, ids=[method for _, method, _ in REQUESTS])
def test_each_request_names_its_method_and_what_it_is_about(url: str, method: str, biz: dict[str, str]) -> None:
    fields, content = sent(url)
    assert (fields["method"], content) == (method, biz)


def test_a_genuine_notification_says_what_was_paid() -> None:
    report = openapi.read_notification(open_account(), open_notification())
    assert (report.out_trade_no, report.trade_no, report.amount) == (NUMBER, TRADE_NO, Decimal("168.00"))
    assert (report.paid, report.app_id, report.seller_id) == (True, APP_ID, PARTNER)
    assert report.buyer == "b***@example.com"


def test_a_refund_is_told_with_its_sum_and_number() -> None:
    body = open_notification(refund_fee="60.00", out_biz_no="R1", gmt_refund="2026-11-23 12:30:00.123")
    report = openapi.read_notification(open_account(), body)
    assert (report.refunded, report.refund_request_no, report.paid) == (Decimal("60.00"), "R1", True)


@pytest.mark.parametrize("keep", [True, False])
def test_blanks_may_be_signed_or_not(keep: bool) -> None:
    fields = open_told(passback_params="")
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields)) if keep else joined(fields)
    body = form({**fields, "sign": rsa_sign(text.encode()), "sign_type": "RSA2"})
    assert openapi.read_notification(open_account(), body).paid


def test_the_serial_of_the_certificate_is_not_signed() -> None:
    assert openapi.read_notification(open_account(), open_notification(alipay_cert_sn="ab12")).paid


def test_gbk_is_read_where_it_was_agreed() -> None:
    body = open_notification("gbk", charset="gbk")
    assert openapi.read_notification(open_account(charset="gbk"), body).fields["subject"] == "茶壶 A+B"


FORGERIES: list[tuple[str, Callable[[], bytes]]] = [
    ("changed", lambda: open_notification().replace(b"168.00", b"000.01", 1)),
    ("added", lambda: open_notification() + b"&refund_fee=1.00"),
    ("other key", lambda: open_notification(key=APP_KEY)),
    ("unsigned", lambda: form(open_told())),
    ("sign_type signed", lambda: _with_type_signed()),
    ("decoded twice", lambda: open_notification().replace(b"%2BB", b"+B")),
    ("other type", lambda: open_notification().replace(b"sign_type=RSA2", b"sign_type=RSA")),
]


def _with_type_signed() -> bytes:
    fields = open_told() | {"sign_type": "RSA2"}
    return form({**fields, "sign": rsa_sign(joined(fields).encode())})


@pytest.mark.parametrize("forge", [forge for _, forge in FORGERIES], ids=[name for name, _ in FORGERIES])
def test_a_forgery_is_refused(forge: Callable[[], bytes]) -> None:
    with pytest.raises(BadSignature):
        openapi.read_notification(open_account(), forge())


def test_a_doubled_field_is_refused() -> None:
    with pytest.raises(Malformed, match="twice"):
        openapi.read_notification(open_account(), open_notification() + b"&total_amount=0.01")


@pytest.mark.parametrize("amount", ["NaN", "1e2", "１.００", "168", ""])
def test_an_odd_amount_is_refused_though_signed(amount: str) -> None:
    with pytest.raises(Malformed):
        openapi.read_notification(open_account(), open_notification(total_amount=amount))


def test_only_total_amount_is_the_amount() -> None:
    report = openapi.read_notification(open_account(), open_notification(buyer_pay_amount="1.00", total_fee="2.00"))
    assert report.amount == Decimal("168.00")


@pytest.mark.parametrize(
    ("status", "paid"), [("TRADE_FINISHED", True), ("TRADE_CLOSED", False), ("trade_success", False)]
)
def test_only_two_words_mean_paid(status: str, paid: bool) -> None:
    report = openapi.read_notification(open_account(), open_notification(trade_status=status))
    assert report.paid is paid


def test_another_kind_of_notification_never_claims_a_payment() -> None:
    report = openapi.read_notification(open_account(), open_notification(notify_type="dut_user_sign"))
    assert report.status == TradeStatus.OTHER


def test_a_return_never_proves_a_payment_even_where_it_says_so() -> None:
    assert not openapi.read_return(open_account(), open_notification()).paid


@pytest.mark.parametrize(
    ("changes", "failed"),
    [
        ({}, []),
        ({"auth_app_id": APP_ID}, []),
        ({"app_id": "2021000000000009"}, ["app"]),
        ({"auth_app_id": "2021000000000009"}, ["app"]),
        ({"seller_id": "2088000000000009"}, ["seller"]),
        ({"seller_id": "-", "app_id": "-"}, ["seller", "app"]),
    ],
)
def test_what_is_not_for_us_is_named(changes: dict[str, str], failed: list[str]) -> None:
    report = openapi.read_notification(open_account(), open_notification(**dict[str, Any](changes)))
    assert openapi.mismatches(open_account(), report) == failed


def query(**members: str) -> TradeReport:
    return openapi.read_query(open_account(), answer("alipay.trade.query", **members))


def test_a_signed_answer_about_a_trade_is_believed() -> None:
    report = query(
        out_trade_no=NUMBER, trade_no=TRADE_NO, trade_status="TRADE_SUCCESS", total_amount="168.00",
        buyer_user_id="2088", send_pay_date="2026-11-23 11:59:58",
    )  # fmt: skip
    assert (report.paid, report.amount, report.paid_at) == (True, Decimal("168.00"), NOW)
    assert openapi.mismatches(open_account(), report) == []


def refused(method: str, sub_code: str) -> bytes:
    node = json.dumps({"code": "40004", "msg": "Business Failed", "sub_code": sub_code, "sub_msg": "x"})
    return envelope(method.replace(".", "_") + "_response", node)


def test_a_trade_that_alipay_does_not_know_yet_is_no_error() -> None:
    body = refused("alipay.trade.query", "ACQ.TRADE_NOT_EXIST")
    assert openapi.read_query(open_account(), body).status == TradeStatus.NOT_EXIST


def test_another_refusal_of_a_query_is_raised() -> None:
    with pytest.raises(Refused, match="INVALID_PARAMETER"):
        openapi.read_query(open_account(), refused("alipay.trade.query", "ACQ.INVALID_PARAMETER"))


def test_an_odd_amount_in_an_answer_is_unknown() -> None:
    with pytest.raises(Unknown, match="amount"):
        query(trade_status="TRADE_SUCCESS", total_amount="1e2")


def test_closing_is_done_only_on_a_positive_answer() -> None:
    openapi.read_close(open_account(), answer("alipay.trade.close"))
    with pytest.raises(Refused, match="STATUS_INVALID"):
        openapi.read_close(open_account(), refused("alipay.trade.close", "ACQ.REASON_TRADE_STATUS_INVALID"))


def refund(**members: str) -> RefundReport:
    return openapi.read_refund(open_account(), answer("alipay.trade.refund", **members), "R1")


@pytest.mark.parametrize(("change", "done"), [({"fund_change": "Y"}, True), ({"fund_change": "N"}, False), ({}, False)])
def test_a_refund_is_done_only_where_this_call_moved_money(change: dict[str, str], done: bool) -> None:
    report = refund(refund_fee="60.00", trade_no=TRADE_NO, **change)
    assert (report.done, report.total_refunded, report.request_no) == (done, Decimal("60.00"), "R1")


def refund_query(**members: str) -> RefundReport:
    return openapi.read_refund_query(open_account(), answer("alipay.trade.fastpay.refund.query", **members), "R1")


def test_a_refund_asked_about_is_done_only_at_refund_success() -> None:
    assert not refund_query(refund_amount="5.00").done
    assert not refund_query(refund_status="REFUND_PROCESSING").done
    assert refund_query(refund_status="REFUND_SUCCESS", refund_amount="5.00").amount == Decimal("5.00")


def test_an_answer_about_another_refund_is_unknown() -> None:
    with pytest.raises(Unknown, match="another refund"):
        refund_query(out_request_no="R2", refund_status="REFUND_SUCCESS")


def test_an_odd_refund_amount_is_unknown() -> None:
    with pytest.raises(Unknown):
        refund_query(refund_amount="5")


def test_the_bills_address_is_read() -> None:
    method = "alipay.data.dataservice.bill.downloadurl.query"
    body = answer(method, bill_download_url="https://dwbillcenter.alipay.com/x?a=1&b=2")
    assert openapi.read_bill_url(open_account(), body) == "https://dwbillcenter.alipay.com/x?a=1&b=2"
    empty = answer(method, bill_file_code="EMPTY_DATA_WITH_BILL_FILE", bill_download_url="https://x.example/")
    assert openapi.read_bill_url(open_account(), empty) == ""
