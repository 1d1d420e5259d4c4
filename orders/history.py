"""A member's orders: newest first, by tab, ten a page, found by number. Four statements however many there are."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.forms import digits_of
from orders.models import Order
from orders.numbers import DIGITS

PER_PAGE = 10
LAST_PAGE = 10_000
REFUND = Q(refunding__gt=0) | Q(refunded__gt=0)


@dataclass(frozen=True, slots=True)
class Tab:
    """One way to narrow the list; ``orders`` says which belong to it."""

    name: str
    label: str | Promise
    orders: Q


TABS = (
    Tab("", _("All"), Q()),
    Tab("awaiting", _("Awaiting payment"), Q(life=Order.Life.PLACED)),
    Tab(
        "to-ship",
        _("To be shipped"),
        Q(life=Order.Life.CONFIRMED, refunding=0) & ~Q(pay_status=Order.PayStatus.REFUNDED),
    ),
    Tab("done", _("Shipped, completed"), Q(life__in=[Order.Life.SHIPPED, Order.Life.COMPLETED])),
    Tab("refunds", _("Refunds"), REFUND),
)


class History:
    """What one page of the list shows. ``tab``, ``term`` and ``page`` come as they stand in the address."""

    def __init__(self, user: AbstractBaseUser | AnonymousUser, tab: str = "", term: str = "", page: str = "") -> None:
        self.orders = Order.objects.filter(buyer_id=user.pk)
        self.tab = next((each for each in TABS if each.name == tab), TABS[0])
        self.digits = digits_of(term[:40])
        self.term = term[:40].strip()
        self.counts: dict[str, int] = self._count()
        self.page = self._page(page)

    def tabs(self) -> Iterator[tuple[Tab, int, bool]]:
        """Each tab with its count, and whether it is the one shown."""
        for tab in TABS:
            yield tab, self.counts[tab.name or "all"], tab == self.tab and not self.term

    def _count(self) -> dict[str, int]:
        return self.orders.aggregate(**{tab.name or "all": Count("pk", filter=tab.orders) for tab in TABS})

    def _found(self) -> QuerySet[Order]:
        if not self.term:
            return self.orders.filter(self.tab.orders)
        if not (self.digits.isascii() and self.digits.isdigit() and len(self.digits) <= DIGITS):
            return self.orders.none()
        return self.orders.filter(number__startswith=self.digits)

    def _page(self, asked: str) -> Page[Order]:
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
        pages = Paginator(self._found().order_by("-placed_at", "-pk").prefetch_related("lines"), PER_PAGE)
        if not self.term:
            pages.count = self.counts[self.tab.name or "all"]  # known already
        return pages.get_page(min(number, LAST_PAGE))
