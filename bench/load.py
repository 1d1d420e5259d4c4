"""Sends prepared requests over a few kept connections and reads what CPU the servers spent on them."""

import http.client
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

CONNECTIONS = 4
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Request:
    """One request, ready to go; any other status or answer than was expected spoils the measurement."""

    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    expected: int = 200
    answer: bytes = b""

    @property
    def method(self) -> str:
        return "POST" if self.body else "GET"


Batch = list[Request]


@dataclass(frozen=True)
class Server:
    """Where requests go, and the processes whose CPU they cost, each with all that it started."""

    port: int
    pids: list[int]


def send(port: int, requests: Sequence[Request]) -> None:
    """All of them, spread over CONNECTIONS threads."""
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(_send_some, [(port, requests[start::CONNECTIONS]) for start in range(CONNECTIONS)]))


def _send_some(job: tuple[int, Sequence[Request]]) -> None:
    port, requests = job
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for request in requests:
        connection.request(request.method, request.path, request.body or None, request.headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != request.expected or request.answer not in text:
            raise SystemExit(f"bench: {request.method} {request.path} answered {answer.status}: {text[:2000]!r}")
    connection.close()


def cpu_seconds(roots: Iterable[int]) -> float:
    """User and system time of these processes and of all that they started and that still run."""
    parents = {int(path.name): _parent(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
    family = set(roots)
    grown = True
    while grown:
        children = {pid for pid, parent in parents.items() if parent in family} - family
        family |= children
        grown = bool(children)
    return sum(_spent(pid) for pid in family)


def _parent(process: Path) -> int:
    """Field 4 of /proc/<pid>/stat, counted behind the name in brackets."""
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _spent(pid: int) -> float:
    """By the process's own clock (clock_getcpuclockid of the C library): /proc counts in ticks of 10 ms."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0
