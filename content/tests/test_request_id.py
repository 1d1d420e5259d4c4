"""O06: each request has one name, in its answer and in its lines of the log."""

import logging
from collections.abc import Iterator
from contextvars import Context

import pytest
from django.test import Client

from content.request_id import NameLines


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """The names on the log lines of the shop's own faults."""
    seen: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(record.request_id)  # type: ignore[attr-defined]

    handler = Keep()
    handler.addFilter(NameLines())
    logging.getLogger("django.request").addHandler(handler)
    yield seen
    logging.getLogger("django.request").removeHandler(handler)


def test_a_proxys_name_is_kept(shopper: Client, lines: list[str], db: None) -> None:
    answer = shopper.get("/en/nowhere/", headers={"x-request-id": "proxy-00c0ffee"})
    assert answer["X-Request-ID"] == "proxy-00c0ffee"
    assert lines == ["proxy-00c0ffee"]


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "with blank in it", "a\nforged line", "héhéhéhéhé", "-leading-dash"]
)
def test_one_unfit_for_a_log_line_is_replaced(shopper: Client, given: str) -> None:
    name = shopper.get("/healthz", headers={"x-request-id": given})["X-Request-ID"]
    assert len(name) == 16 and set(name) <= set("0123456789abcdef")


def test_two_requests_have_two_names(shopper: Client) -> None:
    assert len({shopper.get("/healthz")["X-Request-ID"] for _ in range(20)}) == 20


def test_a_line_of_no_request_says_so() -> None:
    record = logging.makeLogRecord({})
    Context().run(NameLines().filter, record)
    assert record.request_id == "-"  # type: ignore[attr-defined]
