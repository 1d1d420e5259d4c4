"""The disk under SQLite, and the wire to PostgreSQL, at the moment of a commit: ``success`` is never said too early.

System calls of the running shop are watched, refused and made deadly by strace.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.playing import NOTHING, ONCE
from tests.stack import Database, Stack, manage
from tests.test_killed import CHARGES, notified, paid, the_books_hold
from tests.tracing import Trace

SYNCS = ("fdatasync", "fsync")
EVERYTHING_SENT = "trace=fdatasync,fsync,sendto,recvfrom"


@pytest.fixture(scope="session")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Stocked, on SQLite whatever the run is about: the disk is the shop's own there."""
    prepare = [["manage.py", "migrate", "-v0", "--skip-checks"], ["-m", "tests.goods"]]
    return Database(tmp_path_factory.mktemp("lite"), prepare, server="")


@pytest.fixture
def on_disk(lite: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Stack]]:
    """Starts a shop on a SQLite file."""
    stacks: list[Stack] = []

    def make(wsgi: str = "tests.traceable", **options: Any) -> Stack:
        stack = Stack(lite, tmp_path_factory.mktemp("disk") / "data", wsgi=wsgi, simulator=True, **options)
        stacks.append(stack)
        return stack.__enter__()

    yield make
    for stack in stacks:
        stack.stop()


def around_success(trace: Trace, lasting: Callable[[str], bool]) -> tuple[int, int]:
    """How many durable commits the answering thread made before it said ``success``, and how many after."""
    (answer,) = [n for n, (_, call) in enumerate(trace.calls()) if "sendto" in call and "success" in call]
    thread = trace.calls()[answer][0]
    made = [n for n, (who, call) in enumerate(trace.calls()) if who == thread and lasting(call)]
    return sum(n < answer for n in made), sum(n > answer for n in made)


def synced(call: str) -> bool:
    return call.startswith(SYNCS)


def committed(call: str) -> bool:
    """PostgreSQL has said that the transaction is on its disk; the usual payment is one statement of counted parts."""
    counted = "?column?" in call and "SELECT 1" in call
    return call.startswith(("recvfrom", "<... recvfrom")) and ("COMMIT" in call or counted)


def durable(stack: Stack) -> Callable[[str], bool]:
    return committed if stack.environment["DATABASE_URL"] else synced


# X9: the order of sync and answer.


def test_the_effect_is_on_disk_before_success_leaves(start: Callable[..., Stack]) -> None:
    purchase = paid(start(simulator=True, wsgi="tests.traceable"))
    with Trace(purchase.stack, EVERYTHING_SENT) as trace:
        assert notified(purchase) == "200 success"
    before, after = around_success(trace, durable(purchase.stack))
    assert (before >= 1, after) == (True, 0)


def test_the_trace_catches_a_shop_that_answers_before_it_books(start: Callable[..., Stack]) -> None:
    purchase = paid(start(simulator=True, wsgi="tests.broken.answer_first"))
    with Trace(purchase.stack, EVERYTHING_SENT) as trace:
        notified(purchase)
        purchase.becomes("paid")
    assert around_success(trace, durable(purchase.stack))[1] > 0


@pytest.mark.once
def test_the_trace_catches_a_database_that_does_not_wait_for_its_disk(on_disk: Callable[..., Stack]) -> None:
    purchase = paid(on_disk("tests.broken.sync_normal"))
    with Trace(purchase.stack, EVERYTHING_SENT) as trace:
        assert notified(purchase) == "200 success"
    assert around_success(trace, synced)[0] == 0
    with pytest.raises(AssertionError, match="does not sync"):
        manage(["-c", UNDER_NORMAL], purchase.stack.environment)


UNDER_NORMAL = "import tests.broken.sync_normal; from django.core.management import call_command as c; c('check_money')"


# X2, X3: death inside the commit's sync, and between commit and answer.


