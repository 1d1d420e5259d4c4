"""The simulator's scenarios played against a real shop, by both services: what the shop must show of each."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
import requests

from tests.browsing import TIMEOUT
from tests.playing import NOTHING, ONCE, Purchase, Staff, job, wait_until
from tests.stack import Database, Stack, manage

METHODS = ["alipay", "alipay-instant"]
OTHER = {"alipay": "alipay-instant", "alipay-instant": "alipay"}
LATER = 45  # minutes, when the time to pay is over
PHONE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"


@pytest.fixture(scope="module")
def stack(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One shop and one simulator for all scenarios; when all are played the books must hold."""
    folder = tmp_path_factory.mktemp("scenarios") / "data"
    with Stack(database, folder, simulator=True, env={"GATEWAY_READ_TIMEOUT": "2"}) as running:
        yield running
        manage(["manage.py", "check_money"], running.environment)


@pytest.fixture(scope="module")
def staff(stack: Stack) -> Staff:
    """The owner, logged in."""
    return Staff(stack)


@pytest.fixture(params=METHODS)
def purchase(stack: Stack, request: pytest.FixtureRequest) -> Purchase:
    """An order whose buyer stands before the gateway's page."""
    bought = Purchase(stack, request.param)
    bought.gateway.calm()
    bought.go()
    return bought


@pytest.fixture
def by_alipay(stack: Stack) -> Purchase:
    """The same, by the Open Platform."""
    bought = Purchase(stack, "alipay")
    bought.gateway.calm()
    bought.go()
    return bought


def today(purchase: Purchase) -> str:
    """The gateway's day."""
    return str(datetime.fromisoformat(purchase.gateway.read("settings")["now"]).date())


def reconcile(purchase: Purchase) -> tuple[bool, str]:
    """Whether bill and ledger agree, and what the command says."""
    try:
        return True, manage(["manage.py", "reconcile", "--day", today(purchase)], purchase.stack.environment)
    except AssertionError as differs:
        return False, str(differs)


def test_1_the_notification_comes_first_and_both_pages_show_paid(purchase: Purchase) -> None:
    purchase.play(1)
    assert purchase.status() == "paid"
    assert purchase.page("pay/").url == purchase.page().url
    assert (purchase.effects(), purchase.told(1)) == (ONCE, ["success"])


def test_2_the_browser_comes_first_and_the_notification_changes_nothing(purchase: Purchase) -> None:
    purchase.play(2)
    assert purchase.status() == "paid"
    purchase.gateway.do("clock", forward=2)
    assert purchase.told(1) == ["success"]
    assert (purchase.effects(), purchase.verdicts()) == (ONCE, ["repeat"])


def test_2_while_alipay_is_silent_the_page_says_confirming(purchase: Purchase) -> None:
    purchase.gateway.do("trouble", kind="500", times=1)
    purchase.play(2)
    assert purchase.status() == "confirming"
    purchase.gateway.do("clock", forward=2)
    purchase.becomes("paid")


def test_3_the_tab_is_closed_and_the_next_visit_shows_paid(purchase: Purchase) -> None:
    assert purchase.play(3)["return_url"] == ""
    purchase.becomes("paid")
    assert purchase.effects() == ONCE
    job(purchase.stack, "mails.send_due")
    mails = [path.read_text() for path in (purchase.stack.folder / "mails").iterdir()]
    assert sum(f"To: {purchase.email}" in mail for mail in mails) == 1


def test_4_no_notification_comes_and_the_shop_asks(purchase: Purchase) -> None:
    purchase.play(4)
    assert purchase.status() == "paid"
    assert (purchase.verdicts(), purchase.verdicts("query")) == ([], ["accepted"])


def test_5_nothing_comes_and_the_buyer_says_so(purchase: Purchase) -> None:
    purchase.play(5)
    assert purchase.status() == "awaiting"
    assert 'data-order-status="paid"' in purchase.press("/check/").text


def test_5_nothing_comes_and_nobody_says_anything(purchase: Purchase) -> None:
    purchase.play(5)
    job(purchase.stack, "sweep.ask_open_attempts", minutes=1)
    assert purchase.status() == "paid"


