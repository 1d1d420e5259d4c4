"""Proves the invariants of docs/model.md over the whole database: each function yields what is broken, in words."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.db.models import Count, DecimalField, Exists, F, IntegerField, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Round

from orders.models import ZERO, Coupon, Order, OrderEvent, OrderLine
from payments.models import GatewayMessage, Incident, LedgerEntry, Payment, Refund
from shop.append_only import protected_tables
from shop.models import StockMovement, Variant

APPEND_ONLY: tuple[type[Model], ...] = (GatewayMessage, LedgerEntry, StockMovement, OrderEvent)
CONFIRMED = (Order.Life.CONFIRMED, Order.Life.SHIPPED, Order.Life.COMPLETED)
CLOSED = (Order.Life.EXPIRED, Order.Life.CANCELLED)


def total_of(rows: QuerySet[Any], owner: str, column: str, whole: bool = False) -> Coalesce:
    """The sum of ``column`` over ``rows`` that belong to the outer row, to the cent; zero where there are none."""
    field: Any = IntegerField() if whole else DecimalField(max_digits=14, decimal_places=2)
    total = Sum(column) if whole else Round(Sum(column), 2)  # SQLite adds in binary: 0.1 + 0.2 is not 0.3
    sums = rows.filter(**{owner: OuterRef("pk")}).order_by().values(owner).annotate(sum=total).values("sum")
    return Coalesce(Subquery(sums, output_field=field), 0 if whole else ZERO, output_field=field)


def ledger_carries_the_sums() -> Iterator[str]:
    """1: what an order says was paid in and refunded is the sum of its ledger; pay_status follows from it."""
    charges, refunds = (LedgerEntry.objects.filter(kind=kind) for kind in ("charge", "refund"))
    orders = Order.objects.annotate(in_=total_of(charges, "order", "amount"), out=total_of(refunds, "order", "amount"))
    for order in orders.exclude(charged=F("in_"), refunded=F("out")).iterator():
        yield f"order {order}: paid in {order.charged}, refunded {order.refunded}, but its ledger says otherwise"
    for each in Order.objects.iterator():
        if each.pay_status != each.derive_pay_status():
            yield f"order {each}: pay_status {each.pay_status}, its sums say {each.derive_pay_status()}"


def succeeded_means_one_charge() -> Iterator[str]:
    """2: an attempt is succeeded exactly when one charge with its trade number exists."""
    fitting = Count("entries", filter=Q(entries__kind="charge", entries__reference=F("trade_no")))
    charges = Count("entries", filter=Q(entries__kind="charge"))
    payments = Payment.objects.annotate(fitting=fitting, charges=charges)
    for payment in payments.filter(state=Payment.State.SUCCEEDED).exclude(fitting=1, charges=1):
        yield f"attempt {payment}: succeeded, with {payment.charges} charges"
    for payment in payments.exclude(state=Payment.State.SUCCEEDED).filter(charges__gt=0):
        yield f"attempt {payment}: charged but {payment.state}"


def one_open_attempt() -> Iterator[str]:
    """3: at most one open attempt per order."""
    open_ones = Count("payments", filter=Q(payments__state__in=Payment.OPEN))
    for order in Order.objects.annotate(open_ones=open_ones).filter(open_ones__gt=1):
        yield f"order {order}: {order.open_ones} open attempts"


def refunds_within_charges() -> Iterator[str]:
    """4: 0 ≤ refunded ≤ reserved ≤ charged, and each is the sum of its refunds."""
    done = Refund.objects.filter(state=Refund.State.SUCCEEDED)
    alive = Refund.objects.exclude(state=Refund.State.FAILED)
    payments = Payment.objects.annotate(
        done=total_of(done, "payment", "amount"), alive=total_of(alive, "payment", "amount")
    )
    for payment in payments.exclude(refunded=F("done"), refund_reserved=F("alive"), charged__gte=F("alive")):
        yield f"attempt {payment}: refunded {payment.refunded} of {payment.charged}, its refunds say {payment.done}"


def stock_adds_up() -> Iterator[str]:
    """5: on hand and reserved are the sums of the movements; reserved is what held orders hold."""
    held = OrderLine.objects.filter(order__goods=Order.Goods.HELD)
    variants = Variant.objects.annotate(
        hand=total_of(StockMovement.objects.all(), "variant", "on_hand_change", whole=True),
        kept=total_of(StockMovement.objects.all(), "variant", "reserved_change", whole=True),
        held=total_of(held, "variant", "quantity", whole=True),
    )
    sound = Q(on_hand=F("hand"), reserved=F("kept"), reserved__lte=F("on_hand")) & Q(reserved=F("held"))
    for variant in variants.exclude(sound):
        yield f"{variant.sku}: {variant.on_hand} on hand, {variant.reserved} reserved, but the movements say otherwise"


def confirmed_means_paid() -> Iterator[str]:
    """7: a confirmed order had its money at that moment."""
    for order in Order.objects.filter(life__in=CONFIRMED, charged__lt=F("total")):
        yield f"order {order}: {order.life} with {order.charged} of {order.total}"
    for order in Order.objects.filter(life__in=CONFIRMED).exclude(goods=Order.Goods.COMMITTED):
        yield f"order {order}: {order.life} but its goods are {order.goods}"


def causes_were_verified() -> Iterator[str]:
    """8: no transition names an unverified message as its cause."""
    genuine = GatewayMessage.objects.filter(pk=OuterRef("message"), signature_ok=True)
    for event in OrderEvent.objects.filter(message__isnull=False).exclude(Exists(genuine)).select_related("order"):
        yield f"order {event.order}: event {event.kind} names message {event.message}, which is not verified"


def facts_only_grow() -> Iterator[str]:
    """9: the database itself refuses to change or delete facts."""
    protected = protected_tables()
    for model in APPEND_ONLY:
        if model._meta.db_table not in protected:
            yield f"table {model._meta.db_table} is not protected against changes"


def totals_add_up() -> Iterator[str]:
    """10: totals are the sum of the lines; the number is the serial and six digits."""
    orders = Order.objects.annotate(goods_sum=total_of(OrderLine.objects.all(), "order", "total"))
    for order in orders.exclude(subtotal=F("goods_sum")):
        yield f"order {order}: goods {order.subtotal}, its lines say {order.goods_sum}"
    for number, serial in Order.objects.values_list("number", "serial").iterator():
        if not (number.isdigit() and len(number) == 14 and number.startswith(f"{serial:08}")):
            yield f"order {number}: the number does not fit serial {serial}"


def coupons_are_counted() -> Iterator[str]:
    """13: a coupon's uses are the orders that bear it and whose goods are held or sold, within its limit."""
    living = Order.objects.exclude(goods=Order.Goods.RELEASED).filter(coupon=OuterRef("pk")).order_by()
    number = living.values("coupon").annotate(number=Count("pk")).values("number")
    coupons = Coupon.objects.annotate(living=Coalesce(Subquery(number), 0))
    for coupon in coupons.exclude(used=F("living")):
        yield f"coupon {coupon}: used {coupon.used} times, but {coupon.living} orders live by it"
    for coupon in coupons.filter(living__gt=F("most_uses")):
        yield f"coupon {coupon}: {coupon.living} orders live by it, {coupon.most_uses} may"


def differences_are_known() -> Iterator[str]:
    """11: money that no order accounts for has an incident or is on its way back."""
    odd = Q(pay_status__in=("overpaid", "part-paid")) | Q(life__in=CLOSED, charged__gt=F("refunded"))
    told = Exists(Incident.objects.filter(order=OuterRef("pk")))
    for order in Order.objects.filter(odd, refunding=0).exclude(told):
        yield f"order {order}: {order.life} and {order.pay_status}, but no incident and no refund"


def commits_are_durable() -> Iterator[str]:
    """12: a commit is on disk before the process says so."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous")
            weak = cursor.fetchone()[0] < 2
        else:
            cursor.execute("SHOW synchronous_commit")
            weak = cursor.fetchone()[0] == "off"
    if weak:
        yield "the database does not sync its commits to disk"


PROOFS: tuple[Callable[[], Iterator[str]], ...] = (
    ledger_carries_the_sums,
    succeeded_means_one_charge,
    one_open_attempt,
    refunds_within_charges,
    stock_adds_up,
    confirmed_means_paid,
    causes_were_verified,
    facts_only_grow,
    totals_add_up,
    differences_are_known,
    coupons_are_counted,
    commits_are_durable,
)
