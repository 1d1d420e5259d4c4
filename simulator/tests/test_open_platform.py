"""The Open Platform beside the legacy service: the same trades, RSA2, JSON answers signed on their raw text."""

import base64
import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from simulator.tests.merchant_side import PARTNER, PATIENCE, Buyer, Shop, Simulator

APP = "2021000000000001"
PAGE, WAP = "alipay.trade.page.pay", "alipay.trade.wap.pay"
CHINA = timezone(timedelta(hours=8))


def canonical(fields: dict[str, str], *out: str) -> bytes:
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields) if fields[name] and name not in out).encode()


class App:
    """A merchant's app with keys of its own, on a simulator of its own."""

    def __init__(self, folder: Path) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        path = folder / "app.pem"
        kinds = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        path.write_bytes(self.key.public_key().public_bytes(*kinds))
        self.simulator = Simulator("--app-public-key", str(path), "--speed", "1")
        published = requests.get(f"{self.simulator.url}/sim/public-key", timeout=PATIENCE).content
        alipay = serialization.load_pem_public_key(published)
        assert isinstance(alipay, RSAPublicKey)
        self.alipay = alipay
        self.skip = timedelta()

    def sign(self, text: bytes, key: RSAPrivateKey | None = None) -> str:
        return base64.b64encode((key or self.key).sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()

    def verify(self, text: bytes, signature: str) -> None:
        """Raises where the simulator did not sign ``text``."""
        self.alipay.verify(base64.b64decode(signature), text, padding.PKCS1v15(), hashes.SHA256())

    def request(self, method: str, biz: dict[str, Any] | str, **changes: str) -> dict[str, str]:
        fields = {
            "app_id": APP,
            "method": method,
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": f"{datetime.now(CHINA) + self.skip:%Y-%m-%d %H:%M:%S}",
            "version": "1.0",
            "biz_content": biz if isinstance(biz, str) else json.dumps(biz),
            **changes,
        }
        return {"sign": self.sign(canonical(fields)), **fields}

    def send(self, fields: dict[str, str]) -> requests.Response:
        address = f"{self.simulator.url}/gateway.do"
        return requests.get(address, fields, allow_redirects=False, timeout=PATIENCE)

    def ask(self, method: str, **biz: str) -> dict[str, Any]:
        """A question whose answer's signature is checked on its raw text."""
        answer = self.send(self.request(method, biz))
        told = answer.json()
        name = method.replace(".", "_") + "_response"
        at = answer.text.index(f'"{name}":') + len(name) + 3
        _, end = json.JSONDecoder().raw_decode(answer.text, at)
        self.verify(answer.text[at:end].encode(), told["sign"])
        return dict(told[name])

    def forward(self, seconds: float) -> None:
        self.skip += timedelta(seconds=seconds)
        self.simulator.do("clock", forward=seconds)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    app = App(tmp_path_factory.mktemp("app"))
    yield app
    assert app.simulator.stop() == 0


@pytest.fixture
def app(running: App) -> App:
    running.simulator.do("reset")
    return running


@pytest.fixture
def biz(number: str) -> dict[str, str]:
    code = "FAST_INSTANT_TRADE_PAY"
    return {"out_trade_no": number, "total_amount": "88.00", "subject": "一只茶杯", "product_code": code}


@pytest.fixture
def urls(shop: Shop) -> dict[str, str]:
    return {"notify_url": f"{shop.url}/notify", "return_url": f"{shop.url}/return"}


@pytest.fixture
def page(app: App, biz: dict[str, str], urls: dict[str, str]) -> Buyer:
    return Buyer(app.simulator, app.request(PAGE, biz, **urls), sign=False)


@pytest.fixture
def paid(page: Buyer, shop: Shop) -> Buyer:
    page.press("login")
    page.press("pay")
    shop.wait(1)
    return page


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


def refund(app: App, number: str, amount: str, request_no: str) -> dict[str, Any]:
    return app.ask("alipay.trade.refund", out_trade_no=number, refund_amount=amount, out_request_no=request_no)


def test_refunds_add_up_and_the_last_one_closes(app: App, paid: Buyer, shop: Shop, number: str) -> None:
    first, again = refund(app, number, "30.00", "R1"), refund(app, number, "30.00", "R1")
    rest = refund(app, number, "58.00", "R2")
    told = sorted(shop.wait(3)[1:], key=lambda fields: fields["refund_fee"])

    assert [part["fund_change"] for part in (first, again, rest)] == ["Y", "N", "Y"]
    assert [part["refund_fee"] for part in (first, again, rest)] == ["30.00", "30.00", "88.00"]
    assert [(part["out_biz_no"], part["trade_status"]) for part in told] == [
        ("R1", "TRADE_SUCCESS"),
        ("R2", "TRADE_CLOSED"),
    ]
    assert refund(app, number, "58.00", "R2")["fund_change"] == "N"


@pytest.mark.parametrize(("amount", "request_no", "code"), [
    ("88.01", "R1", "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"),
    ("30.00", "", "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"),
    ("30.00", "R0", "ACQ.DISCORDANT_REPEAT_REQUEST"),
    ("0.00", "R1", "ACQ.INVALID_PARAMETER"),
])  # fmt: skip
def test_a_wrong_refund_moves_nothing(
    app: App, paid: Buyer, number: str, amount: str, request_no: str, code: str
) -> None:
    refund(app, number, "1.00", "R0")

    assert refund(app, number, amount, request_no)["sub_code"] == code
    assert app.simulator.do("refund", out_trade_no=number, amount="1.00", request_no="R0")["refunded"] == "1.00"


def test_the_whole_may_go_back_without_a_number(app: App, paid: Buyer, number: str) -> None:
    assert refund(app, number, "88.00", "")["fund_change"] == "Y"
    assert refund(app, number, "88.00", "")["fund_change"] == "N"
    assert refund(app, number, "1.00", "R9")["sub_code"] == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"


def test_what_is_unpaid_or_finished_is_not_refunded(app: App, page: Buyer, number: str) -> None:
    page.press("login")
    assert refund(app, number, "1.00", "R1")["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    page.press("pay")
    app.simulator.do("finish", out_trade_no=number)

    assert refund(app, number, "1.00", "R1")["sub_code"] == "ACQ.TRADE_HAS_FINISHED"


def test_a_refund_can_be_asked_about(app: App, paid: Buyer, number: str) -> None:
    method = "alipay.trade.fastpay.refund.query"
    refund(app, number, "30.00", "R1")
    known = app.ask(method, out_trade_no=number, out_request_no="R1")
    unknown = app.ask(method, out_trade_no=number, out_request_no="R2")

    assert (known["refund_status"], known["refund_amount"]) == ("REFUND_SUCCESS", "30.00")
    assert unknown["code"] == "10000" and "refund_status" not in unknown


def test_a_refund_whose_answer_is_lost_is_done_all_the_same(app: App, paid: Buyer, number: str) -> None:
    app.simulator.do("trouble", kind="500-after-work")
    fields = {"out_trade_no": number, "refund_amount": "30.00", "out_request_no": "R1"}
    assert app.send(app.request("alipay.trade.refund", fields)).status_code == 500

    assert refund(app, number, "30.00", "R1")["fund_change"] == "N"


def bill(app: App, day: str) -> list[dict[str, str]]:
    """The lines of the day's bill, read as a merchant does."""
    address = app.ask("alipay.data.dataservice.bill.downloadurl.query", bill_type="trade", bill_date=day)
    packed = requests.get(address["bill_download_url"], timeout=PATIENCE).content
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = [name.encode("cp437").decode("gbk") for name in archive.namelist()]
        text = archive.read(archive.namelist()[0]).decode("gbk")
    assert names[0].endswith("_业务明细.csv") and names[1].endswith("_业务明细(汇总).csv")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return [{name: value.strip() for name, value in row.items()} for row in rows]


def today(app: App) -> str:
    return f"{datetime.now(CHINA) + app.skip:%Y-%m-%d}"


def test_the_bill_has_payments_and_refunds(app: App, paid: Buyer, number: str) -> None:
    refund(app, number, "30.00", "R1")
    payment, back = bill(app, today(app))

    assert (payment["商户订单号"], payment["业务类型"], payment["订单金额（元）"]) == (number, "交易", "88.00")
    assert (back["退款批次号/请求号"], back["业务类型"], back["订单金额（元）"]) == ("R1", "退款", "-30.00")
    assert len(payment) == 25


def test_the_bill_may_lack_a_line_and_have_a_foreign_one(app: App, paid: Buyer, number: str) -> None:
    app.simulator.do("bill", without=[number], extra=["9999"], amount="12.00")

    assert [(row["商户订单号"], row["订单金额（元）"]) for row in bill(app, today(app))] == [("9999", "12.00")]


def test_19_scenario_with_a_wrong_bill(app: App, page: Buyer) -> None:
    page.press("pay", scenario="19")

    assert [row["商户订单号"] for row in bill(app, today(app))] == ["99999999999999"]


def test_12_only_real_forgeries_are_sent(app: App, page: Buyer, shop: Shop) -> None:
    shop.says = [(200, b"fail")] * 2
    page.press("pay", scenario="12")

    for told in shop.wait(2):
        with pytest.raises(InvalidSignature):
            app.verify(canonical(told, "sign", "sign_type"), told["sign"])
    assert app.simulator.read("settings")["pending"] == 0 and len(shop.bodies) == 2


def test_the_bills_address_dies_after_half_a_minute(app: App, paid: Buyer) -> None:
    method = "alipay.data.dataservice.bill.downloadurl.query"
    address = app.ask(method, bill_type="trade", bill_date=today(app))["bill_download_url"]
    app.forward(30)

    assert requests.get(address, timeout=PATIENCE).status_code == 403


def test_a_day_without_trades_and_a_wrong_day(app: App) -> None:
    method = "alipay.data.dataservice.bill.downloadurl.query"
    empty = app.ask(method, bill_type="trade", bill_date="2001-01-01")

    assert empty["bill_file_code"] == "EMPTY_DATA_WITH_BILL_FILE"
    assert app.ask(method, bill_type="trade", bill_date="today")["sub_code"] == "isv.invalid-parameter"
    assert app.ask(method, bill_type="all", bill_date="2001-01-01")["sub_code"] == "isv.invalid-parameter"


def test_forged_messages_speak_its_words(app: App, page: Buyer, shop: Shop) -> None:
    shop.says = [(200, b"fail")] * 2
    page.press("login")
    page.press("pay", scenario="11")
    lies = shop.wait(2)

    assert sorted(lie["total_amount"] for lie in lies) == ["0.01", "88.00"]
    assert {"total_fee", "price"}.isdisjoint(lies[0])
    for lie in lies:
        app.verify(canonical(lie, "sign", "sign_type"), lie["sign"])


def test_a_message_may_be_signed_by_a_stranger(app: App, page: Buyer, shop: Shop, number: str) -> None:
    page.press("login")
    app.simulator.do("notify", out_trade_no=number, key="anyone")
    told = shop.wait(1)[0]

    with pytest.raises(InvalidSignature):
        app.verify(canonical(told, "sign", "sign_type"), told["sign"])
