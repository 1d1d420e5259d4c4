"""Search. One function, so that a real index can take its place."""

import unicodedata

from django.db.models import Q

from shop.models import Product

MOST_CHARACTERS = 64
MOST_WORDS = 8
MOST_HITS = 240
COLUMNS = ("name", "name_en", "name_ja", "summary", "summary_en", "summary_ja")


def folded(words: str) -> str:
    """The search term as it is used and shown again: full-width signs folded, blanks joined, 64 characters at most."""
    return " ".join(unicodedata.normalize("NFKC", words[: 4 * MOST_CHARACTERS]).replace("\0", "").split())[
        :MOST_CHARACTERS
    ]


def find(words: str) -> list[int]:
    """Keys of the published products whose SKU is ``words`` or that contain every word; newest first, 240 at most."""
    term = folded(words)
    if not term:
        return []
    every = Q()
    for word in term.split()[:MOST_WORDS]:
        every &= Q(*((f"{column}__icontains", word) for column in COLUMNS), _connector=Q.OR)
    by_sku = Q(pk__in=Product.objects.filter(variants__sku__iexact=term).values("pk"))
    return list(Product.objects.on_sale().filter(every | by_sku).values_list("pk", flat=True)[:MOST_HITS])
