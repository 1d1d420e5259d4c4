"""The simulator serves and calls this machine only, and no other site presses its buttons."""

import http.client
from urllib.parse import urlsplit

import pytest
import requests

from simulator.tests.merchant_side import Buyer, Simulator, signed


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:9", "null"])
def test_another_sites_page_cannot_act(waiting: Buyer, simulator: Simulator, number: str, origin: str) -> None:
    headers = {"Origin": origin}
    for address in (waiting.page, f"{simulator.url}/sim/act/reset", f"{simulator.url}/sim/api/reset"):
        assert requests.post(address, headers=headers, data="{}").status_code == 403

    assert simulator.status(number) == "WAIT_BUYER_PAY"


def test_its_own_page_can_act(waiting: Buyer, simulator: Simulator) -> None:
    assert requests.post(f"{simulator.url}/sim/act/reset", headers={"Origin": simulator.url}).status_code == 200


def test_the_gateway_is_posted_to_from_elsewhere(simulator: Simulator, order: dict[str, str]) -> None:
    headers = {"Origin": "http://127.0.0.1:8000"}
    answer = requests.post(f"{simulator.url}/gateway.do", signed(order), headers=headers, allow_redirects=False)

    assert answer.status_code == 302


def test_a_foreign_host_name_is_refused(simulator: Simulator) -> None:
    assert requests.get(f"{simulator.url}/sim/", headers={"Host": "evil.example"}).status_code == 400


def test_pages_carry_a_strict_policy(simulator: Simulator) -> None:
    headers = requests.get(f"{simulator.url}/sim/").headers

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "Set-Cookie" not in headers


def test_markup_in_a_subject_stays_text(simulator: Simulator, order: dict[str, str]) -> None:
    page = Buyer(simulator, {**order, "subject": "<script>alert(1)</script>"}).look()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_huge_body_is_refused(simulator: Simulator) -> None:
    answer = requests.post(f"{simulator.url}/gateway.do", data=b"a=" + b"b" * 300_000)

    assert answer.status_code in (400, 413)
    assert "Traceback" not in answer.text


def test_too_many_fields_are_refused(simulator: Simulator) -> None:
    fields = "&".join(f"f{number}=1" for number in range(300))
    answer = requests.get(f"{simulator.url}/gateway.do?service=create_direct_pay_by_user&{fields}")

    assert "<title>ILLEGAL_ARGUMENT" in answer.text


@pytest.mark.parametrize("target", ["/gateway.do?%ff=%fe&service", "/gateway.do?" + "&" * 999, "/cashier/%00", "/nope"])
def test_nonsense_is_answered_calmly(simulator: Simulator, target: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(simulator.url).port, timeout=10)
    connection.request("GET", target)
    answer = connection.getresponse()

    assert answer.status in (200, 400, 404)
    assert b"Traceback" not in answer.read()
    connection.close()


def test_a_body_that_is_no_form_is_refused(simulator: Simulator) -> None:
    address = f"{simulator.url}/gateway.do?service=single_trade_query"

    assert "<error>ILLEGAL_ARGUMENT</error>" in requests.post(address, data=b"\xff\x00\xfe").text
