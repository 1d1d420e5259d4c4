"""The shop's own protocol code against the simulator: what one writes the other reads, by both services."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import requests

from payments.alipay import batches, instant, openapi
from payments.alipay.bill import read_bill
from payments.alipay.errors import BadSignature, Refused, Unknown
from payments.alipay.messages import PayRequest, TradeStatus
from payments.alipay.sandbox import APP_ID, MD5_KEY, PARTNER, SELLER_EMAIL
from payments.alipay.signing import Md5Signer, RsaSigner
from simulator.tests.merchant_side import PATIENCE, Shop, Simulator
from simulator.tests.open_app import App

# What stands in a subject must not end the node early, nor pass for another member (protocol.md B.7).
NASTY = ['}},"sign":"AAAA"', '{"code":"10000"}', "back\\slash \\", 'quo"te', "茶 😀 杯", "a\\u002fb"]
EIGHTY_EIGHT = Decimal("88.00")


def get(url: str) -> bytes:
    return requests.get(url, timeout=PATIENCE).content


def now(app: App | None = None) -> datetime:
    return datetime.now(UTC) + (app.skip if app else timedelta())


@pytest.fixture
def request_of(number: str, shop: Shop) -> PayRequest:
    """What the shop asks to be paid."""
    return PayRequest(
        out_trade_no=number, amount=EIGHTY_EIGHT, subject="一只茶杯", notify_url=f"{shop.url}/notify",
        return_url=f"{shop.url}/return", deadline=now() + timedelta(minutes=30),
    )  # fmt: skip


# The Open Platform.


@pytest.fixture(params=["utf-8", "gbk"])
def account(app: App, request: pytest.FixtureRequest) -> openapi.OpenAccount:
    signer = RsaSigner(app.key, app.alipay)
    gateway = f"{app.simulator.url}/gateway.do"
    return openapi.OpenAccount(APP_ID, signer, PARTNER, charset=request.param, gateway=gateway)


def opened(app: App, account: openapi.OpenAccount, asked: PayRequest) -> str:
    """The buyer's page behind the pay button."""
    answer = requests.get(openapi.pay_url(account, asked, now(app)), timeout=PATIENCE)
    assert "/cashier/" in answer.url, answer.text
    return str(answer.url)


def press(page: str, act: str) -> requests.Response:
    return requests.post(page, data={"act": act}, timeout=PATIENCE, allow_redirects=False)


def status(app: App, account: openapi.OpenAccount, number: str) -> TradeStatus:
    return openapi.read_query(account, get(openapi.query_url(account, number, now(app)))).status


@pytest.mark.parametrize("phone", [False, True])
def test_the_life_of_a_trade(
    app: App, account: openapi.OpenAccount, request_of: PayRequest, number: str, phone: bool
) -> None:
    asked = PayRequest(**{name: getattr(request_of, name) for name in request_of.__slots__} | {"phone": phone})
    page = opened(app, account, asked)
    assert status(app, account, number) is TradeStatus.NOT_EXIST
    press(page, "login")
    assert status(app, account, number) is TradeStatus.WAIT_BUYER_PAY
    press(page, "pay")
    report = openapi.read_query(account, get(openapi.query_url(account, number, now(app))))
    assert (report.status, report.amount, report.out_trade_no) == (TradeStatus.TRADE_SUCCESS, EIGHTY_EIGHT, number)
    assert report.paid_at and abs(report.paid_at - now(app)) < timedelta(minutes=1)
    assert openapi.mismatches(account, report) == []
    app.simulator.do("finish", out_trade_no=number)
    assert status(app, account, number) is TradeStatus.TRADE_FINISHED


@pytest.mark.parametrize("subject", NASTY)
def test_whatever_stands_in_a_subject_the_answer_is_read(
    app: App, account: openapi.OpenAccount, request_of: PayRequest, number: str, subject: str
) -> None:
    asked = PayRequest(**{name: getattr(request_of, name) for name in request_of.__slots__} | {"subject": subject})
    press(opened(app, account, asked), "login")
    for _ in range(2):  # the members come in either order
        report = openapi.read_query(account, get(openapi.query_url(account, number, now(app))))
        assert report.status is TradeStatus.WAIT_BUYER_PAY
        assert report.fields["out_trade_no"] == number and "sign" not in report.fields


