"""Stocks an empty shop with the few goods that the stacks sell: ``python -m tests.goods``."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from shop.models import Category, Product, Variant  # noqa: E402

STOCK = {"few": 5, "many": 5000}


def stock() -> None:
    """``few`` has five units, ``many`` has enough for every test."""
    category = Category.objects.create(slug="cups", name="杯", name_en="Cups", name_ja="カップ")
    for slug, units in STOCK.items():
        product = Product.objects.create(category=category, slug=slug, name=f"杯 {slug}", name_en=f"Cup {slug}")
        variant = Variant.objects.create(product=product, sku=f"CUP-{slug.upper()}", price="88.00")
        assert variant.adjust(units, reason="first delivery")


if __name__ == "__main__":
    stock()
