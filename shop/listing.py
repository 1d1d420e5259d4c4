"""Lists of products: what a visitor asked for, which products that is, and their cards as plain rows.

A few statements make a list of any length: count, the keys of one page, the cards of these keys and their traits.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Exists, F, Max, Min, OuterRef, QuerySet, Subquery, Sum
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shop import attributes
from shop.attributes import Value
from shop.models import Picture, Product, Variant
from shop.templatetags.money import text
from shop.translation import localized_column

MOST_LISTED = 9_600
NEW_FOR = timedelta(days=14)
LOW_STOCK = 3
SORTS = {
    "new": ("-published_from", "-pk"),
    "cheap": ("lowest_price", "-pk"),
    "dear": ("-lowest_price", "pk"),  # the same index, read backwards
    "name": ("title", "-pk"),
}
BY_PRICE = ("cheap", "dear")
BANDS: dict[str, tuple[int, int | None]] = {
    "0-100": (0, 100), "100-200": (100, 200), "200-300": (200, 300), "300-": (300, None),
}  # fmt: skip


def page_number(query: QueryDict) -> int:
    """The page that an address asks for; the first where it asks for none."""
    page = query.get("page", "")
    return int(page) if re.fullmatch(r"[1-9]\d{0,3}", page, re.ASCII) else 1


@dataclass(frozen=True)
class Choice:
    """What a visitor asked of a list. Anything unknown in the address is ignored."""

    sort: str = "new"
    band: str = ""
    in_stock: bool = False
    page: int = 1
    traits: tuple[Value, ...] = ()

    @classmethod
    def read(cls, query: QueryDict) -> "Choice":
        """From the address."""
        sort, band = query.get("sort", ""), query.get("band", "")
        return cls(
            sort=sort if sort in SORTS else "new",
            band=band if band in BANDS else "",
            in_stock=query.get("stock") == "1",
            page=page_number(query),
            traits=attributes.asked(query),
        )

    @property
    def filtered(self) -> bool:
        """Whether anything is left out."""
        return bool(self.band or self.in_stock or self.traits)

    @property
    def unfiltered(self) -> str:
        """The address without any filter, in the same order."""
        return Choice(sort=self.sort).address()

    def without(self, trait: Value) -> str:
        """The address without one of the traits."""
        return self.address(traits=tuple(other for other in self.traits if other != trait))

    @property
    def plain(self) -> bool:
        """Whether the list is the one that search engines know: nothing left out, in the usual order."""
        return not self.filtered and self.sort == "new"

    def address(self, **changes: Any) -> str:
        """The query part of the address for this choice with ``changes``, without what goes without saying."""
        chosen = replace(self, **{"page": 1, **changes})
        words = [
            ("sort", chosen.sort if chosen.sort != "new" else ""),
            ("stock", "1" if chosen.in_stock else ""),
            ("band", chosen.band),
            *((trait.facet, trait.slug) for trait in chosen.traits),
            ("page", chosen.page if chosen.page > 1 else ""),
        ]
        return "?" + urlencode([(key, word) for key, word in words if word])


@dataclass(frozen=True)
class Card:
    """A product in a list. Prices in yuan; ``low`` counts units where few are left."""

    name: str
    url: str
    price: Decimal
    was: Decimal | None
    ranging: bool
    stem: str
    left: int
    new: bool
    traits: str

    @property
    def sold_out(self) -> bool:
        return self.left <= 0

    @property
    def low(self) -> int:
        return self.left if 0 < self.left <= LOW_STOCK else 0

    @property
    def picture(self) -> str:
        """The address of its renditions, up to the width."""
        return f"{settings.MEDIA_URL}{self.stem}" if self.stem else ""


def band_label(band: str) -> str:
    """A price band in words."""
    low, high = BANDS[band]
    if high is None:
        return _("%(low)s and more") % {"low": text(Decimal(low))}
    if not low:
        return _("Under %(high)s") % {"high": text(Decimal(high))}
    return _("%(low)s – %(high)s") % {"low": text(Decimal(low)), "high": text(Decimal(high))}


def products(choice: Choice, category_keys: Sequence[int] | None) -> QuerySet[Product]:
    """The published products of these categories, or of all, that fit the choice, in its order."""
    found = Product.objects.on_sale()
    # What has no variant has no price. SQLite reads the index of prices only where the condition names a bound.
    found = found.filter(lowest_price__gt=0) if choice.sort in BY_PRICE else found.exclude(lowest_price=None)
    if category_keys is not None:
        found = found.filter(category__in=category_keys)
    for _facet, some in groupby(choice.traits, attrgetter("facet")):
        found = found.filter(pk__in=_with_any([trait.pk for trait in some]))
    if choice.in_stock:
        found = found.filter(Exists(Variant.objects.filter(product=OuterRef("pk"), on_hand__gt=F("reserved"))))
    if choice.band:
        low, high = BANDS[choice.band]
        found = found.filter(lowest_price__gte=low)
        found = found if high is None else found.filter(lowest_price__lt=high)
    if choice.sort == "name":
        found = found.annotate(title=localized_column("name"))
    return found.order_by(*SORTS[choice.sort])


def _with_any(traits: Sequence[int]) -> QuerySet[Any]:
    """Keys of the products that have one of these traits."""
    return Product.traits.through.objects.filter(trait__in=traits).values("product")


def cards(keys: Sequence[int]) -> list[Card]:
    """The cards of these products, in this order, with one statement, and one for their traits if cards tell any."""
    picture = Picture.objects.filter(product=OuterRef("pk")).order_by("position", "pk").values("stem")[:1]
    was = Variant.objects.filter(product=OuterRef("pk")).order_by("price").values("was_price")[:1]
    rows = Product.objects.filter(pk__in=keys).values(
        "pk", "slug", "published_from",
        title=localized_column("name"),
        price=Min("variants__price"), top=Max("variants__price"),
        left=Sum(F("variants__on_hand") - F("variants__reserved")),
        stem=Subquery(picture), was=Subquery(was),
    )  # fmt: skip
    by_key = {row["pk"]: row for row in rows if row["price"] is not None}
    traits = attributes.of_products(list(by_key))
    address, now = reverse("shop:product", args=["-"]).removesuffix("-/"), timezone.now()
    return [_card(by_key[key], address, now, traits.get(key, [])) for key in keys if key in by_key]


def _card(row: Mapping[str, Any], address: str, now: datetime, traits: Sequence[str]) -> Card:
    price, was = row["price"], row["was"]
    return Card(
        name=row["title"],
        url=f"{address}{row['slug']}/",
        price=price,
        was=was if was and was > price else None,
        ranging=row["top"] != price,
        stem=row["stem"] or "",
        left=row["left"],
        new=now - row["published_from"] < NEW_FOR,
        traits=" · ".join(traits),
    )