def test_6_who_gives_up_can_pay_by_the_same_button(purchase: Purchase) -> None:
    purchase.play(6)
    assert purchase.status() == "awaiting"
    purchase.go()
    purchase.play(1)
    assert (purchase.status(), purchase.effects()) == ("paid", ONCE)


def test_7_who_is_refused_pays_by_another_method(purchase: Purchase) -> None:
    purchase.play(7)
    assert purchase.status() == "awaiting"
    purchase.go(OTHER[purchase.method])
    assert purchase.gateway.trade(purchase.attempt(1))["status"] == "TRADE_CLOSED"
    purchase.play(1, attempt=2)
    assert (purchase.status(), purchase.effects()) == ("paid", ONCE)


def test_8_late_money_reopens_the_order_while_the_goods_are_there(purchase: Purchase) -> None:
    purchase.play(6)
    job(purchase.stack, "closing.expire_due", minutes=LATER)
    assert purchase.status() == "closed"
    assert purchase.gateway.trade(purchase.attempt())["status"] == "TRADE_CLOSED"
    purchase.play(8)
    assert (purchase.status(), purchase.effects(), purchase.incidents()) == ("paid-late", ONCE, [])


@pytest.mark.parametrize("method", METHODS)
def test_8_late_money_goes_back_where_the_goods_are_gone(stack: Stack, method: str) -> None:
    late = Purchase(stack, method, "few", 5)
    late.go()
    late.play(6)
    job(stack, "closing.expire_due", minutes=LATER)
    quick = Purchase(stack, method, "few", 5)
    late.play(8)
    assert (late.status(), late.incidents()) == ("refunding", ["paid-late"])
    job(stack, "repay.follow_up")
    late.becomes("refunded")
    assert late.gateway.trade(late.attempt())["status"] == "TRADE_CLOSED"
    assert late.sums() == ("440.00", "440.00")
    quick.press("/cancel/")  # gives the five units free for the other method
    assert quick.status() == "closed"


def test_9_five_copies_at_once_are_one_payment(purchase: Purchase) -> None:
    purchase.play(9)
    assert purchase.told(5) == ["success"] * 5
    assert (purchase.status(), purchase.effects()) == ("paid", ONCE)


def test_10_of_two_payments_one_goes_back_by_itself(purchase: Purchase) -> None:
    purchase.go(OTHER[purchase.method])
    purchase.play(10, attempt=2)
    purchase.told(1, attempt=1)
    wait_until(lambda: purchase.incidents() != [], purchase.stack.log)
    assert (purchase.status(), purchase.sums()) == ("paid", ("200.00", "0.00"))
    job(purchase.stack, "repay.follow_up")
    wait_until(lambda: purchase.sums() == ("200.00", "100.00"), purchase.stack.log)
    assert (purchase.status(), purchase.incidents()) == ("paid", ["paid-twice"])
    states = sorted(purchase.gateway.trade(purchase.attempt(n))["status"] for n in (1, 2))
    assert states == ["TRADE_CLOSED", "TRADE_SUCCESS"]


def test_11_signed_lies_about_amount_and_seller_are_refused_and_flagged(purchase: Purchase, staff: Staff) -> None:
    purchase.play(11)
    lies = {"alipay": 3, "alipay-instant": 2}[purchase.method]  # the old service knows no apps
    assert "success" not in purchase.told(lies)
    assert (purchase.status(), purchase.effects()) == ("review", NOTHING)
    assert (purchase.verdicts(), purchase.incidents()) == (["mismatch"] * lies, ["mismatch"])
    assert purchase.attempt() in staff.page("payments/incident/")
    assert f"hack_notify out_trade_no={purchase.attempt()}" in purchase.stack.log()


def test_11_a_message_for_another_app_is_refused_and_flagged(by_alipay: Purchase) -> None:
    by_alipay.gateway.do("login", out_trade_no=by_alipay.attempt())
    other = {"app_id": "2021000000000009"}
    told = by_alipay.gateway.do("notify", out_trade_no=by_alipay.attempt(), fields=other, pretend_paid=True)
    assert told["answers"] == [{"status": 400, "body": "fail"}]
    assert (by_alipay.effects(), by_alipay.incidents()) == (NOTHING, ["mismatch"])


