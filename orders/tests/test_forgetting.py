"""Who bought is known no longer than needed; what was bought, for how much, stays."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings

from orders.forgetting import PERSON, due, forget
from orders.models import FapiaoRequest, Order
from orders.tests.factories import OrderFactory

pytestmark = pytest.mark.django_db
PAID = {"charged": Decimal("88.00"), "pay_status": "paid", "life": "completed"}
OLD, YOUNG = 1100, 1000


def order(days: int, **fields: Any) -> Order:
    """An order of so many days ago."""
    made: Order = OrderFactory(note="ring twice", placed_at=timezone.now() - timedelta(days=days))
    Order.objects.filter(pk=made.pk).update(**fields)
    return made


def forgotten(made: Order) -> bool:
    """Whether the job takes the person out; all or nothing."""
    forget(due())
    left = {name: Order.objects.values(*PERSON).get(pk=made.pk)[name] for name in PERSON}
    assert all(left.values()) or not any(left.values())
    return not any(left.values())


@pytest.mark.parametrize(("days", "fields", "gone"), [
    (OLD, PAID, True), (YOUNG, PAID, False), (OLD, PAID | {"life": "shipped"}, True),
    (OLD, PAID | {"life": "confirmed"}, False), (OLD, PAID | {"refunding": Decimal("1.00")}, False),
    (OLD, PAID | {"needs_review": True}, False),
    (OLD, PAID | {"life": "confirmed", "refunded": Decimal("88.00"), "pay_status": "refunded"}, True),
    (31, {"life": "expired"}, True), (31, {"life": "cancelled"}, True), (29, {"life": "expired"}, False),
    (OLD, {"life": "placed"}, False),
])  # fmt: skip
def test_the_person_goes_when_no_one_needs_it(days: int, fields: dict[str, Any], gone: bool) -> None:
    assert forgotten(order(days, **fields)) is gone


def test_a_members_orders_are_theirs_as_long_as_the_account(db: None) -> None:
    assert not forgotten(order(OLD, **PAID, buyer=User.objects.create_user("lin")))


def test_the_shop_says_how_long(settings: Settings) -> None:
    settings.ORDER_KEEP_DAYS = 90
    assert forgotten(order(91, **PAID)) and not forgotten(order(89, **PAID))


def test_the_books_stay(db: None) -> None:
    made = order(OLD, **PAID)
    forget(due())
    made.refresh_from_db()
    assert (made.total, made.charged, made.lines.count(), made.events.count()) == (88, 88, 1, 1)


def test_nothing_is_found_by_an_empty_contact(db: None, client: Any) -> None:
    made = order(OLD, **PAID)
    forget(due())
    for contact in ("", " ", "@", "0"):
        answer = client.post("/en/orders/find/", {"number": made.number, "contact": contact})
        assert answer.status_code == 422


def test_of_a_fapiao_stays_what_was_issued(db: None) -> None:
    wished, to_person, to_company = (order(OLD, **PAID) for _ in range(3))
    issued = {"number": "24312000000012345678", "issued_at": timezone.now()}
    FapiaoRequest.objects.create(order=wished, kind="personal", title="林小雨")
    FapiaoRequest.objects.create(order=to_person, kind="personal", title="林小雨", **issued)
    FapiaoRequest.objects.create(order=to_company, kind="company", title="茶行", tax_id="91310000MA1FL0X00X", **issued)
    forget(due())
    assert list(FapiaoRequest.objects.order_by("pk").values_list("order", "title")) == [
        (to_person.pk, ""), (to_company.pk, "茶行"),
    ]  # fmt: skip


def test_an_order_that_cost_nothing_is_forgotten_too(db: None) -> None:
    free = {"subtotal": 0, "shipping": 0, "total": 0, "pay_status": "paid", "life": "completed"}
    assert forgotten(order(OLD, **free)) and not forgotten(order(YOUNG, **free))


def test_a_second_time_there_is_nothing_to_do(db: None) -> None:
    order(OLD, **PAID)
    assert (forget(due()), forget(due())) == (1, 0)
