"""An order of which nothing is left to pay is confirmed at once; gateway, attempts and ledger have no part in it."""

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from orders.models import Order, OutboxMail
from orders.tests.buying import CHECKOUT, filled, take
from orders.tests.factories import CouponFactory
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def free(shopper: Client, settings: Settings) -> Order:
    """An order of 88 yuan with a coupon of 100 per cent and free delivery."""
    settings.SHIPPING_FEE = 0
    CouponFactory(code="ALL-OF-IT", kind="percent", value="100")
    take(shopper, VariantFactory())
    shopper.post(CHECKOUT, filled(shopper, act="coupon", coupon="ALL-OF-IT"))
    page = shopper.get(CHECKOUT).content.decode()
    assert "Place order · CN¥0.00" in page and "Pay within" not in page
    answer = shopper.post(CHECKOUT, filled(shopper))
    order = Order.objects.get()
    assert answer["Location"] == f"/en/orders/{order.number}/result/"
    return order


def test_it_is_paid_with_nothing(free: Order) -> None:
    assert (free.total, free.charged, free.pay_status, free.life) == (Decimal("0.00"), 0, "paid", "confirmed")
    assert (free.status, free.goods, free.due) == ("paid", "committed", False)
    assert free.paid_at is not None


def test_its_goods_are_sold(free: Order) -> None:
    variant = free.lines.get().variant
    assert (variant.on_hand, variant.reserved) == (9, 0)


def test_it_has_its_events_and_its_mail_and_no_money(free: Order) -> None:
    assert [event.kind for event in free.events.all()] == ["placed", "free"]
    assert [mail.kind for mail in OutboxMail.objects.all()] == ["paid"]
    assert not free.payments.exists() and not free.entries.exists()


def test_the_shopper_sees_that_it_is_paid(shopper: Client, free: Order) -> None:
    for page in ("result/", ""):
        html = shopper.get(f"/en/orders/{free.number}/{page}").content.decode()
        assert 'data-order-status="paid"' in html
    assert "Confirmed: nothing to pay" in html and "ALL-OF-IT" in html


def test_there_is_no_way_to_pay_it(shopper: Client, free: Order) -> None:
    assert shopper.get(f"/en/orders/{free.number}/pay/")["Location"].endswith("/result/")
    for method in ("alipay", "alipay-instant"):
        shopper.post(f"/en/orders/{free.number}/pay/start/", {"method": method})
    assert not free.payments.exists()


@pytest.mark.parametrize("act", ["cancel", "extend", "check"])
def test_nothing_that_is_done_to_a_waiting_order_changes_it(shopper: Client, free: Order, act: str) -> None:
    shopper.post(f"/en/orders/{free.number}/{act}/")
    free.refresh_from_db()
    assert (free.status, free.goods) == ("paid", "committed")


def test_it_holds_all_invariants(free: Order) -> None:
    call_command("check_money")


def test_delivery_is_still_to_be_paid_where_it_costs(shopper: Client) -> None:
    CouponFactory(code="ALL-OF-IT", kind="percent", value="100")
    take(shopper, VariantFactory())
    shopper.post(CHECKOUT, filled(shopper, act="coupon", coupon="ALL-OF-IT"))
    shopper.post(CHECKOUT, filled(shopper))
    order = Order.objects.get()
    assert (order.total, order.status) == (Decimal("12.00"), "awaiting")
