"""The Open Platform beside the legacy service: the same trades, RSA2, JSON answers signed on their raw text."""

from datetime import datetime, timedelta

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa

from simulator.tests.merchant_side import PARTNER, Buyer, Shop
from simulator.tests.open_app import APP, CHINA, PAGE, WAP, App, canonical


def test_a_page_payment_goes_the_whole_way(app: App, page: Buyer, shop: Shop, number: str) -> None:
    page.press("login")
    address = page.press("pay").headers["Location"]
    back, told = shop.read(address.split("?")[1].encode()), shop.wait(1)[0]

    app.verify(canonical(told, "sign", "sign_type"), told["sign"])
    app.verify(canonical(back, "sign", "sign_type"), back["sign"])
    assert (told["trade_status"], told["total_amount"], told["app_id"]) == ("TRADE_SUCCESS", "88.00", APP)
    assert back["method"] == f"{PAGE}.return"
    assert "trade_status" not in back and "notify_id" not in back
    assert (back["out_trade_no"], back["seller_id"]) == (number, PARTNER)


def test_a_phone_pays_by_wap(app: App, biz: dict[str, str], urls: dict[str, str]) -> None:
    wap = {**biz, "product_code": "QUICK_WAP_WAY", "quit_url": urls["return_url"]}

    assert app.send(app.request(WAP, wap, **urls)).status_code == 302
    assert "product_code is QUICK_WAP_WAY" in app.send(app.request(WAP, biz, **urls)).text


def test_a_query_knows_the_trade_once_the_buyer_logged_in(app: App, page: Buyer, number: str) -> None:
    method = "alipay.trade.query"
    before = app.ask(method, out_trade_no=number)
    page.press("login")
    after = app.ask(method, out_trade_no=number)

    assert (before["code"], before["sub_code"]) == ("40004", "ACQ.TRADE_NOT_EXIST")
    assert (after["code"], after["trade_status"], after["total_amount"]) == ("10000", "WAIT_BUYER_PAY", "88.00")
    assert app.ask(method, trade_no=after["trade_no"])["out_trade_no"] == number
    assert app.ask(method)["sub_code"] == "ACQ.TRADE_NOT_EXIST"


def test_members_come_in_either_order(app: App) -> None:
    texts = [app.send(app.request("alipay.trade.query", {"out_trade_no": "1"})).text for _ in range(2)]

    assert sorted(text.startswith('{"sign"') for text in texts) == [False, True]


