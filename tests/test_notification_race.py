"""Alipay sends one notification twenty times at once, to two workers: one effect, and each copy is answered success."""

from collections import Counter
from collections.abc import Callable

import pytest
import requests

from tests.browsing import TIMEOUT, Visitor
from tests.stack import Stack

COPIES = 20
PAID_UNTOLD = 5  # the scenario in which the buyer pays, and neither notification nor browser comes back
CHARGES = "SELECT count(*) FROM payments_ledgerentry"
COMMITTED = "SELECT count(*) FROM shop_stockmovement WHERE kind = 'commit'"
EVENTS = "SELECT count(*) FROM orders_orderevent WHERE kind = 'paid'"
MAILS = "SELECT count(*) FROM orders_outboxmail WHERE kind = 'paid'"
INCIDENTS = "SELECT count(*) FROM payments_incident"
CHARGED = "SELECT charged = total FROM orders_order"
JOURNAL = "SELECT verdict FROM payments_gatewaymessage WHERE kind = 'notify'"


def tell(stack: Stack, name: str, **asked: object) -> dict[str, object]:
    """A call of the simulator's JSON interface."""
    answer = requests.post(f"{stack.gateway}/sim/api/{name}", json=asked, timeout=TIMEOUT)
    assert answer.ok, answer.text
    told: dict[str, object] = answer.json()
    return told


def pay_untold(stack: Stack, method: str) -> str:
    """A paid trade of which the shop knows nothing yet: its out_trade_no."""
    visitor = Visitor(stack.url)
    number = visitor.order("many")
    visitor.session.get(visitor.start_payment(number, method=method), timeout=TIMEOUT)
    tell(stack, "pay", out_trade_no=f"{number}01", scenario=PAID_UNTOLD)
    return f"{number}01"


def storm(stack: Stack, method: str = "alipay-instant") -> Counter[str]:
    """The answers to twenty copies sent in parallel."""
    told = tell(stack, "notify", out_trade_no=pay_untold(stack, method), copies=COPIES, parallel=True)
    answers = told["answers"]
    assert isinstance(answers, list)
    return Counter(f"{answer['status']} {answer['body'][:40]}" for answer in answers)


@pytest.mark.parametrize("method", ["alipay", "alipay-instant"])
def test_twenty_copies_at_once_have_one_effect_and_twenty_successes(start: Callable[..., Stack], method: str) -> None:
    stack = start(simulator=True)
    assert storm(stack, method) == {"200 success": COPIES}, stack.log()
    effects = {query: stack.count(query) for query in (CHARGES, COMMITTED, EVENTS, MAILS)}
    assert effects == dict.fromkeys(effects, 1)
    assert stack.count(INCIDENTS) == 0
    assert [bool(charged) for (charged,) in stack.rows(CHARGED)] == [True]


def test_every_copy_is_in_the_journal_with_its_verdict(start: Callable[..., Stack]) -> None:
    stack = start(simulator=True)
    storm(stack)
    verdicts = Counter(str(verdict) for (verdict,) in stack.rows(JOURNAL))
    assert sum(verdicts.values()) == COPIES
    assert set(verdicts) <= {"accepted", "repeat"}


def test_the_race_catches_a_shop_without_lock_and_unique_fact(start: Callable[..., Stack]) -> None:
    stack = start(simulator=True, wsgi="tests.broken.book_twice", before=["-m", "tests.broken.no_unique_fact"])
    storm(stack)
    assert stack.count(CHARGES) > 1, stack.log()
