"""Whatever stands in a call of the panel, the JSON interface or a signed request: a clear word, never a breakdown."""

import json

import pytest
import requests

from simulator.tests.merchant_side import PATIENCE, Buyer, Shop, Simulator
from simulator.tests.open_app import BILL, PAGE, QUERY, App

DEEP = "[" * 50_000
Biz = dict[str, str]


def post(simulator: Simulator, name: str, body: str | bytes) -> requests.Response:
    """A call with whatever body."""
    return requests.post(f"{simulator.url}/sim/api/{name}", data=body, timeout=PATIENCE)


def works(simulator: Simulator) -> bool:
    """Panel, list and gateway still answer."""
    panel = requests.get(f"{simulator.url}/sim/", timeout=PATIENCE)
    return panel.ok and "trades" in simulator.read("trades") and simulator.ask("single_trade_query").ok


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("clock", '{"forward": Infinity}'),
        ("clock", '{"forward": NaN}'),
        ("clock", '{"forward": 1e400}'),
        ("clock", '{"forward": 1e12}'),
        ("clock", '{"skew": -1e12}'),
        ("clock", '{"forward": null}'),
        ("trouble", '{"kind": "slow", "seconds": -1}'),
        ("trouble", '{"kind": "slow", "seconds": Infinity}'),
        ("trouble", '{"kind": "500", "times": 0}'),
        ("trouble", '{"kind": ["500"]}'),
        ("scenario", f'{{"scenario": {"9" * 5000}}}'),
        ("scenario", '{"scenario": null}'),
        ("bill", '{"without": 7}'),
        ("reset", DEEP),
        ("reset", b"\xff\xfe{"),
        ("login", '{"out_trade_no": {"a": []}}'),
    ],
)
def test_a_wrong_call_is_explained_and_harms_nothing(simulator: Simulator, name: str, body: str | bytes) -> None:
    before = simulator.read("settings")
    answer = post(simulator, name, body)

    assert answer.status_code in (400, 409)
    assert answer.json()["error"] in ("BAD_CALL", "TRADE_NOT_EXIST") and answer.json()["text"]
    assert {**simulator.read("settings"), "now": ""} == {**before, "now": ""}
    assert works(simulator)


@pytest.mark.parametrize(
    "body",
    [
        {"copies": float("inf")},
        {"fields": {"subject": "\ud800"}},
        {"fields": None},
        {"after": [1]},
        {"drop": 7},
    ],
)
def test_a_notification_that_cannot_be_made_is_not_sent(
    waiting: Buyer, simulator: Simulator, shop: Shop, number: str, body: dict[str, object]
) -> None:
    answer = post(simulator, "notify", json.dumps({"out_trade_no": number, **body}))

    assert (answer.status_code, answer.json()["error"]) == (400, "BAD_CALL")
    assert shop.bodies == []


@pytest.mark.parametrize("amount", ["0", "-1.00", "1.001", "1e1", "all", ""])
def test_the_console_gives_back_sums_only(waiting: Buyer, simulator: Simulator, number: str, amount: str) -> None:
    waiting.press("pay")
    answer = simulator.call("refund", out_trade_no=number, amount=amount, request_no="R1")

    assert (answer.status_code, answer.json()["error"]) == (409, "ACQ.INVALID_PARAMETER")
    assert simulator.status(number) == "TRADE_SUCCESS"


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("clock", {"forward": "inf"}),
        ("clock", {"forward": "1e12"}),
        ("clock", {"forward": "a day"}),
        ("trouble", {"kind": "slow", "times": "0"}),
        ("trouble", {}),
        ("product", {"product": "gold"}),
        ("scenario", {"scenario": "21"}),
        ("bill", {"amount": "1", "extra": "1", "without": "1", "fields": "7"}),
        ("notify", {"out_trade_no": "unknown"}),
        ("finish", {"out_trade_no": ""}),
    ],
)
def test_the_panels_buttons_survive_any_value(simulator: Simulator, name: str, form: dict[str, str]) -> None:
    answer = requests.post(f"{simulator.url}/sim/act/{name}", form, timeout=PATIENCE)

    assert answer.status_code in (200, 400)
    assert answer.status_code == 200 or 'class="mend"' in answer.text, "a refusal says what to mend"
    assert works(simulator)


@pytest.mark.parametrize("form", [{"copies": "many"}, {"copies": "0"}, {"fields": "x"}, {"after": "7"}])
def test_notifying_again_from_the_panel_takes_numbers_only(
    waiting: Buyer, simulator: Simulator, shop: Shop, number: str, form: dict[str, str]
) -> None:
    answer = requests.post(f"{simulator.url}/sim/act/notify", {"out_trade_no": number, **form}, timeout=PATIENCE)

    assert answer.status_code == 400
    assert shop.bodies == []


@pytest.mark.parametrize("verb", ["GET", "PUT", "DELETE", "HEAD"])
def test_acts_are_posted(simulator: Simulator, verb: str) -> None:
    simulator.do("scenario", scenario=4)
    for address in ("/sim/api/reset", "/sim/act/reset"):
        assert requests.request(verb, simulator.url + address, timeout=PATIENCE).status_code in (404, 405)

    assert simulator.read("settings")["scenario"] == 4


def test_a_biz_content_without_a_bottom_is_refused(app: App) -> None:
    told = app.send(app.request(QUERY, DEEP[:3000])).json()

    assert told["error_response"]["sub_code"] == "isv.invalid-parameter"


@pytest.mark.parametrize("name", ["subject", "body", "passback_params"])
def test_control_characters_behind_jsons_escapes_are_refused(app: App, biz: Biz, name: str) -> None:
    answer = app.send(app.request(PAGE, {**biz, name: "a\0b"}))

    assert "<title>ACQ.INVALID_PARAMETER" in answer.text
    assert "control character" in answer.text


@pytest.mark.parametrize(("charset", "subject", "shown"), [("utf-8", "\ud800 茶", "? 茶"), ("gbk", "☃ 茶", "? 茶")])
def test_what_the_charset_lacks_is_a_question_mark_in_every_message(
    app: App, biz: Biz, urls: Biz, shop: Shop, number: str, charset: str, subject: str, shown: str
) -> None:
    page = Buyer(app.simulator, app.request(PAGE, {**biz, "subject": subject}, charset=charset, **urls), sign=False)
    page.press("login")
    assert shown in page.look()

    assert page.press("pay").status_code == 302
    assert shop.wait(1, charset)[0]["subject"] == shown
    assert app.ask(QUERY, out_trade_no=number)["subject"] == shown


def test_the_old_service_asks_in_a_narrower_charset_than_the_trade_was_made_in(
    app: App, biz: Biz, urls: Biz, number: str
) -> None:
    Buyer(app.simulator, app.request(PAGE, {**biz, "subject": "☃ 茶"}, **urls), sign=False).press("login")
    answer = app.simulator.ask("single_trade_query", out_trade_no=number, _input_charset="gbk")

    assert "<subject>? 茶</subject>" in answer.content.decode("gbk")


@pytest.mark.parametrize("day", ["2026-13-01", "2026-02-30", "2026-00", "２０２６-01-01", "2026-01-1", "20260101", ""])
def test_a_bill_is_for_a_day_or_a_month_of_the_calendar(app: App, day: str) -> None:
    assert app.ask(BILL, bill_type="trade", bill_date=day)["sub_code"] == "isv.invalid-parameter"
