"""kill -9 at every point where money, goods or an answer is on its way: nothing is lost, nothing is done twice."""

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

import pytest
import requests

from tests.browsing import Visitor
from tests.dying_jobs import DEATHS
from tests.playing import NOTHING, ONCE, Gateway, Purchase, wait_until
from tests.stack import Stack, manage

PAID_UNTOLD = 5  # the scenario in which the buyer pays, and neither notification nor browser comes back
ORDERS = "SELECT count(*) FROM orders_order"
PLACED = "SELECT count(*) FROM orders_order WHERE life = 'placed'"
RESERVED = "SELECT sum(reserved) FROM shop_variant"
RELEASES = "SELECT count(*) FROM shop_stockmovement WHERE kind = 'release'"
REFUNDED = "SELECT count(*) FROM payments_ledgerentry WHERE kind = 'refund'"
CHARGES = "SELECT count(*) FROM payments_ledgerentry WHERE kind = 'charge'"


def dies(stack: Stack, point: str) -> None:
    (stack.folder / "die").write_text(point)


def the_books_hold(stack: Stack) -> None:
    manage(["manage.py", "check_money"], stack.environment)


def paid(stack: Stack, method: str = "alipay") -> Purchase:
    """Paid at the gateway; the shop knows nothing of it yet."""
    purchase = Purchase(stack, method)
    purchase.go()
    purchase.play(PAID_UNTOLD)
    return purchase


def notified(purchase: Purchase) -> str:
    """The shop's answer to one notification."""
    (answer,) = purchase.gateway.do("notify", out_trade_no=purchase.attempt())["answers"]
    return f"{answer['status']} {answer['body']}"


# Between the signature and the booking.


def held_at_the_question(purchase: Purchase) -> threading.Thread:
    """A notification whose handling waits for the gateway's word."""
    gateway = purchase.gateway
    gateway.do("trouble", kind="slow", times=1, seconds=6)
    thread = threading.Thread(target=notified, args=[purchase])
    thread.start()
    wait_until(lambda: any(entry["what"] == "trouble" for entry in gateway.read("wire")["wire"]), lambda: "not asked")
    return thread


def test_killed_while_the_gateway_is_asked(start: Callable[..., Stack]) -> None:
    stack = start(simulator=True)
    purchase = paid(stack, "alipay-instant")
    thread = held_at_the_question(purchase)
    os.killpg(stack.shop.pid, signal.SIGKILL)
    stack.shop.wait()
    thread.join()
    stack.children.remove(stack.shop)
    stack.open()
    assert purchase.effects() == NOTHING
    assert (notified(purchase), purchase.effects()) == ("200 success", ONCE)
    the_books_hold(stack)


# Around the commit, and before the answer.


@pytest.fixture
def mortal(start: Callable[..., Stack]) -> Stack:
    return start(simulator=True, wsgi="tests.dying")


@pytest.mark.parametrize(("point", "left"), [("before-commit", NOTHING), ("after-commit", ONCE)])
@pytest.mark.parametrize("method", ["alipay", "alipay-instant"])
def test_killed_around_the_commit(mortal: Stack, method: str, point: str, left: dict[str, int]) -> None:
    purchase = paid(mortal, method)
    dies(mortal, point)
    assert "success" not in notified(purchase)
    assert purchase.effects() == left
    assert (notified(purchase), purchase.effects()) == ("200 success", ONCE)
    the_books_hold(mortal)


def test_the_kill_catches_a_shop_that_answers_first(start: Callable[..., Stack]) -> None:
    stack = start(simulator=True, wsgi="tests.broken.answer_first")
    purchase = paid(stack)
    dies(stack, "before-commit")
    assert notified(purchase) == "200 success"
    wait_until(lambda: not (stack.folder / "die").exists(), stack.log)
    assert purchase.effects() == NOTHING


