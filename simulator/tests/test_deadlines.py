"""How long a buyer may pay (protocol.md A.1, B.3): periods, moments, what they are counted from, and what ends."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from simulator.tests.merchant_side import Buyer, Shop, Simulator, signed
from simulator.tests.open_app import CHINA, CLOSE, PAGE, QUERY, WAP, App

Fields = dict[str, str]
Open = Callable[..., Buyer]
MARGIN = 20  # seconds: the boundary is tried on both sides of it, and the machine may be slow
PERIODS = [("1m", 1), ("90m", 90), ("2h", 120), ("15d", 15 * 1440), ("21600m", 21600)]
NO_PERIODS = ["0m", "0d", "16d", "361h", "21601m", "1.5h", "-1m", "5", "5s", "m", "1C", " 5m", "99999d"]


@pytest.fixture
def opened(app: App, biz: Fields, urls: Fields) -> Open:
    """Opens the page of the order by page.pay or wap.pay, with more in its biz_content."""

    def send(method: str = PAGE, **more: str) -> Buyer:
        code = "QUICK_WAP_WAY" if method == WAP else "FAST_INSTANT_TRADE_PAY"
        return Buyer(app.simulator, app.request(method, {**biz, "product_code": code, **more}, **urls), sign=False)

    return send


def in_time(app: App, **ahead: float) -> str:
    """A moment so far ahead, as time_expire wants it."""
    return f"{datetime.now(CHINA) + app.skip + timedelta(**ahead):%Y-%m-%d %H:%M:%S}"


def moment(simulator: Simulator, name: str) -> datetime:
    """When the only trade was created, closed or will expire."""
    (trade,) = simulator.read("trades")["trades"]
    return datetime.fromisoformat(trade[name])


def granted(simulator: Simulator) -> timedelta:
    """From the login to the end."""
    return moment(simulator, "expires") - moment(simulator, "created")


@pytest.mark.parametrize(("period", "minutes"), PERIODS)
def test_the_old_service_counts_whole_minutes_hours_and_days_from_the_login(
    with_order: Open, simulator: Simulator, period: str, minutes: int
) -> None:
    buyer = with_order(it_b_pay=period)
    simulator.do("clock", forward=300)
    buyer.press("login")

    assert granted(simulator) == timedelta(minutes=minutes)


@pytest.mark.parametrize("period", NO_PERIODS)
def test_any_other_period_is_refused_by_both_services(
    simulator: Simulator, order: Fields, app: App, biz: Fields, period: str
) -> None:
    assert "<title>ILLEGAL_ARGUMENT" in simulator.gateway(signed({**order, "it_b_pay": period})).text
    refused = app.send(app.request(PAGE, {**biz, "timeout_express": period})).text
    assert "<title>ACQ.INVALID_PARAMETER" in refused and "timeout_express" in refused


def test_a_phone_has_five_minutes_at_least(app: App, opened: Open, biz: Fields) -> None:
    wap = {**biz, "product_code": "QUICK_WAP_WAY", "timeout_express": "4m"}
    assert "<title>ACQ.INVALID_PARAMETER" in app.send(app.request(WAP, wap)).text

    opened(WAP, timeout_express="5m").press("login")
    assert granted(app.simulator) == timedelta(minutes=5)


def test_wap_counts_from_the_login(app: App, opened: Open) -> None:
    page = opened(WAP, timeout_express="30m")
    app.forward(25 * 60)
    page.press("login")

    assert granted(app.simulator) == timedelta(minutes=30)


def test_page_pay_counts_from_the_first_request(app: App, opened: Open) -> None:
    opened(timeout_express="30m")
    app.forward(10 * 60)
    again = opened(timeout_express="30m")
    app.forward(5 * 60)
    again.press("login")

    assert timedelta(minutes=14) < granted(app.simulator) <= timedelta(minutes=15)


@pytest.mark.parametrize("method", [PAGE, WAP])
def test_where_none_is_named_it_is_fifteen_days(app: App, opened: Open, method: str) -> None:
    opened(method).press("login")

    assert timedelta(days=15) - granted(app.simulator) < timedelta(seconds=MARGIN)


def test_by_the_old_service_too(waiting: Buyer, simulator: Simulator) -> None:
    assert granted(simulator) == timedelta(days=15)


@pytest.mark.parametrize("method", [PAGE, WAP])
def test_1c_is_the_next_midnight_in_china(app: App, opened: Open, method: str) -> None:
    opened(method, timeout_express="1c").press("login")
    end = moment(app.simulator, "expires")

    assert end.isoformat().endswith("T00:00:00+08:00")
    assert timedelta() < granted(app.simulator) <= timedelta(days=1)


@pytest.mark.parametrize("ahead", [{"minutes": 2}, {"hours": 1}, {"days": 14.99}])
@pytest.mark.parametrize("method", [PAGE, WAP])
def test_a_moment_goes_before_a_period(app: App, opened: Open, method: str, ahead: dict[str, float]) -> None:
    wanted = in_time(app, **ahead)
    opened(method, time_expire=wanted, timeout_express="5h").press("login")

    assert f"{moment(app.simulator, 'expires'):%Y-%m-%d %H:%M:%S}" == wanted


@pytest.mark.parametrize("ahead", [{"minutes": -1}, {"days": -400}, {"seconds": 40}, {"days": 15.01}])
def test_a_moment_is_one_minute_to_fifteen_days_ahead(app: App, biz: Fields, ahead: dict[str, float]) -> None:
    answer = app.send(app.request(PAGE, {**biz, "time_expire": in_time(app, **ahead)}))

    assert "<title>ACQ.INVALID_PARAMETER" in answer.text
    assert "1 minute to 15 days ahead" in answer.text


@pytest.mark.parametrize(
    "stamp", ["2026-11-26", "2026-11-26T10:00:00", "2026-02-30 10:00:00", "26.11.2026 10:00", "1h"]
)
def test_a_moment_has_alipays_form(app: App, biz: Fields, stamp: str) -> None:
    assert "time_expire is yyyy-MM-dd HH:mm:ss" in app.send(app.request(PAGE, {**biz, "time_expire": stamp})).text


def test_until_its_end_a_trade_waits_then_it_is_closed_and_nobody_is_told(
    app: App, opened: Open, shop: Shop, number: str
) -> None:
    opened(timeout_express="30m").press("login")
    app.forward(30 * 60 - MARGIN)
    assert app.ask(QUERY, out_trade_no=number)["trade_status"] == "WAIT_BUYER_PAY"
    app.forward(MARGIN)

    assert app.ask(QUERY, out_trade_no=number)["trade_status"] == "TRADE_CLOSED"
    assert moment(app.simulator, "closed") == moment(app.simulator, "expires")
    assert app.ask(CLOSE, out_trade_no=number)["sub_code"] == "ACQ.REASON_TRADE_STATUS_INVALID"
    assert (shop.bodies, app.simulator.read("settings")["pending"]) == ([], 0)


def test_so_it_is_by_the_old_service(with_order: Open, simulator: Simulator, shop: Shop, number: str) -> None:
    buyer = with_order(it_b_pay="1h")
    buyer.press("login")
    simulator.do("clock", forward=3600 - MARGIN)
    assert "WAIT_BUYER_PAY" in simulator.ask("single_trade_query", out_trade_no=number).text
    simulator.do("clock", forward=MARGIN)

    assert "<trade_status>TRADE_CLOSED<" in simulator.ask("single_trade_query", out_trade_no=number).text
    assert "<error>TRADE_STATUS_NOT_AVAILD<" in simulator.ask("close_trade", out_order_no=number).text
    assert "TRADE_NOT_ALLOWED_PAY" in buyer.press("pay").text
    assert (shop.bodies, simulator.read("settings")["pending"]) == ([], 0)


def test_who_pays_in_the_last_seconds_has_paid(app: App, opened: Open, number: str) -> None:
    page = opened(time_expire=in_time(app, minutes=10))
    page.press("login")
    app.forward(10 * 60 - MARGIN)
    assert page.press("pay").status_code == 302
    app.forward(86_400)

    assert app.ask(QUERY, out_trade_no=number)["trade_status"] == "TRADE_SUCCESS"


@pytest.mark.parametrize("act", ["pay", "login"])
def test_a_page_kept_beyond_its_moment_takes_no_money(app: App, opened: Open, number: str, act: str) -> None:
    page = opened(time_expire=in_time(app, minutes=10))
    app.forward(11 * 60)
    page.press(act, scenario="1")

    assert "TRADE_NOT_ALLOWED_PAY" in page.press("pay", scenario="1").text
    assert app.simulator.call("pay", out_trade_no=number).status_code == 409
    assert app.ask(QUERY, out_trade_no=number)["trade_status"] == "TRADE_CLOSED"


def test_unless_the_scenario_wants_it_late(app: App, opened: Open, number: str) -> None:
    opened(time_expire=in_time(app, minutes=10))
    app.forward(11 * 60)

    assert app.simulator.do("pay", out_trade_no=number, scenario=8)["status"] == "TRADE_SUCCESS"


def test_a_new_page_for_the_number_prolongs_nothing_once_the_buyer_has_logged_in(app: App, opened: Open) -> None:
    opened(time_expire=in_time(app, minutes=10)).press("login")
    end = moment(app.simulator, "expires")
    opened(time_expire=in_time(app, hours=5)).press("login")

    assert moment(app.simulator, "expires") == end
