"""The category tree as plain values, read once and kept: every page's header needs it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from shop.fragments import kept
from shop.models import Category
from shop.translation import localized

ALL = "all"


@dataclass(frozen=True)
class Node:
    """A category in one language."""

    pk: int
    parent: int | None
    slug: str
    name: str
    intro: str
    url: str


def tree() -> list[Node]:
    """All categories in the active language, parents before children, siblings in their order."""
    return kept(lambda: [_node(category) for category in Category.objects.with_tree_fields()], "categories")


def roots() -> list[Node]:
    """The categories of the header."""
    return [node for node in tree() if node.parent is None]


def find(slug: str) -> Node | None:
    """The category at this address; ``all`` is the whole catalogue unless a category has taken the word."""
    found = (node for node in tree() if node.slug == slug)
    return next(found, everything() if slug == ALL else None)


def everything() -> Node:
    """What stands above the roots."""
    return Node(0, None, ALL, _("All products"), "", reverse("shop:category", args=[ALL]))


def children(node: Node) -> list[Node]:
    """Its direct subcategories."""
    return [child for child in tree() if child.parent == (node.pk or None)]


def path_to(pk: int) -> list[Node]:
    """From the root down to this category, for breadcrumbs."""
    by_pk = {node.pk: node for node in tree()}
    path: list[Node] = []
    while node := by_pk.get(pk):
        path.insert(0, node)
        if node.parent is None:
            break
        pk = node.parent
    return path


def branch(node: Node) -> list[int]:
    """Its key and those of all its descendants."""
    if not node.pk:
        return [other.pk for other in tree()]
    keys = {node.pk}
    for other in tree():
        if other.parent in keys:
            keys.add(other.pk)
    return sorted(keys)


def _node(category: Category) -> Node:
    return Node(
        pk=category.pk,
        parent=category.parent_id,
        slug=category.slug,
        name=localized(category, "name"),
        intro=localized(category, "intro"),
        url=reverse("shop:category", args=[category.slug]),
    )
