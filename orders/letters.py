"""What each mail says, in the language in force: the same words as text and as HTML."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import parseaddr
from typing import Any, TypeAlias

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from orders.models import Order, OrderLine
from shop.templatetags.money import CHINA, text, time_text

Facts: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """``rows``: label and value, beside the order number. ``goods``: "" none, "listed", or "priced" with all sums."""

    subject: str
    heading: str
    paragraphs: Sequence[str]
    rows: Sequence[tuple[str, str]] = field(default_factory=tuple)
    goods: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready to be sent."""

    subject: str
    text: str
    html: str


def write(kind: str, order: Order, lines: Sequence[OrderLine], facts: Facts) -> Letter:
    """The mail of that kind in the order's language. What stands before a dash names it: ``refund-7`` is a refund."""
    with translation.override(order.language):
        words = WRITERS[kind.partition("-")[0]](order, facts)
        shop = _("Leaf, Paper & Clay")
        page = {
            "order": order,
            "lines": lines if words.goods else (),
            "words": words,
            "link": settings.SITE_URL + reverse("orders:find") + f"?number={order.number}",
            "home": settings.SITE_URL + reverse("shop:home"),
            "shop": shop,
            "contact": settings.CONTACT_EMAIL or parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
            "company": settings.COMPANY_NAME,
            "address": settings.COMPANY_ADDRESS,
        }
        return Letter(
            words.subject,
            render_to_string("orders/email/letter.txt", page).strip() + "\n",
            render_to_string("orders/email/letter.html", page).strip(),
        )


def _paid(order: Order, facts: Facts) -> Words:
    """The receipt. An order that was free has one too."""
    number = order.grouped_number
    if not order.total:
        said = _("There was nothing left to pay for order %(number)s.") % {"number": number}
        return Words(_("Your order %(number)s") % {"number": number}, _("Thank you for your order"),
                     [said, _("We ship within 24 hours.")], goods="priced")  # fmt: skip
    said = _("We have received your payment of %(amount)s for order %(number)s.") % {
        "amount": text(order.total),
        "number": number,
    }
    late = [_("Your payment arrived after the order was closed.")] if order.paid_late else []
    still = _("The goods were still there, so we ship them within 24 hours. There is nothing you need to do.")
    paid_at = [(_("Paid at"), time_text(order.paid_at.astimezone(CHINA)))] if order.paid_at else []
    return Words(
        _("We have received your payment: order %(number)s") % {"number": number},
        _("We have received your payment"),
        [said, *late, still if late else _("We ship within 24 hours.")],
        [(_("Amount"), text(order.total)), *paid_at],
        goods="priced",
    )


def _shipped(order: Order, facts: Facts) -> Words:
    return Words(
        _("Your parcel is on its way: order %(number)s") % {"number": order.grouped_number},
        _("Your parcel is on its way"),
        [_("We have handed your order over to the carrier.")],
        [(_("Carrier"), facts["company"]), (_("Parcel number"), facts["number"])],
        goods="listed",
    )


def _refund(order: Order, facts: Facts) -> Words:
    """What went back this time; where it is not all that was paid, also how much went back so far."""
    amount, refunded, charged = (Decimal(facts[name]) for name in ("amount", "refunded", "charged"))
    rows = [(_("Refunded"), text(amount))]
    if amount != charged:
        rows += [(_("You paid"), text(charged)), (_("Refunded so far"), text(refunded))]
    said = _("We have returned %(amount)s for order %(number)s.") if refunded < charged else _(
        "We have returned %(amount)s for order %(number)s; all that you paid is back."
    )  # fmt: skip
    return Words(
        _("Your refund for order %(number)s") % {"number": order.grouped_number},
        _("Your payment was refunded") if refunded >= charged else _("Part of your payment was refunded"),
        [said % {"amount": text(amount), "number": order.grouped_number}, _where_to()],
        rows,
    )


def _late(order: Order, facts: Facts) -> Words:
    """The money came after the order was closed, and its goods or the use of its coupon are gone."""
    said = _("Your payment of %(amount)s arrived after order %(number)s was closed, and the goods were sold meanwhile.")
    if facts.get("gone") == "coupon":
        said = _(
            "Your payment of %(amount)s arrived after order %(number)s was closed, and its coupon was used up by then."
        )
    return Words(
        _("We are returning your payment: order %(number)s") % {"number": order.grouped_number},
        _("We are returning your payment"),
        [
            said % {"amount": text(Decimal(facts["amount"])), "number": order.grouped_number},
            _("We return all of it. You need not do anything; please do not pay again."),
            _where_to(),
        ],
        [(_("Amount"), text(Decimal(facts["amount"])))],
    )


def _twice(order: Order, facts: Facts) -> Words:
    return Words(
        _("You paid twice, one payment goes back: order %(number)s") % {"number": order.grouped_number},
        _("You paid twice"),
        [
            _("Order %(number)s was paid already when a second payment of %(amount)s arrived.")
            % {"amount": text(Decimal(facts["amount"])), "number": order.grouped_number},
            _("We return the second one. You need not do anything, and your order is not changed."),
            _where_to(),
        ],
        [(_("Amount"), text(Decimal(facts["amount"])))],
    )


def _closed(order: Order, facts: Facts) -> Words:
    """To who said to have paid, or whose order staff closed: nobody else is waiting for news."""
    expired = facts["life"] == Order.Life.EXPIRED
    said = (
        _("We have not received a payment for order %(number)s in time, so it is closed.")
        if expired
        else _("Order %(number)s was cancelled.")
    )
    return Words(
        _("Your order is closed: order %(number)s") % {"number": order.grouped_number},
        _("Your order is closed"),
        [
            said % {"number": order.grouped_number},
            _("Nothing was charged. A payment that still arrives is returned automatically."),
            _("If money did leave your account, reply to this email and we will look into it."),
        ],
        goods="listed",
    )


def _code(order: Order, facts: Facts) -> Words:
    """The subject shows neither code nor number: phones show it while they are locked."""
    return Words(
        _("Your code to see an order"),
        _("Your code"),
        [
            _("You asked to see all of order %(number)s. This code opens it for 10 minutes:")
            % {"number": order.grouped_number},
            _("Do not give it to anybody; we never ask for it. If it was not you who asked, you need not do anything."),
        ],
        code=facts["code"],
    )


def _where_to() -> str:
    return _("The money goes back to the account you paid from, usually within 1 to 3 days.")


WRITERS: dict[str, Callable[[Order, Facts], Words]] = {
    "paid": _paid,
    "shipped": _shipped,
    "refund": _refund,
    "late": _late,
    "twice": _twice,
    "closed": _closed,
    "code": _code,
}
