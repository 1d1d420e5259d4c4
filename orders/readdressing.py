"""Changes where an unpaid order goes. Its total never changes with it: somebody may be paying that total just now."""

from decimal import Decimal

from django.utils.translation import gettext as _

from orders.models import Order
from shop.shipping import shipping_for


class OtherFee(Exception):
    """Delivery to the new province costs something else; the text tells the shopper what to do."""


def readdress(order: Order, contact: dict[str, str]) -> bool:
    """Gives the order these columns; False where it was paid or closed meanwhile. Raises OtherFee."""
    if contact["province"] != order.province and _fee(order, contact["province"]) != _fee(order, order.province):
        raise OtherFee(
            _("Delivery to this province costs another fee. Cancel this order and order again, nothing is lost.")
        )
    return order.readdress(contact)


def _fee(order: Order, province: str) -> Decimal:
    lines = order.lines.select_related("variant")
    return shipping_for(order.subtotal, sum(line.variant.weight_grams * line.quantity for line in lines), province)