def test_only_a_waiting_trade_is_closed(app: App, page: Buyer, number: str) -> None:
    method = "alipay.trade.close"
    assert app.ask(method, out_trade_no=number)["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    page.press("login")

    assert app.ask(method, out_trade_no=number)["code"] == "10000"
    assert app.ask(method, out_trade_no=number)["sub_code"] == "ACQ.REASON_TRADE_STATUS_INVALID"


def test_a_late_page_can_no_longer_be_paid(app: App, biz: dict[str, str], urls: dict[str, str]) -> None:
    soon = f"{datetime.now(CHINA) + app.skip + timedelta(minutes=5):%Y-%m-%d %H:%M:%S}"
    page = Buyer(app.simulator, app.request(PAGE, {**biz, "time_expire": soon}, **urls), sign=False)
    page.press("login")
    app.forward(5 * 60)

    assert "TRADE_NOT_ALLOWED_PAY" in page.press("pay").text


@pytest.mark.parametrize(("name", "value", "code"), [
    ("app_id", "1", "isv.invalid-app-id"),
    ("method", "alipay.trade.nothing", "isv.invalid-method"),
    ("sign_type", "RSA", "isv.invalid-signature-type"),
    ("timestamp", "2020-01-01 00:00:00", "isv.invalid-timestamp"),
    ("timestamp", "yesterday", "isv.invalid-timestamp"),
    ("biz_content", "[]", "isv.invalid-parameter"),
    ("biz_content", "{", "isv.invalid-parameter"),
])  # fmt: skip
def test_a_refused_question_is_not_signed(app: App, name: str, value: str, code: str) -> None:
    fields = app.request("alipay.trade.query", {"out_trade_no": "1"})
    del fields["sign"]
    changed = {**fields, name: value}
    told = app.send({**changed, "sign": app.sign(canonical(changed))}).json()

    assert list(told) == ["error_response"]
    assert (told["error_response"]["code"], told["error_response"]["sub_code"]) == ("40002", code)


def test_another_key_is_refused_with_the_expected_string(app: App, biz: dict[str, str]) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    fields = app.request(PAGE, biz)
    unsigned = {name: value for name, value in fields.items() if name != "sign"}
    page = app.send({**unsigned, "sign": app.sign(canonical(unsigned), stranger)}).text

    assert "<title>isv.invalid-signature" in page
    assert "sign_type=RSA2&amp;timestamp=" in page


def test_a_signature_that_leaves_sign_type_out_is_recognised(app: App) -> None:
    fields = app.request("alipay.trade.query", {"out_trade_no": "1"})
    told = app.send({**fields, "sign": app.sign(canonical(fields, "sign", "sign_type"))}).json()

    assert "sign_type" in told["error_response"]["sub_msg"]


@pytest.mark.parametrize(("name", "value", "code"), [
    ("out_trade_no", "a-b", "ACQ.INVALID_PARAMETER"),
    ("total_amount", "0.00", "ACQ.INVALID_PARAMETER"),
    ("total_amount", "1e2", "ACQ.INVALID_PARAMETER"),
    ("subject", "a=b", "ACQ.INVALID_PARAMETER"),
    ("subject", "", "ACQ.INVALID_PARAMETER"),
    ("product_code", "QUICK_WAP_PAY", "ACQ.INVALID_PARAMETER"),
    ("time_expire", "soon", "ACQ.INVALID_PARAMETER"),
    ("timeout_express", "1.5h", "ACQ.INVALID_PARAMETER"),
    ("seller_id", "2088000000000009", "ACQ.INVALID_RECEIVE_ACCOUNT"),
])  # fmt: skip
def test_a_wrong_order_is_refused(app: App, biz: dict[str, str], name: str, value: str, code: str) -> None:
    assert f"<title>{code} " in app.send(app.request(PAGE, {**biz, name: value})).text


@pytest.mark.parametrize("period", ["90m", "1c"])
def test_a_relative_deadline_runs_from_the_login(app: App, biz: dict[str, str], period: str) -> None:
    Buyer(app.simulator, app.request(PAGE, {**biz, "timeout_express": period}), sign=False).press("login")

    assert app.simulator.read("trades")["trades"][0]["expires"]


def test_only_this_machine_is_called(app: App, biz: dict[str, str]) -> None:
    assert "loopback" in app.send(app.request(PAGE, biz, notify_url="http://192.0.2.1/")).text


def test_one_number_is_one_product(
    app: App, biz: dict[str, str], urls: dict[str, str], page: Buyer, number: str
) -> None:
    wap = {**biz, "product_code": "QUICK_WAP_WAY"}
    assert app.send(app.request(WAP, wap, **urls)).status_code == 302, "nobody has logged in yet"
    page.press("login")

    assert "<title>ACQ.CONTEXT_INCONSISTENT" in app.send(app.request(WAP, wap, **urls)).text
    assert app.ask("alipay.trade.close", out_trade_no=number)["code"] == "10000"
    assert app.send(app.request(WAP, {**wap, "out_trade_no": f"{number}2"}, **urls)).status_code == 302


def test_one_number_means_one_deal(app: App, biz: dict[str, str], page: Buyer) -> None:
    page.press("login")

    assert "<title>ACQ.CONTEXT_INCONSISTENT" in app.send(app.request(PAGE, {**biz, "total_amount": "1.00"})).text


def test_12_only_real_forgeries_are_sent(app: App, page: Buyer, shop: Shop) -> None:
    shop.says = [(200, b"fail")] * 2
    page.press("pay", scenario="12")

    for told in shop.wait(2):
        with pytest.raises(InvalidSignature):
            app.verify(canonical(told, "sign", "sign_type"), told["sign"])
    assert app.simulator.read("settings")["pending"] == 0 and len(shop.bodies) == 2


def test_forged_messages_speak_its_words(app: App, page: Buyer, shop: Shop) -> None:
    shop.says = [(200, b"fail")] * 3
    page.press("login")
    page.press("pay", scenario="11")
    lies = shop.wait(3)

    right = ("88.00", PARTNER, APP)
    told = [(lie["total_amount"], lie["seller_id"], lie["app_id"]) for lie in lies]
    assert sorted([a != b for a, b in zip(lie, right, strict=True)] for lie in told) == [
        [False, False, True],
        [False, True, False],
        [True, False, False],
    ]
    assert {"total_fee", "price"}.isdisjoint(lies[0])
    for lie in lies:
        app.verify(canonical(lie, "sign", "sign_type"), lie["sign"])


def test_a_message_may_be_signed_by_a_stranger(app: App, page: Buyer, shop: Shop, number: str) -> None:
    page.press("login")
    app.simulator.do("notify", out_trade_no=number, key="anyone")
    told = shop.wait(1)[0]

    with pytest.raises(InvalidSignature):
        app.verify(canonical(told, "sign", "sign_type"), told["sign"])