def test_what_is_told_is_believed(
    app: App, account: openapi.OpenAccount, request_of: PayRequest, number: str, shop: Shop
) -> None:
    page = opened(app, account, request_of)
    press(page, "login")
    back = press(page, "pay").headers["Location"]
    shop.wait(1, account.charset)
    report = openapi.read_notification(account, shop.bodies[0])
    assert (report.status, report.amount, report.out_trade_no) == (TradeStatus.TRADE_SUCCESS, EIGHTY_EIGHT, number)
    assert openapi.mismatches(account, report) == []
    assert report.begun_at and report.paid_at and report.begun_at <= report.paid_at
    returned = openapi.read_return(account, back.partition("?")[2].encode())
    assert (returned.status, returned.out_trade_no) == (TradeStatus.OTHER, number)


@pytest.mark.parametrize("forged", [
    {"after": {"total_amount": "0.01"}}, {"after": {"sign": "AAAA"}}, {"key": "anyone"}, {"drop": ["sign"]},
    {"after": {"extra": "1"}},
])  # fmt: skip
def test_what_is_forged_is_not(
    app: App, account: openapi.OpenAccount, request_of: PayRequest, number: str, shop: Shop, forged: dict[str, object]
) -> None:
    press(opened(app, account, request_of), "login")
    shop.says = [(400, b"fail")]
    app.simulator.do("notify", out_trade_no=number, **forged)
    with pytest.raises(BadSignature):
        openapi.read_notification(account, shop.bodies[0])


@pytest.mark.parametrize("more", [{"new_field": "1"}, {"empty_field": ""}, {"trans_currency": "CNY"}])
def test_fields_that_nobody_knows_are_signed_like_the_rest(
    app: App, account: openapi.OpenAccount, request_of: PayRequest, number: str, shop: Shop, more: dict[str, str]
) -> None:
    press(opened(app, account, request_of), "login")
    app.simulator.do("notify", out_trade_no=number, fields=more)
    assert openapi.read_notification(account, shop.bodies[0]).out_trade_no == number


def test_a_closed_trade_is_closed_for_good(
    app: App, account: openapi.OpenAccount, request_of: PayRequest, number: str
) -> None:
    page = opened(app, account, request_of)
    with pytest.raises(Refused, match="ACQ.TRADE_NOT_EXIST"):
        openapi.read_close(account, get(openapi.close_url(account, number, now(app))))
    press(page, "login")
    openapi.read_close(account, get(openapi.close_url(account, number, now(app))))
    assert status(app, account, number) is TradeStatus.TRADE_CLOSED
    assert "TRADE_NOT_ALLOWED_PAY" in press(page, "pay").text
    with pytest.raises(Refused):
        openapi.read_close(account, get(openapi.close_url(account, number, now(app))))


def test_money_goes_back_once_for_one_number(
    app: App, account: openapi.OpenAccount, request_of: PayRequest, number: str
) -> None:
    page = opened(app, account, request_of)
    press(page, "login")
    press(page, "pay")

    def give(request_no: str, amount: str) -> bool:
        url = openapi.refund_url(account, number, request_no, Decimal(amount), now(app))
        return openapi.read_refund(account, get(url), request_no).done

    def done(request_no: str) -> bool:
        url = openapi.refund_query_url(account, number, request_no, now(app))
        return openapi.read_refund_query(account, get(url), request_no).done

    assert [give("R1", "30.00"), give("R1", "30.00"), give("R2", "8.00")] == [True, False, True]
    assert [done("R1"), done("R2"), done("R3")] == [True, True, False]
    with pytest.raises(Refused, match="ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"):
        give("R4", "50.01")
    with pytest.raises(Refused, match="ACQ.DISCORDANT_REPEAT_REQUEST"):
        give("R1", "31.00")


def test_the_bill_is_read(app: App, account: openapi.OpenAccount, request_of: PayRequest, number: str) -> None:
    page = opened(app, account, request_of)
    press(page, "login")
    press(page, "pay")
    app.refund(number, "30.00", "R1")
    day = date.fromisoformat(app.today())
    address = openapi.read_bill_url(account, get(openapi.bill_url(account, day, now(app))))
    lines = [(line.kind, line.out_trade_no, line.amount, line.request_no) for line in read_bill(get(address))]
    assert lines == [("trade", number, EIGHTY_EIGHT, ""), ("refund", number, Decimal("30.00"), "R1")]
    empty = get(openapi.bill_url(account, day - timedelta(days=400), now(app)))
    assert openapi.read_bill_url(account, empty) == ""


