"""The catalogue's sections of the sitemap."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, Max, OuterRef
from django.urls import reverse

from content.sitemaps import InLanguages
from shop import categories
from shop.models import Product, Variant


@dataclass(frozen=True)
class Shelf:
    """A list of products: the home page or a category."""

    view: str
    slug: str
    changed_at: datetime | None

    def get_absolute_url(self) -> str:
        return reverse(self.view, args=[self.slug] if self.slug else [])


class Shelves(InLanguages):
    """Home and categories; each changed when one of its products did."""

    def items(self) -> list[Shelf]:
        """In the order of the tree."""
        rows = Product.objects.on_sale().order_by().values_list("category").annotate(Max("changed_at"))
        changes: dict[int, datetime] = dict(rows)
        newest = max(changes.values(), default=None)
        whole = [Shelf("shop:home", "", newest), Shelf("shop:category", categories.ALL, newest)]
        return whole + [_shelf(node, changes) for node in categories.tree()]


def _shelf(node: categories.Node, changes: dict[int, datetime]) -> Shelf:
    inside = [changes[pk] for pk in categories.branch(node) if pk in changes]
    return Shelf("shop:category", node.slug, max(inside, default=None))


class Products(InLanguages):
    """What is on sale, sold out or not."""

    def items(self) -> Any:
        """By key, so that a new product changes the last page only."""
        sold = Exists(Variant.objects.filter(product=OuterRef("pk")))
        return Product.objects.on_sale().filter(sold).order_by("pk").only("slug", "changed_at")
