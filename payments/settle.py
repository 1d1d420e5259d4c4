"""The one road for money: notification, query and bill all end in ``act``, whatever order they come in.

Locks are taken in one order: order, attempt, variants by key (row locks on PostgreSQL, BEGIN IMMEDIATE on SQLite). No
network call happens between the first lock and the commit; the unique ledger entry is what makes a fact count once.
"""

from enum import StrEnum
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from orders import goods, mails
from orders.models import Order
from payments import refunds
from payments.alipay.messages import TradeReport, TradeStatus
from payments.at_once import facts, settle_at_once
from payments.incidents import raise_incident
from payments.judge import Judgement
from payments.models import GatewayMessage, LedgerEntry, Payment, Refund
from shop import prepared

Verdict = GatewayMessage.Verdict


class Outcome(StrEnum):
    """What a judged report led to. All but REFUSED are done for good, so the sender need not repeat it."""

    CONFIRMED = "confirmed"
    PAID_LATE = "paid-late"
    GOODS_GONE = "goods-gone"
    COUPON_GONE = "coupon-gone"
    PAID_TWICE = "paid-twice"
    SECOND_TRADE = "second-trade"
    REPEAT = "repeat"
    NOTHING_DUE = "nothing-due"
    REFUSED = "refused"


# What such a report says went back is not this attempt's money.
OTHER_TRADE = (Outcome.SECOND_TRADE, Outcome.REFUSED)


def act(judgement: Judgement, report: TradeReport, message: GatewayMessage | None) -> Outcome:
    """Carries a judged report out. Every effect is committed when this returns."""
    payment = judgement.payment
    if judgement.verdict in (Verdict.ACCEPTED, Verdict.REPEAT) and payment is not None:
        outcome = settle(payment, report, message) if judgement.verdict == Verdict.ACCEPTED else Outcome.REPEAT
        if report.given_back and outcome not in OTHER_TRADE:
            refunds.notice(payment, report.given_back, message)
        return outcome
    if judgement.verdict == Verdict.STALE and payment is not None:
        _follow(payment, report)
        return Outcome.NOTHING_DUE
    _flag(judgement, report)
    return Outcome.REFUSED


def settle(payment: Payment, report: TradeReport, message: GatewayMessage | None) -> Outcome:
    """Books a genuine payment that passed the four checks, exactly once, and moves the order on.

    A ``message`` without key is written here: with its effect where the payment is a usual one, else before it.
    """
    if payment.is_open and settle_at_once(payment, report, message):
        return Outcome.CONFIRMED
    if message is not None and message.pk is None:
        prepared.insert(message)
    try:
        with transaction.atomic():
            outcome = _settle(payment, report, message)
    except IntegrityError:
        if not LedgerEntry.objects.filter(method=payment.method, reference=report.trade_no).exists():
            raise
        detail = f"Trade {report.trade_no} paid another attempt already."
        raise_incident("trade-used-twice", payment.out_trade_no, detail, payment.order)
        return Outcome.REFUSED
    return outcome


def _settle(payment: Payment, report: TradeReport, message: GatewayMessage | None) -> Outcome:
    (order,) = prepared.fetch(Order, lock=True, pk=payment.order_id)
    (payment,) = prepared.fetch(Payment, lock=True, pk=payment.pk)
    if payment.state == Payment.State.SUCCEEDED:
        return _told_again(order, payment, report)
    _book(order, payment, report, message)
    outcome = _move_on(order, payment, message)
    _give_back(payment, outcome)
    return outcome


def _told_again(order: Order, payment: Payment, report: TradeReport) -> Outcome:
    if payment.trade_no == report.trade_no:
        return Outcome.REPEAT
    detail = f"Paid by trade {payment.trade_no}; now also told of trade {report.trade_no}."
    raise_incident("second-trade", payment.out_trade_no, detail, order)
    return Outcome.SECOND_TRADE


def _book(order: Order, payment: Payment, report: TradeReport, message: GatewayMessage | None) -> None:
    prepared.insert(LedgerEntry(
        payment=payment, order=order, method=payment.method, kind=LedgerEntry.Kind.CHARGE, amount=payment.amount,
        reference=report.trade_no, message=message,
    ))  # fmt: skip
    payment.succeed(report.trade_no, report.buyer, report.paid_at)
    order.receive(payment.amount)


