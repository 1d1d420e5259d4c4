"""The catalogue: categories, products, their variants (SKU), pictures and the stock ledger. Knows nothing of orders."""

from shop.models.attribute import Attribute, Trait
from shop.models.category import Category
from shop.models.old_address import OldAddress
from shop.models.picture import Picture
from shop.models.product import Product, ProductQuerySet
from shop.models.search_entry import SearchEntry
from shop.models.shipping_rate import ShippingRate
from shop.models.variant import CENT, StockMovement, Variant, VariantQuerySet

__all__ = [
    "CENT", "Attribute", "Category", "OldAddress", "Picture", "Product", "ProductQuerySet", "SearchEntry",
    "ShippingRate", "StockMovement", "Trait", "Variant", "VariantQuerySet",
]  # fmt: skip
