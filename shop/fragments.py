"""Parts of catalogue pages that are the same for all visitors, kept for half a minute.

Stock and price shown in them may be that old; the product page, cart and checkout read both anew.
"""

import hashlib
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache
from django.utils.translation import get_language

T = TypeVar("T")

KEPT_SECONDS = 30
VERSION = "catalogue-version"


def kept(build: Callable[[], T], *name: object) -> T:
    """What ``build`` makes, or made within the last half minute, for this name in the active language."""
    words = ":".join((str(cache.get(VERSION, 0)), str(get_language()), *map(str, name)))
    key = f"catalogue:{hashlib.sha256(words.encode()).hexdigest()}"  # an address is longer than a key may be
    value: T | None = cache.get(key)
    if value is None:
        value = build()
        cache.set(key, value, KEPT_SECONDS)
    return value


def forget() -> None:
    """Makes a change by staff show at once in this process (elsewhere within half a minute)."""
    cache.add(VERSION, 0, None)
    cache.incr(VERSION)
