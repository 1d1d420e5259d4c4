"""Stock: what a variant may promise, and the ledger that its figures are the sums of."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Sum

from shop.append_only import protected_tables
from shop.models import StockMovement, Variant
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cup() -> Variant:
    return VariantFactory(on_hand=5)


def figures(variant: Variant) -> tuple[int, int, int]:
    """On hand, reserved, sellable; each also the sum of its movements."""
    variant.refresh_from_db()
    sums = variant.movements.aggregate(on_hand=Sum("on_hand_change"), reserved=Sum("reserved_change"))
    assert (variant.on_hand, variant.reserved) == (sums["on_hand"], sums["reserved"])
    return variant.on_hand, variant.reserved, variant.sellable


def test_held_units_are_not_sellable(cup: Variant) -> None:
    assert cup.hold(3, "1-1")
    assert figures(cup) == (5, 3, 2)


def test_no_more_is_held_than_there_is(cup: Variant) -> None:
    cup.hold(3, "1-1")
    assert not cup.hold(3, "1-2")
    assert figures(cup) == (5, 3, 2)


def test_returned_units_come_back(cup: Variant) -> None:
    cup.hold(3, "1-1")
    assert cup.restock(2, "1-2", reason="unopened")
    assert figures(cup) == (7, 3, 4)


@pytest.mark.parametrize("act", [Variant.hold, Variant.restock])
def test_goods_move_once_for_an_order_line(cup: Variant, act: Callable[..., bool]) -> None:
    cup.hold(2, "other")
    act(cup, 1, "1-1")
    with pytest.raises(IntegrityError), transaction.atomic():
        act(cup, 1, "1-1")


@pytest.mark.parametrize("change", [{"reason": "rewritten"}, {"quantity": 1}])
def test_the_ledger_cannot_be_rewritten(cup: Variant, change: dict[str, object]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        StockMovement.objects.update(**change)


def test_the_ledger_cannot_be_emptied(cup: Variant) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        StockMovement.objects.all().delete()
    assert "shop_stockmovement" in protected_tables()


@pytest.mark.parametrize("wrong", [{"reserved": 6}, {"price": "0.00"}, {"on_hand": -1}])
def test_the_database_itself_refuses_impossible_figures(cup: Variant, wrong: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Variant.objects.filter(pk=cup.pk).update(**wrong)


def test_things_are_named_as_people_name_them(cup: Variant) -> None:
    cup.product.name, cup.option = "茶杯", "蓝"
    assert str(cup) == "茶杯 蓝"
    assert str(cup.movements.get()).startswith("调整 5 ")
    assert VariantFactory(sku="X-1").label == "X-1"
