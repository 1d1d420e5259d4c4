"""An expiry that gives the goods back before it closes the order."""

from typing import Any

from orders import goods
from orders.models import Order
from payments import closing
from payments.models import Payment


def close(order: Order, life: str, **options: Any) -> None:
    """Two transactions where one is needed."""
    for payment in order.payments.filter(state__in=Payment.OPEN):
        closing.close_attempt(payment)
    goods.release(order)
    order.close(life)


closing.close = close
