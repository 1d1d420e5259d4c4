"""The panel as a developer reads it (pages.md D04): buttons by the state, the log with its reasons."""

import hashlib
import re
from collections.abc import Callable
from html import unescape

import pytest
import requests

from simulator.tests.merchant_side import KEY, PATIENCE, Buyer, Shop, Simulator, md5_of, signed
from simulator.tests.open_app import QUERY, App

Fields = dict[str, str]


def panel(simulator: Simulator) -> str:
    return requests.get(f"{simulator.url}/sim/", timeout=PATIENCE).text


def buttons(page: str) -> set[str]:
    """What can be done with the only trade."""
    article = page[page.index('<article class="trade"') : page.index("</article>")]
    return set(re.findall(r'action="/sim/act/([a-z]+)"', article))


def entries(page: str) -> list[dict[str, str]]:
    """The log's entries, each by its own headings."""
    found = []
    for part in re.findall(r'<details class="entry[^>]*>(.*?)</details>', page, re.DOTALL):
        terms = re.findall(r"<dt>([^<]+)</dt><dd>(?:<pre>|<code>)(.*?)(?:</pre>|</code>)</dd>", part, re.DOTALL)
        verdict = re.search(r"<strong>(.*?)</strong>", part)
        assert verdict
        found.append({name: unescape(value) for name, value in terms} | {"verdict": unescape(verdict[1])})
    return found


@pytest.mark.parametrize(
    ("acts", "offered"),
    [
        (("login",), {"pay", "close", "notify"}),
        (("close",), {"pay", "notify"}),
        (("pay",), {"finish", "notify"}),
        (("pay", "finish"), {"notify"}),
        (("pay", "refund"), {"pay", "notify"}),
    ],
)
def test_only_what_the_state_allows_is_offered(
    waiting: Buyer, simulator: Simulator, number: str, acts: tuple[str, ...], offered: set[str]
) -> None:
    for act in acts:
        simulator.do(act, out_trade_no=number, amount="88.00")

    assert buttons(panel(simulator)) == offered


def test_a_button_does_its_act_and_leads_back(waiting: Buyer, simulator: Simulator, number: str) -> None:
    form = {"out_trade_no": number, "scenario": "5"}
    answer = requests.post(f"{simulator.url}/sim/act/pay", form, allow_redirects=False, timeout=PATIENCE)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/sim/")
    assert simulator.status(number) == "TRADE_SUCCESS"


def test_a_trade_is_finished_once(waiting: Buyer, simulator: Simulator, shop: Shop, number: str) -> None:
    waiting.press("pay")
    simulator.do("finish", out_trade_no=number)
    shop.wait(2)

    assert simulator.call("finish", out_trade_no=number).json()["error"] == "TRADE_STATUS_NOT_AVAILD"
    assert len(shop.bodies) == 2


def test_what_the_merchant_sends_stays_text(buyer: Buyer, simulator: Simulator, order: Fields) -> None:
    evil = "<img src=x onerror=alert(1)>"
    simulator.gateway({**signed({**order, "subject": evil}), "sign": evil})
    Buyer(simulator, {**order, "subject": evil, "out_trade_no": order["out_trade_no"] + "9"}).press("login")
    page = panel(simulator)

    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_a_refused_request_shows_what_was_expected(buyer: Buyer, simulator: Simulator, order: Fields) -> None:
    simulator.gateway({**order, "sign": "0" * 32, "sign_type": "MD5"})
    entry, earlier = entries(panel(simulator))

    assert entry["verdict"].startswith("ILLEGAL_SIGN")
    assert (entry["sign"], entry["expected"]) == ("0" * 32, md5_of(order))
    assert hashlib.md5((entry["signed string"] + KEY).encode()).hexdigest() == entry["expected"]
    assert earlier["verdict"] == "accepted" and "expected" not in earlier


