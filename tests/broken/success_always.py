"""A shop that answers every notification with ``success``, whatever becomes of the booking."""

from collections.abc import Callable, Iterable
from typing import Any

import tests.cutting
import tests.impatient  # noqa: F401 - leave to be traced, and a second's patience
from config.wsgi import application as shop


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """No news is good news."""
    if not environ["PATH_INFO"].endswith("/notify/"):
        return shop(environ, start_response)
    answer = shop(environ, lambda *words: None)
    answer.close()
    start_response("200 OK", [("Content-Length", "7")])
    return [b"success"]
