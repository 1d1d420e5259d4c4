"""Delivers notifications as Alipay does: again and again until the merchant answers exactly ``success`` (A.7)."""

import heapq
import itertools
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlencode, urlsplit

from payments.alipay.signing import canonical
from simulator.clock import Clock
from simulator.forms import UNSIGNED, callable_address
from simulator.notify_ids import NotifyIds
from simulator.refusal import Refusal
from simulator.wirelog import WireLog

MINUTE = 60
GAPS = (4 * MINUTE, 10 * MINUTE, 10 * MINUTE, 60 * MINUTE, 120 * MINUTE, 360 * MINUTE, 900 * MINUTE)
PATIENCE = 10.0
ANSWER_READ = 1024
WORKERS = 24
Job = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the merchant said; ``status`` is 0 where nobody answered."""

    status: int
    body: str

    @property
    def success(self) -> bool:
        return self.status == 200 and self.body == "success"


@dataclass(slots=True)
class Notice:
    """One notification; every retry sends the same fields and so the same notify_id. A forger does not repeat."""

    url: str
    fields: Mapping[str, str]
    charset: str
    lost: int = 0
    repeats: bool = True
    answers: list[Answer] = field(default_factory=list)
    tried: threading.Event = field(default_factory=threading.Event)

    @property
    def notify_id(self) -> str:
        return self.fields.get("notify_id", "")


class Notifier:
    """One thread keeps the timetable, a pool of threads sends."""

    def __init__(self, clock: Clock, wire: WireLog, ids: NotifyIds, speed: float) -> None:
        self.clock, self.wire, self.ids, self.speed = clock, wire, ids, speed
        self._due: list[tuple[datetime, int, Job]] = []
        self._order = itertools.count()
        self._pool = ThreadPoolExecutor(WORKERS, "notify")
        threading.Thread(target=self._keep_time, name="timetable", daemon=True).start()

    def schedule(self, notice: Notice, delay: float = 0.0) -> None:
        """Sends ``notice`` after ``delay`` seconds, and again by the timetable until it succeeds."""
        self.later(partial(self._try, notice), delay)

    def later(self, job: Job, delay: float) -> None:
        """Does ``job`` after ``delay`` seconds of the simulator's clock."""
        with self.clock.moved:
            heapq.heappush(self._due, (self.clock.now() + timedelta(seconds=delay), next(self._order), job))
            self.clock.moved.notify_all()

    def send_copies(self, notice: Notice, copies: int, parallel: bool) -> list[Answer]:
        """Sends it ``copies`` times now, without retries; the answers in order."""
        with ThreadPoolExecutor(copies if parallel else 1) as pool:
            return list(pool.map(self.deliver, [notice] * copies))

    def forget(self) -> None:
        """Drops what is still to be sent."""
        with self.clock.moved:
            self._due.clear()

    def pending(self) -> int:
        """How many sendings are still on the timetable."""
        with self.clock.moved:
            return len(self._due)

    def deliver(self, notice: Notice) -> Answer:
        """One sending and its record."""
        answer = self._lose(notice) if notice.lost > 0 else post(notice)
        if answer.success:
            self.ids.spend(notice.notify_id)
        notice.answers.append(answer)
        self._record(notice, answer)
        notice.tried.set()
        return answer

    def _lose(self, notice: Notice) -> Answer:
        notice.lost -= 1
        return Answer(0, "lost on the way, as the scenario wants it")

    def _record(self, notice: Notice, answer: Answer) -> None:
        verdict = "success" if answer.success else f"not success (HTTP {answer.status or 'none'})"
        self.wire.add(
            self.clock.stamp(),
            "out",
            f"notification, sending {len(notice.answers)}",
            notice.url,
            fields=notice.fields,
            canonical=canonical(notice.fields, UNSIGNED),
            sign=notice.fields.get("sign", ""),
            verdict=verdict,
            answer=answer.body,
        )

    def _keep_time(self) -> None:
        while True:
            with self.clock.moved:
                while not self._ripe():
                    self.clock.moved.wait(self._pause())
                job = heapq.heappop(self._due)[2]
            self._pool.submit(self._do, job)

    def _ripe(self) -> bool:
        return bool(self._due) and self._due[0][0] <= self.clock.now()

    def _pause(self) -> float | None:
        return max(0.0, (self._due[0][0] - self.clock.now()).total_seconds()) if self._due else None

    def _do(self, job: Job) -> None:
        try:
            job()
        except Refusal as refusal:
            self.wire.add(self.clock.stamp(), "in", "scenario", "", verdict=str(refusal))

    def _try(self, notice: Notice) -> None:
        if not self.deliver(notice).success and notice.repeats and len(notice.answers) <= len(GAPS):
            self.schedule(notice, GAPS[len(notice.answers) - 1] / self.speed)


def post(notice: Notice) -> Answer:
    """POSTs the form to the merchant on this machine: no redirect is followed, no proxy asked, waiting is bounded."""
    if not callable_address(notice.url):
        return Answer(0, "not sent: the simulator calls addresses of this machine only")
    parts = urlsplit(notice.url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {
        "Content-Type": f"application/x-www-form-urlencoded; charset={notice.charset}",
        "User-Agent": "Mozilla/4.0",
    }
    try:
        connection.request("POST", target, urlencode(notice.fields, encoding=notice.charset), headers)
        response = connection.getresponse()
        return Answer(response.status, response.read(ANSWER_READ).decode("utf-8", "replace"))
    except (OSError, HTTPException) as trouble:
        return Answer(0, f"no answer: {type(trouble).__name__}")
    finally:
        connection.close()
