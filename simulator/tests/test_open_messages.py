"""The Open Platform's notification and way back (protocol.md B.5, B.6): every field, its charset, its signature."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography.exceptions import InvalidSignature

from simulator.tests.merchant_side import PARTNER, Buyer, Shop
from simulator.tests.open_app import APP, PAGE, WAP, App, canonical

Fields = dict[str, str]
Open = Callable[..., Buyer]
ALWAYS = {
    "notify_time", "notify_type", "notify_id", "app_id", "auth_app_id", "charset", "version", "sign_type", "sign",
    "trade_no", "out_trade_no", "buyer_id", "buyer_logon_id", "seller_id", "seller_email", "trade_status",
    "total_amount", "receipt_amount", "invoice_amount", "buyer_pay_amount", "point_amount", "subject", "gmt_create",
    "gmt_payment", "fund_bill_list",
}  # fmt: skip
# V032: what a real sandbox sent.
BACK = {
    "charset", "out_trade_no", "method", "total_amount", "sign", "trade_no", "auth_app_id", "version", "app_id",
    "sign_type", "seller_id", "timestamp",
}  # fmt: skip
STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


@pytest.fixture
def opened(app: App, biz: Fields, urls: Fields) -> Open:
    """A buyer who has logged in; ``more`` is added to biz_content, ``changes`` to the common parameters."""

    def send(more: Fields | None = None, method: str = PAGE, **changes: str) -> Buyer:
        code = "QUICK_WAP_WAY" if method == WAP else "FAST_INSTANT_TRADE_PAY"
        fields = app.request(method, {**biz, "product_code": code, **(more or {})}, **(urls | changes))
        page = Buyer(app.simulator, fields, sign=False)
        page.press("login")
        return page

    return send


def proved(app: App, told: Fields, *out: str, charset: str = "utf-8") -> bool:
    """Whether Alipay signed what is left without ``out``, empty values dropped."""
    text = canonical(told, "sign", "sign_type", *out).decode().encode(charset)
    try:
        app.verify(text, told["sign"])
    except InvalidSignature:
        return False
    return True


def test_a_payments_message_has_every_field_and_no_more(app: App, opened: Open, shop: Shop, number: str) -> None:
    opened().press("pay")
    told = shop.wait(1)[0]

    assert set(told) == ALWAYS
    assert proved(app, told)
    assert (told["notify_type"], told["version"], told["charset"]) == ("trade_status_sync", "1.0", "utf-8")
    assert (told["app_id"], told["auth_app_id"], told["seller_id"]) == (APP, APP, PARTNER)
    assert {told[f"{name}_amount"] for name in ("total", "receipt", "invoice", "buyer_pay")} == {"88.00"}
    assert all(STAMP.fullmatch(told[name]) for name in ("notify_time", "gmt_create", "gmt_payment"))
    assert (told["sign_type"], len(told["sign"])) == ("RSA2", 344)
    assert "*" in told["buyer_logon_id"] and told["buyer_id"].startswith("2088") and len(told["buyer_id"]) == 16
    assert sum(float(fund["amount"]) for fund in json.loads(told["fund_bill_list"])) == 88


def test_it_fails_where_sign_type_is_left_in(app: App, opened: Open, shop: Shop) -> None:
    """As V040: a trade's message, unlike a request, is signed without it."""
    opened().press("pay")
    told = shop.wait(1)[0]

    with pytest.raises(InvalidSignature):
        app.verify(canonical(told, "sign"), told["sign"])


@pytest.mark.parametrize("charset", ["utf-8", "GBK", "gb2312"])
def test_it_comes_in_the_requests_charset(app: App, opened: Open, shop: Shop, charset: str) -> None:
    opened({"subject": "一只茶杯 A+B 50%", "body": "细节"}, charset=charset).press("pay")
    told = shop.wait(1, charset)[0]

    assert shop.types[0].lower() == f"application/x-www-form-urlencoded; charset={charset.lower()}"
    assert (told["subject"], told["body"], told["charset"].lower()) == ("一只茶杯 A+B 50%", "细节", charset.lower())
    assert proved(app, told, charset=charset)


def test_decoding_twice_breaks_it(app: App, opened: Open, shop: Shop) -> None:
    """As V035: a plus in a value, decoded once more, is a space."""
    opened({"subject": "A+B"}).press("pay")
    told = shop.wait(1)[0]
    again = {**told, **dict(parse_qsl(f"subject={told['subject']}"))}

    assert proved(app, told)
    assert again["subject"] == "A B" and not proved(app, again)


@pytest.mark.parametrize("method", [PAGE, WAP])
def test_own_words_are_echoed_and_long_bodies_cut(app: App, opened: Open, shop: Shop, method: str) -> None:
    page = opened({"body": "长" * 500, "passback_params": "a%3D1%26b%3D2"}, method)
    back = dict(parse_qsl(urlsplit(page.press("pay").headers["Location"]).query))
    told = shop.wait(1)[0]

    assert (told["body"], told["passback_params"]) == ("长" * 400, "a%3D1%26b%3D2")
    assert proved(app, told)
    assert "passback_params" not in back
    assert back["method"] == f"{method}.return"


