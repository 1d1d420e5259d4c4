"""What may go wrong between the shop, its database and Alipay: nothing is believed, lost or done twice by it."""

import gc
import logging
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.handlers.base import BaseHandler
from django.db import OperationalError, connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.models import Order
from payments import closing, refunds, registry, repay, settle, sweep
from payments.alipay.errors import Refused
from payments.models import Incident, LedgerEntry, Payment, Refund
from payments.proofs import PROOFS
from payments.tests.alipay_double import FORM, tell
from payments.tests.factories import PaymentFactory
from payments.tests.open_double import OpenDouble, refused, told, trade

pytestmark = pytest.mark.django_db
REFUND, ASK, QUERY = "alipay.trade.refund", "alipay.trade.fastpay.refund.query", "alipay.trade.query"


@pytest.fixture
def paid(platform: OpenDouble) -> Payment:
    payment = PaymentFactory(method="alipay")
    assert tell(told(payment), "alipay") == (200, "success")
    payment.refresh_from_db()
    return payment


def ask_back(payment: Payment, amount: str = "30.00") -> Refund:
    return refunds.request(payment, Decimal(amount), "changed their mind", Refund.Source.STAFF)


def state(refund: Refund) -> str:
    refund.refresh_from_db()
    return refund.state


def broken() -> list[str]:
    return [finding for proof in PROOFS for finding in proof()]


# A refund whose outcome is not known.


def unknown(platform: OpenDouble, paid: Payment) -> Refund:
    """Sent, and the answer was lost."""
    refund = ask_back(paid)
    platform.answers[REFUND] = (500, b"")
    repay.follow_up()
    assert state(refund) == "unknown"
    return refund


@pytest.mark.parametrize("code", ["isv.insufficient-isv-permissions", "ACQ.INVALID_PARAMETER", "ACQ.TRADE_NOT_EXIST"])
def test_a_refused_question_says_nothing_of_the_refund(platform: OpenDouble, paid: Payment, code: str) -> None:
    refund = unknown(platform, paid)
    platform.answers[ASK] = refused(ASK, code)
    refund.next_query_at = timezone.now()
    repay.send(refund)
    assert state(refund) == "unknown"
    with pytest.raises(refunds.NotRefundable):
        ask_back(paid, "88.00")


def test_a_method_that_is_switched_off_leaves_its_refunds_open(
    platform: OpenDouble, paid: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund = unknown(platform, paid)
    monkeypatch.setattr(registry, "gateway", lambda method: None)
    repay.send(refund)
    assert state(refund) == "unknown"


def test_a_refusal_told_twice_at_once_frees_the_money_once(platform: OpenDouble, paid: Payment) -> None:
    stale = [Refund.objects.get(pk=ask_back(paid).pk) for _ in range(2)]
    one = Refund.objects.get(pk=stale[0].pk)
    for copy in (one, stale[0]):
        repay._refused(copy, Refused("ACQ.TRADE_HAS_FINISHED"), timezone.now())
    paid.refresh_from_db()
    assert (paid.refund_reserved, broken()) == (Decimal("30.00"), [])


def test_a_refusal_that_comes_after_the_money_went_changes_nothing(platform: OpenDouble, paid: Payment) -> None:
    refund = ask_back(paid)
    refunds.book(Refund.objects.get(pk=refund.pk))
    repay._refused(refund, Refused("ACQ.TRADE_HAS_FINISHED"), timezone.now())
    assert (state(refund), broken()) == ("succeeded", [])


# Two trades under one number.


def test_a_refund_of_another_trade_is_not_this_attempts(platform: OpenDouble, paid: Payment) -> None:
    other = told(paid, trade_no="2" * 28, trade_status="TRADE_CLOSED", refund_fee=f"{paid.amount:.2f}")
    assert tell(other, "alipay") == (200, "success")
    assert not LedgerEntry.objects.filter(kind="refund").exists()
    assert Incident.objects.get().kind == "second-trade"


# What closes nothing.


@pytest.mark.parametrize(
    "changes", [{"status": "TRADE_PENDING"}, {"status": "NO_SUCH_WORD"}, {"total_amount": "0.01"}], ids=str
)
def test_an_answer_that_is_no_clear_no_keeps_the_goods(platform: OpenDouble, changes: dict[str, str]) -> None:
    payment = PaymentFactory(method="alipay")
    Order.objects.update(expires_at=timezone.now() - closing.GRACE * 2)
    platform.answers[QUERY] = trade(payment, **changes)
    assert closing.expire_due() == 0
    payment.refresh_from_db()
    assert (payment.state, payment.order.goods, payment.order.life) == ("sent", "held", "placed")


# The database fails under a notification, at each statement in turn.


@contextmanager
def failing(at: int) -> Iterator[None]:
    """The ``at``-th statement of this block, and those after it, find no database."""
    left = at

    def statement(execute: Callable[..., Any], sql: str, *words: Any) -> Any:
        nonlocal left
        left -= not sql.startswith("ROLLBACK")
        if left < 0 and not sql.startswith("ROLLBACK"):
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, *words)

    with connection.execute_wrapper(statement):
        yield


