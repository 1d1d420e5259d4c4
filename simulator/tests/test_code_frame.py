"""``qr_pay_mode`` 4: not a page but a QR code, in a frame of the merchant's own page."""

import re

import pytest
import requests

from simulator.tests.merchant_side import Buyer
from simulator.tests.open_app import PAGE, App


@pytest.fixture
def code(app: App, biz: dict[str, str], urls: dict[str, str]) -> requests.Response:
    """What the frame shows."""
    answer = app.send(app.request(PAGE, {**biz, "qr_pay_mode": "4", "qrcode_width": "200"}, **urls))
    assert answer.status_code == 302
    return requests.get(f"{app.simulator.url}{answer.headers['Location']}", timeout=10)


def test_the_code_has_the_size_asked_for(code: requests.Response) -> None:
    assert code.status_code == 200
    assert 'width="200" height="200"' in code.text


def test_it_may_be_framed_by_shops_on_this_machine_and_the_page_to_pay_may_not(
    code: requests.Response, page: Buyer
) -> None:
    assert "frame-ancestors http://127.0.0.1:*" in code.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in requests.get(page.page, timeout=10).headers["Content-Security-Policy"]


def test_scanning_opens_the_buyers_page(app: App, code: requests.Response, number: str) -> None:
    found = re.search(r'href="(/cashier/[^"]+)" target="_blank" rel="noopener"', code.text)
    assert found
    assert number in requests.get(f"{app.simulator.url}{found[1]}", timeout=10).text


def test_showing_the_code_makes_no_trade(app: App, code: requests.Response, number: str) -> None:
    assert app.ask("alipay.trade.query", out_trade_no=number)["sub_code"] == "ACQ.TRADE_NOT_EXIST"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"qr_pay_mode": "5"}, "qr_pay_mode is 0 to 4."),
        ({"qr_pay_mode": "4"}, "wants qrcode_width"),
        ({"qr_pay_mode": "4", "qrcode_width": "wide"}, "wants qrcode_width"),
        ({"qr_pay_mode": "4", "qrcode_width": "0"}, "wants qrcode_width"),
    ],
)
def test_a_frame_asked_for_wrongly_is_refused(
    app: App, biz: dict[str, str], urls: dict[str, str], fields: dict[str, str], words: str
) -> None:
    assert words in app.send(app.request(PAGE, {**biz, **fields}, **urls)).text


@pytest.mark.parametrize("mode", ["0", "1", "2", "3"])
def test_the_other_modes_lead_to_the_page(app: App, biz: dict[str, str], urls: dict[str, str], mode: str) -> None:
    answer = app.send(app.request(PAGE, {**biz, "qr_pay_mode": mode}, **urls))
    assert answer.headers["Location"].startswith("/cashier/")


def test_an_unknown_code_says_so(app: App) -> None:
    answer = requests.get(f"{app.simulator.url}/frame/unknown/200", timeout=10)
    assert answer.status_code == 404
    assert "no longer known" in answer.text
