"""Prepared statements mean the same rows as the ORM's own, on every engine."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shop import prepared
from shop.models import Product, StockMovement, Variant
from shop.tests.factories import PictureFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


def columns(row: Any) -> dict[str, Any]:
    """Every column's value."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_an_inserted_row_reads_as_it_was_made() -> None:
    made = Variant(product=ProductFactory(), sku="NEW", price=Decimal("12.50"), option="青")
    assert prepared.insert(made)
    assert columns(Variant.objects.get(pk=made.pk)) == columns(made)


def test_an_inserted_row_can_be_saved_again() -> None:
    made = Variant(product=ProductFactory(), sku="NEW", price=Decimal("12.50"))
    prepared.insert(made)
    made.sku = "NEWER"
    made.save()
    assert list(Variant.objects.values_list("sku", flat=True)) == ["NEWER"]


def test_defaults_are_filled_in() -> None:
    before = timezone.now()
    movement = StockMovement(variant=VariantFactory(), kind="adjust", quantity=1, on_hand_change=0, reserved_change=0)
    prepared.insert(movement)
    assert before <= StockMovement.objects.get(pk=movement.pk).at <= timezone.now()


def test_a_second_row_of_what_is_unique_is_an_error() -> None:
    twin = VariantFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        prepared.insert(Variant(product=twin.product, sku=twin.sku, price=twin.price))


def test_a_second_row_is_passed_over_where_that_was_asked() -> None:
    twin = VariantFactory()
    row = Variant(product=twin.product, sku=twin.sku, price=twin.price)
    assert not prepared.insert(row, unless_there=True)
    assert (row.pk, Variant.objects.count()) == (None, 1)


def test_a_first_row_is_written_where_only_a_second_is_passed_over() -> None:
    row = Variant(product=ProductFactory(), sku="NEW", price=Decimal("1.00"))
    assert prepared.insert(row, unless_there=True)
    assert Variant.objects.get() == row


@pytest.mark.parametrize("make", [ProductFactory, VariantFactory, PictureFactory])
def test_a_fetched_row_is_the_same_as_the_orms(make: Any) -> None:
    row = make()
    (found,) = prepared.fetch(type(row), pk=row.pk)
    expected = columns(type(row).objects.get(pk=row.pk))
    assert columns(found) == expected
    assert [type(value) for value in columns(found).values()] == [type(value) for value in expected.values()]


def test_a_fetched_row_can_be_saved() -> None:
    (found,) = prepared.fetch(Variant, sku=VariantFactory().sku)
    found.price = Decimal("7.00")
    found.save()
    assert Variant.objects.get().price == Decimal("7.00")


def test_nothing_is_fetched_by_a_key_that_is_not_there() -> None:
    VariantFactory()
    assert prepared.fetch(Variant, sku="no such thing") == []


def test_rows_are_fetched_by_their_foreign_key() -> None:
    product = ProductFactory()
    ours = {VariantFactory(product=product).pk, VariantFactory(product=product).pk}
    VariantFactory()
    assert {row.pk for row in prepared.fetch(Variant, product=product.pk)} == ours


def test_the_lock_is_asked_for_where_the_engine_has_one() -> None:
    variant = VariantFactory()
    with CaptureQueriesContext(connection) as done:
        prepared.fetch(Variant, lock=True, pk=variant.pk)
        prepared.fetch(Variant, pk=variant.pk)
    locked = ["FOR UPDATE" in query["sql"] for query in done]
    assert locked == [connection.features.has_select_for_update, False]


def test_only_the_named_columns_are_written() -> None:
    variant = VariantFactory()
    Variant.objects.filter(pk=variant.pk).update(weight_grams=300)
    variant.price, variant.option = Decimal("5.00"), "白"
    assert prepared.update(variant, "price")
    stored = Variant.objects.get()
    assert (stored.price, stored.option, stored.weight_grams) == (Decimal("5.00"), "", 300)


def test_a_time_and_a_null_are_written_as_the_orm_reads_them() -> None:
    product, until = ProductFactory(), timezone.now() + timedelta(days=1)
    for value in (until, None):
        product.published_until = value
        assert prepared.update(product, "published_until")
        assert Product.objects.get().published_until == value


def test_nothing_is_written_where_the_row_has_changed_meanwhile() -> None:
    variant = VariantFactory(option="白")
    variant.price = Decimal("5.00")
    assert not prepared.update(variant, "price", option="青")
    assert Variant.objects.get().price == Decimal("88.00")


def test_no_other_row_is_written() -> None:
    variant, other = VariantFactory(), VariantFactory()
    variant.price = Decimal("5.00")
    assert prepared.update(variant, "price", option="")
    assert Variant.objects.get(pk=other.pk).price == Decimal("88.00")


def moved() -> StockMovement:
    """A movement that is not written and not of any variant yet."""
    return prepared.new(StockMovement, kind="adjust", quantity=1, on_hand_change=1, reserved_change=0, reason="count")


def test_a_new_row_is_as_its_class_makes_it() -> None:
    made = prepared.new(Variant, sku="NEW", price=Decimal("1.00"))
    assert columns(made) == columns(Variant(sku="NEW", price=Decimal("1.00")))
    assert (made.pk, made._state.adding, made._state.db) == (None, True, None)


def test_a_row_is_added_to_the_one_that_is_found() -> None:
    variant = VariantFactory(option="白")
    row = moved()
    like = {"option": "白", "price": variant.price}
    found, added = prepared.find_and_add(Variant, {"sku": variant.sku}, like, row, "variant_id")
    assert found is not None
    assert (columns(found), added) == (columns(Variant.objects.get()), True)
    stored = StockMovement.objects.get(pk=row.pk)
    assert (stored.variant_id, stored.reason, stored.at) == (variant.pk, "count", row.at)


@pytest.mark.parametrize("like", [{"option": "青"}, {"option": "白", "price": Decimal("0.01")}, {"option": None}])
def test_nothing_is_added_to_one_that_is_otherwise(like: dict[str, Any]) -> None:
    variant = VariantFactory(option="白")
    row = moved()
    found, added = prepared.find_and_add(Variant, {"sku": variant.sku}, like, row, "variant_id")
    assert (found, added, row.pk) == (variant, False, None)
    assert StockMovement.objects.filter(reason="count").count() == 0


def test_nothing_is_added_to_one_that_is_not_there() -> None:
    VariantFactory()
    found = prepared.find_and_add(Variant, {"sku": "none"}, {"option": ""}, moved(), "variant_id")
    assert (found, StockMovement.objects.filter(reason="count").exists()) == ((None, False), False)
