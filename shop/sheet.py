"""The unchanging half of a product page: texts, pictures and the way to it. Kept for half a minute."""

from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from shop import attributes, categories
from shop.attributes import Facet
from shop.categories import Node
from shop.fragments import kept
from shop.listing import cards
from shop.models import Picture, Product
from shop.translation import localized

RELATED = 4


@dataclass(frozen=True)
class Shot:
    """A picture of a product in one language."""

    src: str
    srcset: str
    thumb: str
    large: str
    alt: str
    shared: list[str]


@dataclass(frozen=True)
class Sheet:
    """What a product page says in one language."""

    pk: int
    published_from: datetime
    published_until: datetime | None
    slug: str
    url: str
    name: str
    summary: str
    description: str
    returnable: bool
    shots: list[Shot]
    path: list[Node]
    traits: list[Facet]
    related: str

    @property
    def about(self) -> str:
        """What it is in a sentence or two, for those who see the page from outside."""
        lines = " ".join(self.description.split())
        return self.summary or lines or _("%(name)s, shipped within 24 hours of payment.") % {"name": self.name}


def sheet(slug: str) -> Sheet | None:
    """The sheet of the product at this address, if it is published now."""
    found = kept(lambda: _read(slug), "sheet", slug)
    if found is None or found.published_from > (now := timezone.now()):
        return None
    return found if found.published_until is None or found.published_until > now else None


def _read(slug: str) -> Sheet | None:
    product = Product.objects.filter(slug=slug).prefetch_related("pictures", "traits").first()
    return _sheet(product) if product else None


def _sheet(product: Product) -> Sheet:
    return Sheet(
        pk=product.pk,
        published_from=product.published_from,
        published_until=product.published_until,
        slug=product.slug,
        url=product.get_absolute_url(),
        name=localized(product, "name"),
        summary=localized(product, "summary"),
        description=localized(product, "description"),
        returnable=product.returnable_7d,
        shots=[_shot(picture) for picture in product.pictures.all()],
        traits=attributes.narrowed(trait.pk for trait in product.traits.all()),
        path=categories.path_to(product.category_id),
        related=render_to_string("shop/_cards.html", {"cards": cards(_related(product))}),
    )


def _shot(picture: Picture) -> Shot:
    return Shot(
        src=picture.src(800),
        srcset=picture.srcset,
        thumb=picture.src(400),
        large=picture.src(1200),
        alt=localized(picture, "alt"),
        shared=picture.shared,
    )


def _related(product: Product) -> list[int]:
    """Others of the same category, then of the same room; where there are none, the newest of all."""
    others = Product.objects.on_sale().exclude(pk=product.pk).filter(variants__isnull=False).distinct()
    keys = others.values_list("pk", flat=True)
    near = keys.filter(category=product.category_id)
    room = keys.filter(category__in=categories.branch(categories.path_to(product.category_id)[0]))
    found = dict.fromkeys([*near[:RELATED], *room[:RELATED]])
    return list(found)[:RELATED] or list(keys[:RELATED])
