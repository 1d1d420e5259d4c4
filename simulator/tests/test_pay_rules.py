"""create_direct_pay_by_user, rule by rule (protocol.md A.1, A.2): each on both sides of its border."""

from collections.abc import Callable

import pytest
import requests

from simulator.tests.merchant_side import PARTNER, PATIENCE, Buyer, Shop, Simulator, md5_of, refusal, signed

Fields = dict[str, str]
Open = Callable[..., Buyer]
SELLER = "demo-seller@example.com"
# A.2, as the sheet prints it.
BANKS = (
    "BOCB2C ICBCB2C CMB CCB ABC SPDB CIB GDB CMBC COMM CITIC CEBBANK HZCBB2C SHBANK NBBANK SPABANK BJRCB POSTGC BJBANK "
    "fdb101 SDB abc1003 abc1004 CMB-DEBIT CCB-DEBIT ICBC-DEBIT COMM-DEBIT GDB-DEBIT BOC-DEBIT CEB-DEBIT SPDB-DEBIT "
    "PSBC-DEBIT SHRCB WZCBB2C-DEBIT ICBCBTB ABCBTB CCBBTB SPDBB2B"
)
NAMED = {
    "ICBCB2C": "工商", "CMB-DEBIT": "招商", "CCBBTB": "建设", "ABC": "农业", "BOCB2C": "中国银行", "COMM": "交通",
    "SPDB": "浦发", "CIB": "兴业", "GDB": "广发", "CMBC": "民生", "CITIC": "中信", "CEBBANK": "光大", "HZCBB2C": "杭州",
    "SHBANK": "上海银行", "NBBANK": "宁波", "SDB": "平安", "BJRCB": "北京农商", "PSBC-DEBIT": "邮储",
    "BJBANK": "北京银行", "SHRCB": "上海农商", "WZCBB2C-DEBIT": "温州", "fdb101": "富滇",
    "abc1003": "Visa", "abc1004": "Master",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "longest", "letter"),
    [
        ("out_trade_no", 64, "1"),
        ("subject", 256, "x"),
        ("subject", 128, "茶"),
        ("body", 1000, "x"),
        ("show_url", 400, "u"),
        ("extra_common_param", 100, "x"),
        ("exter_invoke_ip", 15, "1"),
        ("seller_account_name", 100, "x"),
    ],
)
def test_a_text_may_be_so_long_and_no_longer(
    with_order: Open, simulator: Simulator, order: Fields, name: str, longest: int, letter: str
) -> None:
    with_order(**{name: letter * longest})

    assert refusal(simulator, order, **{name: letter * (longest + 1)}) == "ILLEGAL_ARGUMENT"


@pytest.mark.parametrize(("name", "longest"), [("notify_url", 190), ("return_url", 200)])
def test_an_address_too(
    with_order: Open, simulator: Simulator, order: Fields, shop: Shop, name: str, longest: int
) -> None:
    stem = f"{shop.url}/"
    with_order(**{name: stem + "p" * (longest - len(stem))})

    assert refusal(simulator, order, **{name: stem + "p" * (longest + 1 - len(stem))}) == "ILLEGAL_ARGUMENT"


@pytest.mark.parametrize(("amount", "shown"), [("0.01", "0.01"), ("100000000.00", "100000000.00"), ("7", "7.00")])
def test_amounts_at_the_borders_are_taken(with_order: Open, amount: str, shown: str) -> None:
    assert f"¥{shown}" in with_order(total_fee=amount).look()


@pytest.mark.parametrize(
    ("price", "quantity", "code"),
    [
        ("0.00", "3", "TOTAL_FEE_LESSEQUAL_ZERO"),
        ("50000000.01", "2", "TOTAL_FEE_OUT_OF_RANGE"),
        ("8.50", "0", "ILLEGAL_FEE_PARAM"),
        ("8.50", "-1", "ILLEGAL_FEE_PARAM"),
        ("8.50", "", "ILLEGAL_FEE_PARAM"),
        ("", "2", "ILLEGAL_FEE_PARAM"),
        ("8.501", "2", "ILLEGAL_FEE_PARAM"),
    ],
)
def test_price_and_quantity_keep_to_the_same_borders(
    simulator: Simulator, order: Fields, price: str, quantity: str, code: str
) -> None:
    assert refusal(simulator, order, total_fee="", price=price, quantity=quantity) == code


@pytest.mark.parametrize("name", ["price", "quantity"])
def test_neither_goes_with_the_total(simulator: Simulator, order: Fields, name: str) -> None:
    assert refusal(simulator, order, **{name: "1"}) == "ILLEGAL_FEE_PARAM"


@pytest.mark.parametrize(
    ("sellers", "word"),
    [
        ({"seller_id": PARTNER, "seller_email": "other@example.com"}, ""),
        ({"seller_id": "", "seller_account_name": SELLER, "seller_email": "other@example.com"}, ""),
        ({"seller_id": "", "seller_account_name": "other@example.com", "seller_email": SELLER}, "SELLER_NOT_EXIST"),
        ({"seller_id": "2088000000000009", "seller_account_name": SELLER}, "SELLER_NOT_EXIST"),
    ],
)
def test_of_three_names_of_the_seller_the_first_counts(
    simulator: Simulator, order: Fields, sellers: Fields, word: str
) -> None:
    answer = simulator.gateway(signed({**order, **sellers}))

    assert (answer.status_code, f"<title>{word} " in answer.text) == ((200, True) if word else (302, False))


