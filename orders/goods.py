"""The goods of an order: held while it waits for money, then sold or given back. Variants always in key order.

Callers hold the order's row or have just made it; each turn is also a conditional update, so goods go back once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from orders import coupons
from orders.models import Order, OrderLine
from shop import prepared
from shop.models import StockMovement
from shop.prepared import Statement

# All lines of an order in one statement: a paid order is waited for, and each statement is a journey to the database.
MOVE = """
    UPDATE shop_variant SET on_hand = on_hand - part.sold, reserved = reserved - part.quantity
    FROM (
        SELECT variant.id, line.quantity, line.quantity * {sold} AS sold
        FROM orders_orderline line JOIN shop_variant variant ON variant.id = line.variant_id
        WHERE line.order_id = %s ORDER BY variant.id {lock}
    ) part
    WHERE shop_variant.id = part.id
"""
NOTE = """
    INSERT INTO shop_stockmovement
        (variant_id, kind, quantity, on_hand_change, reserved_change, reference, reason, by_id, at)
    SELECT line.variant_id, '{kind}', line.quantity, -line.quantity * {sold}, -line.quantity,
        placed.number || '-' || line.position, '', NULL, %s
    FROM orders_orderline line JOIN orders_order placed ON placed.id = line.order_id WHERE line.order_id = %s
"""


class GoodsNotHeld(Exception):
    """The order's goods are not held, so that they can be neither sold nor given back."""


class NotSold(Exception):
    """The order did not sell so many units of this, or they went back before."""


def hold(order: Order, lines: Sequence[OrderLine] | None = None) -> list[OrderLine]:
    """Reserves the stock of every line, or of none: answers the lines that could not be held.

    All orders take their variants in key order, so two orders of the same goods never wait for each other in a ring.
    Where the goods went back before (late money) the movements bear another reference, for each is written once.
    """
    again = order.goods == Order.Goods.RELEASED
    with transaction.atomic():
        short = [line for line in _in_key_order(order, lines) if not _held(line, again)]
        if short:
            transaction.set_rollback(True)
        elif again:
            _turn(order, Order.Goods.RELEASED, Order.Goods.HELD)
    return short


def hold_again(order: Order) -> str:
    """Late money: holds the goods again, and the use of the order's coupon, or neither.

    Names what went to others meanwhile: ``goods``, ``coupon``, or nothing.
    """
    with transaction.atomic():
        if hold(order):
            return "goods"
        if coupons.take_again(order):
            return ""
        transaction.set_rollback(True)
    order.goods = Order.Goods.RELEASED
    return "coupon"


def commit(order: Order, *also: str) -> None:
    """Turns the held goods into sold ones and saves these columns of the order too. Raises GoodsNotHeld."""
    _finish(order, Order.Goods.COMMITTED, "commit", *also)


def release(order: Order) -> None:
    """Gives the held goods back to the shelf, and the use of the order's coupon. Raises GoodsNotHeld."""
    with transaction.atomic(savepoint=False):
        _finish(order, Order.Goods.RELEASED, "release")
        coupons.give_back(order)


def leaving(order: int, kind: str, at: datetime) -> tuple[Statement, Statement]:
    """What moves the held goods of the order with this key, ``commit`` or ``release``, and what notes it.

    The database refuses to sell or release more than is held; the order's own turn is the caller's.
    """
    sold = int(kind == "commit")
    lock = connection.ops.for_update_sql(of=("variant",)) if connection.features.has_select_for_update else ""
    move = Statement(MOVE.format(sold=sold, lock=lock), [order], must=True)
    return move, Statement(NOTE.format(kind=kind, sold=sold), [at, order])


def restock(order: Order, quantities: Mapping[str, int], occasion: str, by: Any = None) -> None:
    """Takes returned units back on the shelf, by SKU; never more of a line than were sold. Raises NotSold.

    ``occasion`` names why, for example the refund's request number: a line goes back once for each.
    """
    with transaction.atomic():
        lines = {line.sku: line for line in _in_key_order(Order.objects.select_for_update().get(pk=order.pk))}
        for sku, quantity in sorted(quantities.items()):
            line = lines.get(sku)
            if line is None or order.goods != Order.Goods.COMMITTED or quantity > line.quantity - _went_back(line):
                raise NotSold(f"{sku}: so many were not sold with this order.")
            line.variant.restock(quantity, f"{line.reference}-{occasion}", by, occasion)


def _went_back(line: OrderLine) -> int:
    back = StockMovement.objects.filter(kind="restock", reference__startswith=f"{line.reference}-")
    return sum(back.values_list("quantity", flat=True))


def _finish(order: Order, goods: str, kind: str, *also: str) -> None:
    with transaction.atomic(savepoint=False):  # what fails here fails the caller's transaction
        _turn(order, Order.Goods.HELD, goods, *also)
        try:
            prepared.together(leaving(order.pk, kind, timezone.now()))
        except (IntegrityError, prepared.NotThere):
            raise GoodsNotHeld(order.number) from None


def _in_key_order(order: Order, lines: Sequence[OrderLine] | None = None) -> list[OrderLine]:
    known = order.lines.select_related("variant") if lines is None else lines
    return sorted(known, key=attrgetter("variant_id"))


def _held(line: OrderLine, again: bool) -> bool:
    return line.variant.hold(line.quantity, f"{line.reference}-late" if again else line.reference)


def _turn(order: Order, before: str, after: str, *also: str) -> None:
    order.goods = after
    if not prepared.update(order, "goods", *also, goods=before):
        raise GoodsNotHeld(order.number)
