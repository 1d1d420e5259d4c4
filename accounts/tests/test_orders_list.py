"""P12: a member's orders, newest first, by tab, ten a page, found by number; few statements however many."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.tests.living import ORDERS
from orders.models import Order
from orders.tests.factories import OrderFactory, put_in
from shop.tests.factories import PictureFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db
STATEMENTS = 5  # session, member, counts, orders, lines


def shown(browser: Client, query: str = "") -> list[str]:
    """Order numbers on the page, from above."""
    html = browser.get(f"{ORDERS}{query}").content.decode()
    return re.findall(r'href="/en/orders/(\d{14})/"><span class="sr">Order number', html)


def order_of(user: User, hours: int = 0, **fields: Any) -> Order:
    """An order of so many hours ago."""
    order: Order = OrderFactory(buyer=user, placed_at=timezone.now() - timedelta(hours=hours))
    Order.objects.filter(pk=order.pk).update(**fields)
    return order


@pytest.fixture
def kinds(lin: User) -> dict[str, Order]:
    """One order of each kind that the tabs tell apart."""
    paid = {"charged": Decimal("88.00"), "pay_status": "paid", "life": "confirmed"}
    half = {"refunded": Decimal("40.00"), "pay_status": "part-refunded"}
    return {
        "waits": order_of(lin, 6),
        "paid": order_of(lin, 5, **paid),
        "shipped": order_of(lin, 4, **paid | {"life": "shipped"}),
        "completed": order_of(lin, 3, **paid | {"life": "completed"} | half),
        "refunding": order_of(lin, 2, **paid | {"refunding": Decimal("88.00")}),
        "closed": order_of(lin, 1, life="expired"),
    }


def test_the_newest_stands_first(member: Client, kinds: dict[str, Order]) -> None:
    newest_first = ["closed", "refunding", "completed", "shipped", "paid", "waits"]
    assert shown(member) == [kinds[kind].number for kind in newest_first]


@pytest.mark.parametrize(("tab", "inside"), [
    ("awaiting", ["waits"]), ("to-ship", ["paid"]), ("done", ["completed", "shipped"]),
    ("refunds", ["refunding", "completed"]),
])  # fmt: skip
def test_a_tab_shows_its_orders_and_says_how_many(
    member: Client, kinds: dict[str, Order], tab: str, inside: list[str]
) -> None:
    assert shown(member, f"?tab={tab}") == [kinds[kind].number for kind in inside]
    html = member.get(f"{ORDERS}?tab={tab}").content.decode()
    assert re.search(rf'tab={tab}" aria-current="page">[^<]+ {len(inside)}</a>', html)


def test_orders_of_others_are_neither_shown_nor_counted_nor_found(member: Client, eve: User, lin: User) -> None:
    theirs = order_of(eve)
    order_of(lin)
    assert theirs.number not in shown(member) and shown(member, f"?q={theirs.number}") == []
    assert ">All 1</a>" in member.get(ORDERS).content.decode()


@pytest.mark.parametrize("how", ["{0}", "{1}", " {1} ", "{0:.10}", "%EF%BC%91{0:.0}"])
def test_an_order_is_found_by_its_number_or_the_beginning_of_it(member: Client, lin: User, how: str) -> None:
    order = order_of(lin)
    assert shown(member, "?q=" + how.format(order.number, order.grouped_number)) == [order.number]


@pytest.mark.parametrize("term", ["x", "'", "%25", "9" * 50, "1 OR 1", "%00"])
def test_a_number_of_no_sense_finds_nothing(member: Client, lin: User, term: str) -> None:
    order_of(lin)
    assert shown(member, f"?q={term}") == []


def test_ten_stand_on_a_page(member: Client, lin: User) -> None:
    numbers = [order_of(lin, hours).number for hours in range(12)]
    assert shown(member) == numbers[:10]
    assert shown(member, "?page=2") == numbers[10:]
    assert "Page 1 of 2" in member.get(ORDERS).content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "1.5", ""])
def test_a_page_of_no_sense_is_one_that_is_there(member: Client, lin: User, page: str) -> None:
    order = order_of(lin)
    assert shown(member, f"?page={page}") == [order.number]


def test_the_way_to_pay_is_there_while_it_can_be_paid(member: Client, lin: User) -> None:
    order = order_of(lin)
    link = f'href="/en/orders/{order.number}/pay/"'
    assert link in member.get(ORDERS).content.decode()
    Order.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert link not in member.get(ORDERS).content.decode()


def test_four_pictures_and_how_many_kinds_there_are(member: Client, lin: User) -> None:
    order = order_of(lin)
    for _ in range(5):
        product = ProductFactory()
        PictureFactory(product=product)
        put_in(order, VariantFactory(product=product), 1)
    order.lines.update(picture="p/cup")
    html = member.get(ORDERS).content.decode()
    assert html.count('<img src="/media/') == 4 and "6 kinds" in html


def test_the_status_stands_in_its_fixed_word(member: Client, kinds: dict[str, Order]) -> None:
    html = member.get(ORDERS).content.decode()
    assert re.findall(r'data-order-status="([\w-]+)"', html) == [
        "closed", "refunding", "partly-refunded", "shipped", "paid", "awaiting",
    ]  # fmt: skip


def test_the_link_orders_of_every_page_leads_members_to_their_list(member: Client, shopper: Client) -> None:
    link = "/en/orders/find/"
    assert link in member.get("/en/").content.decode()
    assert member.get(link)["Location"] == ORDERS
    assert (member.get(f"{link}?number=").status_code, shopper.get(link).status_code) == (200, 200)


def test_who_has_no_order_is_invited(member: Client) -> None:
    assert "You have not ordered anything yet." in member.get(ORDERS).content.decode()


def test_statements_do_not_grow_with_the_orders(
    member: Client, lin: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for hours in range(11):
        order_of(lin, hours)
    member.get(ORDERS)
    with django_assert_num_queries(STATEMENTS):
        member.get(ORDERS)
    with django_assert_num_queries(STATEMENTS):
        member.get(f"{ORDERS}?tab=awaiting&page=2")
