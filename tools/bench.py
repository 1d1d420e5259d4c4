"""``bench`` and ``lab``: run bench/ in the virtual environment."""

from collections.abc import Sequence

from tools import venv
from tools.console import run


def bench(words: Sequence[str]) -> None:
    """Prints the table of CPU per request, on SQLite and on a throw-away PostgreSQL."""
    run([venv.ensure(), "-m", "bench", *words])


def lab(words: Sequence[str]) -> None:
    """Prints what a phone on a slow network waits for and loads, page by page; fails where a limit is broken."""
    run([venv.ensure(venv.EVERYTHING), "-m", "bench.lab", *words])
