"""The demo's orders: the same for the same seed, made once, their stock adding up."""

from collections import Counter

import pytest
from django.db.models import Sum

from orders import demo
from orders.models import Order
from shop.models import Variant
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db


def nothing(stage: str, done: int, total: int) -> None:
    """Tells nobody."""


def summary() -> list[tuple[str, str, str]]:
    return [(order.name, order.status, str(order.total)) for order in Order.objects.order_by("checkout_key")]


def test_a_fifth_waits_and_the_rest_is_closed() -> None:
    VariantFactory.create_batch(5, on_hand=50)
    demo.seed(20, 10, 1, nothing)
    assert Counter(order.status for order in Order.objects.all()) == {"awaiting": 4, "closed": 16}
    assert Counter(order.goods for order in Order.objects.all()) == {"held": 4, "released": 16}
    assert Counter(order.life for order in Order.objects.all())["cancelled"] == 4


def test_the_second_run_adds_nothing() -> None:
    VariantFactory.create_batch(5, on_hand=50)
    demo.seed(10, 10, 1, nothing)
    before = summary()
    demo.seed(10, 10, 1, nothing)
    assert summary() == before


def test_the_stock_adds_up_afterwards() -> None:
    VariantFactory.create_batch(3, on_hand=12)
    demo.seed(20, 10, 1, nothing)
    held = Order.objects.filter(goods="held").aggregate(units=Sum("lines__quantity"))["units"]
    assert Variant.objects.aggregate(units=Sum("reserved"))["units"] == held
    assert all(variant.sellable >= demo.KEPT - 1 for variant in Variant.objects.all())


def test_events_bear_the_time_they_tell_of() -> None:
    VariantFactory.create_batch(3, on_hand=12)
    demo.seed(3, 10, 1, nothing)
    order = Order.objects.filter(life="expired").first()
    assert order
    assert [event.at for event in order.events.all()] == [order.placed_at, order.expires_at]


def test_a_shop_with_too_little_on_its_shelves_gets_no_orders() -> None:
    VariantFactory(on_hand=3)
    demo.seed(5, 10, 1, nothing)
    assert not Order.objects.exists()


def test_progress_is_told() -> None:
    told: list[tuple[str, int, int]] = []
    demo.seed(60, 10, 1, lambda *words: told.append(words))
    assert told == [("Orders", 50, 60), ("Orders", 60, 60)]
