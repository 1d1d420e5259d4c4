"""Few tries in a while: exactly so many, for each name and key apart, and in bounded memory."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import caches

from shop.throttle import allow


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that the test moves."""
    now = [time.time()]
    monkeypatch.setattr("time.time", lambda: now[0])
    return now


def tries(count: int, key: str = "eve", name: str = "door") -> list[int]:
    return [allow(name, key, 3, 60) for _ in range(count)]


def test_so_many_tries_and_then_a_wait(clock: list[float]) -> None:
    assert tries(3) == [0, 0, 0]
    assert tries(1)[0] in (59, 60)


def test_the_wait_becomes_shorter_and_trying_does_not_lengthen_it(clock: list[float]) -> None:
    tries(3)
    waits = []
    for _ in range(5):
        clock[0] += 10
        waits += tries(1)
    assert waits == sorted(waits, reverse=True) and waits[-1] in (9, 10)


def test_after_the_wait_it_begins_anew(clock: list[float]) -> None:
    tries(9)
    clock[0] += 61
    assert tries(4)[:3] == [0, 0, 0]
    assert tries(1)[0] > 0


def test_one_key_does_not_shut_out_another_nor_one_name_the_next(clock: list[float]) -> None:
    tries(9)
    assert tries(1, key="lin") == [0]
    assert tries(1, name="window") == [0]


def test_of_many_at_once_exactly_so_many_pass() -> None:
    with ThreadPoolExecutor(8) as many:
        waits = list(many.map(lambda _: allow("door", "eve", 7, 60), range(64)))
    assert waits.count(0) == 7


@pytest.mark.parametrize("key", ["", "\0", "\ud800", "名" * 100_000, "a b\r\nc"])
def test_any_key_can_be_counted(key: str) -> None:
    assert [bool(wait) for wait in tries(4, key=key)] == [False, False, False, True]


def test_a_flood_of_keys_fills_no_memory_and_throws_out_nothing_else() -> None:
    caches["default"].set("page", "kept", 60)
    room = caches["throttle"]._max_entries
    for n in range(room + 500):
        allow("door", str(n), 3, 60)
    assert len(caches["throttle"]._cache) <= room
    assert caches["default"].get("page") == "kept"


def test_a_counter_that_ran_out_between_its_two_statements_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(caches["throttle"]), "add", lambda *words: False)
    assert tries(3) == [0, 0, 0]
    assert tries(1)[0] > 0
