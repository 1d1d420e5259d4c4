"""status.json: the words of the outside contract, at a pace that spares the server."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from orders.models import Order
from orders.models.order import CONFIRMING_FOR
from orders.status import Crowd
from orders.words import TONES, WORDS

pytestmark = pytest.mark.django_db


def ask(shopper: Client, order: Order) -> dict[str, object]:
    """The document."""
    answer = shopper.get(f"/en/orders/{order.number}/status.json")
    assert answer["Content-Type"] == "application/json"
    document: dict[str, object] = answer.json()
    return document


def change(order: Order, **fields: object) -> Order:
    """Writes the row behind the shop's back, for states that take long to come about."""
    Order.objects.filter(pk=order.pk).update(**fields)
    order.refresh_from_db()
    return order


def test_it_says_all_that_a_waiting_page_needs(shopper: Client, order: Order) -> None:
    document = ask(shopper, order)
    left = document.pop("seconds_left")
    assert isinstance(left, int) and 1790 <= left <= 1800
    assert document == {
        "number": order.number, "status": "awaiting", "label": "Awaiting payment", "next_ms": 2000,
        "url": f"/en/orders/{order.number}/result/",
    }  # fmt: skip


@pytest.mark.parametrize(("seconds", "pace"), [(0, 2000), (59, 2000), (61, 5000), (299, 5000), (301, 15000)])
def test_the_pace_slows_down_while_the_shopper_does_nothing(
    shopper: Client, order: Order, seconds: int, pace: int
) -> None:
    change(order, active_at=timezone.now() - timedelta(seconds=seconds))
    assert ask(shopper, order)["next_ms"] == pace


@pytest.mark.parametrize("act", ["paying", "confirming", "extend"])
def test_the_pace_is_quick_again_after_the_shopper_acts(shopper: Client, order: Order, act: str) -> None:
    change(order, active_at=timezone.now() - timedelta(minutes=20))
    getattr(order, act)()
    assert ask(shopper, order)["next_ms"] == 2000


def test_seconds_left_never_go_below_zero(shopper: Client, order: Order) -> None:
    change(order, expires_at=timezone.now() - timedelta(days=1))
    assert ask(shopper, order)["seconds_left"] == 0


def test_it_costs_one_statement_beside_the_session(
    shopper: Client, order: Order, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        ask(shopper, order)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, "awaiting"),
        ({"confirming_at": timezone.now() + timedelta(days=1)}, "confirming"),
        ({"confirming_at": timezone.now() - CONFIRMING_FOR}, "awaiting"),
        ({"life": "expired"}, "closed"),
        ({"life": "cancelled"}, "closed"),
        ({"life": "confirmed", "charged": "88.00", "pay_status": "paid"}, "paid"),
        ({"life": "confirmed", "charged": "88.00", "pay_status": "paid", "paid_late": True}, "paid-late"),
        ({"life": "shipped", "charged": "88.00", "pay_status": "paid"}, "shipped"),
        ({"life": "completed", "charged": "88.00", "pay_status": "paid"}, "completed"),
        ({"life": "confirmed", "charged": "88.00", "pay_status": "paid", "refunding": "88.00"}, "refunding"),
        (
            {"life": "confirmed", "charged": "88.00", "refunded": "8.00", "pay_status": "part-refunded"},
            "partly-refunded",
        ),
        ({"life": "confirmed", "charged": "88.00", "refunded": "88.00", "pay_status": "refunded"}, "refunded"),
        ({"life": "expired", "charged": "88.00", "pay_status": "paid"}, "review"),
        ({"charged": "8.00", "pay_status": "part-paid"}, "review"),
        ({"needs_review": True}, "review"),
    ],
)
def test_every_state_has_its_word(shopper: Client, order: Order, fields: dict[str, object], status: str) -> None:
    change(order, **fields)
    document = ask(shopper, order)
    assert (document["status"], document["label"]) == (status, WORDS[status])
    html = shopper.get(f"/en/orders/{order.number}/").content.decode()
    assert html.count(f'data-order-status="{status}"') == html.count("data-order-status=") == 1


def test_every_word_has_a_tone() -> None:
    assert set(WORDS) == set(TONES)


def test_it_is_read_only(shopper: Client, order: Order) -> None:
    assert shopper.post(f"/en/orders/{order.number}/status.json").status_code == 405


RESTING = [
    {"needs_review": True},
    {"life": "expired"},
    {"life": "confirmed", "charged": "88.00", "pay_status": "paid", "refunding": "88.00"},
]


@pytest.mark.parametrize("fields", RESTING)
def test_where_nobody_is_paying_a_page_need_not_ask_often(
    shopper: Client, order: Order, fields: dict[str, object]
) -> None:
    change(order, **fields)
    assert ask(shopper, order)["next_ms"] == 60_000


def test_while_too_many_pages_wait_they_are_asked_to_come_back_later(
    shopper: Client, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.status.crowd", Crowd(2, lambda: 5.0))
    assert [ask(shopper, order)["next_ms"] for _ in range(4)] == [2000, 2000, 60_000, 60_000]


def test_the_crowd_is_counted_anew_each_second() -> None:
    clock = iter([5.0, 5.9, 6.0, 6.1])
    crowd = Crowd(1, lambda: next(clock))
    assert [crowd.grows() for _ in range(4)] == [False, True, False, True]
