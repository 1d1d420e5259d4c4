"""Alipay's QR code in a frame of the cashier: where the shop has switched it on, and only when the shopper asks."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from orders.models import Order
from payments.alipay.errors import Unknown
from payments.models import Payment
from payments.open_gateway import OpenGateway
from payments.tests.factories import PaymentFactory
from payments.tests.test_browsers import DESK, PHONE, WECHAT, cashier
from payments.tests.test_result_page import paid

pytestmark = pytest.mark.django_db


@pytest.fixture
def framed(settings: Settings) -> None:
    settings.ALIPAY_QR_FRAME = True


def scan(shopper: Client, order: Order) -> HttpResponse:
    return shopper.post(f"/en/orders/{order.number}/pay/scan/")


def told(answer: HttpResponse) -> dict[str, str]:
    """What the gateway is asked for."""
    assert answer.status_code == 302, answer.content
    fields = dict(parse_qsl(urlsplit(answer["Location"]).query))
    return {"method": fields["method"], **json.loads(fields["biz_content"])}


def test_unless_it_is_switched_on_there_is_no_frame(shopper: Client, order: Order) -> None:
    page = cashier(shopper, order, DESK)
    assert "<iframe" not in page and "/scan/" not in page
    assert scan(shopper, order).status_code == 404
    assert not Payment.objects.exists()


@pytest.mark.usefixtures("framed")
def test_the_code_is_asked_for_by_a_button_and_the_page_alone_starts_nothing(shopper: Client, order: Order) -> None:
    page = cashier(shopper, order, DESK)
    assert 'target="code"' in page and '<iframe name="code"' in page
    assert "<iframe src" not in page and " src=" not in page.split("<iframe")[1].split("</iframe>")[0]
    assert not Payment.objects.exists()
    assert shopper.get(f"/en/orders/{order.number}/pay/scan/").status_code == 405
    assert not Payment.objects.exists()


@pytest.mark.usefixtures("framed")
@pytest.mark.parametrize("browser", [PHONE, WECHAT])
def test_a_phone_cannot_scan_itself(shopper: Client, order: Order, browser: str) -> None:
    assert "<iframe" not in cashier(shopper, order, browser)


@pytest.mark.usefixtures("framed")
def test_the_gateway_is_asked_for_a_code_of_the_frames_size(shopper: Client, order: Order) -> None:
    asked = told(scan(shopper, order))
    assert (asked["method"], asked["qr_pay_mode"], asked["qrcode_width"]) == ("alipay.trade.page.pay", "4", 200)
    assert asked["total_amount"] == str(order.total)


@pytest.mark.usefixtures("framed")
def test_code_and_button_are_one_attempt(shopper: Client, order: Order) -> None:
    code = told(scan(shopper, order))
    button = told(shopper.post(f"/en/orders/{order.number}/pay/start/", {"method": "alipay"}))
    assert code["out_trade_no"] == button["out_trade_no"] == f"{order.number}01"
    assert "qr_pay_mode" not in button and "qrcode_width" not in button
    assert Payment.objects.count() == 1


@pytest.mark.usefixtures("framed")
@pytest.mark.parametrize("state", ["paid", "closed", "used up", "silent"])
def test_where_there_is_no_code_the_frame_says_so(
    shopper: Client, order: Order, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if state == "used up":
        PaymentFactory.create_batch(99, order=order, state=Payment.State.CLOSED)
    if state == "silent":
        monkeypatch.setattr(OpenGateway, "start", silent)
    Order.objects.filter(pk=order.pk).update(
        **{"paid": paid(order), "closed": {"life": "expired", "goods": "released"}}.get(state, {})
    )
    answer = scan(shopper, order)
    assert answer.status_code == 503
    assert "There is no code now. Nothing was charged" in answer.content.decode()
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]


def silent(gateway: OpenGateway, request: object) -> str:
    raise Unknown("timed out")


@pytest.mark.usefixtures("framed")
def test_a_stranger_gets_no_code(stranger: Client, order: Order) -> None:
    assert scan(stranger, order).status_code == 404
    assert not Payment.objects.exists()


@pytest.mark.usefixtures("framed")
def test_another_site_cannot_ask_for_one(order: Order) -> None:
    assert Client(enforce_csrf_checks=True).post(f"/en/orders/{order.number}/pay/scan/").status_code == 403
