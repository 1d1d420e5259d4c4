"""The cart, kept in the session: ids, quantities and the price when it was added. Prices and stock are read anew."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.models import Picture, Product, Variant
from shop.templatetags.money import text
from shop.translation import localized

KEY, UNDO = "cart", "cart_undo"
MOST_LINES = 50
MOST_PER_LINE = 99
NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class CartLine:
    """One variant in the cart. ``quantity`` is what can be bought of what was ``asked``; prices are yuan."""

    variant: Variant
    quantity: int
    seen_price: Decimal
    asked: int = 0

    @property
    def total(self) -> Decimal:
        """Yuan for this line at the price of now."""
        return self.variant.price * self.quantity

    @property
    def grams(self) -> int:
        """What the units weigh."""
        return self.variant.weight_grams * self.quantity

    @property
    def name(self) -> str:
        """Product and option in the active language."""
        parts = localized(self.variant.product, "name"), localized(self.variant, "option")
        return " · ".join(part for part in parts if part)

    @property
    def picture(self) -> Picture | None:
        """The first picture of the product."""
        return next(iter(self.variant.product.pictures.all()), None)

    @property
    def picture_address(self) -> str:
        """The small rendition of it."""
        return self.picture.src(400) if self.picture else ""

    @property
    def most(self) -> int:
        """The highest quantity this line may have now."""
        return min(self.variant.sellable, MOST_PER_LINE)

    @property
    def notes(self) -> list[str]:
        """What changed since the shopper last saw this line, a sentence each."""
        return [note for note in (self._stock_note(), self._price_note()) if note]

    def _stock_note(self) -> str:
        if not self.quantity:
            return _("No longer available. Remove it to continue.")
        if self.quantity < self.asked:
            return ngettext(
                "Only %(count)d left, we changed the quantity",
                "Only %(count)d left, we changed the quantity",
                self.quantity,
            ) % {"count": self.quantity}
        return ""

    def _price_note(self) -> str:
        change = {"old": text(self.seen_price), "new": text(self.variant.price)}
        if self.variant.price > self.seen_price:
            return _("The price rose from %(old)s to %(new)s") % change
        if self.variant.price < self.seen_price:
            return _("The price fell from %(old)s to %(new)s") % change
        return ""


class Cart:
    """The cart of one session."""

    def __init__(self, session: SessionBase) -> None:
        self.session = session
        self.stored: dict[str, list[Any]] = session.get(KEY, {})

    @property
    def count(self) -> int:
        """Units in the cart as they were asked for; costs no statement."""
        return sum(entry[0] for entry in self.stored.values())

    def quantity_of(self, variant_id: int) -> int:
        """Units of this variant in the cart."""
        return int(self.stored.get(str(variant_id), [0])[0])

    def add(self, variant: Variant, quantity: int) -> int:
        """Puts ``quantity`` more units in, as far as stock, 99 a line and 50 lines allow; returns the line's units."""
        return self._put(variant, self.quantity_of(variant.pk) + quantity)

    def set(self, variant_id: int, quantity: int) -> int:
        """Makes the line's quantity what was asked, as far as stock allows; a line that is not there stays away."""
        line = next((line for line in self._all_lines if line.variant.pk == variant_id), None)
        return self._put(line.variant, quantity) if line else 0

    def remove(self, variant_id: int) -> None:
        """Takes the line out and remembers it for ``undo``."""
        place = list(self.stored).index(str(variant_id)) if str(variant_id) in self.stored else -1
        if place >= 0:
            self.session[UNDO] = [str(variant_id), place, self.stored.pop(str(variant_id))]
            self._save()

    def undo(self) -> None:
        """Puts the line removed last back in its place."""
        removed = self.session.pop(UNDO, None)
        if removed and removed[0] not in self.stored and len(self.stored) < MOST_LINES:
            entries = list(self.stored.items())
            entries.insert(removed[1], (removed[0], removed[2]))
            self.stored = dict(entries)
            self._save()

    @property
    def can_undo(self) -> bool:
        """Whether a removed line is remembered."""
        return UNDO in self.session

    def clear(self) -> None:
        """Empties the cart, as after an order."""
        self.session.pop(UNDO, None)
        self.stored = {}
        self._save()

    def lines(self) -> list[CartLine]:
        """The lines that can be bought now, in the order they were added, at prices and stock of now."""
        return [line for line in self._all_lines if line.quantity]

    def gone(self) -> list[CartLine]:
        """The lines whose goods are sold out or no longer on sale."""
        return [line for line in self._all_lines if not line.quantity]

    @property
    def subtotal(self) -> Decimal:
        """Yuan for the lines that can be bought."""
        return sum((line.total for line in self.lines()), NOTHING)

    @property
    def grams(self) -> int:
        """The weight of what can be bought."""
        return sum(line.grams for line in self.lines())

    @cached_property
    def _all_lines(self) -> list[CartLine]:
        variants = {str(variant.pk): variant for variant in _variants(self.stored)}
        return [_line(variants[key], entry) for key, entry in self.stored.items() if key in variants]

    def _put(self, variant: Variant, quantity: int) -> int:
        quantity = max(0, min(quantity, MOST_PER_LINE, variant.sellable))
        if quantity and (str(variant.pk) in self.stored or len(self.stored) < MOST_LINES):
            self.stored[str(variant.pk)] = [quantity, str(variant.price)]
            self.session.pop(UNDO, None)
            self._save()
        return self.quantity_of(variant.pk)

    def _save(self) -> None:
        self.session[KEY] = self.stored
        self.__dict__.pop("_all_lines", None)


def _variants(keys: Iterable[str]) -> Iterable[Variant]:
    if not keys:
        return []
    pictures = Prefetch("product__pictures", Picture.objects.order_by("position", "pk"))
    return Variant.objects.filter(pk__in=list(keys)).select_related("product").prefetch_related(pictures)


def _line(variant: Variant, entry: list[Any]) -> CartLine:
    asked, seen = entry
    possible = variant.sellable if _on_sale(variant.product) else 0
    return CartLine(variant, min(asked, possible), Decimal(seen), asked)


def _on_sale(product: Product) -> bool:
    until = product.published_until
    return product.published_from <= timezone.now() and (until is None or until > timezone.now())