def test_12_what_alipay_did_not_sign_is_refused(purchase: Purchase) -> None:
    purchase.play(12)
    expected = {"alipay": 2, "alipay-instant": 4}[purchase.method]  # only the old service can be asked for a notify_id
    assert purchase.told(expected) == ["fail"] * expected
    assert (purchase.status(), purchase.effects()) == ("awaiting", NOTHING)
    forged = "SELECT count(*) FROM payments_gatewaymessage WHERE verdict = 'accepted' AND kind = 'notify-verify'"
    assert purchase.stack.count(f"{forged} AND out_trade_no LIKE '{purchase.number}%'") == 0


def test_13_the_same_message_again_is_answered_and_ignored(purchase: Purchase) -> None:
    purchase.play(13)
    purchase.gateway.do("clock", forward=2)
    assert purchase.told(2) == ["success"] * 2
    assert (purchase.effects(), purchase.verdicts()) == (ONCE, ["accepted", "repeat"])


def test_14_the_third_sending_is_the_one_that_arrives(purchase: Purchase) -> None:
    purchase.gateway.do("trouble", kind="500", times=1)  # so that the way back does not find the payment by asking
    purchase.play(14)
    assert purchase.status() == "confirming"
    assert [answer == "success" for answer in purchase.told(3)] == [False, False, True]
    assert (purchase.status(), purchase.effects()) == ("paid", ONCE)


@contextmanager
def without_ledger(stack: Stack) -> Iterator[None]:
    """No payment can be booked meanwhile."""
    stack.run("ALTER TABLE payments_ledgerentry RENAME TO away")
    try:
        yield
    finally:
        stack.run("ALTER TABLE away RENAME TO payments_ledgerentry")


def test_14_trouble_of_ours_is_not_answered_with_success_and_the_next_sending_pays(purchase: Purchase) -> None:
    with without_ledger(purchase.stack):
        purchase.play(3)
        assert purchase.told(1) != ["success"]
        assert purchase.status() == "awaiting"
    purchase.becomes("paid")
    assert purchase.effects() == ONCE


def test_14_a_shop_that_is_down_gets_the_message_when_it_is_back(purchase: Purchase) -> None:
    purchase.stack.shut()
    purchase.gateway.do("pay", out_trade_no=purchase.attempt(), scenario=3)
    assert purchase.told(1)[0].startswith("no answer")
    purchase.stack.open()
    purchase.becomes("paid")
    assert purchase.effects() == ONCE


def test_15_a_gateway_in_trouble_loses_nothing(purchase: Purchase) -> None:
    purchase.play(15)
    assert purchase.status() == "confirming"
    purchase.gateway.do("clock", forward=5)
    purchase.gateway.do("trouble", kind=None)
    purchase.becomes("paid")
    assert purchase.effects() == ONCE


@pytest.mark.parametrize("kind", ["500", "garbage", "slow"])
def test_15_the_buyer_reads_plain_words_and_asks_again_later(purchase: Purchase, kind: str) -> None:
    purchase.play(5)
    purchase.gateway.do("trouble", kind=kind, seconds=20)
    page = purchase.press("/check/").text
    assert "Alipay did not answer. We keep asking; please do not pay again." in page
    job(purchase.stack, "sweep.ask_open_attempts", minutes=1)
    assert (purchase.status(), purchase.effects()) == ("paid", ONCE)


def test_15_no_second_page_opens_while_the_first_cannot_be_closed(purchase: Purchase) -> None:
    purchase.gateway.do("trouble", kind="500")
    form = purchase.visitor.form(purchase.page("pay/"), "/pay/start/")
    page = purchase.visitor.send(form, method=OTHER[purchase.method])
    assert "The first payment page is still open at Alipay." in page.text
    assert 'data-order-status="awaiting"' in page.text


def test_16_finished_after_success_changes_nothing(purchase: Purchase) -> None:
    purchase.play(16)
    purchase.gateway.do("clock", forward=2)
    assert purchase.told(2) == ["success"] * 2
    assert (purchase.status(), purchase.effects(), purchase.incidents()) == ("paid", ONCE, [])


def test_17_the_console_gives_half_back_and_then_the_rest(by_alipay: Purchase) -> None:
    by_alipay.play(17)
    by_alipay.gateway.do("clock", forward=2)
    by_alipay.becomes("partly-refunded")
    assert by_alipay.sums() == ("100.00", "50.00")
    by_alipay.gateway.do("clock", forward=2)
    by_alipay.becomes("refunded")
    assert (by_alipay.sums(), by_alipay.effects()) == (("100.00", "100.00"), ONCE)


