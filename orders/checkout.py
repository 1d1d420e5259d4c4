"""From the cart to an order: what it costs now, what changed since it was shown, the transaction that places it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from orders import goods, numbers
from orders.models import ZERO, Order, OrderLine, pay_by
from shop import prepared
from shop.cart import CartLine
from shop.shipping import Span, shipping_for, shipping_span
from shop.templatetags.money import text
from shop.translation import localized

MOST_YUAN = Decimal("100000000.00")  # the gateway's own limit for one payment
MOST_UNPAID = 20


class StockLost(Exception):
    """Someone else took a unit between the reading of the cart and the order. Nothing was written."""


@dataclass(frozen=True)
class Quote:
    """The lines that can be bought now and what they cost, in yuan; beside them those whose goods are ``gone``.

    Without a ``province`` it reckons with what most provinces pay for delivery.
    """

    lines: list[CartLine]
    gone: list[CartLine]
    province: str = ""

    @cached_property
    def subtotal(self) -> Decimal:
        return sum((line.total for line in self.lines), ZERO)

    @cached_property
    def shipping(self) -> Decimal:
        return shipping_for(self.subtotal, self.grams, self.province)

    @property
    def shipping_span(self) -> Span:
        """What delivery costs over all provinces."""
        return shipping_span(self.subtotal, self.grams)

    @property
    def grams(self) -> int:
        """What all weighs."""
        return sum(line.grams for line in self.lines)

    @cached_property
    def total(self) -> Decimal:
        return self.subtotal + self.shipping

    @property
    def not_returnable(self) -> list[CartLine]:
        """Goods that the law lets us except from the seven days' return, if the buyer knows before ordering."""
        return [line for line in self.lines if not line.variant.product.returnable_7d]

    @property
    def shown(self) -> str:
        """What the page shows, for the form to bring back: ``3x2@168.00 7x1@58.00 +12.00``.

        It serves to compare only (rule G25): prices are always read from the catalogue.
        """
        lines = [f"{line.variant.pk}x{line.quantity}@{line.variant.price}" for line in self.lines]
        return " ".join([*lines, f"+{self.shipping}"])

    def changes(self, shown: str) -> list[str]:
        """A sentence for each difference between what was ``shown`` and now; empty where there is none."""
        if shown == self.shown:
            return []
        before = dict(_read(shown))
        return [*self._line_changes(before), *self._shipping_change(shown), self._new_total()]

    def _line_changes(self, before: dict[str, tuple[int, str]]) -> Iterator[str]:
        for line in self.lines:
            quantity, price = before.pop(str(line.variant.pk), (0, ""))
            facts = {"name": line.name, "count": line.quantity, "old": price, "new": text(line.variant.price)}
            if not quantity:
                yield _("%(name)s came into your cart.") % facts
            elif quantity > line.quantity:
                yield (
                    ngettext(
                        "%(name)s: only %(count)d left, we changed the quantity.",
                        "%(name)s: only %(count)d left, we changed the quantity.",
                        line.quantity,
                    )
                    % facts
                )
            elif quantity < line.quantity:
                yield _("%(name)s: the quantity is now %(count)d.") % facts
            if quantity and price != str(line.variant.price):
                yield _("%(name)s: the price is now %(new)s.") % facts
        yield from self._missing(before)

    def _missing(self, before: dict[str, tuple[int, str]]) -> Iterator[str]:
        names = [line.name for line in self.gone if before.pop(str(line.variant.pk), None)]
        for name in names:
            yield _("%(name)s is no longer available.") % {"name": name}
        if before:
            yield _("Something was taken out of your cart.")

    def _shipping_change(self, shown: str) -> list[str]:
        if shown.rpartition("+")[2] == str(self.shipping):
            return []
        return [_("Shipping is now %(amount)s.") % {"amount": text(self.shipping)}]

    def _new_total(self) -> str:
        return _("The new total is %(amount)s. Nothing was ordered yet.") % {"amount": text(self.total)}


def _read(shown: str) -> Iterator[tuple[str, tuple[int, str]]]:
    """The lines of ``Quote.shown``; what is not of that form is passed over."""
    for word in shown[:4000].split():
        variant, _sign, rest = word.partition("x")
        quantity, _sign, price = rest.partition("@")
        with suppress(ValueError):
            yield variant, (int(quantity[:9]), price)


def too_many_unpaid(session_numbers: list[str], email: str) -> bool:
    """Whether this session or e-mail already holds stock with MOST_UNPAID unpaid orders."""
    theirs = Q(email=email) | Q(number__in=session_numbers)
    return Order.objects.filter(theirs, life=Order.Life.PLACED).count() >= MOST_UNPAID


def place(quote: Quote, contact: dict[str, str], *, key: str, buyer: Any = None, now: datetime | None = None) -> Order:
    """Places the order of ``quote`` in one transaction; called again with the same ``key`` it answers the first order.

    The number is drawn first: that waits for nobody (see ``numbers.allot``). Stock is held last and in key order, so
    that rows which many buyers want are locked for the shortest time and never in a ring. ``now`` is the moment that
    the order bears. Raises StockLost.
    """
    try:
        with transaction.atomic():
            return _write(quote, contact, key, buyer, now or timezone.now())
    except IntegrityError:
        twin = placed_with(key)
        if twin is None:
            raise
        return twin


def placed_with(key: str) -> Order | None:
    """The order that the form with this key placed before."""
    return next(iter(prepared.fetch(Order, checkout_key=key)), None)


def _write(quote: Quote, contact: dict[str, str], key: str, buyer: Any, now: datetime) -> Order:
    serial, number = numbers.allot()
    order = Order(
        number=number, serial=serial, buyer=buyer, checkout_key=key, language=get_language() or "", **contact,
        subtotal=quote.subtotal, shipping=quote.shipping, total=quote.total,
        placed_at=now, active_at=now, expires_at=pay_by(now),
    )  # fmt: skip
    prepared.insert(order)
    lines = [_frozen(order, position, line) for position, line in enumerate(quote.lines, 1)]
    for line in lines:
        prepared.insert(line)
    order.record("placed", at=now, total=str(order.total))
    if goods.hold(order, lines):
        raise StockLost
    return order


def _frozen(order: Order, position: int, line: CartLine) -> OrderLine:
    """The line as it stays: name in the order's language, price, picture."""
    variant = line.variant
    return OrderLine(
        order=order, position=position, variant=variant, sku=variant.sku,
        name=localized(variant.product, "name"), option=localized(variant, "option"),
        picture=line.picture.stem if line.picture else "",
        price=variant.price, quantity=line.quantity, total=line.total,
    )  # fmt: skip
