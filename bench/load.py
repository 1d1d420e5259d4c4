"""Sends prepared requests over a few kept connections and reads what CPU the servers spent on them."""

import http.client
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

CONNECTIONS = 4
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Request:
    """One request, ready to go; any other status than ``expected`` spoils the measurement."""

    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    expected: int = 200

    @property
    def method(self) -> str:
        return "POST" if self.body else "GET"


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
        if answer.status != request.expected:
            raise SystemExit(f"bench: {request.method} {request.path} answered {answer.status}: {text[:2000]!r}")
    connection.close()


def cpu_seconds(roots: Iterable[int]) -> float:
    """User and system time of these processes and all that came of them, ended children included."""
    stats = {int(path.name): _stat(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
    family = set(roots)
    grown = True
    while grown:
        children = {pid for pid, stat in stats.items() if stat and stat[0] in family} - family
        family |= children
        grown = bool(children)
    return sum(stats[pid][1] for pid in family if stats.get(pid)) / TICK


def _stat(process: Path) -> tuple[int, int]:
    """Parent and spent ticks: fields 4 and 14 to 17 of /proc/<pid>/stat, counted behind the name in brackets."""
    try:
        fields = (process / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0, 0
    return int(fields[1]), sum(map(int, fields[11:15]))
