"""Side by side with python-alipay-sdk, a widely used implementation: the same bytes where it is right."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from alipay import AliPay
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from payments.alipay import openapi, wire
from payments.alipay.signing import RsaSigner, canonical
from payments.alipay.tests.factories import (
    APP_ID,
    APP_KEY,
    GATEWAY_KEY,
    NOW,
    NUMBER,
    form,
    open_account,
    open_told,
    pay_request,
)


def public_text(key: RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def peer(sign_type: str = "RSA2", signs: RSAPrivateKey = APP_KEY, trusts: RSAPrivateKey = GATEWAY_KEY) -> Any:
    private = signs.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return AliPay(
        appid=APP_ID, app_private_key_string=private, alipay_public_key_string=public_text(trusts), sign_type=sign_type
    )


@pytest.mark.parametrize("sign_type", ["RSA", "RSA2"])
def test_a_pay_address_has_the_very_bytes_that_the_peer_makes(sign_type: str) -> None:
    account = open_account(signer=RsaSigner(APP_KEY, None, sign_type))
    biz = {
        "subject": "茶壶 A+B", "out_trade_no": NUMBER, "total_amount": "168.00",
        "product_code": "FAST_INSTANT_TRADE_PAY",
    }  # fmt: skip
    theirs = peer(sign_type).sign_data(
        {
            "app_id": APP_ID, "method": "alipay.trade.page.pay", "charset": "utf-8", "sign_type": sign_type,
            "timestamp": "2026-11-23 11:59:58", "version": "1.0", "biz_content": biz,
            "notify_url": "https://shop.example/n/", "return_url": "https://shop.example/r/",
        }
    )  # fmt: skip
    assert urlsplit(openapi.pay_url(account, pay_request(), NOW)).query == theirs


@pytest.mark.parametrize("sign_type", ["RSA", "RSA2"])
def test_a_notification_that_we_sign_is_genuine_to_the_peer(sign_type: str) -> None:
    fields = open_told()
    sign = RsaSigner(GATEWAY_KEY, None, sign_type).sign(canonical(fields, ()).encode())
    assert peer(sign_type).verify(fields | {"sign_type": sign_type}, sign)
    assert not peer(sign_type).verify(fields | {"sign_type": sign_type, "total_amount": "0.01"}, sign)


def test_a_notification_that_the_peer_signs_is_genuine_to_us() -> None:
    fields = open_told()
    sign = peer(signs=GATEWAY_KEY)._sign(canonical(fields, ()))
    body = form({**fields, "sign": sign, "sign_type": "RSA2"})
    assert openapi.read_notification(open_account(), body).paid


def test_a_request_that_the_peer_signs_reads_back_and_verifies() -> None:
    theirs = peer().sign_data({"app_id": APP_ID, "sign_type": "RSA2", "biz_content": {"subject": "茶 + 壶 & 50%"}})
    fields = wire.read_form(theirs.encode(), "utf-8")
    ours = RsaSigner(None, APP_KEY.public_key())
    assert ours.verify(canonical(fields, {"sign"}).encode(), fields["sign"])


def test_we_take_an_answer_that_the_peer_cuts_wrongly() -> None:
    node = '{"code":"10000","msg":"Success","trade_status":"TRADE_SUCCESS","subject":"a } b"}'
    sign = RsaSigner(GATEWAY_KEY, None).sign(node.encode())
    body = f'{{"alipay_trade_query_response":{node},"sign":"{sign}"}}'
    assert openapi.read_query(open_account(), body.encode()).paid
    assert peer()._get_string_to_be_signed(body, "alipay_trade_query_response") != node
