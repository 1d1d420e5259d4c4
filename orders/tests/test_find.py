"""A guest finds an order by its number and contact: one answer for every failure, few tries."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from orders.models import Order
from orders.tests.factories import OrderFactory

pytestmark = pytest.mark.django_db
FIND = "/en/orders/find/"
NOT_FOUND = "No order was found. Check the order number and the contact."


def tell(browser: Client, number: str, contact: str) -> Any:
    """Sends the form."""
    return browser.post(FIND, {"number": number, "contact": contact})


@pytest.mark.parametrize(
    "contact", ["lin@example.com", " LIN@example.com ", "13800138000", "+86 138-0013-8000", "１３８００１３８０００"]
)
def test_number_and_contact_open_the_order(stranger: Client, contact: str) -> None:
    order = OrderFactory()
    answer = tell(stranger, order.number, contact)
    assert (answer.status_code, answer["Location"]) == (303, f"/en/orders/{order.number}/")
    assert stranger.get(answer["Location"]).status_code == 200


def test_who_found_an_order_sees_the_address_masked(stranger: Client) -> None:
    order = OrderFactory()
    tell(stranger, order.number, order.email)
    html = stranger.get(f"/en/orders/{order.number}/").content.decode()
    assert "138 **** 8000" in html and "l***@example.com" in html
    for secret in (order.phone, order.email, order.street, order.name):
        assert secret not in html


def test_it_opens_that_order_only(stranger: Client) -> None:
    order, other = OrderFactory(), OrderFactory()
    tell(stranger, order.number, order.email)
    assert stranger.get(f"/en/orders/{other.number}/").status_code == 404


@pytest.mark.parametrize("shape", ["blanks", "grouped", "dashes", "wide"])
def test_the_number_is_understood_as_people_write_it(stranger: Client, shape: str) -> None:
    order = OrderFactory()
    wide = order.number.translate({ord(str(n)): ord("０") + n for n in range(10)})
    typed = {"grouped": order.grouped_number, "dashes": order.grouped_number.replace(" ", "-"), "wide": wide}
    assert tell(stranger, typed.get(shape, f"  {order.number} "), order.email).status_code == 303


def test_every_failure_has_the_same_answer(stranger: Client) -> None:
    order = OrderFactory()
    tries = [(order.number, "eve@example.com"), ("10000001000000", order.email), (order.number, "0"), ("0", "0")]
    answers = [tell(stranger, *words) for words in tries]
    assert {answer.status_code for answer in answers} == {422}
    assert all(NOT_FOUND in answer.content.decode() for answer in answers)


def test_every_failure_costs_the_same_statements(
    stranger: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    order = OrderFactory()
    stranger.get(FIND)  # the frame's own statements are cached from here on
    for number in (order.number, "10000001000000"):
        with django_assert_num_queries(1):
            tell(stranger, number, "eve@example.com")


def test_the_contact_of_no_order_finds_none(stranger: Client) -> None:
    """A row that stands for "absent" must not be found by its own words."""
    assert tell(stranger, "10000001000000", "-").status_code == 422
    assert NOT_FOUND in tell(stranger, "10000001000000", " \u3000- ").content.decode()


def test_after_five_tries_an_address_waits(stranger: Client) -> None:
    order = OrderFactory()
    for n in range(5):
        assert tell(stranger, f"1000000100000{n}", "eve@example.com").status_code == 422
    refused = tell(stranger, order.number, order.email)
    assert refused.status_code == 429 and 590 <= int(refused["Retry-After"]) <= 600
    page = refused.content.decode()
    assert "Too many tries" in page and "Please wait a little" in page and "needs a change" not in page


def test_after_five_tries_a_number_waits_whoever_asks() -> None:
    order = OrderFactory()
    browsers = [Client(REMOTE_ADDR=f"192.0.2.{n}") for n in range(6)]
    assert [tell(browser, order.number, "eve@example.com").status_code for browser in browsers] == [422] * 5 + [429]


@pytest.mark.parametrize("field", ["number", "contact"])
def test_an_empty_field_is_told_and_is_no_try(stranger: Client, field: str) -> None:
    for _ in range(7):
        answer = stranger.post(FIND, {"number": "1", "contact": "2"} | {field: ""})
        assert answer.status_code == 422
    assert f'href="#{field}"' in answer.content.decode()


def test_the_number_can_be_given_with_the_link(stranger: Client) -> None:
    html = stranger.get(f"{FIND}?number=10002735481906").content.decode()
    assert 'value="10002735481906"' in html


def test_the_page_is_not_for_caches_or_search_engines(stranger: Client) -> None:
    answer = stranger.get(FIND)
    assert "no-store" in answer["Cache-Control"] and "noindex" in answer.content.decode()


def test_finding_nothing_leaves_no_trace(stranger: Client) -> None:
    tell(stranger, OrderFactory().number, "eve@example.com")
    assert not stranger.session.get("orders_found") and Order.objects.count() == 1
