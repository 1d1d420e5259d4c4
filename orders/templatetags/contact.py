"""How a shopper reaches us about one order."""

from typing import Any
from urllib.parse import quote

from django import template
from django.conf import settings
from django.utils.translation import gettext as _

from orders.models import Order

register = template.Library()


@register.inclusion_tag("orders/_contact.html")
def contact(order: Order) -> dict[str, Any]:
    """A mail with the order's number in its subject; the contact page where the shop has given no address."""
    subject = _("Order %(number)s") % {"number": order.number}
    address = getattr(settings, "CONTACT_EMAIL", "")
    return {"order": order, "mail": f"mailto:{address}?subject={quote(subject)}" if address else ""}
