"""Only who placed an order sees it; to everyone else it looks as if it were not there."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orders.access import REMEMBERED
from orders.models import Order
from orders.tests.buying import buy
from orders.tests.factories import OrderFactory
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
PAGES = ("", "status.json", "pay/", "result/")
ABSENT = "10000001000000"


@pytest.mark.parametrize("page", PAGES)
def test_the_shopper_sees_the_order(shopper: Client, order: Order, page: str) -> None:
    assert shopper.get(f"/en/orders/{order.number}/{page}").status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_sees_the_same_404_as_for_an_absent_order(stranger: Client, order: Order, page: str) -> None:
    theirs = stranger.get(f"/en/orders/{order.number}/{page}")
    absent = stranger.get(f"/en/orders/{ABSENT}/{page}")
    assert (theirs.status_code, absent.status_code) == (404, 404)
    assert theirs.content.replace(order.number.encode(), b"#") == absent.content.replace(ABSENT.encode(), b"#")


@pytest.mark.parametrize("page", ["again/", "extend/", "check/", "pay/start/"])
def test_a_stranger_can_do_nothing_to_it(stranger: Client, order: Order, page: str) -> None:
    assert stranger.post(f"/en/orders/{order.number}/{page}").status_code == 404


@pytest.mark.parametrize("number", ["0", "x", "1' OR 1=1", "%00", "9" * 500, "１００００００１００００００"])
def test_a_number_of_no_sense_is_a_404(shopper: Client, order: Order, number: str) -> None:
    assert shopper.get(f"/en/orders/{number}/").status_code == 404


def test_staff_see_orders_in_the_admin_and_not_here(admin_client: Client, order: Order) -> None:
    assert admin_client.get(f"/en/orders/{order.number}/").status_code == 404


def test_a_buyer_who_is_logged_in_sees_it_in_every_browser(db: None, stranger: Client) -> None:
    user = User.objects.create_user("lin")
    order = OrderFactory(buyer=user)
    assert stranger.get(f"/en/orders/{order.number}/").status_code == 404
    stranger.force_login(user)
    assert "龙井路 1 号" in stranger.get(f"/en/orders/{order.number}/").content.decode()


def test_an_order_placed_while_logged_in_is_the_buyers(shopper: Client) -> None:
    user = User.objects.create_user("lin")
    shopper.force_login(user)
    assert buy(shopper, VariantFactory()).buyer == user


def test_logging_in_as_someone_else_does_not_open_it(stranger: Client, order: Order) -> None:
    stranger.force_login(User.objects.create_user("eve"))
    assert stranger.get(f"/en/orders/{order.number}/").status_code == 404


def test_a_browser_remembers_its_latest_orders_only(shopper: Client) -> None:
    session = shopper.session
    session["orders"] = [f"{n:014}" for n in range(REMEMBERED)]
    session.save()
    number = buy(shopper, VariantFactory()).number
    known = shopper.session["orders"]
    assert (len(known), known[-1], known[0]) == (REMEMBERED, number, f"{1:014}")


@pytest.mark.parametrize("page", PAGES)
def test_no_page_of_an_order_is_kept_by_a_cache(shopper: Client, order: Order, page: str) -> None:
    answer = shopper.get(f"/en/orders/{order.number}/{page}")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("page", ["", "pay/", "result/"])
def test_no_page_of_an_order_is_for_search_engines(shopper: Client, order: Order, page: str) -> None:
    html = shopper.get(f"/en/orders/{order.number}/{page}").content.decode()
    assert '<meta name="robots" content="noindex">' in html


def test_remembering_is_undone_by_no_other_order(shopper: Client, order: Order, own: Callable[[Order], Order]) -> None:
    own(OrderFactory())
    assert shopper.get(f"/en/orders/{order.number}/").status_code == 200