def test_17_the_old_service_names_the_sum_only_at_the_end(stack: Stack) -> None:
    bought = Purchase(stack, "alipay-instant")
    bought.go()
    bought.play(17)
    bought.gateway.do("clock", forward=2)
    assert bought.told(2) == ["success"] * 2
    bought.gateway.do("clock", forward=2)
    bought.becomes("refunded")
    assert bought.sums() == ("100.00", "100.00")


def refund(purchase: Purchase, amount: str) -> str:
    """What the command says."""
    command = ["manage.py", "refund", purchase.number, "--amount", amount, "--reason", "a chipped cup"]
    return manage(command, purchase.stack.environment)


def test_17_a_part_and_then_the_rest_go_back_by_our_own_hand(purchase: Purchase) -> None:
    purchase.play(1)
    refund(purchase, "30.00")
    purchase.becomes("partly-refunded")
    refund(purchase, "70.00")
    purchase.becomes("refunded")
    assert purchase.sums() == ("100.00", "100.00")


def test_17_a_refund_of_unknown_outcome_is_asked_about_and_done_once(purchase: Purchase) -> None:
    purchase.play(1)
    purchase.gateway.do("trouble", kind="500-after-work")
    assert "unknown" in refund(purchase, "30.00") or purchase.method == "alipay-instant"
    job(purchase.stack, "repay.follow_up", minutes=2)
    purchase.becomes("partly-refunded")
    assert purchase.sums() == ("100.00", "30.00")
    assert "Only 70.00 yuan are left." in one_cent_too_much(purchase)


def one_cent_too_much(purchase: Purchase) -> str:
    """The gateway's refusal to refund a cent more than should be left there: nothing moved twice, or too little."""
    left = {"out_trade_no": purchase.attempt(), "amount": "70.01", "request_no": "probe"}
    answer = requests.post(f"{purchase.gateway.url}/sim/api/refund", json=left, timeout=TIMEOUT)
    assert answer.status_code == 409
    return answer.text


def test_18_a_refund_in_the_console_is_found_by_the_bill(purchase: Purchase) -> None:
    purchase.play(18)
    assert purchase.status() == "paid"
    wait_until(lambda: purchase.gateway.trade(purchase.attempt())["status"] == "TRADE_CLOSED", purchase.stack.log)
    reconcile(purchase)
    assert (purchase.status(), purchase.incidents()) == ("refunded", ["console-refund"])
    assert purchase.sums() == ("100.00", "100.00")


def test_19_the_bill_lacks_a_payment_and_has_a_foreign_one(purchase: Purchase, staff: Staff) -> None:
    purchase.play(19)
    noon = f"{today(purchase)} 04:00:00+00:00"  # what was paid close to midnight may stand in the next day's bill
    purchase.stack.run(f"UPDATE payments_payment SET paid_at = '{noon}' WHERE out_trade_no = '{purchase.attempt()}'")
    agrees, said = reconcile(purchase)
    assert not agrees
    assert "2 differences" in said
    page = staff.page("payments/incident/")
    assert "missing-in-bill" in page and "unknown-trade" in page
    assert purchase.status() == "paid"


def test_20_a_clock_that_is_wrong_makes_the_doctor_warn(purchase: Purchase) -> None:
    purchase.play(20)
    assert (purchase.status(), purchase.effects()) == ("paid", ONCE)
    said = manage(["manage.py", "doctor"], purchase.stack.environment)
    assert "[ WARN ] clock" in said


def test_21_a_phone_gets_alipays_phone_page(by_alipay: Purchase) -> None:
    phone = Purchase(by_alipay.stack, "alipay")
    phone.visitor.session.headers["User-Agent"] = PHONE
    assert phone.visitor.form(phone.page("pay/"), "/pay/start/").target == ""
    phone.go()
    phone.play(1)
    assert phone.status() == "paid"
    wire = by_alipay.gateway.read("wire")["wire"]
    asked = {entry["fields"]["biz_content"][:60]: entry["what"] for entry in wire if "biz_content" in entry["fields"]}
    assert "alipay.trade.wap.pay" in asked.values()
