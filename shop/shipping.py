"""What delivery costs: by province and weight as the table of staff says, else a flat fee; free from a sum of goods on.

The table is kept for half a minute like other parts of the catalogue (``shop.fragments``), so no page asks for it.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from shop.fragments import kept
from shop.models import CENT, ShippingRate
from shop.provinces import PROVINCES

ZERO = Decimal("0.00")
ELSEWHERE = ""  # the row of all provinces without one of their own


@dataclass(frozen=True, slots=True)
class Tariff:
    """``fee`` yuan up to ``first_grams``, ``more_fee`` for each ``more_grams`` begun above it; see ShippingRate."""

    fee: Decimal
    first_grams: int = 0
    more_fee: Decimal = ZERO
    more_grams: int = 0
    free_from: Decimal | None = None

    def cost(self, subtotal: Decimal, grams: int) -> Decimal:
        """Yuan for goods worth ``subtotal`` that weigh ``grams``."""
        if subtotal <= 0 or (self.free_from is not None and subtotal >= self.free_from):
            return ZERO
        over = max(0, grams - self.first_grams) if self.more_grams else 0
        return (self.fee + self.more_fee * -(-over // (self.more_grams or 1))).quantize(CENT)


@dataclass(frozen=True, slots=True)
class Span:
    """What delivery costs before the province is known: in yuan, from ``lowest`` to ``highest``."""

    lowest: Decimal
    highest: Decimal

    @property
    def varies(self) -> bool:
        """Whether the province makes a difference."""
        return self.lowest != self.highest


def shipping_for(subtotal: Decimal, grams: int = 0, province: str = ELSEWHERE) -> Decimal:
    """The delivery fee in yuan; ``province`` by its Chinese name, without one that of most provinces."""
    table = tariffs()
    return (table.get(province) or table[ELSEWHERE]).cost(subtotal, grams)


def shipping_span(subtotal: Decimal, grams: int = 0) -> Span:
    """The lowest and the highest fee over all provinces."""
    table = tariffs()
    every = len(table) > len(PROVINCES)  # each has a row of its own, so that of the others counts for nobody
    costs = [tariff.cost(subtotal, grams) for province, tariff in table.items() if province or not every]
    return Span(min(costs), max(costs))


def free_from() -> Decimal | None:
    """The sum of goods from which most provinces pay nothing for delivery; None where there is none."""
    return tariffs()[ELSEWHERE].free_from


def missing_for_free(subtotal: Decimal) -> Decimal:
    """How many yuan are missing until delivery is free; zero where it is, or never will be."""
    threshold = free_from()
    if threshold is None or shipping_for(subtotal) == ZERO:
        return ZERO
    return (threshold - subtotal).quantize(CENT)


def tariffs() -> dict[str, Tariff]:
    """The tariff of each province that has one, and that of the others (SHIPPING_FEE where staff wrote none)."""
    table = kept(_read, "tariffs")
    return table if ELSEWHERE in table else table | {ELSEWHERE: _flat()}


def _flat() -> Tariff:
    return Tariff(Decimal(settings.SHIPPING_FEE), free_from=Decimal(settings.SHIPPING_FREE_FROM))


def _read() -> dict[str, Tariff]:
    return {
        rate.province: Tariff(rate.fee, rate.first_grams, rate.more_fee, rate.more_grams, rate.free_from)
        for rate in ShippingRate.objects.all()
    }
