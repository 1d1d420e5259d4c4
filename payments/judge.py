"""The four checks that Alipay asks of a receiver: our number, the order's amount, our account, our app; and the time.

A number that was used before (a restored backup, a moved ``ORDER_NUMBER_START``) has genuine messages of old: they are
told by a trade that was made or paid before the attempt was.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from payments.alipay.messages import TradeReport, TradeStatus
from payments.gateways import Gateway
from payments.models import GatewayMessage, Payment
from shop import prepared

Verdict = GatewayMessage.Verdict
CLOCKS_DIFFER = timedelta(minutes=15)  # farther off, the Open Platform refuses what we ask (isv.invalid-timestamp)
CHECKS = ("out_trade_no", "method", "amount", "time", "trade_no", "seller", "app")
NOTHING_DUE = frozenset({TradeStatus.WAIT_BUYER_PAY, TradeStatus.TRADE_CLOSED, TradeStatus.NOT_EXIST})


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a genuine message is worth. ``checks`` names each check with its result."""

    verdict: str
    payment: Payment | None = None
    checks: dict[str, bool] = field(default_factory=dict)

    @property
    def failed(self) -> str:
        """The names of the failed checks."""
        return ", ".join(name for name, holds in self.checks.items() if not holds)


def judge(gateway: Gateway, report: TradeReport, asked_about: Payment | None = None) -> Judgement:
    """Compares a genuine report with what we know (protocol.md A.5, B.5). Reads only.

    ``asked_about`` is the attempt that a query named: an answer about another trade does not match.
    """
    payment = asked_about or named(report)
    if payment is None:
        return Judgement(Verdict.UNKNOWN_TRADE, checks={"out_trade_no": False})
    checks = dict.fromkeys(CHECKS, True) | dict.fromkeys(gateway.mismatches(report), False)
    checks["out_trade_no"] = report.out_trade_no == payment.out_trade_no or report.status == TradeStatus.NOT_EXIST
    checks["method"] = payment.method == gateway.method
    checks["amount"] = _amount_fits(payment, report)
    checks["time"] = _in_time(payment, report)
    checks["trade_no"] = bool(report.trade_no) or not report.charged
    if not all(checks.values()):
        return Judgement(Verdict.MISMATCH, payment, checks)
    return Judgement(_verdict(payment, report), payment, checks)


def is_ours(number: str) -> bool:
    """Our numbers are ASCII digits only; nothing else is looked up (PostgreSQL refuses NUL in text)."""
    return number.isascii() and number.isdigit()


def repeats(gateway: Gateway, report: TradeReport) -> dict[str, Any] | None:
    """How the attempt is that this report tells again and nothing else; None where it tells more. Its time was checked
    when it was booked."""
    if not report.paid or report.given_back or gateway.mismatches(report):
        return None
    return {
        "state": Payment.State.SUCCEEDED,
        "trade_no": report.trade_no,
        "amount": report.amount,
        "method": gateway.method,
    }


def named(report: TradeReport) -> Payment | None:
    """The attempt whose number the report bears."""
    number = report.out_trade_no
    return next(iter(prepared.fetch(Payment, out_trade_no=number)), None) if is_ours(number) else None


def _amount_fits(payment: Payment, report: TradeReport) -> bool:
    """An absent amount is fine only where the message tells of no money."""
    return payment.amount == report.amount if report.amount is not None else not report.charged


def _in_time(payment: Payment, report: TradeReport) -> bool:
    """No trade is older than the attempt that it pays; clocks may differ a little."""
    told = report.begun_at or report.paid_at
    return told is None or told >= payment.created_at - CLOCKS_DIFFER


def _verdict(payment: Payment, report: TradeReport) -> str:
    if report.charged:
        settled = payment.state == Payment.State.SUCCEEDED and payment.trade_no == report.trade_no
        return Verdict.REPEAT if settled else Verdict.ACCEPTED
    return Verdict.STALE if report.status in NOTHING_DUE else Verdict.ERROR
