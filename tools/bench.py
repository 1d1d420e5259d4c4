"""``bench``: runs bench/ in the virtual environment."""

from collections.abc import Sequence

from tools import venv
from tools.console import run


def bench(words: Sequence[str]) -> None:
    """Prints the table of CPU per request, on SQLite and on a throw-away PostgreSQL."""
    run([venv.ensure(), "-m", "bench", *words])
