"""The search index: one row of words for each product, in the shop's own database.

``update`` is called where products and categories are saved: by the back office and by the demo's seed. Whoever writes
products otherwise calls it too; ``mend`` (``manage.py reindex``, and every noon) repairs what was forgotten.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from shop.models import Attribute, Category, Product, SearchEntry
from shop.search_words import beginnings, indexed
from shop.translation import SUFFIXES

BATCH = 200
Texts = list[str]


def update(keys: Iterable[int]) -> int:
    """Makes the entries of these products say what the products say; returns how many had to change."""
    return sum(_write(some) for some in _batches(keys))


def mend() -> int:
    """The same for all products."""
    return update(Product.objects.order_by("pk").values_list("pk", flat=True))


def below(category: Category) -> list[int]:
    """Keys of the products that stand under the category's name: its own and those of all below it."""
    branch = category.descendants(include_self=True)
    return list(Product.objects.filter(category__in=branch).values_list("pk", flat=True))


def told_by(attribute: Attribute) -> list[int]:
    """Keys of the products that have a trait of this attribute."""
    return list(Product.objects.filter(traits__attribute=attribute).distinct().values_list("pk", flat=True))


def _batches(keys: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(keys)
    return iter(lambda: list(islice(rest, BATCH)), [])


def _write(keys: list[int]) -> int:
    """Compares before it writes: nothing is locked where nothing changed."""
    shelves = _shelves()
    products = Product.objects.filter(pk__in=keys).prefetch_related("variants", "traits")
    there = SearchEntry.objects.in_bulk(keys)
    entries = [_entry(product, shelves[product.category_id]) for product in products]
    changed = [entry for entry in entries if _content(entry) != _content(there.get(entry.pk))]
    SearchEntry.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["product"], update_fields=["place", "names", "words"]
    )
    return len(changed)


def _entry(product: Product, shelf: Texts) -> SearchEntry:
    variants = product.variants.all()
    named = indexed([*_texts(product, "name"), *(variant.sku for variant in variants)])
    names = named | beginnings(named)
    options = [text for variant in variants for text in _texts(variant, "option")]
    traits = [text for trait in product.traits.all() for text in _texts(trait, "name")]
    words = names | indexed([*_texts(product, "summary", "description"), *shelf, *options, *traits])
    return SearchEntry(
        product=product,
        place=SearchEntry.place_of(product),
        names=" ".join(sorted(names)),
        words=" ".join(sorted(words)),
    )


def _content(entry: SearchEntry | None) -> tuple[int, str, str] | None:
    return (entry.place, entry.names, entry.words) if entry else None


def _texts(thing: Any, *fields: str) -> Texts:
    return [getattr(thing, field + suffix) for field in fields for suffix in SUFFIXES.values()]


def _shelves() -> dict[int, Texts]:
    """The names of each category and of all above it."""
    names: dict[int, Texts] = {}
    for category in Category.objects.with_tree_fields():  # parents come first
        names[category.pk] = [*names.get(category.parent_id, []), *_texts(category, "name")]
    return names
