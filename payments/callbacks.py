"""Where Alipay speaks to the shop: the asynchronous notification and the browser's return.

What is answered to a notification is policy (protocol.md A.7): exactly ``success`` only when the effect, or the
decision that none is due, is on disk; any other answer makes Alipay send it again for a day, so trouble of ours loses
nothing.
"""

import time

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from payments import asking, journal, registry, repay
from payments.alipay.errors import AlipayError, BadSignature, Malformed, Unknown
from payments.alipay.messages import RefundReport, TradeReport
from payments.at_once import find
from payments.gateways import Gateway
from payments.incidents import raise_incident
from payments.judge import Judgement, judge
from payments.models import GatewayMessage, Payment
from payments.settle import Outcome, act, asked_at
from shop import prepared

Verdict = GatewayMessage.Verdict
MAX_BODY = 65_536
FORM = "application/x-www-form-urlencoded"
TRADE_NOTIFICATIONS = ("", "trade_status_sync")
ASK_PAUSE_SECONDS = 3


@csrf_exempt
@require_POST
def notify(request: HttpRequest, method: str) -> HttpResponse:
    """The asynchronous notification. Needs no session, sets no cookie, never redirects."""
    gateway = registry.gateway(method)
    if gateway is None:
        return _answer("unknown method", 404)
    if request.content_type != FORM or int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        return _answer("fail", 400)
    raw = request.body
    try:
        report = gateway.read_notification(raw)
        refunds = gateway.read_refunds(raw) if report.notify_type == gateway.refund_notification else []
    except Malformed as error:
        return _refuse(request, method, "notify", raw, error)
    if refunds:
        return _told_of_refunds(request, gateway, report, refunds)
    message = journal.draft(request, method, "notify", raw, report)
    payment, told_again = find(gateway, report, message)
    if told_again:
        journal.line("notify1", report.out_trade_no, method=method, status=report.status, verdict=Verdict.REPEAT)
        return _answer("success", 200)
    judgement = judge(gateway, report, payment)
    journal.line("notify1", report.out_trade_no, method=method, status=report.status, verdict=judgement.verdict)
    journal.judged(message, judgement.verdict, judgement.payment, judgement.checks, judgement.failed)
    if not _settled_now(gateway, report, judgement):
        prepared.insert(message)
    return _carry_out(gateway, report, judgement, message)


def _settled_now(gateway: Gateway, report: TradeReport, judgement: Judgement) -> bool:
    """Whether nothing stands between this message and its effect, so that one commit writes both.

    Dying before that commit loses a message that is sent again.
    """
    sound = judgement.verdict == Verdict.ACCEPTED and report.notify_type in TRADE_NOTIFICATIONS
    return sound and not gateway.confirms and not report.given_back


def _carry_out(
    gateway: Gateway, report: TradeReport, judgement: Judgement, message: GatewayMessage | None
) -> HttpResponse:
    if report.notify_type not in TRADE_NOTIFICATIONS:
        return _answer("fail", 400)
    if judgement.verdict == Verdict.ACCEPTED and judgement.payment:
        refusal = _unconfirmed(gateway, report, judgement.payment)
        if refusal:
            return refusal
    outcome = act(judgement, report, message)
    if outcome is Outcome.REFUSED:
        journal.line("hack_notify", report.out_trade_no, verdict=judgement.verdict, failed=judgement.failed)
        return _answer("fail", 400)
    if outcome is not Outcome.REPEAT:
        journal.line("notify2", report.out_trade_no, outcome=outcome, amount=report.amount)
    return _answer("success", 200)


def _told_of_refunds(
    request: HttpRequest, gateway: Gateway, report: TradeReport, results: list[RefundReport]
) -> HttpResponse:
    """The legacy service tells the results of a refund batch on the same address (A.9)."""
    journal.line("notify1", report.out_trade_no, method=gateway.method, refunds=len(results))
    message = journal.received(request, gateway.method, "refund-notify", request.body, Verdict.ACCEPTED, report=report)
    pending = [result for result in results if not repay.known(result)]
    refusal = _unconfirmed(gateway, report, None) if pending else None
    if refusal:
        return refusal
    for result in pending:
        repay.told(result, message)
    return _answer("success", 200)