def test_the_kill_catches_a_shop_that_books_blindly(start: Callable[..., Stack]) -> None:
    stack = start(simulator=True, wsgi="tests.broken.book_blindly", before=["-m", "tests.broken.no_unique_fact"])
    purchase = paid(stack)
    dies(stack, "after-commit")
    for _ in range(2):
        notified(purchase)
    assert stack.count(CHARGES) == 2


# While the order is placed.


def place_twice(stack: Stack, point: str) -> None:
    """The shop dies under the order; the shopper presses again."""
    visitor = Visitor(stack.url)
    visitor.add("many")
    form = visitor.checkout_form()
    dies(stack, point)
    with suppress(requests.ConnectionError):
        visitor.send(form, follow=False)
    assert not (stack.folder / "die").exists(), "nothing died"
    assert visitor.send(form, follow=False).status_code == 303


@pytest.mark.parametrize("point", ["before-commit", "after-commit"])
def test_killed_under_an_order(mortal: Stack, point: str) -> None:
    place_twice(mortal, point)
    assert (mortal.count(ORDERS), mortal.count(RESERVED)) == (1, 1)
    the_books_hold(mortal)


def test_the_kill_catches_a_shop_that_takes_the_goods_first(start: Callable[..., Stack]) -> None:
    stack = start(simulator=True, wsgi="tests.broken.hold_first")
    place_twice(stack, "after-commit")
    with pytest.raises(AssertionError, match="movements say otherwise"):
        the_books_hold(stack)


# The worker's jobs, at twenty random points.


def trades(stack: Stack) -> list[str]:
    """How the trades stand at the gateway."""
    return [trade["status"] for trade in Gateway(stack.gateway).read("trades")["trades"]]


@pytest.fixture
def waiting(start: Callable[..., Stack]) -> Stack:
    """Six orders whose buyers stand before the gateway's page."""
    stack = start(simulator=True)
    for _ in range(6):
        purchase = Purchase(stack, "alipay")
        purchase.go()
        purchase.gateway.do("login", out_trade_no=purchase.attempt())
    assert trades(stack) == ["WAIT_BUYER_PAY"] * 6
    return stack


def kill(stack: Stack, *words: str) -> int:
    """How many processes died."""
    return int(manage(["-m", "tests.dying_jobs", *words], stack.environment).split()[-1])


def test_an_expiry_killed_twenty_times_ends_well(waiting: Stack) -> None:
    assert kill(waiting, "expire_orders") == DEATHS
    assert [waiting.count(query) for query in (PLACED, RESERVED, RELEASES)] == [0, 0, 6]
    assert trades(waiting) == ["TRADE_CLOSED"] * 6
    the_books_hold(waiting)


def test_the_kills_catch_an_expiry_in_steps(waiting: Stack) -> None:
    kill(waiting, "expire_orders", "close_in_steps")
    assert waiting.count(PLACED) > 0


@pytest.fixture
def sold(start: Callable[..., Stack]) -> list[Purchase]:
    """Six paid orders."""
    stack = start(simulator=True)
    purchases = [paid(stack) for _ in range(6)]
    assert {notified(purchase) for purchase in purchases} == {"200 success"}
    return purchases


def went_back(purchase: Purchase) -> Decimal:
    """What the gateway itself gave back, asked by giving one cent more."""
    cent = purchase.gateway.do("refund", out_trade_no=purchase.attempt(), amount="0.01", request_no="probe")
    return Decimal(str(cent["refunded"])) - Decimal("0.01")


def test_refunds_killed_twenty_times_go_back_once(sold: list[Purchase]) -> None:
    stack = sold[0].stack
    assert kill(stack, "follow_up_refunds") == DEATHS
    assert stack.count(REFUNDED) == 6
    the_books_hold(stack)
    assert {went_back(purchase) for purchase in sold} == {Decimal("10.00")}


def test_the_kills_catch_refunds_under_new_numbers(sold: list[Purchase]) -> None:
    kill(sold[0].stack, "follow_up_refunds", "new_number")
    assert max(went_back(purchase) for purchase in sold) > Decimal("10.00")
