"""The Open Platform's door (protocol.md B.2, B.7, B.9): who may ask, how a request is read, how an answer is cut."""

import base64
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from cryptography.exceptions import InvalidSignature

from simulator.tests.merchant_side import PATIENCE, Buyer, Shop
from simulator.tests.open_app import BILL, CHINA, CLOSE, PAGE, QUERY, REFUND, REFUND_QUERY, WAP, App, canonical

Fields = dict[str, str]
SERVER = [QUERY, CLOSE, REFUND, REFUND_QUERY, BILL]
NASTY = ['}},"sign":"AAAA"', '{"code":"10000"}', "a\\b\\", 'quo"te', "茶 \u2028 杯", "{[}]", "tab\there"]


def wire(app: App) -> dict[str, Any]:
    """The newest entry of the log."""
    entry: dict[str, Any] = app.simulator.read("wire")["wire"][0]
    return entry


def cut(text: str, name: str) -> str:
    """The node's text, found as B.7 says."""
    start = text.index(f'"{name}":') + len(name) + 3
    return text[start : json.JSONDecoder().raw_decode(text, start)[1]]


def resigned(app: App, fields: Fields, **changes: str) -> Fields:
    """The request with other values, truly signed."""
    changed = {name: value for name, value in (fields | changes).items() if name != "sign" and value}
    return {**changed, "sign": app.sign(canonical(changed))}


@pytest.mark.parametrize("method", SERVER)
def test_a_refusal_of_the_gateway_is_one_unsigned_node(app: App, method: str) -> None:
    fields = app.request(method, {"out_trade_no": "1"})
    answer = app.send({**fields, "sign": app.sign(b"something else")})
    told = answer.json()

    assert (answer.status_code, list(told)) == (200, ["error_response"])
    assert set(told["error_response"]) == {"code", "msg", "sub_code", "sub_msg"}
    assert told["error_response"]["code"] == "40002"


@pytest.mark.parametrize("method", SERVER)
def test_a_refusal_in_the_matter_is_a_signed_node_of_the_method(app: App, method: str) -> None:
    more = {"refund_amount": "1.00", "out_request_no": "R1", "bill_type": "all"}
    answer = app.send(app.request(method, {"out_trade_no": "1", **more}))
    name = method.replace(".", "_") + "_response"

    assert set(answer.json()) == {name, "sign"}
    app.verify(cut(answer.text, name).encode(), answer.json()["sign"])
    assert answer.json()[name]["code"] == "40004"
    assert answer.headers["Content-Type"].startswith("application/json")


@pytest.mark.parametrize("method", [PAGE, WAP])
def test_a_page_refuses_in_words_for_people(app: App, biz: Fields, method: str) -> None:
    answer = app.send({**app.request(method, biz), "sign": app.sign(b"something else")})

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "isv.invalid-signature" in answer.text and "error_response" not in answer.text


@pytest.mark.parametrize("subject", NASTY)
@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_whatever_stands_in_a_string_the_node_is_cut_right(
    app: App, biz: Fields, urls: Fields, number: str, subject: str, charset: str
) -> None:
    fields = app.request(PAGE, {**biz, "subject": subject}, charset=charset, **urls)
    Buyer(app.simulator, fields, sign=False).press("login")
    orders = set()
    for _ in range(2):
        body = app.send(app.request(QUERY, {"out_trade_no": number}, charset=charset)).content.decode(charset)
        told = json.loads(body)
        node = cut(body, "alipay_trade_query_response")
        app.verify(node.encode(charset), told["sign"])
        assert json.loads(node)["subject"] == subject.encode(charset, "replace").decode(charset)
        orders.add(tuple(told))
    assert len(orders) == 2


