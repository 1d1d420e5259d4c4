"""The goods of an order are held whole or not at all, and turn once from each state."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from orders import goods
from orders.models import Order
from orders.tests.factories import OrderFactory, put_in
from shop.models import StockMovement, Variant
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db


def stock(variant: Variant) -> tuple[int, int]:
    """On hand and reserved; the movements must say the same."""
    variant.refresh_from_db()
    sums = variant.movements.aggregate(on_hand=Sum("on_hand_change"), reserved=Sum("reserved_change"))
    assert (sums["on_hand"], sums["reserved"]) == (variant.on_hand, variant.reserved)
    return variant.on_hand, variant.reserved


def test_paid_goods_leave_the_shelf() -> None:
    variant = VariantFactory()
    order = OrderFactory(variant=variant, quantity=3)
    goods.commit(order)
    assert stock(variant) == (7, 0)
    assert (order.goods, Order.objects.get().goods) == ("committed", "committed")


def test_unpaid_goods_go_back() -> None:
    variant = VariantFactory()
    order = OrderFactory(variant=variant, quantity=3)
    assert stock(variant) == (10, 3)
    goods.release(order)
    assert stock(variant) == (10, 0)
    assert Order.objects.get().goods == "released"


@pytest.mark.parametrize("turn", [goods.commit, goods.release])
@pytest.mark.parametrize("first", [goods.commit, goods.release])
def test_they_turn_once(first: Callable[[Order], None], turn: Callable[[Order], None]) -> None:
    order = OrderFactory()
    first(order)
    before = stock(order.lines.get().variant)
    with pytest.raises(goods.GoodsNotHeld), transaction.atomic():
        turn(Order.objects.get())
    assert stock(order.lines.get().variant) == before


def test_what_cannot_be_held_whole_is_not_held_at_all() -> None:
    order = OrderFactory(variant=VariantFactory(), quantity=1)
    scarce = VariantFactory(on_hand=2)
    line = put_in(order, scarce, 2)
    goods.release(order)
    OrderFactory(variant=scarce)
    assert [short.pk for short in goods.hold(order)] == [line.pk]
    assert order.goods == "released"
    assert stock(order.lines.get(position=1).variant) == (10, 0)


def test_late_money_holds_released_goods_again_and_sells_them() -> None:
    order = OrderFactory(quantity=2)
    variant = order.lines.get().variant
    goods.release(order)
    assert goods.hold(order) == []
    assert stock(variant) == (10, 2)
    goods.commit(order)
    assert stock(variant) == (8, 0)
    assert StockMovement.objects.filter(reference=f"{order.number}-1-late").count() == 1


def test_a_movement_is_written_once_per_line_and_kind() -> None:
    line = OrderFactory().lines.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        line.variant.hold(1, line.reference)
    assert stock(line.variant) == (10, 1)


def test_goods_whose_stock_row_disagrees_are_not_sold() -> None:
    order = OrderFactory()
    Variant.objects.update(reserved=0)
    with pytest.raises(goods.GoodsNotHeld), transaction.atomic():
        goods.commit(order)
    assert Order.objects.get().goods == "held"


def test_variants_are_locked_in_key_order_whatever_the_order_of_lines() -> None:
    first, second = VariantFactory(), VariantFactory()
    order = OrderFactory(variant=second)
    put_in(order, first, 1)
    with CaptureQueriesContext(connection) as done:
        goods.release(order)
    (update,) = [query["sql"] for query in done if "UPDATE shop_variant" in query["sql"]]
    assert "ORDER BY variant.id" in update
    assert ("FOR UPDATE OF" in update) == connection.features.has_select_for_update
    assert (stock(first), stock(second)) == ((10, 0), (10, 0))
