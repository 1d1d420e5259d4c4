"""In what goods differ, as plain values: read once and kept, because every list filters by it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.http import QueryDict

from shop.categories import Node, branch
from shop.fragments import kept
from shop.models import Attribute, Product, Trait
from shop.translation import localized

MOST_LOOKED_AT = 10_000


@dataclass(frozen=True)
class Value:
    """A trait in one language. ``facet`` and ``slug`` are the parameter that asks for it, and its value."""

    pk: int
    facet: str
    slug: str
    name: str


@dataclass(frozen=True)
class Facet:
    """An attribute in one language, with all of its traits."""

    slug: str
    name: str
    on_card: bool
    values: tuple[Value, ...]


def facets() -> list[Facet]:
    """All attributes that have traits, in their order."""
    return kept(_read, "attributes")


def _read() -> list[Facet]:
    traits = groupby(Trait.objects.select_related("attribute"), lambda trait: trait.attribute)
    return [
        Facet(
            slug=attribute.slug,
            name=localized(attribute, "name"),
            on_card=attribute.on_card,
            values=tuple(Value(t.pk, attribute.slug, t.slug, localized(t, "name")) for t in found),
        )
        for attribute, found in traits
    ]


def asked(query: QueryDict) -> tuple[Value, ...]:
    """The traits that an address asks for; what is unknown is ignored."""
    if not query.keys() - set(Attribute.TAKEN):
        return ()
    return tuple(value for facet in facets() for value in facet.values if value.slug in query.getlist(facet.slug))


def offered(node: Node) -> list[Facet]:
    """The attributes by which the products of a category can be told apart, with the traits that occur there.

    So far as the newest ten thousand tell: the question must not grow with the catalogue.
    """
    return kept(lambda: _offered(node), "attributes of", node.slug) if facets() else []


def _offered(node: Node) -> list[Facet]:
    here = Product.objects.on_sale().filter(category__in=branch(node)).values("pk")[:MOST_LOOKED_AT]
    links = Product.traits.through.objects.filter(product__in=here)
    return narrowed(links.values_list("trait_id", flat=True).distinct())


def narrowed(keys: Iterable[int]) -> list[Facet]:
    """The attributes with those of their traits that have these keys; none that is left without a trait."""
    chosen = set(keys)
    found = (
        Facet(facet.slug, facet.name, facet.on_card, tuple(value for value in facet.values if value.pk in chosen))
        for facet in facets()
    )
    return [facet for facet in found if facet.values]


def of_products(keys: Sequence[int]) -> dict[int, list[str]]:
    """What cards tell of these products, with one statement; none where no attribute is for cards."""
    words = {value.pk: value.name for facet in facets() if facet.on_card for value in facet.values}
    told: dict[int, list[str]] = {}
    if words:
        links = Product.traits.through.objects.filter(product__in=keys, trait__in=words)
        rank = {pk: place for place, pk in enumerate(words)}
        for key, pk in sorted(links.values_list("product_id", "trait_id"), key=lambda link: rank[link[1]]):
            told.setdefault(key, []).append(words[pk])
    return told
