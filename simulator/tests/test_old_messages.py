"""The old service's notification, way back and query, field by field (protocol.md A.4, A.5, A.9), with MD5 and RSA."""

import base64
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from simulator.tests.merchant_side import PARTNER, PATIENCE, Buyer, Shop, Simulator, md5_of
from simulator.tests.open_app import canonical

Fields = dict[str, str]
Open = Callable[..., Buyer]
STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
# A.4 and A.9; what is there only where it means something stands apart.
BACK = {
    "is_success", "sign_type", "sign", "out_trade_no", "subject", "payment_type", "exterface", "trade_no",
    "trade_status", "notify_id", "notify_time", "notify_type", "seller_email", "buyer_email", "seller_id", "buyer_id",
    "total_fee",
}  # fmt: skip
ASKED = {
    "buyer_email", "buyer_id", "discount", "flag_trade_locked", "gmt_create", "gmt_last_modified_time",
    "is_total_fee_adjust", "operator_role", "out_trade_no", "payment_type", "price", "quantity", "seller_email",
    "seller_id", "subject", "to_buyer_fee", "to_seller_fee", "total_fee", "trade_no", "trade_status", "use_coupon",
}  # fmt: skip


def asked(simulator: Simulator, number: str) -> Fields:
    """The trade of a query's answer."""
    root = ET.fromstring(simulator.ask("single_trade_query", out_trade_no=number).content)
    return {field.tag: field.text or "" for field in root.findall("response/trade/*")}


def test_the_way_back_has_every_field_and_no_more(waiting: Buyer, shop: Shop, number: str) -> None:
    back = shop.read(waiting.press("pay").headers["Location"].partition("?")[2].encode())

    assert set(back) == BACK
    assert (back["is_success"], back["payment_type"], back["notify_type"]) == ("T", "1", "trade_status_sync")
    assert STAMP.fullmatch(back["notify_time"]) and "*" in back["buyer_email"]
    assert (len(back["sign"]), back["sign_type"]) == (32, "MD5")


@pytest.mark.parametrize(("product", "status"), [("advanced", "TRADE_SUCCESS"), ("basic", "TRADE_FINISHED")])
def test_by_the_product_the_way_back_says_success_or_finished(
    waiting: Buyer, simulator: Simulator, shop: Shop, product: str, status: str
) -> None:
    simulator.do("product", product=product)
    back = shop.read(waiting.press("pay").headers["Location"].partition("?")[2].encode())

    assert (back["trade_status"], shop.wait(1)[0]["trade_status"]) == (status, status)


def test_its_own_parameters_are_not_signed(with_order: Open, shop: Shop) -> None:
    buyer = with_order(return_url=f"{shop.url}/return?lang=en&a=1")
    buyer.press("login")
    back = shop.read(buyer.press("pay").headers["Location"].partition("?")[2].encode())

    assert set(back) == BACK | {"lang", "a"}
    assert back["sign"] != md5_of(back)
    assert back["sign"] == md5_of({name: value for name, value in back.items() if name in BACK})


def test_a_later_visit_is_sent_back_with_a_fresh_message(waiting: Buyer, simulator: Simulator, shop: Shop) -> None:
    first = shop.read(waiting.press("pay").headers["Location"].partition("?")[2].encode())
    simulator.do("clock", forward=120)
    found = re.search(r'href="[^"?]+/return\?([^"]+)"', waiting.look())
    assert found
    again = shop.read(found[1].replace("&amp;", "&").encode())

    assert again["sign"] == md5_of(again)
    assert again["notify_id"] != first["notify_id"] and again["notify_time"] > first["notify_time"]
    assert again["trade_no"] == first["trade_no"]


def test_a_refunded_trades_message_says_so(waiting: Buyer, simulator: Simulator, shop: Shop, number: str) -> None:
    waiting.press("pay")
    paid = shop.wait(1)[0]
    simulator.do("refund", out_trade_no=number, amount="30.00", request_no="R1")
    part = shop.wait(2)[1]
    simulator.do("refund", out_trade_no=number, amount="58.00", request_no="R2")
    rest = shop.wait(3)[2]

    assert set(part) == set(paid) | {"refund_status", "gmt_refund"}
    assert set(rest) == set(part) | {"gmt_close"}
    assert [(told["trade_status"], told["refund_status"]) for told in (part, rest)] == [
        ("TRADE_SUCCESS", "REFUND_SUCCESS"),
        ("TRADE_CLOSED", "REFUND_SUCCESS"),
    ]
    assert STAMP.fullmatch(part["gmt_refund"]) and part["gmt_payment"] == rest["gmt_payment"]
    assert {told["total_fee"] for told in (part, rest)} == {"88.00"}
    assert all(told["sign"] == md5_of(told) for told in (part, rest))


@pytest.mark.parametrize(
    ("state", "more", "sums"),
    [
        ("waiting", set(), ("0.00", "0.00")),
        ("closed", {"gmt_close"}, ("0.00", "0.00")),
        ("paid", {"gmt_payment"}, ("0.00", "88.00")),
        ("finished", {"gmt_payment", "gmt_close"}, ("0.00", "88.00")),
        ("partly refunded", {"gmt_payment", "refund_status"}, ("30.00", "88.00")),
        ("refunded", {"gmt_payment", "gmt_close", "refund_status"}, ("88.00", "0.00")),
    ],
)
def test_a_query_tells_what_the_state_knows(
    waiting: Buyer, simulator: Simulator, number: str, state: str, more: set[str], sums: tuple[str, str]
) -> None:
    if state == "closed":
        simulator.do("close", out_trade_no=number)
    elif state != "waiting":
        waiting.press("pay", scenario="5")
    if state == "finished":
        simulator.do("finish", out_trade_no=number)
    if "refunded" in state:
        simulator.do("refund", out_trade_no=number, amount="30.00", request_no="R1")
    if state == "refunded":
        simulator.do("refund", out_trade_no=number, amount="58.00", request_no="R2")
    told = asked(simulator, number)

    assert set(told) == ASKED | more
    assert (told["to_buyer_fee"], told["to_seller_fee"]) == sums
    assert all(STAMP.fullmatch(value) for name, value in told.items() if name.startswith("gmt_"))


