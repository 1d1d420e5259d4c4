"""The signed text of an answer is found exactly, whatever stands around or inside it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.alipay import answers, openapi
from payments.alipay.errors import BadSignature, Malformed, Refused, Unknown
from payments.alipay.openapi import QUERY
from payments.alipay.signing import RsaSigner
from payments.alipay.tests.factories import APP_KEY, GATEWAY_KEY, answer, envelope, open_account, rsa_sign

NODE = "alipay_trade_query_response"
SIGNER = RsaSigner(APP_KEY, GATEWAY_KEY.public_key())
TRICKY = [
    r'{"code":"10000","subject":"a } b { \"c\" \/ d"}',
    r'{"code":"10000","subject":"\",\"sign\":\"x\"}"}',
    r'{"code":"10000","sign":"inner","alipay_cert_sn":"inner"}',
    r'{"code":"10000","nested":{"a":[{"b":"}"},"]"]},"n":1.50}',
    r'{"code":"10000","alipay_trade_query_response":{"code":"40004"}}',
    r'{ "code" : "10000" , "subject" : "\\" }',
    r'{"code":"10000","subject":"\u8336\/\ud83c\udf75"}',
    "{}",
]
SIGN = "c2ln"
LAYOUTS = [
    '{{"{name}":{node},"sign":"{sign}"}}',
    '{{"sign":"{sign}","{name}":{node}}}',
    '{{"{name}":{node},"alipay_cert_sn":"ab12","sign":"{sign}"}}',
    '{{"alipay_cert_sn":"ab12","sign":"{sign}","{name}":{node}}}',
    '\n {{ "{name}"\n :\t{node} ,\r\n "sign" : "{sign}" }} \n',
]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("node", TRICKY)
def test_the_node_is_cut_as_it_came_in_every_layout(node: str, layout: str) -> None:
    found = answers.cut(layout.format(name=NODE, node=node, sign=SIGN).encode(), "utf-8")
    assert (found.name, found.text, found.sign) == (NODE, node, SIGN)
    assert found.cert_sn == ("ab12" if "ab12" in layout else "")


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=5), st.booleans())
def test_any_node_is_cut_exactly(members: dict[str, str], escaped: bool) -> None:
    node = json.dumps(members, ensure_ascii=escaped).replace("/", "\\/").encode("utf-8", "replace").decode()
    assert answers.cut(f'{{"sign":"x","{NODE}":{node}}}'.encode(), "utf-8").text == node


def test_a_node_in_gbk_is_cut_by_characters_not_bytes() -> None:
    # The trail bytes of these characters are those of a backslash and a brace.
    tricky = b"\x81\x5c\x81\x7b\x81\x7d".decode("gbk")
    node = f'{{"code":"10000","subject":"{tricky}"}}'
    found = answers.cut(envelope(NODE, node, "gbk"), "gbk")
    answers.verify(SIGNER, found, "gbk")
    assert found.text == node


FORGED = '{"code":"10000","trade_status":"TRADE_SUCCESS"}'
TWICE = [
    f'{{"{NODE}":{{}},"sign":"{SIGN}","{NODE}":{FORGED}}}',
    f'{{"{NODE}":{FORGED},"{NODE}":{{}},"sign":"{SIGN}"}}',
    f'{{"{NODE}":{{}},"sign":"x","sign":"{SIGN}"}}',
    f'{{"{NODE}":{{}},"\\u0061lipay_trade_query_response":{FORGED},"sign":"{SIGN}"}}',
    f'{{"{NODE}":{{}},"error_response":{FORGED},"sign":"{SIGN}"}}',
]


@pytest.mark.parametrize("body", TWICE)
def test_a_member_that_comes_twice_is_refused(body: str) -> None:
    with pytest.raises(Malformed):
        answers.cut(body.encode(), "utf-8")


ODD = [
    *("", "null", "[]", "true", '"x"', "{", "{}", '{"a"}', '{"a":}', '{"a":1,}', '{,"a":1}', '{"a":1 "b":2}', "{1:2}"),
    *('{"sign":"x"}', '{"a_response":[],"sign":"x"}', '{"a_response":"{}","sign":"x"}', '{"a_response":{},"sign":{}}'),
    *('{"a_response":{},"sign":1}', '{"a_response":{},"sign":"x"}{"b":1}', '{"a_response":{"b":', '{"a_response":{}'),
    '{"a_response":' + "[" * 100_000 + "}",
    '{"a_response":{"n":' + "9" * 5000 + '},"sign":"x"}',
    "<html>502</html>",
]


@pytest.mark.parametrize("body", ODD)
def test_what_is_no_answer_is_malformed(body: str) -> None:
    with pytest.raises(Malformed):
        answers.cut(body.encode(), "utf-8")


def test_bytes_outside_the_charset_are_malformed() -> None:
    with pytest.raises(Malformed):
        answers.cut(answer(QUERY, "gbk", subject="茶"), "utf-8")


@pytest.mark.parametrize("sign", ["", " ", "é", "!!!!", SIGN])
def test_a_node_without_a_good_signature_is_refused(sign: str) -> None:
    with pytest.raises(BadSignature):
        answers.verify(SIGNER, answers.SignedNode(NODE, FORGED, sign, ""), "utf-8")


def test_one_changed_character_breaks_the_signature() -> None:
    body = answer(QUERY, total_amount="168.00").replace(b"168.00", b"168.01")
    with pytest.raises(BadSignature):
        answers.verify(SIGNER, answers.cut(body, "utf-8"), "utf-8")


def test_members_of_a_verified_answer_are_read() -> None:
    members = answers.read(lambda _: SIGNER, QUERY, answer(QUERY, subject="茶/壶"), "utf-8")
    assert (members["code"], members["subject"]) == ("10000", "茶/壶")


def error(name: str = NODE, **members: str) -> bytes:
    return envelope(name, json.dumps({"msg": "no"} | members))


@pytest.mark.parametrize("name", [NODE, "error_response"])
def test_a_signed_refusal_carries_its_most_exact_code(name: str) -> None:
    body = error(name, code="40004", sub_code="ACQ.TRADE_HAS_CLOSE", sub_msg="closed")
    with pytest.raises(Refused) as caught:
        answers.read(lambda _: SIGNER, QUERY, body, "utf-8")
    assert (caught.value.code, str(caught.value)) == ("ACQ.TRADE_HAS_CLOSE", "ACQ.TRADE_HAS_CLOSE closed")


def test_a_refusal_without_sub_code_carries_the_code() -> None:
    with pytest.raises(Refused, match="40006 no"):
        answers.read(lambda _: SIGNER, QUERY, error(code="40006"), "utf-8")


OPEN_OUTCOMES = [
    error(code="20000", sub_code="isp.unknow-error"),
    error(code="40004", sub_code="ACQ.SYSTEM_ERROR"),
    error(code="40004", sub_code="AQC.SYSTEM_ERROR"),
    error(),
    answer("alipay.trade.close"),
    f'{{"{NODE}":{FORGED}}}'.encode(),
    f'{{"{NODE}":{FORGED},"sign":"{SIGN}"}}'.encode(),
    b'{"error_response":{"code":"40004","sub_code":"ACQ.TRADE_NOT_EXIST"}}',
    b"<html>502</html>",
    b"",
]


@pytest.mark.parametrize("body", OPEN_OUTCOMES)
def test_an_untrustworthy_or_passing_answer_leaves_the_outcome_open(body: bytes) -> None:
    with pytest.raises(Unknown):
        answers.read(lambda _: SIGNER, QUERY, body, "utf-8")


def test_an_answer_signed_by_another_key_leaves_the_outcome_open() -> None:
    body = f'{{"{NODE}":{FORGED},"sign":"{rsa_sign(FORGED.encode(), APP_KEY)}"}}'.encode()
    with pytest.raises(Unknown, match="does not match"):
        answers.read(lambda _: SIGNER, QUERY, body, "utf-8")


@pytest.mark.parametrize(("named", "believed"), [("ab12", True), ("", True), ("ffff", False)])
def test_in_certificate_mode_another_certificate_is_not_believed(named: str, believed: bool) -> None:
    account = open_account(app_cert_sn="aa", root_cert_sn="bb", alipay_cert_sn="ab12")
    node = json.dumps({"code": "10000", "trade_status": "TRADE_SUCCESS", "total_amount": "1.00"})
    sign = rsa_sign(node.encode())
    body = f'{{"{NODE}":{node},"alipay_cert_sn":"{named}","sign":"{sign}"}}'.encode()
    if believed:
        assert openapi.read_query(account, body).paid
    else:
        with pytest.raises(Unknown, match="names a certificate"):
            openapi.read_query(account, body)


def test_members_become_texts_and_lists_stay_json() -> None:
    assert answers.fields_of({"a": "1", "b": [{"c": 1}], "d": 2}) == {"a": "1", "b": '[{"c": 1}]', "d": "2"}


def test_a_nul_in_an_answer_is_refused() -> None:
    with pytest.raises(Unknown):
        answers.fields_of({"a": "1\x002"})
