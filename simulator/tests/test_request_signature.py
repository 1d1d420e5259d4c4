"""The gateway checks the merchant's signature and says what is wrong with it."""

import hashlib
from collections.abc import Mapping
from urllib.parse import quote_plus

import pytest
import requests

from simulator.tests.merchant_side import KEY, PARTNER, Simulator, md5_of, signed

CANONICAL = (
    "_input_charset=utf-8&notify_url=http://127.0.0.1:9/n&out_trade_no=1000000100000001&partner=2088000000000001"
    "&payment_type=1&seller_id=2088000000000001&service=create_direct_pay_by_user&subject=茶&total_fee=88.00"
)
ADDRESS = "http://127.0.0.1:9/n"
REQUEST = dict(pair.split("=", 1) for pair in CANONICAL.split("&"))
# Computed outside this project: printf '%s%s' "$CANONICAL" "$KEY" | md5sum
KNOWN_ANSWER = "88da7224a218c6f1af3a278ec5bd4af6"


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def test_a_request_signed_elsewhere_is_accepted(simulator: Simulator) -> None:
    answer = simulator.gateway({**REQUEST, "sign": KNOWN_ANSWER, "sign_type": "MD5"})

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/cashier/")


def test_a_changed_value_is_refused_with_the_string_and_both_signatures(simulator: Simulator) -> None:
    answer = simulator.gateway({**REQUEST, "total_fee": "0.01", "sign": KNOWN_ANSWER, "sign_type": "MD5"})

    assert answer.status_code == 200
    assert "<title>ILLEGAL_SIGN" in answer.text
    assert "total_fee=0.01</pre>" in answer.text
    assert KNOWN_ANSWER in answer.text
    assert md5_of({**REQUEST, "total_fee": "0.01"}) in answer.text
    assert "another key was used, or a value was changed" in answer.text


def test_the_key_is_never_shown(simulator: Simulator) -> None:
    assert KEY not in simulator.gateway({**REQUEST, "sign": "0" * 32, "sign_type": "MD5"}).text


def test_a_missing_signature_is_named(simulator: Simulator) -> None:
    answer = simulator.gateway({**REQUEST, "sign_type": "MD5"})

    assert "ILLEGAL_SIGN" in answer.text
    assert "There is no sign field" in answer.text


@pytest.mark.parametrize(
    ("sign", "sentence"),
    [
        (md5(CANONICAL.replace("&subject", "&sign_type=MD5&subject") + KEY), "sign_type was signed"),
        (md5(CANONICAL.replace("&subject", "&show_url=&subject") + KEY), "Empty values were signed"),
        (md5(CANONICAL.replace(ADDRESS, quote_plus(ADDRESS)).replace("茶", "%E8%8C%B6") + KEY), "url-encoded before"),
        (hashlib.md5((CANONICAL + KEY).encode("gbk")).hexdigest(), "another charset"),
        (md5(CANONICAL + "&" + KEY), "append the key directly"),
        (md5(CANONICAL + "&key=" + KEY), "appended as"),
        (md5(CANONICAL + KEY).upper(), "lower-case"),
        ("abc", "no MD5 digest"),
    ],
)
def test_the_usual_mistakes_are_recognised(simulator: Simulator, sign: str, sentence: str) -> None:
    answer = simulator.gateway({**REQUEST, "show_url": "", "sign": sign, "sign_type": "MD5"})

    assert "<title>ILLEGAL_SIGN" in answer.text
    assert sentence in answer.text


def test_unsorted_parameters_are_recognised(simulator: Simulator) -> None:
    shuffled = dict(reversed(REQUEST.items()))
    sign = md5("&".join(f"{name}={value}" for name, value in shuffled.items()) + KEY)

    assert "sort them by name" in simulator.gateway({**shuffled, "sign": sign, "sign_type": "MD5"}).text


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"partner": "2088000000000009"}, "ILLEGAL_PARTNER"),
        ({"sign_type": "md5"}, "ILLEGAL_SIGN_TYPE"),
        ({"sign_type": "RSA"}, "ILLEGAL_SIGN_TYPE"),
        ({"sign_type": ""}, "ILLEGAL_SIGN_TYPE"),
        ({"service": "no_such_service"}, "ILLEGAL_SERVICE"),
        ({"service": ""}, "ILLEGAL_SERVICE"),
        ({"_input_charset": "latin-1"}, "ILLEGAL_ARGUMENT"),
        ({"subject": "a\x00b"}, "ILLEGAL_ARGUMENT"),
        ({"subject": "a\x08b"}, "ILLEGAL_ARGUMENT"),
    ],
)
def test_what_comes_before_the_signature_has_its_own_word(
    simulator: Simulator, changes: Mapping[str, str], code: str
) -> None:
    address = f"{simulator.url}/gateway.do"
    answer = requests.get(address, {**signed(REQUEST), **changes}, allow_redirects=False)

    assert answer.status_code == 200
    assert f"<title>{code} " in answer.text


def test_a_field_that_comes_twice_is_refused(simulator: Simulator) -> None:
    twice = [*signed(REQUEST).items(), ("total_fee", "88.00")]
    answer = requests.get(f"{simulator.url}/gateway.do", twice, allow_redirects=False)

    assert "<title>ILLEGAL_ARGUMENT" in answer.text


def test_a_posted_form_repeats_the_charset_in_its_address(simulator: Simulator) -> None:
    gbk = {**REQUEST, "_input_charset": "gbk"}
    body = {name: value.encode("gbk") for name, value in signed(gbk).items()}
    address = f"{simulator.url}/gateway.do?_input_charset=gbk"

    assert requests.post(address, data=body, allow_redirects=False).status_code == 302


def test_address_and_form_may_not_differ(simulator: Simulator) -> None:
    address = f"{simulator.url}/gateway.do?total_fee=0.01"
    answer = requests.post(address, data=signed(REQUEST), allow_redirects=False)

    assert "<title>ILLEGAL_ARGUMENT" in answer.text


def test_bytes_of_another_charset_are_refused(simulator: Simulator) -> None:
    answer = requests.get(f"{simulator.url}/gateway.do?service=create_direct_pay_by_user&subject=%B2%E8")

    assert "<title>ILLEGAL_ARGUMENT" in answer.text
    assert "utf-8" in answer.text


def test_the_log_keeps_string_signature_and_verdict(simulator: Simulator) -> None:
    simulator.gateway({**REQUEST, "sign": "0" * 32, "sign_type": "MD5"})
    entry = simulator.read("wire")["wire"][0]

    assert entry["canonical"] == CANONICAL
    assert entry["sign"] == "0" * 32
    assert entry["expected"] == KNOWN_ANSWER
    assert entry["verdict"].startswith("ILLEGAL_SIGN")
    assert entry["fields"]["partner"] == PARTNER
