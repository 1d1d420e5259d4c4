"""Asks the gateway how an attempt stands, and journals what it was asked and answered."""

import time
from collections.abc import Callable
from typing import TypeVar

from payments import journal, registry
from payments.alipay.errors import AlipayError, Unknown
from payments.alipay.messages import TradeStatus
from payments.gateways import Gateway
from payments.judge import judge
from payments.models import GatewayMessage, Payment
from payments.settle import act

Answer = TypeVar("Answer")


def ask(payment: Payment) -> TradeStatus:
    """Asks the gateway how ``payment`` stands, settles what it says and returns it: OTHER where it fails the checks.

    Raises Refused or Unknown, and journals that.
    """
    gateway = gateway_of(payment)
    started = time.monotonic()
    report = journalled(payment, "query", lambda: gateway.query(payment.out_trade_no))
    judgement = judge(gateway, report, payment)
    message = journal.asked(
        payment.method, payment, "query", judgement.verdict, started, report=report, note=judgement.failed
    )
    outcome = act(judgement, report, message)
    journal.line("query", payment.out_trade_no, status=report.status, outcome=outcome)
    return TradeStatus.OTHER if judgement.verdict == GatewayMessage.Verdict.MISMATCH else report.status


def gateway_of(payment: Payment) -> Gateway:
    """The gateway that ``payment`` was sent to. Raises Unknown where its method is switched off."""
    gateway = registry.gateway(payment.method)
    if gateway is None:
        raise Unknown(f"{payment.method} is not configured")
    return gateway


def journalled(payment: Payment, kind: str, question: Callable[[], Answer]) -> Answer:
    """Puts a question to the gateway; a refusal or silence is journalled and raised again."""
    started = time.monotonic()
    try:
        return question()
    except AlipayError as error:
        journal.asked(payment.method, payment, kind, GatewayMessage.Verdict.ERROR, started, note=str(error))
        raise
