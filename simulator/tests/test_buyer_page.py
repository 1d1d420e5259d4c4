"""The buyer's page: log in, pay, be refused, give up."""

from collections.abc import Callable

import pytest
import requests

from simulator.tests.merchant_side import Buyer, Shop, Simulator, md5_of


def test_no_trade_exists_before_the_buyer_logs_in(simulator: Simulator, buyer: Buyer, number: str) -> None:
    assert "<error>TRADE_NOT_EXIST</error>" in simulator.ask("single_trade_query", out_trade_no=number).text

    buyer.press("login")

    assert "<trade_status>WAIT_BUYER_PAY<" in simulator.ask("single_trade_query", out_trade_no=number).text


def test_the_page_shows_what_is_paid_to_whom(buyer: Buyer, number: str) -> None:
    page = buyer.look()

    assert '<data value="88.00">¥88.00</data>' in page
    assert "一只茶杯 &amp; more" in page
    assert "demo-seller@example.com" in page
    assert number in page
    assert "SIMULATOR · no money moves" in page


def test_the_buttons_follow_the_state(buyer: Buyer) -> None:
    before = buyer.look()
    buyer.press("login")
    after = buyer.look()

    assert 'value="login"' in before and 'value="abandon"' in before and 'value="pay"' not in before
    assert all(f'name="act" value="{act}"' in after for act in ("pay", "refuse", "abandon"))


def test_paying_sends_the_browser_back_with_signed_fields(waiting: Buyer, shop: Shop, number: str) -> None:
    answer = waiting.press("pay")
    address, _, query = answer.headers["Location"].partition("?")
    fields = shop.read(query.encode())

    assert answer.status_code == 302
    assert address == f"{shop.url}/return"
    assert fields["sign"] == md5_of(fields)
    assert (fields["is_success"], fields["trade_status"]) == ("T", "TRADE_SUCCESS")
    assert (fields["out_trade_no"], fields["total_fee"]) == (number, "88.00")
    assert fields["exterface"] == "create_direct_pay_by_user"


def test_own_parameters_of_the_return_address_stay(with_order: Callable[..., Buyer], shop: Shop) -> None:
    buyer = with_order(return_url=f"{shop.url}/return?lang=en")
    buyer.press("login")

    assert buyer.press("pay").headers["Location"].startswith(f"{shop.url}/return?lang=en&is_success=T")


def test_without_a_return_address_the_buyer_stays(with_order: Callable[..., Buyer]) -> None:
    buyer = with_order(return_url="")
    buyer.press("login")

    assert 'data-outcome="pay"' in buyer.press("pay").text


def test_a_refusal_of_the_bank_changes_nothing(waiting: Buyer, simulator: Simulator, number: str, shop: Shop) -> None:
    answer = waiting.press("refuse")

    assert 'data-outcome="refuse"' in answer.text
    assert simulator.status(number) == "WAIT_BUYER_PAY"
    assert shop.bodies == []


def test_who_gives_up_may_come_back_and_pay(waiting: Buyer, simulator: Simulator, number: str) -> None:
    assert 'data-outcome="abandon"' in waiting.press("abandon").text

    assert waiting.press("pay").status_code == 302
    assert simulator.status(number) == "TRADE_SUCCESS"


def test_a_trade_is_paid_once(waiting: Buyer, shop: Shop) -> None:
    waiting.press("pay")

    assert "TRADE_NOT_ALLOWED_PAY" in waiting.press("pay").text
    assert len(shop.bodies) == 1


def test_a_paid_page_leads_back_to_the_shop(waiting: Buyer, shop: Shop) -> None:
    waiting.press("pay")
    page = waiting.look()

    assert "paid already" in page
    assert f'href="{shop.url}/return?is_success=T' in page


def test_a_closed_trade_cannot_be_paid(waiting: Buyer, simulator: Simulator, number: str) -> None:
    simulator.do("close", out_trade_no=number)

    assert "is closed" in waiting.look()
    assert "TRADE_NOT_ALLOWED_PAY" in waiting.press("pay", scenario="1").text


def test_time_runs_out(with_order: Callable[..., Buyer], simulator: Simulator, number: str) -> None:
    buyer = with_order(it_b_pay="30m")
    buyer.press("login")
    assert "data-seconds=" in buyer.look()

    simulator.do("clock", forward=30 * 60)

    assert simulator.status(number) == "TRADE_CLOSED"
    assert "TRADE_NOT_ALLOWED_PAY" in buyer.press("pay").text


def test_1c_ends_at_midnight(with_order: Callable[..., Buyer], simulator: Simulator) -> None:
    with_order(it_b_pay="1c").press("login")

    assert simulator.read("trades")["trades"][0]["expires"].endswith("T00:00:00+08:00")


@pytest.mark.parametrize(("act", "scenario"), [("steal", ""), ("", ""), ("pay", "99"), ("pay", "x"), ("notify", "1")])
def test_an_unknown_button_does_nothing(
    waiting: Buyer, simulator: Simulator, number: str, act: str, scenario: str
) -> None:
    assert "ILLEGAL_ARGUMENT" in waiting.press(act, scenario=scenario).text
    assert simulator.status(number) == "WAIT_BUYER_PAY"


def test_an_unknown_page_is_404(simulator: Simulator) -> None:
    answer = requests.get(f"{simulator.url}/cashier/nothing")

    assert answer.status_code == 404
    assert "SESSION_TIMEOUT" in answer.text


def test_other_verbs_are_refused(buyer: Buyer) -> None:
    assert requests.put(buyer.page).status_code == 405


def test_the_basic_product_finishes_at_once(waiting: Buyer, simulator: Simulator, number: str, shop: Shop) -> None:
    simulator.do("product", product="basic")
    waiting.press("pay")

    assert simulator.status(number) == "TRADE_FINISHED"
    assert shop.wait(1)[0]["trade_status"] == "TRADE_FINISHED"
