"""What alipay_verify says: the verdict by the shop's own code, and the mistake in words."""

import hashlib
import json
from typing import Any
from urllib.parse import quote_plus

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from payments.alipay import wire
from payments.alipay.explain import explain
from payments.alipay.record import Unreadable
from payments.alipay.tests.factories import (
    APP_KEY,
    GATEWAY_KEY,
    MD5_KEY,
    answer,
    joined,
    md5_sign,
    open_told,
    rsa_sign,
    told,
    vector,
)

SPKI = PublicFormat.SubjectPublicKeyInfo
ALIPAY_PEM = GATEWAY_KEY.public_key().public_bytes(Encoding.PEM, SPKI).decode()
APP_PUBLIC_PEM = APP_KEY.public_key().public_bytes(Encoding.PEM, SPKI).decode()
APP_PEM = APP_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
MD5_RULE = "drop sign and sign_type, drop empty values, sort by key bytes, join k=v with &, no url-encoding"
REQUEST_RULE = "drop only sign (sign_type stays), drop empty values, sort, join, no url-encoding"
TOLD_RULE = "drop sign and sign_type, sort, join the url-decoded values"


def said(record: dict[str, Any]) -> tuple[bool, str]:
    verdict = explain(record)
    return verdict.accepted, "\n".join(verdict.lines)


def legacy(sign: str, *, charset: str = "utf-8", kind: str = "notify-verify", **changes: str) -> dict[str, Any]:
    params = told(**changes) | {"sign": sign, "sign_type": "MD5"}
    return {"kind": kind, "protocol": "mapi", "sign_type": "MD5", "charset": charset, "key": {"md5_key": MD5_KEY},
            "rule": MD5_RULE, "params": params}  # fmt: skip


