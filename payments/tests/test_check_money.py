"""check_money finds each kind of damage, and nothing in a sound shop."""

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import connection

from orders.models import Order
from orders.tests.factories import CouponFactory, OrderFactory, put_in
from payments.models import Payment
from payments.tests.alipay_double import AlipayDouble, notification, tell
from payments.tests.factories import MessageFactory, PaymentFactory
from shop.models import Variant
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db


def run(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    try:
        call_command("check_money")
    except SystemExit as end:
        return int(str(end.code)), capsys.readouterr().out
    return 0, capsys.readouterr().out


@pytest.fixture
def payment(alipay: AlipayDouble) -> Payment:
    payment = PaymentFactory()
    tell(notification(payment))
    return Payment.objects.get(pk=payment.pk)


def test_a_sound_shop_holds(payment: Payment, capsys: pytest.CaptureFixture[str]) -> None:
    PaymentFactory()
    code, out = run(capsys)
    assert code == 0 and "broken" not in out
    assert out.count("holds") == 12


def test_cents_that_binary_figures_miss_are_no_damage(capsys: pytest.CaptureFixture[str]) -> None:
    order = OrderFactory(variant=VariantFactory(price="0.10"), subtotal="0.60", total="0.60")
    for price in ("0.20", "0.30"):
        put_in(order, VariantFactory(price=price), 1)
    OrderFactory(variant=VariantFactory(price="0.07"), quantity=7)
    assert run(capsys)[0] == 0


def sum_spoilt(payment: Payment) -> None:
    Order.objects.filter(pk=payment.order_id).update(charged=payment.amount + 1)


def status_spoilt(payment: Payment) -> None:
    Order.objects.filter(pk=payment.order_id).update(pay_status="overpaid")


def trade_number_spoilt(payment: Payment) -> None:
    Payment.objects.filter(pk=payment.pk).update(trade_no="other")


def refund_spoilt(payment: Payment) -> None:
    Payment.objects.filter(pk=payment.pk).update(refund_reserved=1)


def stock_spoilt(payment: Payment) -> None:
    Variant.objects.update(on_hand=999)


def reserve_spoilt(payment: Payment) -> None:
    Variant.objects.update(reserved=1)


def paid_without_money(payment: Payment) -> None:
    Order.objects.filter(pk=PaymentFactory().order_id).update(life="shipped")


def unverified_cause(payment: Payment) -> None:
    payment.order.record("paid", message=MessageFactory(signature_ok=False).pk)


def total_spoilt(payment: Payment) -> None:
    Order.objects.filter(pk=payment.order_id).update(subtotal=1, total=1, shipping=0)


def number_spoilt(payment: Payment) -> None:
    Order.objects.filter(pk=payment.order_id).update(serial=5)


def coupon_miscounted(payment: Payment) -> None:
    CouponFactory(used=1)


def coupon_overused(payment: Payment) -> None:
    coupon = CouponFactory(most_uses=1, used=1)
    for _ in range(2):
        OrderFactory(coupon=coupon, discount="8.00", total="80.00")


def untold_difference(payment: Payment) -> None:
    Order.objects.filter(pk=payment.order_id).update(life="expired")


@pytest.mark.parametrize(
    ("damage", "proof"),
    [
        (sum_spoilt, "ledger carries the sums"),
        (status_spoilt, "ledger carries the sums"),
        (trade_number_spoilt, "succeeded means one charge"),
        (refund_spoilt, "refunds within charges"),
        (stock_spoilt, "stock adds up"),
        (reserve_spoilt, "stock adds up"),
        (paid_without_money, "confirmed means paid"),
        (unverified_cause, "causes were verified"),
        (total_spoilt, "totals add up"),
        (number_spoilt, "totals add up"),
        (untold_difference, "differences are known"),
        (coupon_miscounted, "coupons are counted"),
        (coupon_overused, "coupons are counted"),
    ],
)
def test_each_damage_is_found(
    payment: Payment, capsys: pytest.CaptureFixture[str], damage: Callable[[Payment], None], proof: str
) -> None:
    damage(payment)
    code, out = run(capsys)
    assert code == 1
    assert f"broken  {proof}" in out


@pytest.mark.parametrize("table", ["payments_ledgerentry", "payments_gatewaymessage", "orders_orderevent"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_facts_can_be_neither_changed_nor_deleted(payment: Payment, table: str, change: str) -> None:
    with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
        cursor.execute(change.format(table))


def test_a_table_without_its_guard_is_found(payment: Payment, capsys: pytest.CaptureFixture[str]) -> None:
    on = " ON payments_ledgerentry" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER payments_ledgerentry_no_UPDATE{on}")
    assert "table payments_ledgerentry is not protected" in run(capsys)[1]
