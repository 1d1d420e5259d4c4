"""What ``doctor`` looks at: each examination answers with findings (level, what, words). Never prints a secret."""

import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from orders.models import Order, OutboxMail
from orders.numbers import LAST_SERIAL
from payments import registry
from payments.alipay.certificates import expires_at
from payments.alipay.errors import AlipayError
from payments.alipay.transport import Transport
from payments.models import GatewayMessage, Incident, JobRun, Payment

Level = Literal["ok", "warn", "fail"]
SKEW_SECONDS = 60
EXPIRY_DAYS = 30
LOW_DISK_BYTES = 500 * 1024 * 1024
WORKER_SILENT = timedelta(minutes=5)
MAIL_LATE = timedelta(minutes=15)


class Finding(NamedTuple):
    """One row of the table."""

    level: Level
    what: str
    words: str


def site() -> Iterator[Finding]:
    """The address and the switches that must be off in production."""
    mode = "demo: no real money" if settings.DEMO else "live"
    yield Finding("ok", "mode", mode)
    secure = settings.SITE_URL.startswith("https://") or settings.DEMO
    yield Finding("ok" if secure else "warn", "SITE_URL", settings.SITE_URL)
    yield Finding("warn" if settings.DEBUG else "ok", "DEBUG", "on" if settings.DEBUG else "off")
    console = settings.EMAIL_BACKEND.endswith("console.EmailBackend")
    yield Finding("warn" if console else "ok", "mail", "printed to the log only" if console else "sent")


def database() -> Iterator[Finding]:
    """Reachable, migrated, and how fast it answers."""
    started = time.monotonic()
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        yield Finding("fail", "database", "cannot be reached")
        return
    took = int((time.monotonic() - started) * 1000)
    yield Finding("ok", "database", f"{connection.vendor}, answered within {took} ms")
    yield Finding(
        "fail" if waiting else "ok", "migrations", f"{len(waiting)} waiting: run migrate" if waiting else "applied"
    )


def storage() -> Iterator[Finding]:
    """Disk and cache."""
    free = shutil.disk_usage(settings.DATA_DIR).free
    yield Finding("ok" if free > LOW_DISK_BYTES else "warn", "disk", f"{free // 1024**2} MiB free in DATA_DIR")
    cache.set("doctor", 1, 5)
    working = cache.get("doctor") == 1
    yield Finding("ok" if working else "fail", "cache", "works" if working else "does not keep what it is given")


def methods() -> Iterator[Finding]:
    """Each payment method's account; whether the gateways answer and the clocks agree."""
    for name, gateway in registry.gateways().items():
        yield Finding("ok", name, gateway.describe())
    files = settings.ALIPAY_OPEN.certificates if settings.ALIPAY_OPEN else None
    if files:
        yield _validity("ALIPAY_APP_CERT", files.app)
        yield _validity("ALIPAY_CERT", files.alipay)
    for url in sorted(settings.GATEWAYS):
        yield from _gateway(url)


def _validity(name: str, pem: str) -> Finding:
    ends = expires_at(pem)
    left = (ends - timezone.now()).days
    level: Level = "fail" if left < 0 else "warn" if left < EXPIRY_DAYS else "ok"
    return Finding(level, name, f"ends on {ends:%Y-%m-%d}{'' if level == 'ok' else ': download the next one'}")


def _gateway(url: str) -> Iterator[Finding]:
    try:
        answer = Transport(settings.GATEWAY_CONNECT_TIMEOUT, settings.GATEWAY_READ_TIMEOUT).get(url)
    except AlipayError:
        yield Finding("fail", "gateway", f"{url} does not answer")
        return
    yield Finding("ok", "gateway", f"{url} answered {answer.status} in {answer.took_ms} ms")
    yield _clock(answer.date)


def _clock(date: str) -> Finding:
    try:
        skew = int((datetime.now(UTC) - parsedate_to_datetime(date)).total_seconds())
    except (TypeError, ValueError):
        return Finding("warn", "clock", "the gateway does not tell its time")
    level: Level = "ok" if abs(skew) <= SKEW_SECONDS else "warn"
    return Finding(level, "clock", f"ours differs by {skew} s from the gateway's")


def worker() -> Iterator[Finding]:
    """Whether the scheduled jobs run."""
    last = JobRun.objects.order_by("-started_at").first()
    if last is None or timezone.now() - last.started_at > WORKER_SILENT:
        yield Finding("warn", "worker", "has not run for five minutes: start manage.py worker")
    for run in JobRun.objects.exclude(failure=""):
        yield Finding("warn", run.name, run.failure)
    if last and timezone.now() - last.started_at <= WORKER_SILENT:
        yield Finding("ok", "worker", f"last ran {last.started_at:%H:%M:%S} UTC")


def outbox() -> Iterator[Finding]:
    """Whether mails go out."""
    given_up = OutboxMail.objects.given_up().count()
    yield Finding("warn" if given_up else "ok", "mails given up", str(given_up))
    late = OutboxMail.objects.due().filter(created_at__lt=timezone.now() - MAIL_LATE).count()
    yield Finding("warn" if late else "ok", "mails late", f"{late} wait longer than {MAIL_LATE.seconds // 60} minutes")


def trade() -> Iterator[Finding]:
    """What the rows say: numbers left, last notification, open attempts, what needs attention."""
    last = Order.objects.order_by("-serial").values_list("serial", flat=True).first() or settings.ORDER_NUMBER_START
    left = LAST_SERIAL - last
    yield Finding("ok" if left > LAST_SERIAL // 100 else "warn", "order numbers", f"{left} left")
    if settings.ORDER_NUMBER_START > LAST_SERIAL - 1000:
        yield Finding("warn", "ORDER_NUMBER_START", "is close to the end of the eight digits")
    told = GatewayMessage.objects.filter(kind="notify", verdict="accepted").values_list("at", flat=True).first()
    yield Finding("ok", "last notification", f"{told:%Y-%m-%d %H:%M} UTC" if told else "none yet")
    yield Finding("ok", "open attempts", str(Payment.objects.filter(state__in=Payment.OPEN).count()))
    waiting = Incident.objects.filter(resolved_at=None).count()
    yield Finding("warn" if waiting else "ok", "needs attention", f"{waiting} open incidents")


EXAMINATIONS: tuple[Callable[[], Iterator[Finding]], ...] = (site, database, storage, methods, worker, outbox, trade)