def test_every_bank_of_the_sheet_may_be_chosen(simulator: Simulator, order: Fields) -> None:
    refused = [
        code
        for code in BANKS.split()
        if simulator.gateway(signed({**order, "paymethod": "bankPay", "defaultbank": code})).status_code != 302
    ]

    assert refused == []


@pytest.mark.parametrize("code", NAMED)
def test_the_buyer_reads_the_banks_name(with_order: Open, code: str) -> None:
    assert NAMED[code] in with_order(paymethod="bankPay", defaultbank=code).look()


@pytest.mark.parametrize("code", ["icbcb2c", "BOC", "CMB-CREDIT", "CMB ", "abc"])
def test_no_other_code_is_a_bank(simulator: Simulator, order: Fields, code: str) -> None:
    assert refusal(simulator, order, paymethod="bankPay", defaultbank=code) == "ILLEGAL_ARGUMENT"


@pytest.mark.parametrize("method", ["directPay", "creditPay", "cartoon", "CASH", ""])
def test_the_other_ways_to_pay_need_no_bank(with_order: Open, method: str) -> None:
    assert "银行 Bank</dt>" not in with_order(paymethod=method, defaultbank="CMB").look()


@pytest.mark.parametrize("text", ["a&b", "a=b", "="])
def test_own_words_hold_no_sign_of_a_query(simulator: Simulator, order: Fields, text: str) -> None:
    assert refusal(simulator, order, extra_common_param=text) == "ILLEGAL_ARGUMENT"


def test_own_words_come_back_by_both_ways(with_order: Open, shop: Shop) -> None:
    buyer = with_order(extra_common_param="会员 42", body="长" * 900)
    buyer.press("login")
    back = shop.read(buyer.press("pay").headers["Location"].partition("?")[2].encode())
    told = shop.wait(1)[0]

    for fields in (back, told):
        assert (fields["extra_common_param"], fields["body"]) == ("会员 42", "长" * 400)
        assert fields["sign"] == md5_of(fields)


@pytest.mark.parametrize(
    ("name", "value"),
    [("subject", "another"), ("total_fee", "88.01"), ("body", "another"), ("subject", "一只茶杯 &amp; more")],
)
def test_a_number_that_a_buyer_took_up_means_the_same_deal_for_ever(
    simulator: Simulator, waiting: Buyer, order: Fields, name: str, value: str
) -> None:
    assert refusal(simulator, order, **{name: value}) == "TRADE_DATA_MATCH_ERROR"
    simulator.do("close", out_trade_no=order["out_trade_no"])
    assert refusal(simulator, order, **{name: value}) == "TRADE_DATA_MATCH_ERROR"


@pytest.mark.parametrize("name", ["return_url", "notify_url", "show_url", "paymethod"])
def test_what_is_no_part_of_the_deal_may_change(
    simulator: Simulator, waiting: Buyer, order: Fields, shop: Shop, name: str
) -> None:
    other = {"return_url": f"{shop.url}/r2", "notify_url": f"{shop.url}/n2", "show_url": "x", "paymethod": "CASH"}

    assert simulator.gateway(signed({**order, name: other[name]})).status_code == 302


def test_a_signed_address_can_be_opened_again_until_the_trade_is_paid(
    buyer: Buyer, simulator: Simulator, order: Fields
) -> None:
    again = Buyer(simulator, order)
    assert again.page != buyer.page
    buyer.press("login")
    again.press("pay")

    assert "paid already" in buyer.look() and "paid already" in Buyer(simulator, order).look()


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", "gbk", "GBK", "gb2312"])
def test_every_charset_of_the_sheet_is_read_and_answered(
    with_order: Open, simulator: Simulator, shop: Shop, number: str, charset: str
) -> None:
    buyer = with_order(_input_charset=charset)
    buyer.press("login")
    assert "一只茶杯" in buyer.look()
    buyer.press("pay")
    told = shop.wait(1, charset)[0]
    answer = simulator.ask("single_trade_query", out_trade_no=number, _input_charset=charset)

    assert told["subject"] == "一只茶杯 & more" and told["sign"] == md5_of(told, charset)
    assert "<subject>一只茶杯 &amp; more</subject>" in answer.content.decode(charset)
    assert answer.headers["Content-Type"] == f"text/xml; charset={charset.lower()}"


def test_bytes_and_signature_are_of_one_charset(simulator: Simulator, order: Fields) -> None:
    gbk = {**order, "_input_charset": "gbk"}
    wrong = {**gbk, "sign": md5_of(gbk, "utf-8"), "sign_type": "MD5"}

    page = simulator.gateway(wrong).text
    assert "<title>ILLEGAL_SIGN" in page and "another charset" in page


def test_the_page_of_a_get_and_of_a_form_is_the_same_kind(simulator: Simulator, order: Fields) -> None:
    address = f"{simulator.url}/gateway.do?_input_charset=utf-8"
    posted = requests.post(address, signed(order), allow_redirects=False, timeout=PATIENCE)

    assert posted.headers["Location"].startswith("/cashier/")
    assert posted.headers["Location"] != simulator.gateway(signed(order)).headers["Location"]
