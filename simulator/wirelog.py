"""What went over the wire, so that a developer sees why a message was refused."""

import itertools
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

KEPT = 500
SHOWN = 4000


@dataclass(frozen=True, slots=True)
class Entry:
    """One request that came in, or one that went out, with what was signed and what we made of it."""

    number: int
    when: str
    way: str
    what: str
    address: str
    fields: Mapping[str, str] = field(default_factory=dict)
    canonical: str = ""
    sign: str = ""
    expected: str = ""
    verdict: str = ""
    answer: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class WireLog:
    """The last entries, newest first when listed."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def add(self, when: str, way: str, what: str, address: str, **more: Any) -> Entry:
        """Keeps one entry; ``way`` is ``in`` or ``out``."""
        more["answer"] = str(more.get("answer", ""))[:SHOWN]
        with self._lock:
            entry = Entry(next(self._numbers), when, way, what, address[:SHOWN], **more)
            self._entries.append(entry)
            return entry

    def listed(self) -> list[Entry]:
        with self._lock:
            return list(reversed(self._entries))

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
