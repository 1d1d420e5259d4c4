"""What the filters of a list show: the choices to make, and those already made."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from shop.attributes import Facet, Value
from shop.listing import BANDS, Choice, band_label

Option = tuple[str, str, bool]


@dataclass(frozen=True)
class Chip:
    """A filter in use and the address without it."""

    label: str
    address: str


@dataclass(frozen=True)
class Group:
    """The traits of one attribute, each with whether it is asked for."""

    facet: Facet
    options: list[tuple[Value, bool]]


def sorts(choice: Choice) -> list[Option]:
    """The orders of a list: value, words, whether it is this one."""
    labels = {"new": _("Newest"), "cheap": _("Price, low to high"), "dear": _("Price, high to low"), "name": _("Name")}
    return [(value, label, value == choice.sort) for value, label in labels.items()]


def bands(choice: Choice) -> list[Option]:
    """The bands of prices."""
    return [(band, band_label(band), band == choice.band) for band in BANDS]


def groups(choice: Choice, facets: list[Facet]) -> list[Group]:
    """The attributes."""
    return [Group(facet, [(value, value in choice.traits) for value in facet.values]) for facet in facets]


def chips(choice: Choice) -> list[Chip]:
    """The filters in use."""
    used = []
    if choice.in_stock:
        used.append(Chip(_("In stock"), choice.address(in_stock=False)))
    if choice.band:
        used.append(Chip(band_label(choice.band), choice.address(band="")))
    return used + [Chip(trait.name, choice.without(trait)) for trait in choice.traits]
