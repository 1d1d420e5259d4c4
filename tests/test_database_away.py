"""The database breaks off, only reads, or is locked: no false ``success``, nothing half done, no dead shop."""

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest

from tests.browsing import Visitor
from tests.playing import NOTHING, ONCE, Purchase, wait_until
from tests.stack import Stack
from tests.test_killed import CHARGES, notified, paid, the_books_hold
from tests.tracing import Trace

READABLE = ["", "p/many/", "c/cups/", "s/?q=cup", "cart/"]
GENEROUS = 5.0  # seconds: far more than a page takes, far less than a visitor's patience


def is_trouble(answer: str) -> bool:
    """Not ``success``, and told as ours: Alipay sends it again."""
    return answer.startswith("50") and "success" not in answer


# S02: the connection is cut.


def cut(purchase: Purchase, point: str) -> str:
    """The answer to a notification under which the connection breaks at ``point``."""
    order = purchase.stack.folder / "cut"
    order.write_text(point)
    answer = notified(purchase)
    assert not order.exists(), "nothing broke"
    return answer


@pytest.fixture
def cuttable(start: Callable[..., Stack]) -> Stack:
    return start(simulator=True, wsgi="tests.cutting")


@pytest.mark.parametrize(
    ("point", "left"), [("begin", NOTHING), ("update", NOTHING), ("commit", NOTHING), ("committed", ONCE)]
)
@pytest.mark.parametrize("method", ["alipay", "alipay-instant"])
def test_a_connection_that_breaks_is_no_success_and_the_next_message_counts_once(
    cuttable: Stack, method: str, point: str, left: dict[str, int]
) -> None:
    purchase = paid(cuttable, method)
    assert is_trouble(cut(purchase, point))
    assert purchase.effects() == left
    assert (notified(purchase), purchase.effects()) == ("200 success", ONCE)
    the_books_hold(cuttable)


def test_the_cut_catches_a_shop_that_says_success_without_being_sure(start: Callable[..., Stack]) -> None:
    purchase = paid(start(simulator=True, wsgi="tests.broken.success_always"))
    assert cut(purchase, "commit") == "200 success"
    assert purchase.effects() == NOTHING


def test_an_order_under_which_the_commit_is_lost_exists_once(cuttable: Stack) -> None:
    visitor = Visitor(cuttable.url)
    visitor.add("many")
    form = visitor.checkout_form()
    (cuttable.folder / "cut").write_text("committed")
    answer = visitor.send(form, follow=False)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert visitor.send(form, follow=False).status_code == 303
    assert cuttable.count("SELECT count(*) FROM orders_order") == 1
    the_books_hold(cuttable)


# S03: failed over to a server that only reads.


@contextmanager
def read_only(stack: Stack) -> Iterator[None]:
    """Every write is refused: by the server after its sessions ended, or by the file system."""
    url = stack.environment["DATABASE_URL"]
    if not url:
        with Trace(stack, "trace=pwrite64,ftruncate", "inject=pwrite64,ftruncate:error=EROFS"):
            yield
        return
    reset(url, "SET default_transaction_read_only = on")
    yield
    reset(url, "RESET default_transaction_read_only")


def reset(url: str, change: str) -> None:
    """As after a failover: another setting, and no session of before."""
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SET default_transaction_read_only = off")
        other.execute(f'ALTER DATABASE "{other.info.dbname}" {change}')
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_shop_that_cannot_write_shows_its_goods_and_says_no_success(start: Callable[..., Stack]) -> None:
    purchase = paid(start(simulator=True, wsgi="tests.traceable"))
    visitor = Visitor(purchase.stack.url)
    form = visitor.form(visitor.get("p/many/"), "/cart/add/")
    with read_only(purchase.stack):
        for path in READABLE:
            wait_until(lambda path=path: visitor.get(path).status_code == 200, purchase.stack.log)
        assert is_trouble(notified(purchase))
        refused = visitor.send(form)
        assert (refused.status_code, "请稍后再试" in refused.text) == (503, True)
        assert purchase.effects() == NOTHING
    wait_until(lambda: notified(purchase) == "200 success", purchase.stack.log)
    assert purchase.effects() == ONCE
    wait_until(lambda: visitor.send(form).status_code == 200, purchase.stack.log)
    the_books_hold(purchase.stack)


def test_the_server_that_only_reads_catches_a_shop_that_says_success_always(start: Callable[..., Stack]) -> None:
    purchase = paid(start(simulator=True, wsgi="tests.broken.success_always"))
    with read_only(purchase.stack):
        assert (notified(purchase), purchase.effects()) == ("200 success", NOTHING)