def test_a_refunds_message_counts_up_and_goes_where_the_payments_went(
    app: App, opened: Open, shop: Shop, number: str
) -> None:
    opened().press("pay")
    first = shop.wait(1)[0]
    app.refund(number, "30.00", "R1")
    part = shop.wait(2)[1]
    app.refund(number, "58.00", "R2")
    rest = shop.wait(3)[2]

    assert set(part) == ALWAYS | {"refund_fee", "gmt_refund", "out_biz_no"}
    assert set(rest) == set(part) | {"gmt_close"}
    assert [(told["trade_status"], told["refund_fee"], told["out_biz_no"]) for told in (part, rest)] == [
        ("TRADE_SUCCESS", "30.00", "R1"),
        ("TRADE_CLOSED", "88.00", "R2"),
    ]
    assert all(re.fullmatch(rf"{STAMP.pattern}\.\d{{3}}", told["gmt_refund"]) for told in (part, rest))
    assert {told["gmt_payment"] for told in (first, part, rest)} == {first["gmt_payment"]}
    assert len({told["notify_id"] for told in (first, part, rest)}) == 3
    assert {told["total_amount"] for told in (part, rest)} == {"88.00"}
    assert all(proved(app, told) for told in (part, rest))


def test_the_same_refund_again_tells_nothing(app: App, opened: Open, shop: Shop, number: str) -> None:
    opened().press("pay", scenario="5")
    app.refund(number, "30.00", "R1")
    shop.wait(1)
    app.refund(number, "30.00", "R1")

    assert app.simulator.read("settings")["pending"] == 0
    assert len(shop.bodies) == 1


@pytest.mark.parametrize("act", ["close", "abandon", "refuse", "login"])
def test_what_is_not_paid_is_not_told(app: App, opened: Open, shop: Shop, number: str, act: str) -> None:
    page = opened()
    if act == "close":
        app.ask("alipay.trade.close", out_trade_no=number)
    else:
        page.press(act)

    assert (shop.bodies, app.simulator.read("settings")["pending"]) == ([], 0)


def test_three_months_later_it_is_finished_and_told_once_more(app: App, opened: Open, shop: Shop, number: str) -> None:
    opened().press("pay")
    app.refund(number, "30.00", "R1")
    shop.wait(2)
    app.forward(90 * 86_400)
    app.simulator.do("finish", out_trade_no=number)
    paid, _, late = shop.wait(3)

    assert (late["trade_status"], late["refund_fee"]) == ("TRADE_FINISHED", "30.00")
    assert late["gmt_payment"] == paid["gmt_payment"]
    gone = datetime.fromisoformat(late["notify_time"]) - datetime.fromisoformat(paid["notify_time"])
    assert timedelta(days=90) <= gone < timedelta(days=91)


def test_the_way_back_is_what_a_real_sandbox_sent(app: App, opened: Open, number: str) -> None:
    back = dict(parse_qsl(urlsplit(opened().press("pay").headers["Location"]).query))

    assert set(back) == BACK
    assert (back["out_trade_no"], back["total_amount"], back["seller_id"]) == (number, "88.00", PARTNER)
    assert STAMP.fullmatch(back["timestamp"])
    assert proved(app, back)


def test_own_parameters_of_the_way_back_are_kept_and_not_signed(app: App, opened: Open, shop: Shop) -> None:
    """As V033: the check fails until they are removed."""
    address = opened(return_url=f"{shop.url}/return?lang=zh&from=mail").press("pay").headers["Location"]
    back = dict(parse_qsl(urlsplit(address).query))

    assert set(back) == BACK | {"lang", "from"}
    assert not proved(app, back)
    assert proved(app, back, "lang", "from")


@pytest.mark.parametrize("name", ["subject", "total_amount", "app_id", "seller_id", "trade_status", "fund_bill_list"])
def test_every_field_is_signed(app: App, opened: Open, shop: Shop, number: str, name: str) -> None:
    opened()
    app.simulator.do("notify", out_trade_no=number, after={name: "1"}, pretend_paid=True)
    told = shop.wait(1)[0]

    assert told[name] == "1" and not proved(app, told)


@pytest.mark.parametrize("fields", [{"new_field": "新"}, {"a": "1", "z": "2"}])
def test_unknown_fields_are_signed_too(app: App, opened: Open, shop: Shop, number: str, fields: Fields) -> None:
    opened()
    app.simulator.do("notify", out_trade_no=number, fields=fields)
    told = shop.wait(1)[0]

    assert {name: told[name] for name in fields} == fields
    assert proved(app, told) and not proved(app, told, *fields)


def test_an_empty_field_is_sent_and_not_signed(app: App, opened: Open, shop: Shop, number: str) -> None:
    opened()
    app.simulator.do("notify", out_trade_no=number, fields={"out_biz_no": ""})

    assert b"out_biz_no=&" in shop.bodies[0]
    assert proved(app, shop.wait(1)[0])


def test_a_message_about_somebody_else_is_rightly_signed(app: App, opened: Open, shop: Shop) -> None:
    """Scenario 11: only the merchant's own checks can tell."""
    shop.says = [(200, b"fail")] * 3
    opened().press("pay", scenario="11")
    lies = shop.wait(3)

    assert all(proved(app, lie) and lie["trade_status"] == "TRADE_SUCCESS" for lie in lies)
    assert [lie["app_id"] == lie["auth_app_id"] for lie in lies] == [True] * 3
    assert sorted(lie["app_id"] == APP for lie in lies) == [False, True, True]
