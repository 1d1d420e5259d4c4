"""What a shopper reads of each status, on the order and after paying: one heading, one text, one tone."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.models import Order


@dataclass(frozen=True, slots=True)
class Panel:
    """``sign`` is decoration beside the heading; ``tone`` a class of the note: ok, warn, info or none."""

    heading: str | Promise
    text: str | Promise
    tone: str
    sign: str


PANELS = {
    "awaiting": Panel(
        _("We have not received a payment yet"),
        _("If you have just paid, the result usually arrives within seconds and this page changes by itself."),
        "warn",
        "…",
    ),
    "confirming": Panel(
        _("We are confirming your payment"),
        _("Alipay's answer has not arrived yet, it usually takes a few seconds. Please do not pay again."),
        "info",
        "…",
    ),
    "paid": Panel(_("We have received your payment"), _("We ship within 24 hours."), "ok", "✓"),
    "free": Panel(_("Your order is confirmed"), _("There was nothing to pay. We ship within 24 hours."), "ok", "✓"),
    "shipped": Panel(_("Your parcel is on its way"), _("You will find its number in the order."), "ok", "✓"),
    "completed": Panel(_("This order is completed"), _("Thank you for shopping with us."), "ok", "✓"),
    "closed": Panel(
        _("This order is closed"),
        _("It was not paid in time, and nothing was charged. A payment that still arrives is returned automatically."),
        "",
        "×",
    ),
    "cancelled": Panel(
        _("This order is cancelled"),
        _("Nothing was charged, and the goods went back on sale. You can buy them again."),
        "",
        "×",
    ),
    "paid-late": Panel(
        _("Your payment arrived after the order was closed"),
        _("The goods were still there, so we ship them within 24 hours. There is nothing you need to do."),
        "ok",
        "✓",
    ),
    "refunding": Panel(
        _("Your refund is on its way"),
        _("The money goes back to the account you paid from, usually within 1 to 3 days."),
        "info",
        "↩",
    ),
    "partly-refunded": Panel(
        _("Part of your payment was refunded"), _("The money went back to the account you paid from."), "ok", "↩"
    ),
    "refunded": Panel(
        _("Your payment was refunded"), _("The money went back to the account you paid from."), "ok", "↩"
    ),
    "review": Panel(
        _("We are checking your payment"),
        _("A person has to look at your payment. Please do not pay again: we will write to you, or you to us."),
        "warn",
        "!",
    ),
}


def panel_of(order: Order) -> Panel:
    """The panel for the order as it stands; one that was given up, or that cost nothing, has words of its own."""
    given_up = order.status == "closed" and order.life == Order.Life.CANCELLED
    free = order.status == "paid" and not order.total
    return PANELS["cancelled" if given_up else "free" if free else order.status]