def _move_on(order: Order, payment: Payment, message: GatewayMessage | None) -> Outcome:
    cause = message.pk if message else None
    told = facts(payment, payment.trade_no)
    closed = order.life in (Order.Life.EXPIRED, Order.Life.CANCELLED)
    gone = goods.hold_again(order) if closed else ""
    if order.life == Order.Life.PLACED or (closed and not gone):
        return _confirm(order, Outcome.PAID_LATE if closed else Outcome.CONFIRMED, cause, told)
    prepared.update(order, *Order.SETTLED)
    if closed:
        order.record(f"{gone}-gone", message=cause, **told)
        detail = f"Order {order} was closed before it was paid; the {gone} went to others."
        raise_incident("paid-late", payment.out_trade_no, detail, order)
        return Outcome(f"{gone}-gone")
    order.record("paid-twice", message=cause, **told)
    raise_incident("paid-twice", payment.out_trade_no, f"Order {order} was paid already.", order)
    return Outcome.PAID_TWICE


def _give_back(payment: Payment, outcome: Outcome) -> None:
    """Asks for the refund of money that buys nothing; the worker sends it."""
    if outcome is Outcome.PAID_TWICE:
        refunds.request(payment, payment.amount, "Paid twice", Refund.Source.DUPLICATE)
    elif outcome in (Outcome.GOODS_GONE, Outcome.COUPON_GONE):
        gone = outcome.removesuffix("-gone")
        refunds.request(payment, payment.amount, "Paid after the order was closed", Refund.Source.LATE, gone=gone)


def _confirm(order: Order, outcome: Outcome, cause: int | None, facts: dict[str, Any]) -> Outcome:
    order.confirm(late=outcome is Outcome.PAID_LATE)
    goods.commit(order, *Order.SETTLED)
    order.record("paid", message=cause, late=order.paid_late, **facts)
    mails.queue(order, "paid")
    return outcome


def _follow(payment: Payment, report: TradeReport) -> None:
    """Notes how an unpaid trade stands. Conditional: nothing leaves "succeeded"."""
    if report.status == TradeStatus.WAIT_BUYER_PAY:
        Payment.objects.filter(pk=payment.pk, state__in=Payment.OPEN).update(state=Payment.State.WAITING)
    elif report.status == TradeStatus.TRADE_CLOSED:
        unpaid = Payment.objects.filter(pk=payment.pk, state__in=(*Payment.OPEN, Payment.State.CLOSED))
        unpaid.update(state=Payment.State.CLOSED, next_query_at=None)
        if payment.refunded < payment.charged or report.paid_at:
            detail = "Alipay says closed and names no refund, but the trade was paid."
            raise_incident("closed-after-paid", payment.out_trade_no, detail, payment.order)


def _flag(judgement: Judgement, report: TradeReport) -> None:
    """Opens an incident for what a person must see; a word that the protocol does not list is in the journal only."""
    payment = judgement.payment
    if judgement.verdict == Verdict.MISMATCH and payment is not None:
        detail = f"A genuine message failed: {judgement.failed}. It says {report.amount}, we expect {payment.amount}."
        raise_incident("mismatch", payment.out_trade_no, detail, payment.order)
        Order.objects.filter(pk=payment.order_id, life=Order.Life.PLACED).update(needs_review=True)
    elif judgement.verdict == Verdict.UNKNOWN_TRADE and report.paid:
        number = report.out_trade_no[:64] or "none"
        detail = f"Alipay says paid: {report.amount}, under our number {number}, which no attempt has."
        raise_incident("unknown-trade", report.trade_no or report.out_trade_no, detail)
    elif report.status == TradeStatus.TRADE_PENDING and payment is not None:
        raise_incident("pending", payment.out_trade_no, f"Trade {report.trade_no} is pending.", payment.order)


def asked_at(payment: Payment) -> None:
    """Notes on the order that the shopper says it is paid, so that pages show "confirming"."""
    Order.objects.filter(pk=payment.order_id, life=Order.Life.PLACED).update(confirming_at=timezone.now())
