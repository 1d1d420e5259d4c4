"""The shopper's order."""

from collections.abc import Callable

import pytest
from django.test import Client

from orders.models import Order
from orders.tests.factories import OrderFactory


@pytest.fixture
def own(shopper: Client) -> Callable[[Order], Order]:
    """Makes an order the shopper's, as if placed in this browser."""

    def remember(order: Order) -> Order:
        session = shopper.session
        session["orders"] = [*session.get("orders", []), order.number]
        session.save()
        return order

    return remember


@pytest.fixture
def order(db: None, own: Callable[[Order], Order]) -> Order:
    """An order of the shopper that waits for its money."""
    return own(OrderFactory())