def test_what_the_questions_charset_lacks_is_escaped_and_signed_so(
    app: App, biz: Fields, urls: Fields, number: str
) -> None:
    Buyer(app.simulator, app.request(PAGE, {**biz, "subject": "☃ 茶"}, **urls), sign=False).press("login")
    answer = app.send(app.request(QUERY, {"out_trade_no": number}, charset="gbk"))
    node = cut(answer.content.decode("gbk"), "alipay_trade_query_response")

    assert "\\u2603" in node
    app.verify(node.encode("gbk"), answer.json()["sign"])


def test_slashes_are_escaped_and_signed_so(app: App, biz: Fields, urls: Fields, paid: Buyer) -> None:
    answer = app.send(app.request(BILL, {"bill_type": "trade", "bill_date": app.today()}))
    node = cut(answer.text, "alipay_data_dataservice_bill_downloadurl_query_response")

    assert "http:\\/\\/127.0.0.1" in node
    app.verify(node.encode(), answer.json()["sign"])
    with pytest.raises(InvalidSignature):
        app.verify(node.replace("\\/", "/").encode(), answer.json()["sign"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"app_id": "2021000000000009"}, "isv.invalid-app-id"),
        ({"method": "alipay.trade.pay"}, "isv.invalid-method"),
        ({"method": "ALIPAY.TRADE.QUERY"}, "isv.invalid-method"),
        ({"sign_type": "rsa2"}, "isv.invalid-signature-type"),
        ({"sign_type": "MD5"}, "isv.invalid-signature-type"),
        ({"timestamp": "2026-11-26T10:00:00"}, "isv.invalid-timestamp"),
        ({"timestamp": "1764122400000"}, "isv.invalid-timestamp"),
        ({"biz_content": ""}, "isv.invalid-parameter"),
        ({"biz_content": '"text"'}, "isv.invalid-parameter"),
        ({"charset": "latin-1"}, "isv.invalid-parameter"),
    ],
)
def test_each_wrong_parameter_has_its_word_though_the_signature_is_right(app: App, change: Fields, code: str) -> None:
    fields = resigned(app, app.request(QUERY, {"out_trade_no": "1"}), **change)

    assert app.send(fields).json()["error_response"]["sub_code"] == code


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("app_id", "app-id"),
        ("sign_type", "signature-type"),
        ("sign", "signature"),
        ("timestamp", "timestamp"),
        ("version", "version"),
    ],
)
@pytest.mark.parametrize("empty", [True, False])
def test_a_missing_parameter_has_a_code_of_its_own(app: App, name: str, word: str, empty: bool) -> None:
    asked = app.request(QUERY, {"out_trade_no": "1"})
    fields = resigned(app, asked, **{name: ""}) if name != "sign" else {**asked, "sign": ""}
    sent = {**fields, name: ""} if empty else {key: value for key, value in fields.items() if key != name}
    told = app.send(sent).json()["error_response"]

    assert (told["code"], told["sub_code"]) == ("40001", f"isv.missing-{word}")


@pytest.mark.parametrize("minutes", [-14, 14])
def test_clocks_may_differ_a_little(app: App, minutes: int) -> None:
    stamp = f"{datetime.now(CHINA) + app.skip + timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S}"
    fields = resigned(app, app.request(QUERY, {"out_trade_no": "1"}), timestamp=stamp)

    assert "alipay_trade_query_response" in app.send(fields).json()


@pytest.mark.parametrize("hours", [-8, -0.26, 0.26, 1])
def test_a_timestamp_is_chinas_time(app: App, hours: float) -> None:
    """Minus eight hours is what a server sends that writes UTC."""
    stamp = f"{datetime.now(CHINA) + app.skip + timedelta(hours=hours):%Y-%m-%d %H:%M:%S}"
    fields = resigned(app, app.request(QUERY, {"out_trade_no": "1"}), timestamp=stamp)

    assert app.send(fields).json()["error_response"]["sub_code"] == "isv.invalid-timestamp"


