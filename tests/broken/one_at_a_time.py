"""A shop that serves one visitor at a time: who asks the gateway holds up all others of the process."""

from threading import Lock
from typing import Any

from config import wsgi

__all__ = ["application"]

TURN = Lock()


def application(environ: Any, start_response: Any) -> Any:
    """Whoever comes waits until the one before has an answer."""
    with TURN:
        return wsgi.application(environ, start_response)
