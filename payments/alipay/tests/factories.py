"""Messages as Alipay makes them, signed by arithmetic of their own: our signing must not be its own judge."""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from payments.alipay.instant import InstantAccount
from payments.alipay.keys import private_key
from payments.alipay.messages import PayRequest
from payments.alipay.openapi import OpenAccount
from payments.alipay.signing import Md5Signer, RsaSigner

VECTORS = Path(__file__).with_name("vectors")
PARTNER, EMAIL, APP_ID = "2088000000000001", "seller@example.com", "2021000000000001"
NUMBER, TRADE_NO = "1000000112345601", "2026112322001400000000000001"
NOW = datetime(2026, 11, 23, 3, 59, 58, tzinfo=UTC)  # 11:59:58 in China


def vector(name: str) -> dict[str, Any]:
    """The one vector whose file name contains ``name``."""
    (path,) = VECTORS.glob(f"*{name}*.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


MD5_KEY: str = vector("lxneng-trade_create_by_buyer")["key"]["md5_key"]
APP_KEY = private_key(vector("mapi-rsa-chloerei-string")["key"]["private_key_pem"])
GATEWAY_PEM: str = vector("gen-php-RSA_utf-8")["key"]["private_key_pem"]
GATEWAY_KEY = private_key(GATEWAY_PEM)


def instant_account(**changes: Any) -> InstantAccount:
    given: dict[str, Any] = {"partner": PARTNER, "signer": Md5Signer(MD5_KEY), "seller_email": EMAIL} | changes
    return InstantAccount(**given)


def open_account(**changes: Any) -> OpenAccount:
    signer = RsaSigner(APP_KEY, GATEWAY_KEY.public_key())
    given: dict[str, Any] = {"app_id": APP_ID, "signer": signer, "seller_id": PARTNER} | changes
    return OpenAccount(**given)


def pay_request(**changes: Any) -> PayRequest:
    given: dict[str, Any] = {
        "out_trade_no": NUMBER, "amount": Decimal("168.00"), "subject": "茶壶 A+B",
        "notify_url": "https://shop.example/n/", "return_url": "https://shop.example/r/",
    } | changes  # fmt: skip
    return PayRequest(**given)


def joined(fields: Mapping[str, str], *left_out: str) -> str:
    names = sorted(name for name in fields if name not in left_out and fields[name])
    return "&".join(f"{name}={fields[name]}" for name in names)


def md5_sign(fields: Mapping[str, str], charset: str = "utf-8", key: str = MD5_KEY) -> str:
    return hashlib.md5((joined(fields, "sign", "sign_type") + key).encode(charset)).hexdigest()


def rsa_sign(text: bytes, key: RSAPrivateKey = GATEWAY_KEY, digest: hashes.HashAlgorithm | None = None) -> str:
    return base64.b64encode(key.sign(text, padding.PKCS1v15(), digest or hashes.SHA256())).decode()


def form(fields: Mapping[str, str], charset: str = "utf-8") -> bytes:
    return "&".join(f"{name}={quote_plus(value, encoding=charset)}" for name, value in fields.items()).encode()


def told(**changes: str) -> dict[str, str]:
    """The fields of a legacy trade notification, unsigned. A change to ``-`` leaves the field out."""
    fields = {
        "notify_time": "2026-11-23 12:00:00", "notify_type": "trade_status_sync", "notify_id": "a1b2c3d4e5f6",
        "out_trade_no": NUMBER, "trade_no": TRADE_NO, "trade_status": "TRADE_SUCCESS", "total_fee": "168.00",
        "seller_id": PARTNER, "seller_email": EMAIL, "buyer_email": "b***@example.com", "subject": "茶壶 A+B & C=1",
        "gmt_payment": "2026-11-23 11:59:58",
    } | changes  # fmt: skip
    return {name: value for name, value in fields.items() if value != "-"}


def notification(charset: str = "utf-8", **changes: str) -> bytes:
    fields = told(**changes)
    return form({**fields, "sign": md5_sign(fields, charset), "sign_type": "MD5"}, charset)


def open_told(**changes: str) -> dict[str, str]:
    """The fields of an Open Platform trade notification, unsigned."""
    fields = {
        "notify_time": "2026-11-23 12:00:00", "notify_type": "trade_status_sync", "notify_id": "2026112300222",
        "app_id": APP_ID, "charset": "utf-8", "version": "1.0", "out_trade_no": NUMBER, "trade_no": TRADE_NO,
        "trade_status": "TRADE_SUCCESS", "total_amount": "168.00", "receipt_amount": "160.00", "seller_id": PARTNER,
        "buyer_logon_id": "b***@example.com", "subject": "茶壶 A+B", "gmt_payment": "2026-11-23 11:59:58",
        "fund_bill_list": '[{"amount":"168.00","fundChannel":"ALIPAYACCOUNT"}]',
    } | changes  # fmt: skip
    return {name: value for name, value in fields.items() if value != "-"}


def open_notification(codec: str = "utf-8", /, *, key: RSAPrivateKey = GATEWAY_KEY, **changes: Any) -> bytes:
    fields = open_told(**changes)
    sign = rsa_sign(joined(fields, "alipay_cert_sn").encode(codec), key)
    return form({**fields, "sign": sign, "sign_type": "RSA2"}, codec)


def trade_xml(charset: str = "utf-8", declared: str = "", **changes: str) -> bytes:
    """The signed answer of single_trade_query."""
    fields = {
        "out_trade_no": NUMBER, "trade_no": TRADE_NO, "trade_status": "TRADE_SUCCESS", "total_fee": "168.00",
        "seller_id": PARTNER, "subject": "茶壶", "gmt_payment": "2026-11-23 11:59:58",
    } | changes  # fmt: skip
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return (
        f'<?xml version="1.0" encoding="{declared or charset}"?><alipay><is_success>T</is_success>'
        f"<response><trade>{inner}</trade></response><sign>{md5_sign(fields, charset)}</sign>"
        "<sign_type>MD5</sign_type></alipay>"
    ).encode(charset)


def refusal_xml(code: str) -> bytes:
    asked = f'<request><param name="out_trade_no">{NUMBER}</param></request>'
    return f"<alipay>{asked}<is_success>F</is_success><error>{code}</error></alipay>".encode()


DONE_XML = b'<?xml version="1.0" encoding="utf-8"?><alipay><is_success>T</is_success></alipay>'


def answer(method: str, charset: str = "utf-8", **members: str) -> bytes:
    """A signed answer of the Open Platform."""
    node = json.dumps({"code": "10000", "msg": "Success"} | members, ensure_ascii=False, separators=(",", ":"))
    return envelope(method.replace(".", "_") + "_response", node, charset)


def envelope(name: str, node: str, charset: str = "utf-8") -> bytes:
    return f'{{"{name}":{node},"sign":"{rsa_sign(node.encode(charset))}"}}'.encode(charset)
