"""A legacy notification counts only where it is genuine; what it says is then read without guessing."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from payments.alipay import instant
from payments.alipay.errors import BadSignature, Malformed
from payments.alipay.messages import TradeReport, TradeStatus
from payments.alipay.signing import RsaSigner
from payments.alipay.tests.factories import (
    GATEWAY_KEY,
    NUMBER,
    PARTNER,
    TRADE_NO,
    form,
    instant_account,
    joined,
    md5_sign,
    notification,
    rsa_sign,
    told,
)  # fmt: skip


def read(body: bytes, **account: str) -> TradeReport:
    return instant.read_notification(instant_account(**account), body)


def test_a_genuine_notification_says_what_was_paid() -> None:
    report = read(notification())
    assert (report.out_trade_no, report.trade_no, report.amount) == (NUMBER, TRADE_NO, Decimal("168.00"))
    assert (report.status, report.paid) == (TradeStatus.TRADE_SUCCESS, True)
    assert (report.seller_id, report.notify_id, report.buyer) == (PARTNER, "a1b2c3d4e5f6", "b***@example.com")
    assert report.paid_at == datetime(2026, 11, 23, 3, 59, 58, tzinfo=UTC)


def test_it_is_read_in_gbk_where_that_was_agreed() -> None:
    report = read(notification("gbk"), charset="gbk")
    assert report.fields["subject"] == "茶壶 A+B & C=1"
    with pytest.raises(Malformed):
        read(notification("gbk"))


def test_it_is_verified_by_rsa_where_that_was_agreed() -> None:
    account = instant_account(signer=RsaSigner(None, GATEWAY_KEY.public_key(), "RSA2"))
    fields = told()
    sealed = form({**fields, "sign": rsa_sign(joined(fields).encode()), "sign_type": "RSA2"})
    assert instant.read_notification(account, sealed).paid
    with pytest.raises(BadSignature):
        instant.read_notification(account, notification())


@pytest.mark.parametrize("sign", ["", " ", "é", "!!!!", "0" * 32, "a" * 60_000])
def test_a_wrong_signature_is_refused(sign: str) -> None:
    with pytest.raises(BadSignature):
        read(form({**told(), "sign": sign, "sign_type": "MD5"}))


def test_a_megabyte_of_signature_is_refused() -> None:
    with pytest.raises(Malformed):
        read(form({**told(), "sign": "A" * 1_000_000, "sign_type": "MD5"}))


def test_a_missing_signature_is_refused() -> None:
    with pytest.raises(BadSignature):
        read(form(told()))


def test_the_signature_of_another_order_is_refused() -> None:
    other = md5_sign(told(out_trade_no="1000000299999901"))
    with pytest.raises(BadSignature):
        read(form({**told(), "sign": other, "sign_type": "MD5"}))


def test_a_signature_by_the_empty_key_is_refused() -> None:
    with pytest.raises(BadSignature):
        read(form({**told(), "sign": md5_sign(told(), key=""), "sign_type": "MD5"}))


def test_a_live_notify_id_does_not_make_a_forged_body_genuine() -> None:
    forged = notification().replace(b"168.00", b"000.01")
    with pytest.raises(BadSignature):
        read(forged)


@pytest.mark.parametrize("doubled", ["total_fee=0.01", "sign=x", "out_trade_no=1", "trade_status=TRADE_CLOSED"])
def test_a_doubled_field_is_refused_before_anything_else(doubled: str) -> None:
    with pytest.raises(Malformed, match="twice"):
        read(notification() + b"&" + doubled.encode())


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"sign": true}', b"\xff\xfe", b"sign", b"--x\r\nContent-Disposition: form-data"]
)
def test_another_kind_of_body_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        read(body)


def test_unknown_fields_are_signed_and_kept() -> None:
    assert read(notification(brand_new_field="7")).fields["brand_new_field"] == "7"
    with pytest.raises(BadSignature):
        read(notification() + b"&brand_new_field=7")


def test_empty_fields_are_not_signed_but_kept() -> None:
    assert read(notification(body="", discount="")).fields["body"] == ""


AMOUNTS = [
    "NaN",
    "Infinity",
    "1e2",
    "１００.００",
    "100.000",
    "100",
    "-100.00",
    "1,000.00",
    "",
    " 168.00",
    "168.00\n",
    "1_0.00",
]


@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_odd_amount_is_refused_though_it_is_signed(amount: str) -> None:
    with pytest.raises(Malformed, match="amount"):
        read(notification(total_fee=amount))


def test_only_total_fee_is_the_amount() -> None:
    report = read(notification(price="1.00", quantity="9", discount="-5.00", rmb_fee="2.00", total_amount="3.00"))
    assert report.amount == Decimal("168.00")


@pytest.mark.parametrize("status", ["TRADE_SUCCESS", "TRADE_FINISHED"])
def test_two_statuses_mean_paid(status: str) -> None:
    assert read(notification(trade_status=status)).paid


@pytest.mark.parametrize("status", ["WAIT_BUYER_PAY", "TRADE_CLOSED", "TRADE_PENDING", "trade_success", "PAID", "", "-",
                                    "TRADE_SUCCESS ", "WAIT_SELLER_SEND_GOODS"])  # fmt: skip
def test_no_other_status_means_paid(status: str) -> None:
    assert not read(notification(trade_status=status)).paid


def test_an_unknown_status_is_kept_as_other() -> None:
    report = read(notification(trade_status="TRADE_MOON"))
    assert (report.status, report.fields["trade_status"]) == (TradeStatus.OTHER, "TRADE_MOON")


@pytest.mark.parametrize("kind", ["batch_refund_notify", "dut_user_sign", ""])
def test_another_kind_of_notification_never_claims_a_payment(kind: str) -> None:
    report = read(notification(notify_type=kind))
    assert (report.notify_type, report.paid) == (kind, False)


def test_a_refund_made_at_alipays_site_is_told() -> None:
    assert read(notification(refund_status="REFUND_SUCCESS")).refund_status == "REFUND_SUCCESS"


def test_an_absent_amount_is_none() -> None:
    assert read(notification(total_fee="-")).amount is None


def mismatched(**changes: str) -> list[str]:
    return instant.mismatches(instant_account(), read(notification(**changes)))


def test_our_own_account_matches_by_id_or_else_by_mail() -> None:
    assert mismatched() == []
    assert mismatched(seller_id="-") == []
    assert mismatched(seller_id="-", seller_email="Seller@Example.com") == []


@pytest.mark.parametrize(
    "changes",
    [
        {"seller_id": "2088000000000002"},
        {"seller_id": "2088000000000002", "seller_email": "seller@example.com"},
        {"seller_id": "-", "seller_email": "thief@example.com"},
        {"seller_id": "-", "seller_email": "-"},
        {"seller_id": PARTNER + " "},
    ],
)
def test_another_or_no_account_does_not_match(changes: dict[str, str]) -> None:
    assert mismatched(**changes) == ["seller"]


def test_a_mail_alone_does_not_match_where_none_is_configured() -> None:
    account = instant_account(seller_email="")
    report = instant.read_notification(account, notification(seller_id="-"))
    assert instant.mismatches(account, report) == ["seller"]


def come_back(**changes: str) -> bytes:
    return notification(is_success="T", exterface="create_direct_pay_by_user", **changes)


def test_a_genuine_return_tells_the_status() -> None:
    assert instant.read_return(instant_account(), come_back()).status == TradeStatus.TRADE_SUCCESS


def test_a_return_of_a_failed_call_tells_nothing() -> None:
    assert instant.read_return(instant_account(), notification(is_success="F")).status == TradeStatus.OTHER


def test_a_forged_return_is_refused() -> None:
    with pytest.raises(BadSignature):
        instant.read_return(instant_account(), come_back().replace(b"T", b"F", 1))


def test_a_return_with_a_parameter_of_our_own_is_refused() -> None:
    with pytest.raises(BadSignature):
        instant.read_return(instant_account(), come_back() + b"&next=%2F")