@pytest.mark.once
@pytest.mark.parametrize(("method", "nth"), [("alipay", 1), ("alipay-instant", 1), ("alipay-instant", 3)])
def test_killed_inside_the_sync_of_a_commit(on_disk: Callable[..., Stack], method: str, nth: int) -> None:
    purchase = paid(on_disk(), method)
    with Trace(purchase.stack, "trace=fdatasync,fsync", f"inject=fdatasync,fsync:signal=KILL:when={nth}"):
        assert "success" not in notified(purchase)
    assert purchase.effects() in (NOTHING, ONCE)
    assert (notified(purchase), purchase.effects()) == ("200 success", ONCE)
    the_books_hold(purchase.stack)


@pytest.mark.once
def test_the_kill_catches_a_shop_that_books_in_steps(on_disk: Callable[..., Stack]) -> None:
    purchase = paid(on_disk("tests.broken.book_in_steps"))
    with Trace(purchase.stack, "trace=fdatasync,fsync", "inject=fdatasync,fsync:signal=KILL:when=5"):
        notified(purchase)
    assert purchase.effects() not in (NOTHING, ONCE)


@pytest.mark.once
def test_killed_between_commit_and_answer(on_disk: Callable[..., Stack]) -> None:
    purchase = paid(on_disk())
    with Trace(purchase.stack, "trace=sendto", "inject=sendto:signal=KILL:when=1"):
        assert "success" not in notified(purchase)
    assert purchase.effects() == ONCE
    assert (notified(purchase), purchase.effects()) == ("200 success", ONCE)
    the_books_hold(purchase.stack)


@pytest.mark.once
def test_the_kill_catches_a_shop_that_books_again_what_it_did_not_answer(on_disk: Callable[..., Stack]) -> None:
    purchase = paid(on_disk("tests.broken.book_blindly", before=["-m", "tests.broken.no_unique_fact"]))
    with Trace(purchase.stack, "trace=sendto", "inject=sendto:signal=KILL:when=1"):
        notified(purchase)
    notified(purchase)
    assert purchase.stack.count(CHARGES) == 2


# X4: the disk is full, broken or read-only.


@pytest.mark.once
@pytest.mark.parametrize(("method", "fault"), [
    ("alipay", "pwrite64:error=ENOSPC"), ("alipay", "pwrite64:error=ENOSPC:when=3+"),
    ("alipay", "pwrite64:error=ENOSPC:when=8+"), ("alipay", "pwrite64:error=EROFS"),
    ("alipay", "fdatasync,fsync:error=EIO"), ("alipay-instant", "fdatasync,fsync:error=EIO:when=3+"),
])  # fmt: skip
def test_a_disk_that_fails_lets_nothing_half_done(on_disk: Callable[..., Stack], method: str, fault: str) -> None:
    purchase = paid(on_disk(), method)
    with Trace(purchase.stack, "trace=pwrite64,fdatasync,fsync", f"inject={fault}"):
        answer = notified(purchase)
        assert answer[0] == "5" and "success" not in answer
        assert purchase.status() in ("awaiting", "confirming")
    assert purchase.effects() == NOTHING
    assert (notified(purchase), purchase.effects()) == ("200 success", ONCE)
    the_books_hold(purchase.stack)


@pytest.mark.once
def test_the_failing_disk_catches_a_shop_that_says_success_without_being_sure(on_disk: Callable[..., Stack]) -> None:
    purchase = paid(on_disk("tests.broken.success_always"))
    with Trace(purchase.stack, "trace=fdatasync,fsync", "inject=fdatasync,fsync:error=EIO"):
        assert notified(purchase) == "200 success"
    assert purchase.effects() == NOTHING


@pytest.mark.once
def test_the_failing_disk_catches_a_shop_that_books_in_steps(on_disk: Callable[..., Stack]) -> None:
    purchase = paid(on_disk("tests.broken.book_in_steps"))
    with Trace(purchase.stack, "trace=fdatasync,fsync", "inject=fdatasync,fsync:error=EIO:when=5+"):
        notified(purchase)
    assert purchase.effects() not in (NOTHING, ONCE)
