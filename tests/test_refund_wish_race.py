"""A shopper presses "send the request" in eight windows at once: staff get one request."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.browsing import Visitor
from tests.stack import Stack

WINDOWS = 8
ASKED = "SELECT count(*) FROM orders_orderevent WHERE kind = 'refund-asked'"
TOLD = "SELECT count(*) FROM payments_incident WHERE kind = 'refund-asked'"
PAID = "UPDATE orders_order SET life = 'confirmed', goods = 'committed', pay_status = 'paid', charged = total"


def race(stack: Stack) -> set[int]:
    """The statuses that the windows got."""
    visitor = Visitor(stack.url)
    number = visitor.order("many")
    stack.run(PAID)
    forms = [visitor.form(visitor.get(f"orders/{number}/refund/"), "/refund/") for _ in range(WINDOWS)]
    barrier = Barrier(WINDOWS)

    def press(window: int) -> int:
        barrier.wait()
        return visitor.send(forms[window], follow=False, reason="damaged").status_code

    with ThreadPoolExecutor(WINDOWS) as pool:
        return set(pool.map(press, range(WINDOWS)))


def test_eight_windows_make_one_request(start: Callable[..., Stack]) -> None:
    stack = start()
    assert race(stack) == {303}, stack.log()
    assert (stack.count(ASKED), stack.count(TOLD)) == (1, 1)


def test_the_race_catches_a_shop_that_looks_first(start: Callable[..., Stack]) -> None:
    stack = start(wsgi="tests.broken.wish_twice")
    race(stack)
    assert stack.count(ASKED) > 1, stack.log()


@pytest.mark.parametrize("change", ["life = 'expired'", "refunding = total", "refunded = total"])
def test_the_database_knows_what_the_page_did_not(start: Callable[..., Stack], change: str) -> None:
    """The order changes between the reading of the form and its sending."""
    stack = start()
    visitor = Visitor(stack.url)
    number = visitor.order("many")
    stack.run(PAID)
    form = visitor.form(visitor.get(f"orders/{number}/refund/"), "/refund/")
    stack.run(f"UPDATE orders_order SET {change}")
    assert visitor.send(form, follow=False, reason="damaged").status_code == 303
    assert (stack.count(ASKED), stack.count(TOLD)) == (0, 0)