@pytest.mark.parametrize("kind", ["500", "garbage", "500-after-work", "system-error"])
def test_trouble_is_unknown_never_no(
    app: App, account: openapi.OpenAccount, request_of: PayRequest, number: str, kind: str
) -> None:
    press(opened(app, account, request_of), "login")
    app.simulator.do("trouble", kind=kind)
    with pytest.raises(Unknown):
        openapi.read_close(account, get(openapi.close_url(account, number, now(app))))
    closed = status(app, account, number) is TradeStatus.TRADE_CLOSED
    assert closed == (kind in ("500-after-work", "system-error"))


# The legacy service.


@pytest.fixture(params=["utf-8", "gbk"])
def legacy(simulator: Simulator, request: pytest.FixtureRequest) -> Iterator[instant.InstantAccount]:
    gateway = f"{simulator.url}/gateway.do"
    yield instant.InstantAccount(PARTNER, Md5Signer(MD5_KEY), SELLER_EMAIL, request.param, gateway)


def test_the_life_of_a_legacy_trade(
    legacy: instant.InstantAccount, request_of: PayRequest, number: str, shop: Shop
) -> None:
    page = requests.get(instant.pay_url(legacy, request_of), timeout=PATIENCE).url
    assert instant.read_query(legacy, get(instant.query_url(legacy, number))).status is TradeStatus.NOT_EXIST
    press(page, "login")
    back = press(page, "pay").headers["Location"]
    shop.wait(1, legacy.charset)
    told = instant.read_notification(legacy, shop.bodies[0])
    asked = instant.read_query(legacy, get(instant.query_url(legacy, number)))
    for report in (told, asked, instant.read_return(legacy, back.partition("?")[2].encode())):
        assert (report.status, report.amount, report.out_trade_no) == (TradeStatus.TRADE_SUCCESS, EIGHTY_EIGHT, number)
        assert instant.mismatches(legacy, report) == []
    with pytest.raises(Refused):
        instant.read_close(legacy, get(instant.close_url(legacy, number)))


def test_an_id_is_confirmed_until_success(
    legacy: instant.InstantAccount, request_of: PayRequest, number: str, shop: Shop, simulator: Simulator
) -> None:
    page = requests.get(instant.pay_url(legacy, request_of), timeout=PATIENCE).url
    press(page, "login")
    shop.says = [(500, b"")]
    simulator.do("notify", out_trade_no=number, notify_id="n1")

    def confirmed() -> bool:
        return instant.read_notify_verify(200, get(instant.notify_verify_url(legacy, "n1")))

    assert confirmed()
    simulator.do("notify", out_trade_no=number, notify_id="n1")
    assert not confirmed()


def test_a_legacy_refund_is_told(
    legacy: instant.InstantAccount, request_of: PayRequest, number: str, shop: Shop, simulator: Simulator
) -> None:
    page = requests.get(instant.pay_url(legacy, request_of), timeout=PATIENCE).url
    press(page, "login")
    press(page, "pay")
    trade_no = simulator.read("trades")["trades"][0]["trade_no"]
    today = simulator.read("settings")["now"][:10].replace("-", "")  # another test may have turned its clock
    batch_no = f"{today}{number}001"
    item = batches.RefundItem(trade_no, Decimal("30.00"), "碎了")
    url = batches.refund_call_url(legacy, batch_no, [item], now(), f"{shop.url}/refunds")
    instant.read_close(legacy, get(url))
    shop.wait(2, legacy.charset)
    (batch,) = [body for body in shop.bodies if b"batch_refund_notify" in body]
    assert batches.read_refund_notification(legacy, batch)[0] == batch_no
    ((done, amount),) = [(one.done, one.amount) for one in batches.read_refund_notification(legacy, batch)[1]]
    assert (done, amount) == (True, Decimal("30.00"))
    with pytest.raises(Refused, match="DUPLICATE_BATCH_NO"):
        instant.read_close(legacy, get(url))
