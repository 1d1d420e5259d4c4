"""What the gateway demands of a payment request, in Alipay's error words."""

from collections.abc import Callable

import pytest

from simulator.tests.merchant_side import Buyer, Simulator, refusal, signed


@pytest.mark.parametrize("name", ["out_trade_no", "subject", "payment_type", "seller_id"])
def test_a_needed_field_may_not_be_missing(simulator: Simulator, order: dict[str, str], name: str) -> None:
    assert refusal(simulator, order, **{name: ""}) == "ILLEGAL_ARGUMENT"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("total_fee", "0.00", "TOTAL_FEE_LESSEQUAL_ZERO"),
        ("total_fee", "100000000.01", "TOTAL_FEE_OUT_OF_RANGE"),
        ("total_fee", "", "ILLEGAL_FEE_PARAM"),
        ("total_fee", "-1.00", "ILLEGAL_FEE_PARAM"),
        ("total_fee", "1.001", "ILLEGAL_FEE_PARAM"),
        ("total_fee", "1e2", "ILLEGAL_FEE_PARAM"),
        ("total_fee", "NaN", "ILLEGAL_FEE_PARAM"),
        ("total_fee", "１.００", "ILLEGAL_FEE_PARAM"),
        ("price", "88.00", "ILLEGAL_FEE_PARAM"),
        ("payment_type", "2", "ILLEGAL_PAYMENT_TYPE"),
        ("seller_id", "2088000000000009", "SELLER_NOT_EXIST"),
        ("paymethod", "bankpay", "ILLEGAL_ARGUMENT"),
        ("paymethod", "bankPay", "ILLEGAL_ARGUMENT"),
        ("it_b_pay", "1.5h", "ILLEGAL_ARGUMENT"),
        ("it_b_pay", "16d", "ILLEGAL_ARGUMENT"),
        ("it_b_pay", "0m", "ILLEGAL_ARGUMENT"),
        ("subject", "x" * 257, "ILLEGAL_ARGUMENT"),
        ("out_trade_no", "1" * 65, "ILLEGAL_ARGUMENT"),
        ("extra_common_param", "a=b", "ILLEGAL_ARGUMENT"),
        ("exter_invoke_ip", "2001:db8::1:2:3:4", "ILLEGAL_ARGUMENT"),
        ("anti_phishing_key", "made-up", "ILLEGAL_ANTI_PHISHING_KEY"),
    ],
)
def test_a_wrong_value_has_its_word(
    simulator: Simulator, order: dict[str, str], name: str, value: str, code: str
) -> None:
    assert refusal(simulator, order, **{name: value}) == code


def test_an_unknown_bank_is_refused(simulator: Simulator, order: dict[str, str]) -> None:
    assert refusal(simulator, order, paymethod="bankPay", defaultbank="cmb") == "ILLEGAL_ARGUMENT"


def test_the_sellers_mail_stands_in_for_the_id(simulator: Simulator, order: dict[str, str]) -> None:
    assert refusal(simulator, order, seller_id="", seller_email="other@example.com") == "SELLER_NOT_EXIST"
    right = {**order, "seller_id": "", "seller_email": "demo-seller@example.com"}

    assert simulator.gateway(signed(right)).status_code == 302


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/notify",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest",
        "http://127.0.0.1@example.com/",
        "http://user@127.0.0.1/",
        "http://127.0.0.1.example.com/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "http://127.0.0.1:99999/",
        "//127.0.0.1/",
    ],
)
@pytest.mark.parametrize("name", ["notify_url", "return_url"])
def test_only_this_machine_is_called(simulator: Simulator, order: dict[str, str], name: str, url: str) -> None:
    answer = simulator.gateway(signed({**order, name: url}))

    assert "<title>ILLEGAL_ARGUMENT" in answer.text
    assert "loopback addresses only" in answer.text


def test_price_times_quantity_is_the_total(with_order: Callable[..., Buyer]) -> None:
    assert "¥25.50" in with_order(total_fee="", price="8.50", quantity="3").look()


def test_price_needs_a_whole_quantity(simulator: Simulator, order: dict[str, str]) -> None:
    assert refusal(simulator, order, total_fee="", price="8.50", quantity="1.5") == "ILLEGAL_FEE_PARAM"


def test_the_bank_is_named_on_the_page(with_order: Callable[..., Buyer]) -> None:
    assert "招商银行" in with_order(paymethod="bankPay", defaultbank="CMB").look()


def test_a_fresh_timestamp_key_is_taken_and_an_old_one_refused(simulator: Simulator, order: dict[str, str]) -> None:
    answer = simulator.ask("query_timestamp")
    key = answer.text.split("<encrypt_key>")[1].split("<")[0]
    assert simulator.gateway(signed({**order, "anti_phishing_key": key})).status_code == 302

    simulator.do("clock", forward=31)

    assert refusal(simulator, order, anti_phishing_key=key) == "ILLEGAL_ANTI_PHISHING_KEY"


def test_one_number_means_one_deal(simulator: Simulator, order: dict[str, str], waiting: Buyer) -> None:
    assert refusal(simulator, order, total_fee="88.01") == "TRADE_DATA_MATCH_ERROR"
    assert refusal(simulator, order, subject="something else") == "TRADE_DATA_MATCH_ERROR"
    assert simulator.gateway(signed(order)).status_code == 302


def test_of_two_open_pages_with_one_number_the_first_login_wins(
    buyer: Buyer, with_order: Callable[..., Buyer], simulator: Simulator, number: str
) -> None:
    cheaper = with_order(total_fee="0.01")
    cheaper.press("login")

    assert "TRADE_DATA_MATCH_ERROR" in buyer.press("login").text
    assert simulator.read("trades")["trades"][0]["total"] == "0.01"
