"""Refund rows: asked for once, booked once. Who talks to the gateway about them is ``repay``."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from orders.models import ZERO, Order
from payments import journal
from payments.incidents import raise_incident
from payments.models import GatewayMessage, LedgerEntry, Payment, Refund

CENT = Decimal("0.01")
# The mails that tell of money which goes back before anybody asked for it.
RETURNED_UNASKED: dict[str, str] = {Refund.Source.LATE: "late", Refund.Source.DUPLICATE: "twice"}


class NotRefundable(Exception):
    """The amount cannot be refunded; the text says why."""


def request(payment: Payment, amount: Decimal, reason: str, source: str, by: Any = None, **told: str) -> Refund:
    """Makes the refund row and reserves its amount (yuan, two places), so that no second one can take the same money.

    ``told``: what the mail about money that nobody asked back must say besides the amount.
    Raises NotRefundable where the amount is not between a cent and what is left.
    """
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=payment.order_id)
        payment = Payment.objects.select_for_update().get(pk=payment.pk)
        if not (amount.is_finite() and amount == amount.quantize(CENT) and CENT <= amount <= payment.refundable):
            raise NotRefundable(f"Between 0.01 and {payment.refundable} yuan can be refunded.")
        n = payment.refunds.count() + 1
        refund = Refund.objects.create(
            payment=payment, out_request_no=f"{payment.out_trade_no}{n:03}", amount=amount, reason=reason[:200],
            source=source, by=by, next_query_at=timezone.now(),
        )  # fmt: skip
        payment.reserve_refund(amount)
        order.promise_refund(amount)
        order.record("refund-requested", by=by, amount=str(amount), request=refund.out_request_no, why=reason)
        if source in RETURNED_UNASKED:
            order.tell(f"{RETURNED_UNASKED[source]}-{refund.pk}", amount=str(amount), **told)
    return refund


def book(refund: Refund, message: GatewayMessage | None = None) -> bool:
    """Books a refund that the gateway says is done, exactly once; False where it was booked before."""
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=refund.payment.order_id)
        payment = Payment.objects.select_for_update().get(pk=refund.payment_id)
        refund = Refund.objects.select_for_update().get(pk=refund.pk)
        if refund.state == Refund.State.SUCCEEDED:
            return False
        if refund.state == Refund.State.FAILED and not _promised_again(refund, payment, order):
            return False
        LedgerEntry.objects.create(
            payment=payment, order=order, method=payment.method, kind=LedgerEntry.Kind.REFUND, amount=refund.amount,
            reference=refund.out_request_no, message=message,
        )  # fmt: skip
        refund.settle()
        payment.pay_back(refund.amount)
        order.pay_back(refund.amount)
        cause = message.pk if message else None
        order.record("refunded", message=cause, amount=str(refund.amount), request=refund.out_request_no)
        sums = {"refunded": str(order.refunded), "charged": str(order.charged)}
        order.tell(f"refund-{refund.pk}", amount=str(refund.amount), **sums)
    journal.line("refunded", payment.out_trade_no, amount=refund.amount, request=refund.out_request_no)
    return True


def _promised_again(refund: Refund, payment: Payment, order: Order) -> bool:
    """Sets the money of a refund aside again that failed by one answer and was done by a later one, if it is there."""
    if refund.amount > payment.refundable:
        detail = f"Alipay says that {refund.amount} went back after it had refused that; other refunds need the money."
        raise_incident("unknown-refund", refund.out_request_no, detail, order)
        return False
    payment.reserve_refund(refund.amount)
    order.promise_refund(refund.amount)
    return True


def notice(payment: Payment, total_refunded: Decimal, message: GatewayMessage | None) -> bool:
    """Takes note of the cumulative refunded sum (yuan) that a genuine message tells; True where it told news.

    Refunds of ours that explain it are booked by their own answer; what is left over was refunded at Alipay's own
    console, and is booked here as such. The request number in a message names only the last of its refunds.
    """
    return _notice(payment, lambda locked: total_refunded - locked.refund_reserved, message)


def notice_console(payment: Payment, total: Decimal, message: GatewayMessage) -> bool:
    """Takes note of the sum (yuan) of all refunds at Alipay's console that bills told of so far; True where it is news.

    Sums are compared, not lines: what a notification told may stand for several lines of the bill.
    """

    def unbooked(locked: Payment) -> Decimal:
        booked = locked.refunds.filter(source=Refund.Source.CONSOLE).aggregate(sum=Sum("amount"))["sum"]
        return total - (booked or ZERO)

    return _notice(payment, unbooked, message)


def _notice(payment: Payment, news: Callable[[Payment], Decimal], message: GatewayMessage | None) -> bool:
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=payment.order_id)
        payment = Payment.objects.select_for_update().get(pk=payment.pk)
        surplus = min(news(payment), payment.refundable)
        if surplus <= 0:
            return False
        refund = request(payment, surplus, "Refunded at Alipay", Refund.Source.CONSOLE)
        book(refund, message)
    raise_incident("console-refund", refund.out_request_no, f"{refund.amount} yuan went back.", order)
    return True
