"""Money for a closed order that bore a coupon: the order comes back only if the coupon's use is still there."""

from decimal import Decimal

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client

from orders import goods
from orders.mails import send_due
from orders.models import Coupon
from orders.tests.factories import CouponFactory, OrderFactory
from payments import closing
from payments.models import Incident, Payment
from payments.tests.alipay_double import AlipayDouble, notification, tell
from payments.tests.factories import PaymentFactory

pytestmark = pytest.mark.django_db


def with_coupon(coupon: Coupon, **facts: object) -> Payment:
    """An attempt to pay an order that bears the coupon and has taken its use."""
    Coupon.objects.filter(pk=coupon.pk).update(used=coupon.used + 1)
    coupon.refresh_from_db()
    return PaymentFactory(order=OrderFactory(coupon=coupon, discount=Decimal("8.00"), total=Decimal("80.00")), **facts)


def closed(coupon: Coupon) -> Payment:
    payment = with_coupon(coupon, state=Payment.State.CLOSED)
    goods.release(payment.order)
    payment.order.close("expired")
    coupon.refresh_from_db()
    return payment


def fresh(payment: Payment) -> Payment:
    return Payment.objects.select_related("order").get(pk=payment.pk)


def out_of_uses(coupon: Coupon) -> Payment:
    """A closed order whose late money finds that somebody else had the last use."""
    payment = closed(coupon)
    with_coupon(coupon)
    assert tell(notification(payment)) == (200, "success")
    return fresh(payment)


@pytest.fixture
def single() -> Coupon:
    """One use in all."""
    coupon: Coupon = CouponFactory(most_uses=1)
    return coupon


def test_closing_an_order_gives_its_use_back(alipay: AlipayDouble, single: Coupon) -> None:
    payment = with_coupon(single, state=Payment.State.CLOSED)
    closing.close(payment.order, "cancelled")
    single.refresh_from_db()
    assert (single.used, fresh(payment).order.life) == (0, "cancelled")
    call_command("check_money")


def test_late_money_brings_order_and_use_back(alipay: AlipayDouble, single: Coupon) -> None:
    payment = closed(single)
    assert single.used == 0
    assert tell(notification(payment)) == (200, "success")
    single.refresh_from_db()
    assert (fresh(payment).order.status, single.used) == ("paid-late", 1)
    call_command("check_money")


def test_late_money_goes_back_where_somebody_else_had_the_last_use(alipay: AlipayDouble, single: Coupon) -> None:
    payment = closed(single)
    other = with_coupon(single)
    assert tell(notification(payment)) == (200, "success")
    order = fresh(payment).order
    assert (order.life, order.goods, order.charged, order.status) == (
        "expired",
        "released",
        payment.amount,
        "refunding",
    )
    assert Incident.objects.filter(kind="paid-late").exists()
    assert tell(notification(other)) == (200, "success")
    single.refresh_from_db()
    assert (fresh(other).order.status, single.used) == ("paid", 1)
    call_command("check_money")


def test_the_mail_names_the_coupon_and_not_the_goods(alipay: AlipayDouble, single: Coupon) -> None:
    out_of_uses(single)
    send_due()
    (letter,) = mail.outbox
    assert "its coupon was used up by then" in str(letter.body) and "were sold" not in str(letter.body)


def test_the_order_says_so_too_to_shopper_and_staff(
    alipay: AlipayDouble, single: Coupon, stranger: Client, finance: Client
) -> None:
    order = out_of_uses(single).order
    stranger.post("/en/orders/find/", {"number": order.number, "contact": order.email})
    page = stranger.get(f"/en/orders/{order.number}/").content.decode()
    assert "the coupon was used up meanwhile" in page and "the goods were sold" not in page
    incident = Incident.objects.get(kind="paid-late")
    assert incident.detail == f"Order {order} was closed before it was paid; the coupon went to others."