def opened(sign: str, fields: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    params = (fields or open_told()) | {"sign": sign, "sign_type": "RSA2"}
    return {"kind": "notify-verify", "protocol": "openapi-v2", "sign_type": "RSA2", "charset": "utf-8",
            "key": {"public_key_pem": ALIPAY_PEM}, "rule": TOLD_RULE, "params": params} | more  # fmt: skip


def answered(body: bytes, charset: str = "utf-8", **more: Any) -> dict[str, Any]:
    return {"kind": "response-verify", "protocol": "openapi-v2", "sign_type": "RSA2", "charset": charset,
            "key": {"public_key_pem": ALIPAY_PEM}, "body": body.decode(charset)} | more  # fmt: skip


def test_what_is_accepted_is_shown_with_its_string_key_and_charset() -> None:
    accepted, text = said(legacy(md5_sign(told())))
    assert accepted
    for part in (
        "notify-verify, mapi, charset utf-8",
        joined(told()),
        "the shared MD5 key",
        "sign, sign_type",
        "Accepted.",
    ):
        assert part in text


def test_no_key_is_ever_shown() -> None:
    own = {"private_key_pem": APP_PEM, "public_key_pem": ALIPAY_PEM, "md5_key": MD5_KEY}
    for record in (legacy("0" * 32), opened("AAAA", key=own)):
        text = said(record)[1]
        assert MD5_KEY not in text
        assert APP_PEM.splitlines()[1] not in text


def retyped(digest: hashes.HashAlgorithm) -> str:
    return rsa_sign(joined(open_told()).encode(), digest=digest)


def unsorted_sign() -> str:
    text = "&".join(f"{name}={value}" for name, value in told().items())
    return hashlib.md5((text + MD5_KEY).encode()).hexdigest()


def quoted_sign() -> str:
    return md5_sign({name: quote_plus(value) for name, value in told().items()})


def with_blanks_sign() -> str:
    fields = told(body="")
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
    return hashlib.md5((text + MD5_KEY).encode()).hexdigest()


def keyed_sign() -> str:
    return hashlib.md5(f"{joined(told())}&key={MD5_KEY}".encode()).hexdigest()


def plussed() -> str:
    return next(sign for sign in (rsa_sign(f"{n}".encode()) for n in range(99)) if "+" in sign)


def type_signed() -> str:
    return rsa_sign(joined(open_told() | {"sign_type": "RSA2"}).encode())


MISTAKES = {
    "upper": (legacy(md5_sign(told()).upper()), "upper case"),
    "other charset": (legacy(md5_sign(told(), "gbk")), "signed in gbk, not in utf-8"),
    "utf-8 for gbk": (legacy(md5_sign(told()), charset="gbk"), "signed in utf-8, not in gbk"),
    "unsorted": (legacy(unsorted_sign()), "sorted by name"),
    "quoted": (legacy(quoted_sign()), "url-encoded before"),
    "blanks": (legacy(with_blanks_sign(), body=""), "Empty values were signed"),
    "&key=": (legacy(keyed_sign()), "appends the bare key"),
    "own parameter": (legacy(md5_sign(told()), utm="x"), "The field utm is not Alipay's"),
    "decoded twice": (legacy(md5_sign(told()), subject="茶壶 A B & C=1"), "decoded twice"),
    "unsigned": (legacy(""), "no signature"),
    "changed": (legacy(md5_sign(told()), total_fee="0.01"), "content was changed"),
    "sha-1": (opened(retyped(hashes.SHA1())), "signed by RSA, but RSA2 was agreed"),
    "type left in": (opened(type_signed()), "holds with sign_type"),
    "type left out": (opened(retyped(hashes.SHA256()), rule=REQUEST_RULE), "holds without sign_type"),
    "own key": (
        opened("AAAA", key={"public_key_pem": APP_PUBLIC_PEM, "private_key_pem": APP_PEM}),
        "application's own private key",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_common_mistake_is_named(name: str) -> None:
    record, words = MISTAKES[name]
    accepted, text = said(record)
    assert not accepted
    assert words in text


def test_a_signature_whose_plus_became_a_space_is_named() -> None:
    n = next(n for n in range(99) if "+" in rsa_sign(joined(open_told(notify_id=str(n))).encode()))
    fields = open_told(notify_id=str(n))
    accepted, text = said(opened(rsa_sign(joined(fields).encode()).replace("+", " "), fields))
    assert not accepted
    assert "+ signs of the signature became spaces" in text


@pytest.mark.parametrize("serial", ["", "ab12"])
@pytest.mark.parametrize("sign_type", ["RSA", "RSA2"])
def test_open_platform_notifications_are_judged_in_both_digests(sign_type: str, serial: str) -> None:
    fields = open_told(**({"alipay_cert_sn": serial} if serial else {}))
    digest = hashes.SHA1() if sign_type == "RSA" else hashes.SHA256()
    sign = rsa_sign(joined(fields, "alipay_cert_sn").encode(), digest=digest)
    record = opened(sign, fields, sign_type=sign_type)
    record["params"]["sign_type"] = sign_type
    assert said(record)[0]


def test_the_type_named_in_the_message_must_be_the_agreed_one() -> None:
    record = opened(retyped(hashes.SHA1()), sign_type="RSA2")
    record["params"]["sign_type"] = "RSA"
    accepted, text = said(record)
    assert not accepted
    assert "names RSA, but RSA2 was agreed" in text


def test_a_notification_that_is_no_trades_is_signed_with_its_type() -> None:
    fields = open_told(notify_type="servicemarket_order_notify")
    sign = rsa_sign(joined(fields | {"sign_type": "RSA2"}).encode())
    assert said(opened(sign, fields, rule="drop only sign, sort, join the url-decoded values"))[0]
    assert not said(opened(sign, fields))[0]


def test_a_genuine_message_with_another_recorded_string_is_not_agreed() -> None:
    record = opened(retyped(hashes.SHA256())) | {"string_to_sign": joined(open_told() | {"sign_type": "RSA2"})}
    accepted, text = said(record)
    assert not accepted
    assert "the record says that this was signed" in text


@pytest.mark.parametrize("charset", ["gbk", "GBK", "gb2312", "utf-8"])
def test_what_was_sent_alone_is_enough_in_every_charset(charset: str) -> None:
    fields = told() | {"_input_charset": charset}
    sealed = fields | {"sign": md5_sign(fields, charset), "sign_type": "MD5"}
    sent = wire.write_form(sealed, charset)
    record = legacy("", charset=charset, kind="request-sign") | {"params": {}}
    assert said(record | {"wire": f"https://mapi.alipay.com/gateway.do?{sent}#top"})[0]
    assert said(record | {"wire": sent})[0]
    assert not said(record | {"wire": sent.replace("168.00", "168.01")})[0]


def test_the_charset_is_taken_from_the_message_where_the_record_names_none() -> None:
    record = legacy(md5_sign(told(_input_charset="gbk"), "gbk"), _input_charset="gbk")
    del record["charset"]
    assert said(record)[0]


def test_a_request_is_signed_anew_with_the_private_key() -> None:
    fields = {"app_id": "1", "method": "alipay.trade.query", "sign_type": "RSA2", "biz_content": '{"a":"茶"}', "x": ""}
    sign = rsa_sign(joined(fields).encode(), APP_KEY)
    record = opened(sign, fields, kind="request-sign", rule=REQUEST_RULE, key={"private_key_pem": APP_PEM})
    assert said(record)[0]
    record["params"]["biz_content"] = '{"a":"壶"}'
    assert not said(record)[0]


def test_a_request_signed_by_the_old_rule_is_not_agreed() -> None:
    fields = {"app_id": "1", "method": "alipay.trade.query"}
    sign = rsa_sign(joined(fields).encode(), APP_KEY)
    accepted, text = said(opened(sign, fields, kind="request-sign", rule="", key={"public_key_pem": APP_PUBLIC_PEM}))
    assert not accepted
    assert "holds without sign_type" in text


def test_only_the_string_and_its_signature_are_enough() -> None:
    text = "b=2&a=1"
    record = {"kind": "request-sign", "protocol": "openapi-v2", "sign_type": "RSA2", "string_to_sign": text,
              "key": {"private_key_pem": APP_PEM}}  # fmt: skip
    assert said(record | {"expected": {"sign": rsa_sign(text.encode(), APP_KEY)}})[0]
    assert said(record | {"sign": rsa_sign(text.encode(), APP_KEY)})[0]
    assert not said(record | {"expected": {"sign": rsa_sign(b"a=1&b=2", APP_KEY)}})[0]


def test_two_signatures_that_differ_are_not_agreed() -> None:
    record = legacy(md5_sign(told())) | {"expected": {"sign": "0" * 32}}
    assert "not the one in the message" in said(record)[1]


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_answers_are_judged_in_every_charset(charset: str) -> None:
    assert said(answered(answer("alipay.trade.query", charset, subject="茶 } { \\/"), charset))[0]


def test_an_answer_with_its_signature_first_is_judged() -> None:
    node = '{"code":"10000","subject":"},\\"sign\\":\\"x\\""}'
    body = f'{{"sign":"{rsa_sign(node.encode())}","alipay_cert_sn":"a","alipay_trade_query_response":{node}}}'
    assert said(answered(body.encode()))[0]


def test_a_signed_error_is_accepted_and_an_unsigned_one_not() -> None:
    node = '{"code":"40002","sub_code":"isv.invalid-signature"}'
    signed = f'{{"error_response":{node},"sign":"{rsa_sign(node.encode())}"}}'
    assert said(answered(signed.encode()))[0]
    accepted, text = said(answered(f'{{"error_response":{node}}}'.encode()))
    assert not accepted
    assert "carries no signature" in text


def test_an_answer_in_sha1_is_named() -> None:
    node = '{"code":"10000"}'
    sign = rsa_sign(node.encode(), digest=hashes.SHA1())
    assert "signed by RSA, but RSA2" in said(answered(f'{{"a_response":{node},"sign":"{sign}"}}'.encode()))[1]


def test_an_answer_with_a_doubled_node_is_rejected() -> None:
    body = answer("alipay.trade.query").replace(b"{", b'{"alipay_trade_query_response":{"code":"10000"},', 1)
    assert not said(answered(body))[0]


def test_without_a_key_the_cut_is_compared() -> None:
    record = answered(answer("alipay.trade.query"), key=None)
    assert said(record)[0]
    assert said(record | {"expected": {"signed_substring": '{"code":"10000","msg":"Success"}'}})[0]
    assert not said(record | {"expected": {"signed_substring": "{}"}})[0]


def test_an_answer_of_version_three_is_judged_by_its_headers() -> None:
    body = '{"trade_no":"1"}'
    sign = rsa_sign(f"1795378088076\nabc\n{body}\n".encode())
    headers = {"Alipay-Timestamp": "1795378088076", "alipay-nonce": "abc", "alipay-signature": sign}
    record = answered(body.encode(), protocol="openapi-v3", http={"headers": headers})
    assert said(record)[0]
    assert not said(record | {"body": body + " "})[0]


def test_a_query_string_is_part_of_a_version_three_request() -> None:
    auth = "app_id=1,nonce=n,timestamp=1"
    sign = rsa_sign(f"{auth}\nGET\n/v3/x?a=1\n\n".encode(), APP_KEY)
    http = {"method": "get", "url": "https://openapi.alipay.com/v3/x?a=1",
            "headers": {"Authorization": f"ALIPAY-SHA256withRSA {auth},sign={sign}"}}  # fmt: skip
    record = {"kind": "request-sign", "protocol": "openapi-v3", "sign_type": "RSA2", "http": http,
              "key": {"private_key_pem": APP_PEM}}  # fmt: skip
    assert said(record)[0]
    assert not said(record | {"http": http | {"method": "POST"}})[0]
    assert not said(record | {"http": http | {"headers": {}}})[0]


def test_a_wap_message_is_judged_by_its_fields_in_their_own_order() -> None:
    fields = {"service": "alipay.wap.trade.create.direct", "v": "1.0", "sec_id": "MD5", "notify_data": "<notify/>"}
    text = "&".join(f"{name}={value}" for name, value in fields.items())
    sign = hashlib.md5((text + MD5_KEY).encode()).hexdigest()
    record = legacy("") | {"protocol": "mapi-wap1", "params": fields | {"sign": sign}}
    assert said(record)[0]
    assert not said(record | {"params": fields | {"sign": md5_sign(fields)}})[0]
    assert "names RSA" in said(record | {"params": fields | {"sign": sign, "sec_id": "RSA"}})[1]


def test_a_recorded_string_that_a_version_three_request_does_not_sign_is_not_agreed() -> None:
    record = vector("gen-nodesdk-v3-request-0")
    assert "not what this message signs" in said(record | {"string_to_sign": record["string_to_sign"] + "\n"})[1]


def test_a_message_that_its_charset_cannot_hold_is_rejected_with_a_reason() -> None:
    accepted, text = said(legacy("0" * 32, charset="gbk", subject="🍵"))
    assert not accepted
    assert "does not exist in the charset" in text


def test_a_character_that_other_charsets_lack_does_not_stop_the_guessing() -> None:
    assert "content was changed" in said(legacy("0" * 32, subject="🍵"))[1]


def test_a_changed_answer_is_rejected_without_a_guess() -> None:
    body = answer("alipay.trade.query", total_amount="1.00").replace(b"1.00", b"2.00")
    assert "content was changed" in said(answered(body))[1]


def test_a_serial_is_recomputed_and_compared() -> None:
    record = vector("cert-yansongda-app")
    assert "Agreed." in said(record)[1]
    assert not said(record | {"expected": {"value": "0" * 32}})[0]
    assert said(record | {"expected": {}})[0]
    assert not said(record | {"certificate_pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"})[0]


@pytest.mark.parametrize("key", [{}, {"md5_key": "x"}, {"public_key_pem": "x"}])
def test_a_missing_or_broken_key_accepts_nothing(key: dict[str, str]) -> None:
    assert not said(opened(retyped(hashes.SHA256()), key=key))[0]


def test_an_unknown_type_of_signature_accepts_nothing() -> None:
    assert not said(opened(retyped(hashes.SHA256()), sign_type="DSA"))[0]


UNREADABLE: list[Any] = [
    None,
    [],
    {},
    {"kind": "other"},
    {"kind": ["x"]},
    {"kind": "cert-sn"},
    {"kind": "response-verify"},
    {"kind": "request-sign", "sign_type": "MD5", "key": {"md5_key": "k"}},
    {"kind": "notify-verify", "params": {"a": 1}},
    {"kind": "notify-verify", "params": ["a"]},
    {"kind": "notify-verify", "wire": 5},
    {"kind": "request-sign", "string_to_sign": "a=1", "sign_type": "MD5", "key": {"md5_key": "k"}},
]


@pytest.mark.parametrize("data", UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_is_no_record_is_unreadable(data: Any) -> None:
    with pytest.raises(Unreadable):
        explain(data)


def test_every_vector_survives_a_round_through_json() -> None:
    record = vector("gen-official-py-page_pay_RSA2_GBK")
    assert said(json.loads(json.dumps(record)))[0]
