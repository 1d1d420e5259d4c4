"""What was bought, by whom, and what became of it."""

from orders.models.line import OrderLine
from orders.models.order import ZERO, Order, OrderEvent, Serial, money, pay_by
from orders.models.outbox import OutboxMail

__all__ = ["ZERO", "Order", "OrderEvent", "OrderLine", "OutboxMail", "Serial", "money", "pay_by"]
