"""Which notification ids ``notify_verify`` still confirms (protocol.md A.6)."""

import secrets
import threading
from datetime import datetime, timedelta
from urllib.parse import unquote

FOR_A_RETURN = timedelta(minutes=1)
FOR_A_NOTIFICATION = timedelta(hours=25)


class NotifyIds:
    """An id is good until it expires or the merchant answered ``success`` to its notification."""

    def __init__(self) -> None:
        self._good: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def new(self, now: datetime, life: timedelta, wanted: str = "") -> str:
        """Registers a fresh id (or ``wanted``) that is good for ``life``."""
        notify_id = wanted or secrets.token_hex(17)
        with self._lock:
            self._good[notify_id] = now + life
        return notify_id

    def spend(self, notify_id: str) -> None:
        """The merchant has answered ``success``: asking again is answered ``false``."""
        with self._lock:
            self._good.pop(notify_id, None)

    def clear(self) -> None:
        """Confirms nothing any more."""
        with self._lock:
            self._good.clear()

    def good(self, notify_id: str, now: datetime) -> bool:
        """Either encoding of the id is taken: merchants differ in it."""
        with self._lock:
            ends = self._good.get(notify_id) or self._good.get(unquote(notify_id))
            return ends is not None and now < ends
