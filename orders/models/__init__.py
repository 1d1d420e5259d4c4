"""What was bought, by whom, and what became of it."""

from orders.models.address import MOST_ADDRESSES, Address
from orders.models.coupon import Coupon
from orders.models.fapiao import FapiaoRequest
from orders.models.line import OrderLine
from orders.models.order import CONFIRMING_FOR, ZERO, Order, OrderEvent, Serial, money, pay_by
from orders.models.outbox import MOST_TRIES, OutboxMail

__all__ = [
    "CONFIRMING_FOR", "MOST_ADDRESSES", "MOST_TRIES", "ZERO", "Address", "Coupon", "FapiaoRequest", "Order",
    "OrderEvent", "OrderLine", "OutboxMail", "Serial", "money", "pay_by",
]  # fmt: skip
