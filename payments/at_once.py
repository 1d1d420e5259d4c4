"""The usual messages in one go: that an open attempt pays an order that waits, in full; and the same once more.

The first is the one road of ``settle`` in fewer steps, all of it or nothing: locks in the same order, the same rows,
the message among them. What is not usual in any way (closed, paid already, a copy that was faster) changes nothing
here and takes the road itself, which looks before it acts.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from orders import paid
from payments.alipay.messages import TradeReport
from payments.gateways import Gateway
from payments.judge import CHECKS, is_ours, named, repeats
from payments.models import GatewayMessage, LedgerEntry, Payment
from shop import prepared
from shop.prepared import Statement


def find(gateway: Gateway, report: TradeReport, message: GatewayMessage) -> tuple[Payment | None, bool]:
    """The attempt that a notification names, and whether it only tells again what is booked: then it is written too.

    Nobody waits for the disk there: the fact is on it.
    """
    booked = repeats(gateway, report) if is_ours(report.out_trade_no) else None
    if booked is None:
        return named(report), False
    message.verdict, message.checks = GatewayMessage.Verdict.REPEAT, dict.fromkeys(CHECKS, True)
    return prepared.find_and_add(Payment, {"out_trade_no": report.out_trade_no}, booked, message, "payment_id")


def settle_at_once(payment: Payment, report: TradeReport, message: GatewayMessage | None) -> bool:
    """Books and confirms, and writes ``message`` where it was not yet; False, and nothing written, else."""
    try:
        prepared.together(list(_statements(payment, report, message)))
    except (IntegrityError, prepared.NotThere):
        return False
    return True


def _statements(payment: Payment, report: TradeReport, message: GatewayMessage | None) -> Iterator[Statement]:
    now = timezone.now()
    cause = message.pk if message else None
    if message is not None and cause is None:
        yield prepared.adding(GatewayMessage, **vars(message))
        cause = prepared.FIRST_KEY
    yield paid.confirming(payment.order_id, payment.amount, now)
    yield _succeeding(payment, report, now)
    yield prepared.adding(
        LedgerEntry, payment_id=payment.pk, order_id=payment.order_id, method=payment.method,
        kind=LedgerEntry.Kind.CHARGE, amount=payment.amount, reference=report.trade_no, message_id=cause, at=now,
    )  # fmt: skip
    yield from paid.following(payment.order_id, now, cause, facts(payment, report.trade_no) | {"late": False})


def _succeeding(payment: Payment, report: TradeReport, now: datetime) -> Statement:
    return prepared.changing(
        Payment, payment.pk, {"state": payment.state, "amount": payment.amount},
        state=Payment.State.SUCCEEDED, trade_no=report.trade_no, buyer=report.buyer[:100], charged=payment.amount,
        paid_at=report.paid_at or now, next_query_at=None,
    )._replace(must=True)  # fmt: skip


def facts(payment: Payment, trade_no: str | None) -> dict[str, Any]:
    """What the order's timeline says of a charge."""
    return {"amount": str(payment.amount), "attempt": payment.out_trade_no, "trade_no": trade_no}
