"""The worker on a queue in Redis: two of them, one killed, Redis lost and back. A job is a nudge, the rows remember."""

import os
import signal
from collections.abc import Callable, Iterator

import pytest

from tests.playing import NOTHING, ONCE, Purchase, wait_until
from tests.redis_server import RedisServer
from tests.stack import Stack, manage
from tests.test_killed import paid, the_books_hold

DUE = "UPDATE payments_payment SET next_query_at = '2026-01-01 00:00:00' WHERE next_query_at IS NOT NULL"
SHIFT = "UPDATE orders_order SET expires_at = '2026-01-01 00:00:00' WHERE life = 'placed'"
PLACED = "SELECT count(*) FROM orders_order WHERE life = 'placed'"
RELEASES = "SELECT count(*) FROM shop_stockmovement WHERE kind = 'release'"
QUEUE_REMEMBERS = ("-m", "tests.broken.queue_remembers")
QUERIES = "SELECT count(*) FROM payments_gatewaymessage WHERE kind = 'query'"


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
def queued(redis: RedisServer) -> dict[str, str]:
    """The queue is in Redis."""
    return {"QUEUE_URL": redis.url, "GATEWAY_READ_TIMEOUT": "5"}


@pytest.fixture
def stack(start: Callable[..., Stack], queued: dict[str, str]) -> Stack:
    """A shop and one worker."""
    return start(simulator=True, worker=True, env=queued)


@pytest.fixture
def idle(start: Callable[..., Stack], queued: dict[str, str]) -> Stack:
    """A shop without a worker."""
    return start(simulator=True, env=queued)


def nudge(stack: Stack, *jobs: str, times: int = 1) -> None:
    """Puts jobs into the queue, as the schedule does by the minute."""
    calls = "; ".join(f"jobs.{job}()" for job in jobs * times)
    manage(["manage.py", "shell", "-v0", "-c", f"from payments import jobs; {calls}"], stack.environment)


def becomes_paid(purchase: Purchase) -> None:
    wait_until(lambda: purchase.effects() == ONCE, purchase.stack.log)


def found_by_asking(stack: Stack) -> Purchase:
    """Paid, nobody told the shop, and the time to ask has come."""
    purchase = paid(stack)
    stack.run(DUE)
    return purchase


def does_its_turn(stack: Stack) -> None:
    """Whoever works now has done what lay in the queue."""
    stack.run("DELETE FROM payments_jobrun")
    nudge(stack, "ask_open_attempts")
    ran = "SELECT count(*) FROM payments_jobrun WHERE name = 'ask_open_attempts' AND finished_at IS NOT NULL"
    wait_until(lambda: stack.count(ran) == 1, stack.log)


def test_a_worker_does_what_lies_in_redis(stack: Stack) -> None:
    purchase = found_by_asking(stack)
    does_its_turn(stack)
    becomes_paid(purchase)
    the_books_hold(stack)


def test_two_workers_do_everything_once(stack: Stack) -> None:
    stack.hire()
    purchases = [paid(stack) for _ in range(3)]
    stack.run(DUE)
    nudge(stack, "ask_open_attempts", times=10)
    for purchase in purchases:
        becomes_paid(purchase)
    assert stack.count(QUERIES) == 3, "each row was claimed once"
    waiting = [Purchase(stack, "alipay") for _ in range(3)]
    stack.run(SHIFT)
    nudge(stack, "expire_orders", times=10)
    wait_until(lambda: stack.count(PLACED) == 0, stack.log)
    assert stack.count(RELEASES) == len(waiting)
    the_books_hold(stack)


def test_two_workers_catch_a_sweep_without_claims(idle: Stack) -> None:
    purchase = found_by_asking(idle)
    purchase.gateway.do("trouble", kind="slow", times=10, seconds=1)
    for _ in range(2):
        idle.hire("-m", "tests.broken.ask_unclaimed")
    nudge(idle, "ask_open_attempts", times=10)
    wait_until(lambda: idle.count(QUERIES) > 1, idle.log)


def dies_while_it_asks(purchase: Purchase, put: Callable[[], object]) -> None:
    """The worker gets its job by ``put`` and is killed before the gateway has answered."""
    stack = purchase.stack
    purchase.gateway.do("trouble", kind="slow", times=1, seconds=4)
    put()
    wire = lambda: [entry["what"] for entry in purchase.gateway.read("wire")["wire"]]  # noqa: E731
    wait_until(lambda: "trouble" in wire(), stack.log)
    stack.bury(stack.workers[0])
    assert purchase.effects() == NOTHING


def test_a_job_that_died_with_its_worker_is_done_by_the_next(stack: Stack) -> None:
    purchase = found_by_asking(stack)
    dies_while_it_asks(purchase, lambda: nudge(stack, "ask_open_attempts"))
    stack.hire()
    stack.run(DUE)  # the claim of the dead lapses by the minute
    nudge(stack, "ask_open_attempts")
    becomes_paid(purchase)
    the_books_hold(stack)


def test_the_death_catches_a_shop_whose_queue_remembers(idle: Stack) -> None:
    idle.hire(*QUEUE_REMEMBERS, "worker")
    purchase = paid(idle)
    dies_while_it_asks(purchase, lambda: manage(QUEUE_REMEMBERS, idle.environment))
    idle.hire(*QUEUE_REMEMBERS, "worker")
    idle.run(DUE)
    does_its_turn(idle)
    assert purchase.effects() == NOTHING


def test_what_redis_forgot_is_found_in_the_rows(stack: Stack, redis: RedisServer) -> None:
    worker = stack.workers[0]
    os.killpg(worker.pid, signal.SIGSTOP)
    purchase = found_by_asking(stack)
    nudge(stack, "ask_open_attempts")
    redis.kill()
    os.killpg(worker.pid, signal.SIGCONT)
    wait_until(lambda: "Error" in stack.log(), stack.log)
    assert (worker.poll(), purchase.effects()) == (None, NOTHING)
    assert purchase.visitor.get("p/many/").status_code == 200, "the shop itself needs no queue"
    redis.start()
    nudge(stack, "ask_open_attempts")
    becomes_paid(purchase)
    assert worker.poll() is None, "the same worker went on"
    the_books_hold(stack)


def test_the_loss_catches_a_shop_whose_queue_remembers(idle: Stack, redis: RedisServer) -> None:
    purchase = paid(idle)
    manage(QUEUE_REMEMBERS, idle.environment)
    redis.kill()
    redis.start()
    idle.hire(*QUEUE_REMEMBERS, "worker")
    idle.run(DUE)
    does_its_turn(idle)
    assert purchase.effects() == NOTHING
