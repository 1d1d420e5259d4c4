"""A shopper asks for money back: noted once per order, and put before staff, who decide."""

from django.db import transaction

from orders.models import Order
from payments.incidents import raise_incident


def ask_back(order: Order, reason: str, words: str) -> bool:
    """Notes the wish and opens its incident together; False where it was asked before or nothing can be refunded."""
    with transaction.atomic():
        if not order.ask_refund(reason):
            return False
        raise_incident("refund-asked", order.number, f"{reason}: {words}" if words else reason, order)
    return True
