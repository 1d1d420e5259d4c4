"""The panel does by buttons what the command line does by words."""

import re

import pytest
import requests

from simulator.tests.merchant_side import Buyer, Shop, Simulator


def press(simulator: Simulator, name: str, **form: str) -> requests.Response:
    return requests.post(f"{simulator.url}/sim/act/{name}", data=form)


def panel(simulator: Simulator) -> str:
    return requests.get(f"{simulator.url}/sim/").text


def test_it_lists_trades_with_state(waiting: Buyer, simulator: Simulator, number: str) -> None:
    page = panel(simulator)

    assert f'data-out-trade-no="{number}"' in page
    assert 'data-trade-status="WAIT_BUYER_PAY"' in page


def test_it_shows_the_wire(buyer: Buyer, simulator: Simulator, number: str) -> None:
    page = panel(simulator)

    assert "create_direct_pay_by_user" in page
    assert f"out_trade_no={number}&amp;partner=" in page
    assert "<strong>accepted</strong>" in page


def test_pay_notify_and_finish_are_buttons(waiting: Buyer, simulator: Simulator, shop: Shop, number: str) -> None:
    assert "TRADE_SUCCESS" in press(simulator, "pay", out_trade_no=number, scenario="1").text
    press(simulator, "notify", out_trade_no=number, copies="3")
    assert 'data-trade-status="TRADE_FINISHED"' in press(simulator, "finish", out_trade_no=number).text
    assert len(shop.wait(5)) == 5


def test_close_is_a_button(waiting: Buyer, simulator: Simulator, number: str) -> None:
    assert 'data-trade-status="TRADE_CLOSED"' in press(simulator, "close", out_trade_no=number).text


def test_defaults_are_set(simulator: Simulator) -> None:
    press(simulator, "scenario", scenario="4")
    press(simulator, "product", product="basic")
    page = press(simulator, "trouble", kind="garbage", times="3").text

    assert '<option value="4" selected>' in page
    assert "<option selected>basic</option>" in page
    assert "<strong>garbage × 3</strong>" in page


def test_a_refusal_is_explained(waiting: Buyer, simulator: Simulator, number: str) -> None:
    answer = press(simulator, "finish", out_trade_no=number)

    assert "TRADE_STATUS_NOT_AVAILD" in answer.text
    assert 'href="/sim/"' in answer.text


@pytest.mark.parametrize(("name", "form"), [("nothing", {}), ("scenario", {"scenario": "x"}), ("pay", {})])
def test_an_unknown_button_is_refused(simulator: Simulator, name: str, form: dict[str, str]) -> None:
    assert press(simulator, name, **form).status_code == 400


def test_the_root_leads_to_the_panel(simulator: Simulator) -> None:
    assert requests.get(simulator.url).url == f"{simulator.url}/sim/"


@pytest.mark.parametrize(("name", "kind"), [("sim.css", "text/css"), ("panel.js", "javascript")])
def test_its_files_are_served(simulator: Simulator, name: str, kind: str) -> None:
    answer = requests.get(f"{simulator.url}/sim/static/{name}")

    assert answer.status_code == 200
    assert kind in answer.headers["Content-Type"]


@pytest.mark.parametrize("name", ["none.css", "..%2fsite.py", "..%2f..%2fmanage.py"])
def test_no_other_file_is_served(simulator: Simulator, name: str) -> None:
    assert requests.get(f"{simulator.url}/sim/static/{name}").status_code == 404


def test_no_page_needs_inline_style_or_script(waiting: Buyer, simulator: Simulator) -> None:
    for page in (panel(simulator), waiting.look()):
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script>", page)
