"""Gives money of an order back through the gateway."""

import argparse
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from orders import goods
from orders.models import Order
from payments import repay
from payments.models import Payment, Refund
from payments.refunds import NotRefundable, request


def amount_of(text: str) -> Decimal:
    """An amount in yuan as it is typed."""
    try:
        return Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError("write an amount such as 12.50") from None


def piece(text: str) -> tuple[str, int]:
    """SKU=QUANTITY."""
    sku, _, quantity = text.rpartition("=")
    if not (sku and quantity.isascii() and quantity.isdigit() and int(quantity)):
        raise argparse.ArgumentTypeError("write SKU=QUANTITY, for example WARE-001=1")
    return sku, int(quantity)


class Command(BaseCommand):
    help = "Refunds a paid order, wholly or in part. The request number is fixed before the gateway is called."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("number", help="order number")
        parser.add_argument("--amount", type=amount_of, help="yuan (default: all that is left)")
        parser.add_argument("--reason", required=True, help="told to Alipay and kept")
        parser.add_argument("--restock", type=piece, action="append", default=[], help="SKU=QUANTITY back on the shelf")

    def handle(self, *args: Any, **options: Any) -> None:
        paid = Payment.objects.filter(order__number=options["number"], state=Payment.State.SUCCEEDED)
        payment = max(paid, key=lambda payment: payment.refundable, default=None)
        if payment is None:
            raise CommandError("No paid order has this number.")
        refund = self._request(payment, options)
        repay.send(refund)
        refund.refresh_from_db()
        self.stdout.write(f"{refund.out_request_no}: {refund.amount} yuan, {refund.state} {refund.failure}".rstrip())

    def _request(self, payment: Payment, options: dict[str, Any]) -> Refund:
        try:
            with transaction.atomic():
                refund = request(
                    payment,
                    payment.refundable if options["amount"] is None else options["amount"],
                    options["reason"],
                    "staff",
                )
                goods.restock(Order.objects.get(pk=payment.order_id), dict(options["restock"]), refund.out_request_no)
        except (NotRefundable, goods.NotSold) as error:
            raise CommandError(str(error)) from None
        return refund