def test_a_recorded_request_cannot_be_sent_again_much_later(app: App, page: Buyer, number: str) -> None:
    page.press("login")
    recorded = app.request(CLOSE, {"out_trade_no": number})
    app.forward(16 * 60)

    assert app.send(recorded).json()["error_response"]["sub_code"] == "isv.invalid-timestamp"
    assert app.simulator.status(number) == "WAIT_BUYER_PAY"


@pytest.mark.parametrize(
    "damage",
    [
        lambda sign: "!!!!",
        lambda sign: sign[:-4],
        lambda sign: sign[::-1],
        lambda sign: f" {sign}",
        lambda sign: sign.replace("=", ""),
        lambda sign: base64.urlsafe_b64encode(base64.b64decode(sign)).decode() + "-_",
        lambda sign: base64.b64encode(b"\0" * 256).decode(),
        lambda sign: base64.b64encode(base64.b64decode(sign) + b"\0").decode(),
        lambda sign: sign * 9,
    ],
)
def test_a_damaged_signature_is_refused_calmly(app: App, damage: Callable[[str], str]) -> None:
    fields = app.request(QUERY, {"out_trade_no": "1"})
    told = app.send({**fields, "sign": damage(fields["sign"])}).json()

    assert told["error_response"]["sub_code"] == "isv.invalid-signature"


def test_the_signature_covers_the_bytes_of_the_named_charset(app: App) -> None:
    fields = app.request(QUERY, json.dumps({"out_trade_no": "茶"}, ensure_ascii=False), charset="GBK")
    right = {**fields, "sign": app.sign(canonical({**fields, "sign": ""}).decode().encode("gbk"))}
    address = f"{app.simulator.url}/gateway.do"
    answers = [
        requests.get(f"{address}?{urlencode(sent, encoding='gbk')}", timeout=PATIENCE).content.decode("gbk")
        for sent in (right, fields)
    ]

    assert "ACQ.TRADE_NOT_EXIST" in answers[0]
    assert "isv.invalid-signature" in answers[1], "the same text signed as utf-8"
    assert wire(app)["canonical"].startswith('app_id=2021000000000001&biz_content={"out_trade_no": "茶"}&charset=GBK')


@pytest.mark.parametrize(
    ("twice", "refused"), [(("method", CLOSE), True), (("charset", "gbk"), True), (("format", "JSON"), False)]
)
def test_a_field_in_address_and_form_has_one_value(app: App, twice: tuple[str, str], refused: bool) -> None:
    fields = app.request(QUERY, {"out_trade_no": "1"}, format="JSON")
    address = f"{app.simulator.url}/gateway.do?{urlencode([twice])}"
    told = requests.post(address, fields, timeout=PATIENCE).json()

    assert ("error_response" in told) == refused


@pytest.mark.parametrize(
    "biz", [{"trade_no": 1}, {"out_trade_no": None}, {"out_trade_no": ["1"]}, {"x": {"y": []}}, {}]
)
def test_a_content_of_other_kinds_finds_no_trade(app: App, biz: dict[str, object]) -> None:
    assert app.ask(QUERY, **biz)["sub_code"] == "ACQ.TRADE_NOT_EXIST"


def test_numbers_in_the_content_count_as_their_text(app: App, biz: dict[str, Any], urls: Fields, shop: Shop) -> None:
    content = json.dumps({**biz, "total_amount": 88.5, "out_trade_no": 123})
    Buyer(app.simulator, app.request(PAGE, content, **urls), sign=False).press("pay")

    assert (shop.wait(1)[0]["total_amount"], shop.wait(1)[0]["out_trade_no"]) == ("88.50", "123")


@pytest.mark.parametrize(("mode", "door"), [(4, "/frame/"), (2, "/cashier/"), ("4", "/frame/")])
def test_a_mode_may_be_written_as_a_number(app: App, biz: dict[str, Any], mode: object, door: str) -> None:
    content = json.dumps({**biz, "qr_pay_mode": mode, "qrcode_width": 200})

    assert app.send(app.request(PAGE, content)).headers["Location"].startswith(door)
