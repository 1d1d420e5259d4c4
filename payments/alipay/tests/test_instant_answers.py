"""What the legacy gateway answers is believed only where it is clear and signed; everything else is unknown."""

from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from payments.alipay import antiphishing, instant
from payments.alipay.errors import Refused, Unknown
from payments.alipay.messages import TradeReport, TradeStatus
from payments.alipay.tests.factories import (
    DONE_XML,
    NUMBER,
    PARTNER,
    TRADE_NO,
    instant_account,
    md5_sign,
    refusal_xml,
    trade_xml,
)  # fmt: skip

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>'
    b"<alipay><is_success>T</is_success><response><trade><subject>&lol2;</subject></trade></response></alipay>"
)
THIEF = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<alipay><is_success>F</is_success><error>&x;</error></alipay>"
)


def query(body: bytes, charset: str = "utf-8") -> TradeReport:
    return instant.read_query(instant_account(charset=charset), body)


@pytest.mark.parametrize(("body", "said"), [(b"true", True), (b"false", False), (b"invalid", False)])
def test_a_plain_word_answers_whether_a_notification_is_alipays(body: bytes, said: bool) -> None:
    assert instant.read_notify_verify(200, body) is said


LOOSE = [b"True", b"true\n", b" true", b"true<br>", b"", b"TRUE", b'"true"', b"\xef\xbb\xbftrue", b"t" * 1000]


@pytest.mark.parametrize("body", LOOSE)
def test_anything_but_the_exact_word_is_no_answer(body: bytes) -> None:
    with pytest.raises(Unknown):
        instant.read_notify_verify(200, body)


@pytest.mark.parametrize("status", [302, 404, 500, 201])
def test_the_word_counts_only_with_status_200(status: int) -> None:
    with pytest.raises(Unknown):
        instant.read_notify_verify(status, b"true")


def test_the_question_about_a_notification_names_us_and_its_id() -> None:
    asked = parse_qs(urlsplit(instant.notify_verify_url(instant_account(), "RqPn+/ab=")).query)
    assert asked == {"service": ["notify_verify"], "partner": [PARTNER], "notify_id": ["RqPn+/ab="]}


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_a_signed_trade_is_believed(charset: str) -> None:
    report = query(trade_xml(charset), charset)
    assert (report.out_trade_no, report.trade_no, report.amount) == (NUMBER, TRADE_NO, Decimal("168.00"))
    assert (report.paid, report.fields["subject"]) == (True, "茶壶")


def test_a_declared_charset_that_the_protocol_lacks_falls_back_to_ours() -> None:
    assert query(trade_xml(declared="x-unknown")).paid


def test_a_trade_that_alipay_does_not_know_is_no_error() -> None:
    report = query(refusal_xml("TRADE_NOT_EXIST"))
    assert (report.status, report.out_trade_no, report.paid) == (TradeStatus.NOT_EXIST, NUMBER, False)


@pytest.mark.parametrize("code", ["ILLEGAL_SIGN", "ILLEGAL_PARTNER_EXTERFACE", "HAS_NO_PRIVILEGE"])
def test_a_refusal_carries_its_code(code: str) -> None:
    with pytest.raises(Refused) as caught:
        query(refusal_xml(code))
    assert caught.value.code == code


@pytest.mark.parametrize("code", ["SYSTEM_ERROR", "SESSION_TIMEOUT", ""])
def test_passing_trouble_leaves_the_outcome_open(code: str) -> None:
    with pytest.raises(Unknown):
        query(refusal_xml(code))


def test_an_unsigned_success_is_never_believed() -> None:
    sign = md5_sign({}, key="")
    unsigned = trade_xml().split(b"<sign>")[0] + b"</alipay>"
    for body in (unsigned, trade_xml().replace(b"TRADE_SUCCESS", b"TRADE_FINISHED"), unsigned + sign.encode()):
        with pytest.raises(Unknown):
            query(body)


def test_a_success_without_a_trade_is_unknown() -> None:
    with pytest.raises(Unknown, match="no trade"):
        query(DONE_XML)


def test_a_doubled_element_is_unknown() -> None:
    with pytest.raises(Unknown, match="twice"):
        query(trade_xml().replace(b"<trade>", b"<trade><total_fee>0.01</total_fee>"))


def test_an_odd_amount_is_unknown_though_signed() -> None:
    with pytest.raises(Unknown, match="amount"):
        query(trade_xml(total_fee="1e2"))


@pytest.mark.parametrize("body", [BOMB, THIEF, BOMB.decode().encode("utf-16"), BOMB.lower(), b"<!entity x>"])
def test_definitions_in_the_xml_are_refused_unexpanded(body: bytes) -> None:
    with pytest.raises(Unknown):
        query(body)


@pytest.mark.parametrize("body", [BOMB, THIEF, b"<!doctype a><alipay/>", b"<! ENTITY a><alipay/>"])
def test_definitions_are_refused_before_the_parser_sees_them(body: bytes) -> None:
    with pytest.raises(Unknown, match="definitions"):
        query(body)


def test_an_answer_beyond_the_limit_is_not_parsed() -> None:
    with pytest.raises(Unknown, match="too long"):
        query(trade_xml().replace(b"<alipay>", b"<alipay>" + b" " * 300_000))


ODD_BODIES = [b"", b"true", b"<html>", b"<alipay>", b"\xff\xfe\xff", b"<a/>", b"{}", b"x" * 300_000, b"<a>" * 50_000]


@pytest.mark.parametrize("body", ODD_BODIES)
def test_what_is_no_answer_is_unknown(body: bytes) -> None:
    with pytest.raises(Unknown):
        query(body)


def test_closing_is_done_only_on_a_positive_answer() -> None:
    instant.read_close(instant_account(), DONE_XML)
    with pytest.raises(Refused, match="TRADE_NOT_EXIST"):
        instant.read_close(instant_account(), refusal_xml("TRADE_NOT_EXIST"))
    with pytest.raises(Unknown):
        instant.read_close(instant_account(), b"<alipay/>")


def test_the_questions_name_our_number_by_the_word_of_each_service() -> None:
    asked = parse_qs(urlsplit(instant.query_url(instant_account(), NUMBER)).query)
    closing = parse_qs(urlsplit(instant.close_url(instant_account(), NUMBER)).query)
    assert (asked["service"], asked["out_trade_no"]) == (["single_trade_query"], [NUMBER])
    assert (closing["service"], closing["out_order_no"]) == (["close_trade"], [NUMBER])
    assert "out_trade_no" not in closing


def test_an_answer_about_a_trade_needs_no_notification_marks_to_match() -> None:
    assert instant.mismatches(instant_account(), query(trade_xml(seller_id=""))) == []
    assert instant.mismatches(instant_account(), query(trade_xml(seller_id="2088999999999999"))) == ["seller"]


def test_the_anti_phishing_key_is_read_from_its_answer() -> None:
    inner = b"<response><timestamp><encrypt_key>KP3</encrypt_key></timestamp></response>"
    answer = b"<alipay><is_success>T</is_success>" + inner + b"</alipay>"
    assert antiphishing.read_timestamp(instant_account(), answer) == "KP3"
    with pytest.raises(Unknown):
        antiphishing.read_timestamp(instant_account(), DONE_XML)


def test_the_anti_phishing_question_is_unsigned() -> None:
    asked = parse_qs(urlsplit(antiphishing.query_timestamp_url(instant_account())).query)
    assert asked == {"service": ["query_timestamp"], "partner": [PARTNER], "_input_charset": ["utf-8"]}
