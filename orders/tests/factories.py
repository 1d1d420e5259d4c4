"""Orders as the checkout makes them: frozen lines, and stock held by movements that add up."""

import secrets
from datetime import timedelta
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from orders import goods, numbers
from orders.models import Coupon, FapiaoRequest, Order, OrderLine
from shop.models import Variant
from shop.tests.factories import VariantFactory


class CouponFactory(DjangoModelFactory):
    """Eight yuan off, as often as one likes."""

    class Meta:
        model = Coupon

    code = factory.Sequence(lambda n: f"SPRING-{n}")
    value = "8.00"
    most_per_buyer = None


class OrderFactory(DjangoModelFactory):
    """An order that waits for its money. ``variant`` and ``quantity`` say what is in its one line."""

    class Meta:
        model = Order
        skip_postgeneration_save = True

    class Params:
        variant: Variant | None = None
        quantity = 1
        allotted = factory.LazyFunction(numbers.allot)

    serial = factory.LazyAttribute(lambda order: order.allotted[0])
    number = factory.LazyAttribute(lambda order: order.allotted[1])
    checkout_key = factory.LazyFunction(lambda: secrets.token_hex(16))
    language = "en"
    email = "lin@example.com"
    name = "林小雨"
    phone = "13800138000"
    province, city, district = "浙江省", "杭州市", "西湖区"
    street = "龙井路 1 号"
    subtotal = factory.LazyAttribute(lambda order: Decimal(order.variant.price) * order.quantity)
    shipping = Decimal("0.00")
    total = factory.LazyAttribute(lambda order: order.subtotal + order.shipping)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=30))

    @classmethod
    def _generate(cls, strategy: str, params: dict[str, Any]) -> Order:
        variant = params.pop("variant", None) or VariantFactory()
        quantity = params.pop("quantity", 1)
        order: Order = super()._generate(strategy, {**params, "variant": variant, "quantity": quantity})
        put_in(order, variant, quantity)
        order.record("placed", total=str(order.total))
        return order


def put_in(order: Order, variant: Variant, quantity: int) -> OrderLine:
    """A further line, its stock held; the order's sums are the caller's to set."""
    line = OrderLine.objects.create(
        order=order, position=order.lines.count() + 1, variant=variant, sku=variant.sku, name=str(variant.product),
        price=variant.price, quantity=quantity, total=Decimal(variant.price) * quantity,
    )  # fmt: skip
    assert not goods.hold(order, [line])
    return line


class FapiaoFactory(DjangoModelFactory):
    """A person's request, for an order that waits for its money."""

    class Meta:
        model = FapiaoRequest

    order = factory.LazyFunction(OrderFactory)
    kind = "personal"
    title = "林小雨"
