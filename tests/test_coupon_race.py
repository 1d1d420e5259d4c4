"""Sixteen buyers press "place order" with a coupon of five uses; one buyer in eight windows with a coupon of one."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.browsing import Form, Visitor
from tests.stack import Stack

BUYERS, USES, WINDOWS = 16, 5, 8
MAKE = """
    INSERT INTO orders_coupon (code, kind, value, minimum, starts_at, most_uses, most_per_buyer, used, active)
    VALUES ('RACE-20', 'amount', 20, 0, '2026-01-01 00:00:00', {most_uses}, {most_per_buyer}, 0, true)
"""
USED = "SELECT used FROM orders_coupon"
BEARING = "SELECT count(*) FROM orders_order WHERE coupon_id = 'RACE-20'"
ALL = "SELECT count(*) FROM orders_order"


def made(start: Callable[..., Stack], *, most_uses: str = "NULL", most_per_buyer: str = "NULL", wsgi: str) -> Stack:
    """A shop with the coupon."""
    stack = start(wsgi=wsgi)
    stack.run(MAKE.format(most_uses=most_uses, most_per_buyer=most_per_buyer))
    return stack


def ready(stack: Stack, **contact: str) -> tuple[Visitor, Form]:
    """A visitor who has entered the coupon and looks at the button."""
    visitor = Visitor(stack.url)
    visitor.add("many")
    answer = visitor.send(visitor.checkout_form(), follow=False, act="coupon", coupon="race-20")
    assert answer.status_code == 303, answer.text[:2000]
    return visitor, visitor.checkout_form(**contact)


def race(pairs: list[tuple[Visitor, Form]]) -> Counter[int]:
    """How many got which status, all at once."""
    barrier = Barrier(len(pairs))

    def press(pair: tuple[Visitor, Form]) -> int:
        barrier.wait()
        return pair[0].send(pair[1], follow=False).status_code

    with ThreadPoolExecutor(len(pairs)) as pool:
        return Counter(pool.map(press, pairs))


def many_buyers(stack: Stack) -> Counter[int]:
    return race([ready(stack, email=f"b{n}@example.com", phone=f"139001390{n:02}") for n in range(BUYERS)])


def one_buyer(stack: Stack) -> Counter[int]:
    return race([ready(stack) for _ in range(WINDOWS)])


def test_five_uses_serve_five_orders(start: Callable[..., Stack]) -> None:
    stack = made(start, most_uses=str(USES), wsgi="config.wsgi")
    assert many_buyers(stack) == {303: USES, 409: BUYERS - USES}, stack.log()
    assert stack.count(USED) == stack.count(BEARING) == stack.count(ALL) == USES


def test_one_use_per_buyer_serves_one_order_of_one_buyer(start: Callable[..., Stack]) -> None:
    stack = made(start, most_per_buyer="1", wsgi="config.wsgi")
    assert one_buyer(stack) == {303: 1, 409: WINDOWS - 1}, stack.log()
    assert stack.count(USED) == stack.count(BEARING) == stack.count(ALL) == 1


@pytest.mark.parametrize(
    ("limits", "run", "most"),
    [({"most_uses": str(USES)}, many_buyers, USES), ({"most_per_buyer": "1"}, one_buyer, 1)],
    ids=["in all", "per buyer"],
)
def test_the_race_catches_a_shop_that_reads_then_saves(
    start: Callable[..., Stack], limits: dict[str, str], run: Callable[[Stack], Counter[int]], most: int
) -> None:
    stack = made(start, **limits, wsgi="tests.broken.coupon_read_then_save")
    run(stack)
    assert stack.count(BEARING) > most, stack.log()
