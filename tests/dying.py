"""A shop whose processes die by SIGKILL at a named point, once: ``gunicorn tests.dying``. The shop's code is as it is.

The file ``die`` in the data folder names the point: ``before-commit`` or ``after-commit``, of the next transaction.
With ``stop `` before it the process stands still there, until somebody lets it go on.
"""

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from config.wsgi import application
from payments.alipay.transport import Answer, Transport
from tests import lone

__all__ = ["application"]

_commit = BaseDatabaseWrapper.commit
_get = Transport.get


def die() -> None:
    """No handler, no clean-up, no farewell."""
    os.kill(os.getpid(), signal.SIGKILL)


def at_named_point(point: str) -> None:
    """Dies if the file names this point."""
    order = settings.DATA_DIR / "die"
    word = order.read_text() if order.exists() else ""
    if word == f"stop {point}":
        order.write_text(f"stopped {os.getpid()}")
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)  # at this thread: it gets no further
    if word == point:
        order.unlink()
        die()


def watch(point: Callable[[str], None]) -> None:
    """Calls ``point`` before and after each commit and each question to the gateway."""

    def commit(self: BaseDatabaseWrapper) -> None:
        point("before-commit")
        _commit(self)
        point("after-commit")

    def get(self: Transport, *words: Any) -> Answer:
        point("before-question")
        answer = _get(self, *words)
        point("after-answer")
        return answer

    BaseDatabaseWrapper.commit = commit  # type: ignore[method-assign]
    Transport.get = get  # type: ignore[method-assign]


watch(at_named_point)
lone.open_up((settings.DATA_DIR / "die").exists)
