"""The legacy pay address carries what Alipay's document asks for, signed over the bytes that are sent."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest

from payments.alipay import instant, wire
from payments.alipay.errors import Malformed
from payments.alipay.record import read, signer
from payments.alipay.signing import RsaSigner
from payments.alipay.tests.factories import (
    APP_KEY,
    NOW,
    NUMBER,
    PARTNER,
    instant_account,
    joined,
    md5_sign,
    pay_request,
    vector,
)  # fmt: skip


def sent(url: str, charset: str = "utf-8") -> dict[str, str]:
    return wire.read_form(urlsplit(url).query.encode(), charset)


def paid_with(**changes: Any) -> dict[str, str]:
    return sent(instant.pay_url(instant_account(), pay_request(**changes)))


def test_the_address_names_our_account_the_order_and_the_exact_amount() -> None:
    fields = paid_with()
    assert fields["service"] == "create_direct_pay_by_user"
    assert (fields["partner"], fields["seller_id"], fields["payment_type"]) == (PARTNER, PARTNER, "1")
    assert (fields["out_trade_no"], fields["total_fee"], fields["subject"]) == (NUMBER, "168.00", "茶壶 A+B")
    assert (fields["notify_url"], fields["return_url"]) == ("https://shop.example/n/", "https://shop.example/r/")


def test_the_address_goes_to_the_configured_gateway() -> None:
    account = instant_account(gateway="http://127.0.0.1:8001/gateway.do")
    assert instant.pay_url(account, pay_request()).startswith("http://127.0.0.1:8001/gateway.do?")


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_the_signature_is_over_the_charset_that_the_address_names(charset: str) -> None:
    fields = sent(instant.pay_url(instant_account(charset=charset), pay_request()), charset)
    assert fields["_input_charset"] == charset
    assert (fields["sign"], fields["sign_type"]) == (md5_sign(fields, charset), "MD5")


def test_with_an_rsa_key_the_address_is_signed_by_it() -> None:
    account = instant_account(signer=RsaSigner(APP_KEY, None, "RSA"))
    fields = sent(instant.pay_url(account, pay_request()))
    assert fields["sign_type"] == "RSA"
    ours = RsaSigner(None, APP_KEY.public_key(), "RSA")
    assert ours.verify(joined(fields, "sign", "sign_type").encode(), fields["sign"])


def test_the_wallet_is_the_default_way_to_pay() -> None:
    fields = paid_with()
    assert fields["paymethod"] == "directPay"
    assert "defaultbank" not in fields


@pytest.mark.parametrize("bank", ["ICBCB2C", "CMB", "BOC-DEBIT", "fdb101", "SPDBB2B"])
def test_a_bank_is_named_by_its_code(bank: str) -> None:
    fields = paid_with(bank=bank)
    assert (fields["paymethod"], fields["defaultbank"]) == ("bankPay", bank)


@pytest.mark.parametrize("bank", ["cmb", "CMB ", "CMB&total_fee=0.01", "directPay", "tenpay", "１"])
def test_a_bank_outside_the_list_is_refused(bank: str) -> None:
    with pytest.raises(Malformed, match="bank"):
        paid_with(bank=bank)


def test_the_list_holds_every_documented_bank() -> None:
    assert len(instant.BANKS) == 38
    assert {"SHRCB", "WZCBB2C-DEBIT", "abc1003", "abc1004", "CEBBANK", "COMM", "ABCBTB"} <= instant.BANKS


def test_a_long_subject_is_cut_to_what_alipay_takes() -> None:
    assert len(paid_with(subject="茶" * 200)["subject"]) == 128
    assert len(paid_with(subject="t" * 300)["subject"]) == 256


def test_an_emoji_does_not_stop_a_payment_in_gbk() -> None:
    url = instant.pay_url(instant_account(charset="gbk"), pay_request(subject="茶壶🍵"))
    assert sent(url, "gbk")["subject"] == "茶壶?"


def test_a_field_cannot_be_smuggled_in_through_a_value() -> None:
    fields = paid_with(subject="x&total_fee=0.01", show_url="https://a/?b=1&total_fee=0.01")
    assert (fields["subject"], fields["total_fee"]) == ("x&total_fee=0.01", "168.00")


def test_empty_parameters_are_neither_sent_nor_signed() -> None:
    url = instant.pay_url(instant_account(), pay_request(notify_url=""))
    assert "notify_url" not in sent(url)
    assert "" not in sent(url).values()


@pytest.mark.parametrize(("ip", "is_sent"), [("203.0.113.7", True), ("2001:db8::1", False), ("", False), ("x", False)])
def test_the_shoppers_address_is_sent_where_it_fits_the_field(ip: str, is_sent: bool) -> None:
    assert ("exter_invoke_ip" in paid_with(shopper_ip=ip)) is is_sent


def test_the_deadline_is_sent_only_where_it_was_asked_for() -> None:
    request = pay_request(deadline=NOW + timedelta(minutes=29, seconds=59))
    assert "it_b_pay" not in sent(instant.pay_url(instant_account(), request))
    assert sent(instant.pay_url(instant_account(), request, NOW))["it_b_pay"] == "29m"


@pytest.mark.parametrize(("left", "word"), [(timedelta(seconds=-5), "1m"), (timedelta(days=40), "21600m")])
def test_the_deadline_stays_within_what_alipay_takes(left: timedelta, word: str) -> None:
    url = instant.pay_url(instant_account(), pay_request(deadline=NOW + left), NOW)
    assert sent(url)["it_b_pay"] == word


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "100000000.01"])
def test_an_amount_that_alipay_refuses_makes_no_address(amount: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        paid_with(amount=Decimal(amount))


SAME_AS_PEERS = [
    *(
        "create_direct_pay_by_user",
        "lxneng-direct_pay_chinese",
        "lxneng-direct_pay_bank",
        "kaligo-single_trade_query-4",
    ),
    *("batch_trans_notify", "gen-php-RSA_utf-8"),
]


@pytest.mark.parametrize("name", SAME_AS_PEERS)
def test_the_address_of_any_service_equals_what_other_implementations_send(name: str) -> None:
    data = vector(name)
    params = data["params"]
    account = instant_account(partner=params["partner"], signer=signer(read(data)), charset=params["_input_charset"])
    rest = {key: value for key, value in params.items() if key not in ("sign", "sign_type", "service", "partner")}
    assert sent(instant.service_url(account, params["service"], rest)) == params
