"""The words under which products are found."""

from django.db import models

from shop.models.product import Product


class SearchEntry(models.Model):
    """The words under which a product is found (``shop.search_index`` writes them, ``shop.search`` reads them).

    ``place`` orders entries newest first: the second of publication, then the product's key in its lower 31 bits.
    ``names`` are the words of names and SKUs, ``words`` all words.
    """

    KEY_BITS = 31
    LAST_SECOND = 2**32 - 1

    product = models.OneToOneField(Product, models.CASCADE, primary_key=True, related_name="search_entry")
    place = models.BigIntegerField(unique=True)
    names = models.TextField()
    words = models.TextField()

    def __str__(self) -> str:
        return self.names

    @classmethod
    def place_of(cls, product: Product) -> int:
        """Where a product stands among all: the higher, the newer."""
        second = min(max(int(product.published_from.timestamp()), 0), cls.LAST_SECOND)
        return second << cls.KEY_BITS | product.pk