def _unconfirmed(gateway: Gateway, report: TradeReport, payment: Payment | None) -> HttpResponse | None:
    """Asks the gateway whether it sent this (A.6), before answering: its id dies with our ``success``."""
    started = time.monotonic()
    try:
        genuine = gateway.confirm(report)
    except Unknown as error:
        journal.asked(gateway.method, payment, "notify-verify", Verdict.ERROR, started, note=str(error))
        return _answer("fail", 503)
    if genuine is None:
        return None
    told = not genuine and payment is not None and _told_meanwhile(payment, report)
    verdict = Verdict.ACCEPTED if genuine else Verdict.REPEAT if told else Verdict.FORGED
    journal.asked(gateway.method, payment, "notify-verify", verdict, started, note=f"notify_id {report.notify_id}")
    if genuine or told:
        return None
    journal.line("hack_notify", report.out_trade_no, verdict="unconfirmed")
    subject, order = (payment.out_trade_no, payment.order) if payment else (report.notify_id, None)
    raise_incident("unconfirmed", subject, f"notify_id {report.notify_id}", order)
    return _answer("fail", 400)


def _told_meanwhile(payment: Payment, report: TradeReport) -> bool:
    """Whether a copy of this notification was settled since we judged it: its ``success`` ended the id for us too."""
    return Payment.objects.filter(pk=payment.pk, state=Payment.State.SUCCEEDED, trade_no=report.trade_no).exists()


@never_cache
@require_GET
def come_back(request: HttpRequest, method: str) -> HttpResponse:
    """The browser's return: proves nothing, makes us ask, and always redirects to a clean address (step 5)."""
    gateway = registry.gateway(method)
    if gateway is None:
        raise Http404
    raw = request.META.get("QUERY_STRING", "").encode("latin-1", "replace")
    try:
        report = gateway.read_return(raw)
    except Malformed as error:
        _refuse(request, method, "return", raw, error)
        return redirect("/")
    judgement = judge(gateway, report)
    # The Open Platform's return names no status (protocol.md B.6): nothing is wrong with that, and nothing due.
    verdict = Verdict.STALE if judgement.verdict == Verdict.ERROR else judgement.verdict
    journal.received(
        request, method, "return", raw, verdict,
        report=report, payment=judgement.payment, checks=judgement.checks, note=judgement.failed,
    )  # fmt: skip
    return _welcome(report, judgement)


def _welcome(report: TradeReport, judgement: Judgement) -> HttpResponse:
    payment = judgement.payment
    genuine = judgement.verdict not in (Verdict.MISMATCH, Verdict.UNKNOWN_TRADE)
    journal.line("return" if genuine else "err_return", report.out_trade_no, verdict=judgement.verdict)
    if payment is None:
        return redirect("/")
    if genuine and payment.state != Payment.State.SUCCEEDED:
        _ask_now(payment)
    with translation.override(payment.order.language):
        return redirect("payments:result", payment.order.number)


def _ask_now(payment: Payment) -> None:
    """Asks the gateway once; where it is silent the page says "confirming" and goes on asking."""
    asked_at(payment)
    if not cache.add(f"asked:{payment.pk}", 1, ASK_PAUSE_SECONDS):
        return
    try:
        asking.ask(payment)
    except AlipayError as error:
        journal.line("query_failed", payment.out_trade_no, why=type(error).__name__)


def _refuse(request: HttpRequest, method: str, kind: str, raw: bytes, error: Malformed) -> HttpResponse:
    verdict = Verdict.FORGED if isinstance(error, BadSignature) else Verdict.ERROR
    journal.received(request, method, kind, raw, verdict, note=str(error))
    journal.line("hack_notify" if kind == "notify" else "err_return", "-", why=type(error).__name__)
    return _answer("fail", 400)


def _answer(text: str, status: int) -> HttpResponse:
    headers = {"Content-Length": str(len(text)), "X-Content-Type-Options": "nosniff"}
    return HttpResponse(text, content_type="text/plain", status=status, headers=headers)