def told_with(failure: int, payment: Payment) -> str:
    """The shop's answer while the database fails."""
    visitor = Client(raise_request_exception=False)
    with transaction.atomic():
        with failing(failure):
            answer = visitor.post("/payments/alipay/notify/", told(payment), content_type=FORM)
        if answer.content != b"success":
            transaction.set_rollback(True)
    return answer.content.decode()


@pytest.mark.parametrize("at_once", [True, False])
def test_wherever_the_database_fails_success_is_not_said_and_the_next_message_counts(
    platform: OpenDouble, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    if not at_once:
        monkeypatch.setattr(settle, "settle_at_once", lambda *words: False)
    answers: list[str] = []
    while "success" not in answers:
        payment = PaymentFactory(method="alipay")
        answers.append(told_with(len(answers) + 1, payment))
        assert tell(told(payment), "alipay") == (200, "success")
        payment.refresh_from_db()
        assert (payment.order.status, payment.entries.count()) == ("paid", 1)
    assert len(answers) > (3 if at_once else 10)
    assert broken() == []


# Many attempts, many messages.


def multiply(table: str, times: int, **changed: str) -> None:
    """Copies the only row of ``table``; ``changed`` are SQL expressions in step, from 1 on."""
    with connection.cursor() as cursor:
        names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
        values = [changed.get(name, name) for name in names]
        cursor.execute(
            f"WITH RECURSIVE many(step) AS (SELECT 1 UNION ALL SELECT step + 1 FROM many WHERE step < {times})"
            f" INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM {table}, many"
        )
        cursor.execute("ANALYZE")


@pytest.fixture
def many(db: None) -> datetime:
    """A hundred thousand open attempts that are due to be asked about, of orders whose time is over; the moment."""
    moment = timezone.now() + timedelta(hours=1)
    first = PaymentFactory(next_query_at=timezone.now())
    multiply(
        "orders_order", 100_000, id=f"{first.order.pk} + step", number="CAST(20000000000000 + step AS varchar(14))",
        serial="20000000 + step", checkout_key="CAST(step AS varchar(40))", goods="'released'",
    )  # fmt: skip
    multiply(
        "payments_payment", 100_000, id=f"{first.pk} + step", order_id=f"{first.order.pk} + step",
        out_trade_no="CAST(2000000000000001 + step AS varchar(16))",
    )  # fmt: skip
    return moment


def plan(sql: str) -> str:
    """How the database means to find the rows."""
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        cursor.execute(explain + sql.replace("%", "%%"))
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


SCANS = ("Seq Scan on", "SCAN payments_", "SCAN orders_", "TEMP B-TREE", "Sort Key")


def test_a_sweep_over_a_hundred_thousand_attempts_reads_what_is_due_by_index(
    many: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "gateway", lambda method: None)
    with CaptureQueriesContext(connection) as seen:
        tracemalloc.start()
        assert sweep.ask_open_attempts(many) == sweep.BATCH
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 8 * 1024 * 1024
    queries = {
        sql.split(" WHERE ")[0]: sql for sql in (query["sql"] for query in seen) if sql[:6] in ("SELECT", "UPDATE")
    }
    plans = [plan(sql) for sql in queries.values()]
    assert "payment_to_query" in plans[0]
    assert not [text for text in plans if any(scan in text for scan in SCANS)]


def test_the_expiry_of_a_hundred_thousand_orders_reads_a_batch_by_index(
    many: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "_expire", lambda order, moment: 1)
    with CaptureQueriesContext(connection) as seen:
        assert closing.expire_due(many) == closing.BATCH
    text = plan(seen[0]["sql"])
    assert "order_awaiting" in text and not any(scan in text for scan in SCANS)


@pytest.fixture
def unlogged() -> Iterator[None]:
    """No log lines, for pytest keeps a copy of each."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def test_ten_thousand_notifications_leave_nothing_in_memory(paid: Payment, unlogged: None) -> None:
    """Without the test client, which remembers each request that it sent."""
    body, counts, shop = told(paid), [], BaseHandler()
    shop.load_middleware()
    for _ in range(2):
        for _ in range(5000):
            request = RequestFactory().post("/payments/alipay/notify/", body, content_type=FORM)
            assert shop.get_response(request).content == b"success"
        gc.collect()
        counts.append(len(gc.get_objects()))
    assert counts[1] - counts[0] < 500, counts
