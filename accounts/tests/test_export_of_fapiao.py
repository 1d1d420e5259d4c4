"""What a member takes away holds the coupon and the fapiao of each order."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orders.tests.factories import CouponFactory, FapiaoFactory, OrderFactory

pytestmark = pytest.mark.django_db


def test_coupon_and_fapiao_are_among_the_data(shopper: Client) -> None:
    lin = User.objects.create_user("lin", "lin@example.com")
    shopper.force_login(lin, backend="django.contrib.auth.backends.ModelBackend")
    coupon = CouponFactory(code="SPRING-20")
    FapiaoFactory(order=OrderFactory(buyer=lin, coupon=coupon, discount="8.00", total="80.00"), title="林小雨")
    OrderFactory(buyer=lin)
    orders = shopper.get("/en/account/data.json").json()["orders"]
    by_coupon = {order["coupon_id"]: order["fapiao"] for order in orders}
    assert by_coupon[None] is None
    assert by_coupon["SPRING-20"]["title"] == "林小雨" and by_coupon["SPRING-20"]["number"] == ""