def test_a_notification_shows_what_was_signed_and_answered(waiting: Buyer, simulator: Simulator, shop: Shop) -> None:
    shop.says = [(200, "<b>不行</b>".encode())]
    waiting.press("pay")
    told = shop.wait(1)[0]
    simulator.settled(1)
    entry = entries(panel(simulator))[0]

    assert (entry["sign"], entry["answer"], entry["verdict"]) == (told["sign"], "<b>不行</b>", "not success (HTTP 200)")
    assert (
        entry["signed string"].startswith("buyer_email=") and f"trade_no={told['trade_no']}" in entry["signed string"]
    )
    assert '<span id="pending">1</span>' in panel(simulator)


def test_an_apps_question_shows_the_answer_it_got(app: App, page: Buyer, number: str) -> None:
    page.press("login")
    answer = app.send(app.request(QUERY, {"out_trade_no": number}))
    entry = entries(panel(app.simulator))[0]

    assert entry["answer"] == answer.text
    assert entry["verdict"] == "accepted"
    assert "expected" not in entry


def test_nothing_private_stands_on_it(waiting: Buyer, simulator: Simulator, app: App) -> None:
    waiting.press("pay")
    for text in (panel(simulator), panel(app.simulator), str(simulator.read("wire")), str(simulator.read("settings"))):
        assert KEY not in text and "PRIVATE KEY" not in text


def test_a_hundred_entries_are_shown_and_five_hundred_kept(simulator: Simulator) -> None:
    for _ in range(510):
        requests.get(f"{simulator.url}/gateway.do?service=notify_verify", timeout=PATIENCE)
    kept = simulator.read("wire")["wire"]

    assert (len(kept), kept[0]["number"] - kept[-1]["number"]) == (500, 499)
    assert len(entries(panel(simulator))) == 100


def test_a_long_address_does_not_fill_the_log(simulator: Simulator) -> None:
    requests.get(f"{simulator.url}/gateway.do?service=notify_verify&x={'y' * 50_000}", timeout=PATIENCE)

    assert len(simulator.read("wire")["wire"][0]["address"]) <= 4000


@pytest.mark.parametrize(
    ("act", "moves"), [("login", True), ("close", True), ("notify", False), ("return", False), ("scenario", False)]
)
def test_pages_that_stay_open_learn_of_changes_by_the_revision(
    buyer: Buyer, simulator: Simulator, number: str, act: str, moves: bool
) -> None:
    if act != "login":
        simulator.do("login", out_trade_no=number)
    before = simulator.read("trades")["revision"]
    simulator.do(act, out_trade_no=number, scenario=2)

    assert (simulator.read("trades")["revision"] != before) == moves
    assert simulator.read("trades")["revision"] == simulator.read("trades")["revision"], "looking is no change"


def test_the_newest_trade_stands_first(waiting: Buyer, simulator: Simulator, order: Fields, number: str) -> None:
    Buyer(simulator, {**order, "out_trade_no": f"{number}2"}).press("login")

    assert re.findall(r'data-out-trade-no="(\d+)"', panel(simulator)) == [f"{number}2", number]


def test_the_countdown_counts_down(with_order: Callable[..., Buyer], simulator: Simulator) -> None:
    buyer = with_order(it_b_pay="30m")
    buyer.press("login")
    left = []
    for _ in range(2):
        found = re.search(r'data-seconds="(\d+)"', buyer.look())
        assert found
        left.append(int(found[1]))
        simulator.do("clock", forward=600)

    assert 1780 < left[0] <= 1800 and 590 <= left[0] - left[1] <= 620


@pytest.mark.parametrize("scenario", ["1", "8"])
def test_a_closed_trades_page_takes_late_money_by_its_own_button_only(
    waiting: Buyer, simulator: Simulator, number: str, scenario: str
) -> None:
    simulator.do("close", out_trade_no=number)
    page = waiting.look()
    waiting.press("pay", scenario=scenario)

    assert 'name="scenario" value="8"' in page and "<select" not in page
    assert simulator.status(number) == ("TRADE_SUCCESS" if scenario == "8" else "TRADE_CLOSED")
