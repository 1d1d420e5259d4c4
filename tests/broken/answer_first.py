"""A shop that says ``success`` first and books afterwards."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import tests.traceable  # noqa: F401 - the points of death, and leave to be traced
from config.wsgi import application as shop
from payments import callbacks
from payments.settle import Outcome, act

waiting: list[tuple[Any, ...]] = []


def later(*words: Any) -> Outcome:
    """Leaves the booking for after the answer."""
    waiting.append(words)
    return Outcome.CONFIRMED


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
    """Sends the answer, then does what it promised."""
    answer: Iterable[bytes] = shop(environ, start_response)
    yield from answer
    while waiting:
        act(*waiting.pop())


callbacks.act = later
