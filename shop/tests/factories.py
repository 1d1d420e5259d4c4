"""Things to sell, with stock whose movements add up."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from shop.models import Attribute, Category, Picture, Product, Trait, Variant


class CategoryFactory(DjangoModelFactory):
    """A shelf."""

    class Meta:
        model = Category

    slug = factory.Sequence(lambda n: f"shelf-{n}")
    name = factory.Sequence(lambda n: f"茶架{n}")
    name_en = factory.Sequence(lambda n: f"Shelf {n}")


class ProductFactory(DjangoModelFactory):
    """A product on sale."""

    class Meta:
        model = Product

    category = factory.SubFactory(CategoryFactory)
    slug = factory.Sequence(lambda n: f"cup-{n}")
    name = factory.Sequence(lambda n: f"茶杯{n}")
    name_en = factory.Sequence(lambda n: f"Cup {n}")


class VariantFactory(DjangoModelFactory):
    """What is sold of it: ten units, 88 yuan each."""

    class Meta:
        model = Variant
        skip_postgeneration_save = True

    product = factory.SubFactory(ProductFactory)
    sku = factory.Sequence(lambda n: f"CUP-{n}")
    price = "88.00"

    @factory.post_generation
    def on_hand(self: Any, create: bool, units: int | None, **options: Any) -> None:
        """The first count."""
        if units != 0:
            self.adjust(10 if units is None else units, reason="first count")
        self.refresh_from_db()


class PictureFactory(DjangoModelFactory):
    """A picture of a product."""

    class Meta:
        model = Picture

    product = factory.SubFactory(ProductFactory)
    stem = factory.Sequence(lambda n: f"products/cup-{n}")
    alt = "一只茶杯"


class AttributeFactory(DjangoModelFactory):
    """Something in which goods differ."""

    class Meta:
        model = Attribute

    slug = factory.Sequence(lambda n: f"side-{n}")
    name = factory.Sequence(lambda n: f"特点{n}")


class TraitFactory(DjangoModelFactory):
    """What a product is by it."""

    class Meta:
        model = Trait

    attribute = factory.SubFactory(AttributeFactory)
    slug = factory.Sequence(lambda n: f"trait-{n}")
    name = factory.Sequence(lambda n: f"特征{n}")
