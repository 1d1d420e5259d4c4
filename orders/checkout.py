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

from orders import coupons, goods, mails, numbers
from orders.models import ZERO, Coupon, FapiaoRequest, Order, OrderLine, pay_by
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

    Without a ``province`` it reckons with what most provinces pay for delivery. ``coupon`` is the one that was entered,
    usable or not; ``coupon_lost`` says why it cannot be used with this order, if that is known.
    """

    lines: list[CartLine]
    gone: list[CartLine]
    province: str = ""
    coupon: Coupon | None = None
    coupon_lost: str = ""

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
    def discount(self) -> Decimal:
        """What the coupon takes off the goods. Whether delivery is free is asked before it."""
        return ZERO if self.coupon is None or self.coupon_problem else self.coupon.discount_on(self.subtotal)

    @cached_property
    def coupon_problem(self) -> str:
        """Why the coupon takes nothing off, in a sentence; "" where it does, or where there is none."""
        return self.coupon_lost or (problem_of(self.coupon, self.subtotal) if self.coupon else "")

    @cached_property
    def total(self) -> Decimal:
        return self.subtotal + self.shipping - self.discount

    @property
    def not_returnable(self) -> list[CartLine]:
        """Goods that the law lets us except from the seven days' return, if the buyer knows before ordering."""
        return [line for line in self.lines if not line.variant.product.returnable_7d]

    @property
    def shown(self) -> str:
        """What the page shows, for the form to bring back: ``3x2@168.00 7x1@58.00 +12.00 -20.00``.

        It serves to compare only (rule G25): prices are always read from the catalogue.
        """
        lines = [f"{line.variant.pk}x{line.quantity}@{line.variant.price}" for line in self.lines]
        return " ".join([*lines, f"+{self.shipping}", f"-{self.discount}"])

    def changes(self, shown: str) -> list[str]:
        """A sentence for each difference between what was ``shown`` and now; empty where there is none."""
        if shown == self.shown:
            return []
        before = dict(_read(shown))
        return [*self._line_changes(before), *self._sum_changes(shown), self._new_total()]

    def _line_changes(self, before: dict[str, tuple[int, str]]) -> Iterator[str]:
        for line in self.lines:
            quantity, price = before.pop(str(line.variant.pk), (0, ""))
            facts = {"name": line.name, "count": line.quantity, "old": price, "new": text(line.variant.price)}
            if not quantity:
                yield _("%(name)s was added to your cart.") % facts
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
            yield _("Something was removed from your cart.")

    def _sum_changes(self, shown: str) -> Iterator[str]:
        sums = set(shown[-40:].split())
        if self.lines and f"+{self.shipping}" not in sums:
            yield _("Shipping is now %(amount)s.") % {"amount": text(self.shipping)}
        if f"-{self.discount}" not in sums:
            yield self.discount_sentence

    @property
    def discount_sentence(self) -> str:
        """What the coupon does, or why it does nothing."""
        if self.discount and self.coupon:
            words = {"code": self.coupon.code, "amount": text(self.discount)}
            return _("The coupon %(code)s takes %(amount)s off.") % words
        return self.coupon_problem or _("The coupon no longer applies.")

    def _new_total(self) -> str:
        return _("The new total is %(amount)s. Nothing was ordered yet.") % {"amount": text(self.total)}


def problem_of(coupon: Coupon, subtotal: Decimal) -> str:
    """Why ``coupon`` takes nothing off goods worth ``subtotal``, in a sentence; "" where it does."""
    if not coupon.is_open(timezone.now()):
        return _("The coupon %(code)s is no longer valid.") % {"code": coupon.code}
    if subtotal < coupon.minimum:
        words = _("The coupon %(code)s needs goods worth %(minimum)s; yours are worth %(amount)s.")
        return words % {"code": coupon.code, "minimum": text(coupon.minimum), "amount": text(subtotal)}
    return ""


def _read(shown: str) -> Iterator[tuple[str, tuple[int, str]]]:
    """The lines of ``Quote.shown``; what is not of that form is passed over."""
    for word in shown[:4000].split():
        variant, _sign, rest = word.partition("x")
        quantity, _sign, price = rest.partition("@")
        with suppress(ValueError):
            yield variant, (int(quantity[:9]), price)


def too_many_unpaid(session_numbers: list[str], email: str) -> bool:
    """Whether this session or email already holds stock with MOST_UNPAID unpaid orders."""
    theirs = Q(email=email) | Q(number__in=session_numbers)
    return Order.objects.filter(theirs, life=Order.Life.PLACED).count() >= MOST_UNPAID


def place(
    quote: Quote, contact: dict[str, str], *,
    key: str, buyer: Any = None, fapiao: dict[str, str] | None = None, now: datetime | None = None,
) -> Order:  # fmt: skip
    """Places the order of ``quote`` in one transaction; called again with the same ``key`` it answers the first order.

    The number is drawn first: that waits for nobody (see ``numbers.allot``). Stock is held last and in key order, so
    that rows which many buyers want are locked for the shortest time and never in a ring; only the coupon comes later.
    An order of which nothing is left to pay is confirmed at once. ``fapiao`` are the columns of a request for one,
    ``now`` is the moment that the order bears. Raises StockLost and CouponLost.
    """
    try:
        with transaction.atomic():
            order = _write(quote, contact, key, buyer, now or timezone.now())
            if fapiao:
                prepared.insert(FapiaoRequest(order=order, **fapiao))
            return order
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
        subtotal=quote.subtotal, shipping=quote.shipping, discount=quote.discount, total=quote.total,
        coupon=quote.coupon if quote.discount else None,
        placed_at=now, active_at=now, expires_at=pay_by(now),
    )  # fmt: skip
    prepared.insert(order)
    lines = [_frozen(order, position, line) for position, line in enumerate(quote.lines, 1)]
    for line in lines:
        prepared.insert(line)
    order.record("placed", at=now, total=str(order.total))
    if goods.hold(order, lines):
        raise StockLost
    if order.coupon_id:
        coupons.take(order, now)
    if not order.total:
        _confirm(order)
    return order


def _confirm(order: Order) -> None:
    """Nothing is to be paid: no gateway, no attempt and no ledger have a part in it."""
    order.confirm(late=False)
    order.pay_status = order.derive_pay_status()
    goods.commit(order, *Order.SETTLED)
    order.record("free", coupon=order.coupon_id)
    mails.queue(order, "paid")


def _frozen(order: Order, position: int, line: CartLine) -> OrderLine:
    """The line as it stays: name in the order's language, price, picture."""
    variant = line.variant
    return OrderLine(
        order=order, position=position, variant=variant, sku=variant.sku,
        name=localized(variant.product, "name"), option=localized(variant, "option"),
        picture=line.picture.stem if line.picture else "",
        price=variant.price, quantity=line.quantity, total=line.total,
    )  # fmt: skip
