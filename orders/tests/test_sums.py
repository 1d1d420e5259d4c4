"""What an order owes and was paid: pay_status follows from three sums and nothing else (invariant 1)."""

from decimal import Decimal

import pytest

from orders.models import Order

CASES = [
    ("88.00", "0", "0", "unpaid"),
    ("0.00", "0", "0", "paid"),
    ("88.00", "0.01", "0", "part-paid"),
    ("88.00", "87.99", "0", "part-paid"),
    ("88.00", "88.00", "0", "paid"),
    ("88.00", "88.01", "0", "overpaid"),
    ("88.00", "176.00", "88.00", "paid"),
    ("88.00", "176.00", "50.00", "overpaid"),
    ("88.00", "88.00", "0.01", "part-refunded"),
    ("88.00", "88.00", "88.00", "refunded"),
    ("88.00", "176.00", "176.00", "refunded"),
]


@pytest.mark.parametrize(("total", "charged", "refunded", "status"), CASES)
def test_the_payment_status_follows_from_the_sums(total: str, charged: str, refunded: str, status: str) -> None:
    order = Order(total=Decimal(total), charged=Decimal(charged), refunded=Decimal(refunded))
    assert order.derive_pay_status() == status


@pytest.mark.parametrize(("charged", "due"), [("0", True), ("87.99", True), ("88.00", False), ("90.00", False)])
def test_an_order_is_due_until_its_money_is_there(charged: str, due: bool) -> None:
    assert Order(total=Decimal("88.00"), charged=Decimal(charged)).due is due


@pytest.mark.parametrize("life", ["confirmed", "shipped", "completed", "expired", "cancelled"])
def test_what_is_over_is_not_due(life: str) -> None:
    assert not Order(total=Decimal("88.00"), life=life).due


def test_money_that_came_in_counts_once() -> None:
    order = Order(total=Decimal("88.00"))
    order.receive(Decimal("88.00"))
    assert (order.charged, order.pay_status, order.paid_sum) == (Decimal("88.00"), "paid", Decimal("88.00"))


@pytest.mark.parametrize(("late", "status"), [(False, "paid"), (True, "paid-late")])
def test_confirming_says_whether_the_money_was_late(late: bool, status: str) -> None:
    order = Order(total=Decimal("88.00"), needs_review=True)
    order.confirm(late=late)
    assert (order.status, order.needs_review) == (status, False)
    assert order.paid_at
