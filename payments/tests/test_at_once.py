"""The short way writes what the road writes, all of it or nothing, and leaves whatever is not usual to the road."""

import gc
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from orders import goods
from orders.models import Order, OrderEvent, OutboxMail
from orders.tests.factories import OrderFactory, put_in
from payments import at_once, registry, settle
from payments.models import GatewayMessage, Incident, LedgerEntry, Payment
from payments.proofs import PROOFS
from payments.tests.alipay_double import AlipayDouble, notification, tell
from payments.tests.factories import PaymentFactory
from payments.tests.open_double import OpenDouble, told
from shop import prepared
from shop.models import StockMovement, Variant
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
WRITTEN: list[type[Model]] = [
    Order, Payment, GatewayMessage, LedgerEntry, OrderEvent, OutboxMail, StockMovement, Variant, Incident,
]  # fmt: skip
# What differs between two orders that are alike, and moments.
OWN = {
    "id", "pk", "serial", "number", "checkout_key", "out_trade_no", "order_id", "payment_id", "message_id", "message",
    "variant_id", "product_id", "sku", "reference", "trade_no", "body", "position", "took_ms",
}  # fmt: skip


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the short way was taken, for each payment that came to it."""
    answers: list[bool] = []

    def watched(*words: Any) -> bool:
        answers.append(at_once.settle_at_once(*words))
        return answers[-1]

    monkeypatch.setattr(settle, "settle_at_once", watched)
    return answers


@pytest.fixture
def by_road(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Closes the short way."""
    return lambda: monkeypatch.setattr(settle, "settle_at_once", lambda *words: False)


def attempt(method: str = "alipay") -> Payment:
    """For an order of three different goods, which did not come on the shelf in the order of its lines."""
    newer, older = VariantFactory(), VariantFactory()
    order = OrderFactory()
    for variant in (older, newer):
        put_in(order, variant, 2)
    worth = sum(line.total for line in order.lines.all())
    Order.objects.filter(pk=order.pk).update(subtotal=worth, total=worth)
    order.refresh_from_db()
    return PaymentFactory(order=order, method=method)


def facts(rows: Iterator[Any]) -> list[dict[str, Any]]:
    """The columns that two like orders have in common; of moments, whether there is one."""
    return [
        {
            name: (bool(value) if name.endswith("_at") or name in ("at", "deadline") else value)
            for name, value in ((field.attname, getattr(row, field.attname)) for field in row._meta.concrete_fields)
            if name not in OWN
        }
        for row in rows
    ]


def books(payment: Payment) -> dict[str, list[dict[str, Any]]]:
    """All that is written about this attempt, table by table."""
    order = payment.order_id
    sets: dict[type[Model], Any] = {
        Order: Order.objects.filter(pk=order), Payment: Payment.objects.filter(pk=payment.pk),
        GatewayMessage: GatewayMessage.objects.filter(payment=payment), LedgerEntry: payment.entries.all(),
        OrderEvent: OrderEvent.objects.filter(order=order), OutboxMail: OutboxMail.objects.filter(order=order),
        StockMovement: StockMovement.objects.filter(reference__startswith=payment.order.number),
        Variant: Variant.objects.filter(pk__in=payment.order.lines.values("variant")), Incident: Incident.objects.all(),
    }  # fmt: skip
    found = {model.__name__: facts(rows.order_by("pk")) for model, rows in sets.items()}
    for event in found["OrderEvent"]:
        event["detail"] = {key: value for key, value in event["detail"].items() if key not in ("attempt", "trade_no")}
    return found


def broken() -> list[str]:
    return [finding for proof in PROOFS for finding in proof()]


def test_both_ways_write_the_same(platform: OpenDouble, taken: list[bool], by_road: Callable[[], None]) -> None:
    short, long = attempt(), attempt()
    assert tell(told(short, notify_id="n"), "alipay") == (200, "success")
    assert taken == [True]
    by_road()
    assert tell(told(long, notify_id="n"), "alipay") == (200, "success")
    assert books(short) == books(long)
    assert broken() == []


def test_both_ways_write_the_same_of_a_confirmed_message(
    alipay: AlipayDouble, taken: list[bool], by_road: Callable[[], None]
) -> None:
    short, long = attempt("alipay-instant"), attempt("alipay-instant")
    assert tell(notification(short, notify_id="n")) == (200, "success")
    assert taken == [True]
    by_road()
    assert tell(notification(long, notify_id="n")) == (200, "success")
    assert books(short) == books(long)


def test_the_ledger_and_the_timeline_name_the_message(platform: OpenDouble, taken: list[bool]) -> None:
    tell(told(attempt()), "alipay")
    message = GatewayMessage.objects.get()
    assert (LedgerEntry.objects.get().message, OrderEvent.objects.get(kind="paid").message) == (message, message.pk)


def test_the_money_that_a_question_finds_is_booked_at_once_too(platform: OpenDouble, taken: list[bool]) -> None:
    payment = attempt()
    gateway = registry.gateway("alipay")
    assert gateway is not None
    report = gateway.read_notification(told(payment))
    assert settle.settle(payment, report, None) == "confirmed"
    assert (taken, broken()) == ([True], [])