def test_its_last_change_is_the_newest_moment(waiting: Buyer, simulator: Simulator, number: str) -> None:
    moments = [asked(simulator, number)["gmt_last_modified_time"]]
    waiting.press("pay", scenario="5")
    for act in ("", "refund", "finish"):
        simulator.do("clock", forward=60)
        if act:
            simulator.do(act, out_trade_no=number, amount="30.00", request_no="R1")
        moments.append(asked(simulator, number)["gmt_last_modified_time"])

    assert moments[0] <= moments[1] < moments[2] < moments[3]


def test_the_question_stands_in_the_answer_without_its_signature(
    waiting: Buyer, simulator: Simulator, number: str
) -> None:
    root = ET.fromstring(simulator.ask("single_trade_query", out_trade_no=number, own="<&>\"'").content)
    echo = {param.get("name"): param.text for param in root.findall("request/param")}

    assert echo == {
        "service": "single_trade_query",
        "partner": PARTNER,
        "_input_charset": "utf-8",
        "out_trade_no": number,
        "own": "<&>\"'",
    }


def test_markup_in_a_subject_does_not_break_the_answer(with_order: Open, simulator: Simulator, number: str) -> None:
    with_order(subject=']]><trade_status>TRADE_SUCCESS</trade_status> & "').press("login")
    told = asked(simulator, number)

    assert told["trade_status"] == "WAIT_BUYER_PAY"
    assert told["subject"] == ']]><trade_status>TRADE_SUCCESS</trade_status> & "'


# The same with RSA, both ways.


@dataclass
class ByRsa:
    """A merchant of the old service with keys instead of the shared one."""

    simulator: Simulator
    key: rsa.RSAPrivateKey
    alipay: RSAPublicKey

    def signed(self, fields: Fields) -> Fields:
        signature = self.key.sign(canonical(fields, "sign", "sign_type"), padding.PKCS1v15(), hashes.SHA1())
        return {**fields, "sign": base64.b64encode(signature).decode(), "sign_type": "RSA"}

    def send(self, fields: Fields) -> requests.Response:
        address = f"{self.simulator.url}/gateway.do?{urlencode(fields)}"
        return requests.get(address, allow_redirects=False, timeout=PATIENCE)

    def proves(self, fields: Fields, digest: hashes.HashAlgorithm | None = None) -> bool:
        text = canonical(fields, "sign", "sign_type")
        try:
            self.alipay.verify(base64.b64decode(fields["sign"]), text, padding.PKCS1v15(), digest or hashes.SHA1())
        except InvalidSignature:
            return False
        return True


@pytest.fixture(scope="module")
def merchant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ByRsa]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path: Path = tmp_path_factory.mktemp("rsa") / "merchant.pem"
    kinds = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    path.write_bytes(key.public_key().public_bytes(*kinds))
    simulator = Simulator("--sign-type", "RSA", "--merchant-public-key", str(path))
    published = requests.get(f"{simulator.url}/sim/public-key", timeout=PATIENCE).content
    alipay = serialization.load_pem_public_key(published)
    assert isinstance(alipay, RSAPublicKey)
    yield ByRsa(simulator, key, alipay)
    assert simulator.stop() == 0


def test_everything_that_rsa_signs_is_signed_with_sha_1(merchant: ByRsa, order: Fields, shop: Shop) -> None:
    number = order["out_trade_no"]
    assert merchant.send(merchant.signed(order)).status_code == 302
    address = merchant.simulator.do("pay", out_trade_no=number)["return_url"]
    back, told = shop.read(address.partition("?")[2].encode()), shop.wait(1)[0]
    question = {"service": "single_trade_query", "partner": PARTNER, "_input_charset": "utf-8", "out_trade_no": number}
    root = ET.fromstring(merchant.send(merchant.signed(question)).content)
    answer = {field.tag: field.text or "" for field in root.findall("response/trade/*")}
    answer |= {name: root.findtext(name, "") for name in ("sign", "sign_type")}

    for message in (back, told, answer):
        assert message["sign_type"] == "RSA" and merchant.proves(message)
        assert not merchant.proves(message, hashes.SHA256())
    assert datetime.strptime(answer["gmt_payment"], "%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize("sign_type", ["MD5", "RSA2", "DSA", "rsa", ""])
def test_an_account_with_keys_takes_no_other_type(merchant: ByRsa, order: Fields, sign_type: str) -> None:
    page = merchant.send({**merchant.signed(order), "sign": md5_of(order), "sign_type": sign_type}).text

    assert "<title>ILLEGAL_SIGN_TYPE" in page


def test_sha_256_under_the_name_of_rsa_is_refused(merchant: ByRsa, order: Fields) -> None:
    signature = merchant.key.sign(canonical(order, "sign", "sign_type"), padding.PKCS1v15(), hashes.SHA256())
    fields = {**order, "sign": base64.b64encode(signature).decode(), "sign_type": "RSA"}

    assert "<title>ILLEGAL_SIGN" in merchant.send(fields).text
