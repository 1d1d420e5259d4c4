"""Sixteen buyers press "place order" at the same moment; there are five units."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.browsing import Visitor
from tests.stack import Stack

BUYERS, UNITS = 16, 5
SOLD = "SELECT count(*) FROM orders_order"
HELD = "SELECT on_hand, reserved FROM shop_variant WHERE sku = 'CUP-FEW'"
MOVED = "SELECT coalesce(sum(reserved_change), 0) FROM shop_stockmovement"
NUMBERS = "SELECT count(DISTINCT number) FROM orders_order"


def race(stack: Stack) -> Counter[int]:
    """How many buyers got which status."""
    forms = []
    for _ in range(BUYERS):
        visitor = Visitor(stack.url)
        visitor.add("few")
        forms.append((visitor, visitor.checkout_form()))
    barrier = Barrier(BUYERS)

    def press(number: int) -> int:
        visitor, form = forms[number]
        barrier.wait()
        return visitor.send(form, follow=False).status_code

    with ThreadPoolExecutor(BUYERS) as pool:
        return Counter(pool.map(press, range(BUYERS)))


def test_sixteen_buyers_for_five_units_make_five_orders(start: Callable[..., Stack]) -> None:
    stack = start()
    answers = race(stack)
    assert answers == {303: UNITS, 409: BUYERS - UNITS}, stack.log()
    assert stack.count(SOLD) == stack.count(NUMBERS) == UNITS
    assert stack.rows(HELD) == [(UNITS, UNITS)]
    assert stack.count(MOVED) == UNITS


def test_the_shop_says_sold_out_after_the_race(start: Callable[..., Stack]) -> None:
    stack = start()
    race(stack)
    assert 'data-stock="0"' in Visitor(stack.url).get("p/few/").text


@pytest.mark.parametrize("slugs", [("few", "many"), ("many", "few")], ids="-".join)
def test_carts_in_either_order_never_block_each_other(start: Callable[..., Stack], slugs: tuple[str, str]) -> None:
    stack = start()
    ways = [slugs, slugs[::-1]] * 4
    visitors = [Visitor(stack.url) for _ in ways]
    for visitor, way in zip(visitors, ways, strict=True):
        for slug in way:
            visitor.add(slug)
    forms = [visitor.checkout_form() for visitor in visitors]
    with ThreadPoolExecutor(len(ways)) as pool:
        sent = pool.map(lambda pair: pair[0].send(pair[1], follow=False), zip(visitors, forms, strict=True))
        answers = Counter(answer.status_code for answer in sent)
    assert answers == {303: UNITS, 409: len(ways) - UNITS}, stack.log()


def test_the_race_catches_a_shop_that_reads_then_saves(start: Callable[..., Stack]) -> None:
    stack = start(wsgi="tests.broken.read_then_save")
    race(stack)
    assert stack.count(SOLD) > UNITS, stack.log()