def not_usual(payment: Payment, case: str) -> None:
    """Makes the order one that the short way must leave alone, behind the back of who read the attempt before."""
    order = payment.order
    if case == "closed":
        goods.release(order)
        order.close(Order.Life.EXPIRED)
    elif case == "dearer":
        Order.objects.filter(pk=order.pk).update(subtotal=order.subtotal + 1, total=order.total + 1)
    elif case == "attempt closed":
        Payment.objects.filter(pk=payment.pk).update(state=Payment.State.CLOSED)
    elif case == "stock row disagrees":
        Variant.objects.filter(pk__in=order.lines.values("variant")).update(reserved=0)


@pytest.mark.parametrize("case", ["closed", "dearer", "attempt closed", "stock row disagrees"])
def test_what_is_not_usual_changes_nothing(platform: OpenDouble, case: str) -> None:
    payment = attempt()
    gateway = registry.gateway("alipay")
    assert gateway is not None
    report, message = gateway.read_notification(told(payment)), GatewayMessage(method="alipay", verdict="accepted")
    not_usual(payment, case)
    before = books(payment)
    assert not at_once.settle_at_once(payment, report, message)
    assert (books(payment), message.pk, GatewayMessage.objects.count()) == (before, None, 0)


def test_late_money_takes_the_road_with_its_message(platform: OpenDouble, taken: list[bool]) -> None:
    payment = attempt()
    not_usual(payment, "closed")
    assert tell(told(payment), "alipay") == (200, "success")
    order = Order.objects.get()
    assert (taken, order.status, GatewayMessage.objects.count()) == ([False], "paid-late", 1)
    assert broken() == []


def test_a_settlement_that_fails_leaves_its_message_behind(
    platform: OpenDouble, by_road: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*words: Any) -> None:
        raise IntegrityError("a constraint that nobody foresaw")

    payment = attempt()
    monkeypatch.setattr(settle, "_settle", fail)
    monkeypatch.setattr(prepared, "together", fail)
    with pytest.raises(IntegrityError):  # which answers 500, so that Alipay tells it again
        tell(told(payment), "alipay")
    assert [message.verdict for message in GatewayMessage.objects.all()] == ["accepted"]
    assert LedgerEntry.objects.count() == 0


def test_the_usual_payment_is_read_by_one_statement_and_written_together(platform: OpenDouble) -> None:
    body = told(attempt())
    with CaptureQueriesContext(connection) as done:
        tell(body, "alipay")
    texts = [query["sql"] for query in done if "SAVEPOINT" not in query["sql"]]
    # Written: message; order, attempt, charge, stock, movements, event, mail.
    assert len(texts) == (2 if connection.vendor == "postgresql" else 9)


def test_both_ways_write_the_same_of_a_repeated_message(platform: OpenDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    short, long = attempt(), attempt()
    for payment in (short, long):
        tell(told(payment, notify_id="n"), "alipay")
    assert tell(told(short, notify_id="n"), "alipay") == (200, "success")
    monkeypatch.setattr(at_once, "repeats", lambda *words: None)
    assert tell(told(long, notify_id="n"), "alipay") == (200, "success")
    assert [message["verdict"] for message in books(short)["GatewayMessage"]] == ["accepted", "repeat"]
    assert books(short) == books(long)
    assert broken() == []


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"total_amount": "0.01"}, "mismatch"),
        ({"app_id": "2021000000000000"}, "mismatch"),
        ({"trade_no": "another"}, "accepted"),
        ({"trade_status": "WAIT_BUYER_PAY"}, "stale"),
    ],
)
def test_what_tells_more_than_what_is_booked_is_no_repeat(
    platform: OpenDouble, changes: dict[str, str], verdict: str
) -> None:
    payment = attempt()
    tell(told(payment), "alipay")
    tell(told(payment, **changes), "alipay")
    assert [message.verdict for message in GatewayMessage.objects.order_by("pk")] == ["accepted", verdict]


def test_a_repeated_message_costs_one_journey_where_there_are_journeys(platform: OpenDouble) -> None:
    body = told(attempt())
    tell(body, "alipay")
    with CaptureQueriesContext(connection) as done:
        tell(body, "alipay")
    assert len(done) == (1 if connection.vendor == "postgresql" else 2)


def test_a_failed_writing_leaves_no_open_cursor_to_the_sweeper(platform: OpenDouble) -> None:
    payment = attempt()
    gateway = registry.gateway("alipay")
    assert gateway is not None
    report = gateway.read_notification(told(payment))
    not_usual(payment, "stock row disagrees")
    gc.collect()
    gc.disable()
    try:
        assert not at_once.settle_at_once(payment, report, None)
        # By its type: to ask a lazy object of another test for its class would wake it.
        assert [one for one in gc.get_objects() if issubclass(type(one), sqlite3.Cursor) and is_open(one)] == []
    finally:
        gc.enable()


def is_open(cursor: sqlite3.Cursor) -> bool:
    """Whether it still holds its connection."""
    try:
        cursor.fetchone()
    except sqlite3.ProgrammingError:
        return False
    return True
