"""``--cert-sn``: answers and notifications that name a certificate (protocol.md B.7, B.8, D.8)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from payments.alipay import openapi
from payments.alipay.errors import BadSignature, Unknown
from payments.alipay.signing import RsaSigner
from simulator.tests.merchant_side import PARTNER, PATIENCE, Buyer, Shop
from simulator.tests.open_app import APP, CLOSE, PAGE, QUERY, App, canonical

SN = "0123456789abcdef0123456789abcdef"
Fields = dict[str, str]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Instead of the app without certificates."""
    app = App(tmp_path_factory.mktemp("app"), "--cert-sn", SN)
    yield app
    assert app.simulator.stop() == 0


def test_it_stands_beside_the_node_in_either_order(app: App, page: Buyer, number: str) -> None:
    page.press("login")
    texts = [app.send(app.request(QUERY, {"out_trade_no": number})).text for _ in range(2)]

    node = "alipay_trade_query_response"
    assert sorted(tuple(json.loads(text)) for text in texts) == [
        (node, "alipay_cert_sn", "sign"),
        ("sign", "alipay_cert_sn", node),
    ]
    assert {json.loads(text)["alipay_cert_sn"] for text in texts} == {SN}
    assert app.ask(QUERY, out_trade_no=number)["code"] == "10000", "the node alone is signed"


def test_a_gateways_refusal_names_none(app: App) -> None:
    told = app.send(app.request("alipay.trade.nothing", {})).json()

    assert list(told) == ["error_response"]


def test_a_notification_carries_it_unsigned_and_the_way_back_does_not(app: App, page: Buyer, shop: Shop) -> None:
    page.press("login")
    back = dict(parse_qsl(urlsplit(page.press("pay").headers["Location"]).query))
    told = shop.wait(1)[0]

    assert told["alipay_cert_sn"] == SN
    app.verify(canonical(told, "sign", "sign_type", "alipay_cert_sn"), told["sign"])
    assert "alipay_cert_sn" not in back


@pytest.mark.parametrize(("configured", "believed"), [(SN, True), ("", True), ("f" * 32, False)])
def test_our_client_believes_its_own_certificate_only(
    app: App, page: Buyer, shop: Shop, number: str, configured: str, believed: bool
) -> None:
    gateway = f"{app.simulator.url}/gateway.do"
    account = openapi.OpenAccount(
        APP, RsaSigner(app.key, app.alipay), PARTNER, gateway=gateway, alipay_cert_sn=configured
    )
    page.press("pay")
    shop.wait(1)
    body = requests.get(openapi.query_url(account, number, datetime.now(UTC) + app.skip), timeout=PATIENCE).content
    if believed:
        assert openapi.read_query(account, body).out_trade_no == number
        assert openapi.read_notification(account, shop.bodies[0]).out_trade_no == number
    else:
        with pytest.raises(Unknown, match="certificate"):
            openapi.read_query(account, body)
        with pytest.raises(BadSignature):
            openapi.read_notification(account, shop.bodies[0])


@pytest.mark.parametrize("method", [PAGE, CLOSE])
def test_the_merchants_own_serials_are_signed_like_any_field(app: App, biz: Fields, method: str) -> None:
    serials = {"app_cert_sn": "a" * 32, "alipay_root_cert_sn": f"{'b' * 32}_{'c' * 32}"}
    fields = app.request(method, biz, **serials)
    left_out = app.request(method, biz)

    accepted, refused = app.send(fields), app.send({**left_out, **serials})
    assert "isv.invalid-signature" not in accepted.text
    assert "isv.invalid-signature" in refused.text
