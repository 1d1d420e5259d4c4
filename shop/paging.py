"""One page of a long list: which keys stand on it, and the way to the other pages."""

from collections.abc import Callable, Sequence
from math import ceil
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet

PER_PAGE = 24


class Pages:
    """Pages of 24 keys. No more than ``most`` are counted, reached or told of; ``address`` makes a page's address.

    A number beyond the last page gives the last page.
    """

    def __init__(
        self, keys: "QuerySet[Any, int] | Sequence[int]", number: int, address: Callable[[int], str], most: int
    ) -> None:
        counted = keys.order_by()[: most + 1].count() if isinstance(keys, QuerySet) else len(keys)
        self.address = address
        self.most = most
        self.more = counted > most
        self.count = min(counted, most)
        self.last_page = max(1, ceil(self.count / PER_PAGE))
        self.number = min(number, self.last_page)
        self.first = (self.number - 1) * PER_PAGE + 1
        self.last = min(self.number * PER_PAGE, self.count)
        self.keys = list(keys[self.first - 1 : self.last])

    @property
    def previous(self) -> str:
        """The address of the page before, or nothing."""
        return self.address(self.number - 1) if self.number > 1 else ""

    @property
    def next(self) -> str:
        """The address of the page after, or nothing."""
        return self.address(self.number + 1) if self.number < self.last_page else ""

    @property
    def links(self) -> list[tuple[int | str, str]]:
        """Numbers and their addresses, with gaps that have none; nothing where there is one page only."""
        if self.last_page < 2:
            return []
        shown = Paginator(range(self.count), PER_PAGE).get_elided_page_range(self.number, on_each_side=1, on_ends=1)
        return [(number, self.address(number) if isinstance(number, int) else "") for number in shown]
