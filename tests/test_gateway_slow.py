"""A gateway that hangs holds up whoever asks it, and nobody else."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles

import pytest

from tests.browsing import Visitor
from tests.playing import NOTHING, ONCE, Purchase, wait_until
from tests.stack import Stack
from tests.test_killed import paid

ASKING = 8  # enough to keep both worker processes waiting
LONGEST = 12.0
FAST = 2.0


def test_while_the_gateway_hangs_the_goods_are_shown_and_nothing_is_believed(start: Callable[..., Stack]) -> None:
    stack = start(simulator=True)
    purchases = [paid(stack) for _ in range(ASKING)]
    forms = [purchase.visitor.form(purchase.page("pay/"), "/check/") for purchase in purchases]
    purchases[0].gateway.do("trouble", kind="slow", times=ASKING, seconds=30)
    with ThreadPoolExecutor(ASKING) as pool:
        began = time.monotonic()
        pages = [pool.submit(purchase.visitor.send, form) for purchase, form in zip(purchases, forms, strict=True)]
        wait_until(lambda: asked(purchases[0]) == ASKING, stack.log)
        assert quantiles(took(stack), n=20)[-1] < FAST
        assert not any(page.done() for page in pages), "the catalogue was looked at while they hung"
        texts = [page.result().text for page in pages]
        assert time.monotonic() - began < LONGEST
    assert all("Alipay did not answer. We keep asking; please do not pay again." in text for text in texts)
    assert {purchase.status() for purchase in purchases} == {"confirming"}
    assert purchases[0].effects() == NOTHING
    time_to_ask_again(purchases[0])
    assert purchases[0].effects() == ONCE


@pytest.mark.once
def test_the_looks_catch_a_shop_that_serves_one_at_a_time(start: Callable[..., Stack]) -> None:
    stack = start(simulator=True, wsgi="tests.broken.one_at_a_time")
    purchases = [paid(stack) for _ in range(ASKING)]
    forms = [purchase.visitor.form(purchase.page("pay/"), "/check/") for purchase in purchases]
    purchases[0].gateway.do("trouble", kind="slow", times=ASKING, seconds=3)
    with ThreadPoolExecutor(ASKING) as pool:
        for purchase, form in zip(purchases, forms, strict=True):
            pool.submit(purchase.visitor.send, form)
        wait_until(lambda: asked(purchases[0]) > 0, stack.log)
        assert quantiles(took(stack), n=20)[-1] > FAST


def asked(purchase: Purchase) -> int:
    """How many questions hang at the gateway."""
    return sum(entry["what"] == "trouble" for entry in purchase.gateway.read("wire")["wire"])


def took(stack: Stack) -> list[float]:
    """The seconds of twenty looks at the catalogue."""
    visitor, seconds = Visitor(stack.url), []
    for path in ["", "p/many/", "c/cups/", "s/?q=cup"] * 5:
        began = time.monotonic()
        assert visitor.get(path).status_code == 200
        seconds.append(time.monotonic() - began)
    return seconds


def time_to_ask_again(purchase: Purchase) -> None:
    """The shopper presses once more, in better weather."""
    purchase.gateway.calm()
    wait_until(lambda: purchase.press("/check/").ok and purchase.effects() == ONCE, purchase.stack.log)