def test_the_server_that_only_reads_catches_a_shop_that_notes_every_visit(start: Callable[..., Stack]) -> None:
    purchase = paid(start(simulator=True, wsgi="tests.broken.note_visits"))
    with read_only(purchase.stack):
        assert {Visitor(purchase.stack.url).get(path).status_code for path in READABLE} == {500}


# X7: somebody holds the lock longer than the shop waits.


@contextmanager
def locked(stack: Stack) -> Iterator[None]:
    """Another process holds what a booking needs."""
    url = stack.environment["DATABASE_URL"]
    if url:
        with psycopg.connect(url) as other:
            other.execute("LOCK TABLE payments_ledgerentry, orders_order IN EXCLUSIVE MODE")
            yield
            other.rollback()
        return
    with closing(sqlite3.connect(stack.folder / "db.sqlite3", isolation_level=None)) as lite:
        lite.execute("BEGIN EXCLUSIVE")
        yield
        lite.execute("ROLLBACK")


def test_a_lock_held_too_long_is_trouble_not_success(start: Callable[..., Stack]) -> None:
    purchase = paid(start(simulator=True, wsgi="tests.impatient"))
    visitor = Visitor(purchase.stack.url)
    with locked(purchase.stack):
        assert is_trouble(notified(purchase))
        began = time.monotonic()
        assert {visitor.get(path).status_code for path in READABLE} == {200}
        assert time.monotonic() - began < GENEROUS
    assert purchase.effects() == NOTHING
    assert (notified(purchase), purchase.effects()) == ("200 success", ONCE)
    the_books_hold(purchase.stack)


def test_the_lock_catches_a_shop_that_says_success_always(start: Callable[..., Stack]) -> None:
    purchase = paid(start(simulator=True, wsgi="tests.broken.success_always"))
    with locked(purchase.stack):
        assert notified(purchase) == "200 success"
    assert purchase.effects() == NOTHING


def test_the_lock_catches_a_shop_that_notes_every_visit(start: Callable[..., Stack]) -> None:
    purchase = paid(start(simulator=True, wsgi="tests.broken.note_visits"))
    with locked(purchase.stack):
        assert Visitor(purchase.stack.url).get("p/many/").status_code == 500


def told_under_a_lock(purchase: Purchase) -> tuple[list[str], list[str]]:
    """What a notification was answered while the lock was held for a moment, and in all."""
    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.append(notified(purchase)))
    with locked(purchase.stack):
        thread.start()
        thread.join(1.5)
        meanwhile = answers.copy()
    thread.join()
    return meanwhile, answers


def test_a_lock_held_for_a_moment_is_waited_for(start: Callable[..., Stack]) -> None:
    purchase = paid(start(simulator=True))
    assert told_under_a_lock(purchase) == ([], ["200 success"])
    assert purchase.effects() == ONCE


def test_the_moment_catches_a_shop_that_never_waits(start: Callable[..., Stack]) -> None:
    meanwhile, answers = told_under_a_lock(paid(start(simulator=True, wsgi="tests.broken.never_waits")))
    assert (is_trouble(answers[0]), meanwhile) == (True, answers)


# P07: a worker stands still with the lock in its hand.


def stand_still(purchase: Purchase) -> tuple[threading.Thread, int]:
    """A notification whose worker stops before it commits: the thread that waits for it, and the worker."""
    order = purchase.stack.folder / "die"
    order.write_text("stop before-commit")
    thread = threading.Thread(target=notified, args=[purchase])
    thread.start()
    wait_until(lambda: order.read_text().startswith("stopped"), purchase.stack.log)
    return thread, int(order.read_text().split()[1])


def go_on(thread: threading.Thread, worker: int) -> None:
    os.kill(worker, signal.SIGCONT)
    thread.join()


def test_while_a_worker_stands_still_the_others_go_on_and_it_cannot_overwrite(start: Callable[..., Stack]) -> None:
    purchase = paid(start(simulator=True, wsgi="tests.impatient"))
    thread, worker = stand_still(purchase)
    visitor, began = Visitor(purchase.stack.url), time.monotonic()
    assert {visitor.get(path).status_code for path in READABLE} == {200}
    assert is_trouble(notified(purchase))
    assert time.monotonic() - began < GENEROUS * 2
    go_on(thread, worker)
    assert (notified(purchase), purchase.effects()) == ("200 success", ONCE)
    the_books_hold(purchase.stack)


def test_the_stop_catches_a_shop_that_books_blindly(start: Callable[..., Stack]) -> None:
    stack = start(simulator=True, wsgi="tests.broken.book_blindly", before=["-m", "tests.broken.no_unique_fact"])
    purchase = paid(stack)
    go_on(*stand_still(purchase))
    notified(purchase)
    assert stack.count(CHARGES) == 2
