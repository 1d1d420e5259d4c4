"""Writes the journal: every message from and to a gateway, once, with its verdict. Floods of forgeries stay bounded."""

import logging
import re
import time

from django.core.cache import cache
from django.http import HttpRequest

from payments.alipay.messages import TradeReport
from payments.models import GatewayMessage, Payment
from shop import prepared
from shop.visitors import address_of

log = logging.getLogger("payments")

FORGED_PER_MINUTE = 60
KEPT_HEADERS = {"CONTENT_TYPE": "Content-Type", "HTTP_USER_AGENT": "User-Agent", "HTTP_X_REQUEST_ID": "X-Request-Id"}
Verdict = GatewayMessage.Verdict


def received(
    request: HttpRequest, method: str, kind: str, raw: bytes, verdict: str, *,
    report: TradeReport | None = None, payment: Payment | None = None, checks: dict[str, bool] | None = None,
    note: str = "",
) -> GatewayMessage | None:  # fmt: skip
    """Records a message that came in, committed at once. None where a flood of forgeries is cut off."""
    if report is None and not _room_for_forgery():
        return None
    message = draft(request, method, kind, raw, report)
    judged(message, verdict, payment, checks, note)
    prepared.insert(message)
    return message


def draft(request: HttpRequest, method: str, kind: str, raw: bytes, report: TradeReport | None) -> GatewayMessage:
    """The record of a message that came in, not yet judged and not yet written; ``report`` where it is genuine."""
    return prepared.new(
        GatewayMessage,
        method=method,
        kind=kind,
        out_trade_no=report.out_trade_no[:64] if report else "",
        body=raw[: GatewayMessage.BODY_LIMIT],
        headers={name: request.META[key][:200] for key, name in KEPT_HEADERS.items() if key in request.META},
        address=address_of(request) or None,
        signature_ok=report is not None,
    )


def judged(
    message: GatewayMessage, verdict: str, payment: Payment | None, checks: dict[str, bool] | None, note: str
) -> None:
    """Notes in a draft what the message is worth."""
    message.verdict, message.checks, message.note = verdict, checks or {}, note[:200]
    message.payment_id = payment.pk if payment else None


def asked(
    method: str, payment: Payment | None, kind: str, verdict: str, started: float, *,
    report: TradeReport | None = None, note: str = "",
) -> GatewayMessage:  # fmt: skip
    """Records what we asked the gateway and what came of it; ``started`` is time.monotonic()."""
    fields = "&".join(f"{name}={value}" for name, value in report.fields.items()) if report else ""
    message = GatewayMessage(
        method=method,
        kind=kind,
        outgoing=True,
        payment=payment,
        out_trade_no=payment.out_trade_no if payment else "",
        body=fields.encode()[: GatewayMessage.BODY_LIMIT],
        took_ms=int((time.monotonic() - started) * 1000),
        signature_ok=True if report else None,
        verdict=verdict,
        note=note[:200],
    )
    prepared.insert(message)
    return message


def line(event: str, out_trade_no: str, **facts: object) -> None:
    """One log line. Only letters and digits of what a stranger sent reach it, cut short."""
    safe = re.sub(r"[^0-9A-Za-z_-]", "?", out_trade_no)[:32]
    log.info("%s out_trade_no=%s %s", event, safe, " ".join(f"{name}={value}" for name, value in facts.items()))


def _room_for_forgery() -> bool:
    key = f"forged:{int(time.time() // 60)}"
    cache.add(key, 0, 120)
    return cache.incr(key) <= FORGED_PER_MINUTE
