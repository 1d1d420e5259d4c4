"""Search: which products, best first. With ``shop.search_index`` all that the shop knows of how it is done.

Names come before other texts, whole words before beginnings of words, and among equals the newest comes first: the
order comes from the rows alone, so both databases answer alike. Of each kind of hit the newest thousand are looked at,
and a kind only while the better ones were fewer; none is counted or ranked beyond that.

An index is asked for eight words at most: each may stand in every row, so each more costs the same again. The others
are looked for in the newest three hundred rows that have these.
"""

import unicodedata
from collections.abc import Iterable, Sequence

from django.db import connection
from django.utils import timezone

from shop.models import SearchEntry
from shop.search_words import opened, wanted

MOST_CHARACTERS = 64
MOST_HITS = 1000
MOST_WORDS = 8
MOST_CHECKED = 300
Kind = tuple[str, tuple[str, ...]]
QUOTED = '"{}"'
# CROSS JOIN keeps SQLite from beginning with the products.
SQLITE = """
    SELECT product.id FROM shop_searchentry_{column}_fts found CROSS JOIN shop_product product
    WHERE shop_searchentry_{column}_fts MATCH %s AND product.id = found.rowid & {mask} AND {on_sale}
    ORDER BY found.rowid DESC LIMIT {most}
"""
# The limit inside spares it the products of all hits; a thousand that are not on sale may stand before the others.
POSTGRESQL = """
    SELECT product.id FROM shop_searchentry_{column}_fts(%s::tsquery, {most} + 1000) found
    JOIN shop_product product ON product.id = found & {mask}
    WHERE {on_sale} ORDER BY found DESC LIMIT {most}
"""
ON_SALE = "product.published_from <= %s AND (product.published_until IS NULL OR product.published_until > %s)"
MASK = 2**SearchEntry.KEY_BITS - 1


def folded(words: str) -> str:
    """The search term as it is used and shown again: full-width signs folded, blanks joined, 64 characters at most."""
    return " ".join(unicodedata.normalize("NFKC", words[: 4 * MOST_CHARACTERS]).replace("\0", "").split())[
        :MOST_CHARACTERS
    ]


def find(words: str, most: int = MOST_HITS) -> list[int]:
    """Keys of the published products that have every word, best first, at most so many."""
    found: dict[int, None] = {}
    for column, asked in _kinds(folded(words)):
        if len(found) < most:
            found |= dict.fromkeys(_hits(column, asked, most))
    return list(found)[:most]


def _kinds(term: str) -> list[Kind]:
    """The columns to look into and the words to look for there, the best kind of hit first, none twice."""
    whole, parts = wanted(term)
    kinds = [("names", whole), ("names", opened(whole)), ("names", opened(parts))]
    kinds += [("words", whole), ("words", parts)]
    return list(dict.fromkeys((column, _longest_first(asked)) for column, asked in kinds if asked))


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    """Long words are rarer than short ones."""
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


def _hits(column: str, asked: Sequence[str], most: int) -> list[int]:
    """Of one kind, newest first."""
    if len(asked) <= MOST_WORDS:
        return _indexed(column, asked, most)
    keys = _indexed(column, asked[:MOST_WORDS], MOST_CHECKED)
    texts = dict(SearchEntry.objects.filter(pk__in=keys).values_list("pk", column))
    others = [f" {word} " for word in asked[MOST_WORDS:]]
    return [key for key in keys if all(word in f" {texts[key]} " for word in others)][:most]


def _indexed(column: str, asked: Sequence[str], most: int) -> list[int]:
    """What the index finds. Words are letters and figures only, so that quotes need no care."""
    if connection.vendor == "postgresql":
        sql, query = POSTGRESQL, " & ".join(f"'{word}'" for word in asked)
    else:
        sql, query = SQLITE, " AND ".join(map(QUOTED.format, asked))
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(sql.format(column=column, mask=MASK, on_sale=ON_SALE, most=most), [query, now, now])
        return [key for (key,) in cursor.fetchall()]
