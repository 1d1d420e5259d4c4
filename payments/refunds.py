"""Refund rows: asked for once, booked once. Who talks to the gateway about them is ``repay``."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from orders import mails
from orders.models import Order
from payments import journal
from payments.incidents import raise_incident
from payments.models import GatewayMessage, LedgerEntry, Payment, Refund

CENT = Decimal("0.01")


class NotRefundable(Exception):
    """The amount cannot be refunded; the text says why."""


def request(payment: Payment, amount: Decimal, reason: str, source: str, by: Any = None) -> Refund:
    """Makes the refund row and reserves its amount (yuan, two places), so that no second one can take the same money.

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
    return refund


def book(refund: Refund, message: GatewayMessage | None = None, reference: str = "") -> bool:
    """Books a refund that the gateway says is done, exactly once; False where it was booked before.

    ``reference`` is the gateway's own number of a refund that we did not ask for.
    """
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=refund.payment.order_id)
        payment = Payment.objects.select_for_update().get(pk=refund.payment_id)
        refund = Refund.objects.select_for_update().get(pk=refund.pk)
        if refund.state == Refund.State.SUCCEEDED:
            return False
        LedgerEntry.objects.create(
            payment=payment, order=order, method=payment.method, kind=LedgerEntry.Kind.REFUND, amount=refund.amount,
            reference=(reference or refund.out_request_no)[:64], message=message,
        )  # fmt: skip
        refund.settle()
        payment.pay_back(refund.amount)
        order.pay_back(refund.amount)
        cause = message.pk if message else None
        order.record("refunded", message=cause, amount=str(refund.amount), request=refund.out_request_no)
        mails.queue(order, f"refund-{refund.pk}")
    journal.line("refunded", payment.out_trade_no, amount=refund.amount, request=refund.out_request_no)
    return True


def console_reference(payment: Payment, request_no: str) -> str:
    """How the ledger names a refund that was made at Alipay's own console."""
    return f"{payment.out_trade_no}-{request_no}"[:64]


def notice(payment: Payment, total_refunded: Decimal, message: GatewayMessage | None, reference: str = "") -> None:
    """Takes note of the cumulative refunded sum (yuan) that a genuine message tells.

    Refunds of ours that explain it are booked by their own answer; what is left over was refunded at Alipay's own
    console, and is booked here as such. The number that the gateway names it by is ``reference``: it is unique within
    its trade only (protocol.md B.4), so ours stands before it.
    """
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=payment.order_id)
        payment = Payment.objects.select_for_update().get(pk=payment.pk)
        surplus = min(total_refunded - payment.refund_reserved, payment.refundable)
        if surplus <= 0:
            return
        refund = request(payment, surplus, "Refunded at Alipay", Refund.Source.CONSOLE)
        book(refund, message, console_reference(payment, reference) if reference else "")
    raise_incident("console-refund", refund.out_request_no, f"{refund.amount} yuan went back.", order)
