"""While a new version is put in place, the old one goes on serving on the new tables: no payment is lost by that."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, migrations
from django.db.migrations.loader import MigrationLoader

from orders.models import OutboxMail
from payments.models import Payment
from payments.tests.alipay_double import tell
from payments.tests.factories import PaymentFactory
from payments.tests.open_double import OpenDouble, told
from shop import prepared

pytestmark = pytest.mark.django_db
OURS = ("accounts", "content", "orders", "payments", "shop")
BEFORE = 1  # the migration of an app that nothing older runs on


def added_later() -> list[Any]:
    """The columns that code of an older version does not know, as they are now."""
    known = MigrationLoader(connection).disk_migrations.items()
    found = []
    for (app, name), migration in known:
        for change in migration.operations if app in OURS and int(name[:4]) > BEFORE else []:
            if isinstance(change, migrations.AddField):
                found.append(apps.get_model(app, change.model_name)._meta.get_field(change.name))
    return [field for field in found if not field.many_to_many]


def test_no_column_that_was_added_must_be_known_to_who_writes_a_row() -> None:
    fields = added_later()
    assert {str(field) for field in fields} > {"payments.Payment.product", "orders.OutboxMail.facts"}
    assert [str(field) for field in fields if not (field.null or field.has_db_default())] == []


def test_a_payment_is_settled_by_code_that_does_not_know_the_new_columns(
    platform: OpenDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = {field.attname for field in added_later() if field.model is OutboxMail}
    whole = prepared._new
    prepared._insert.cache_clear()
    monkeypatch.setattr(prepared, "_new", lambda model: [column for column in whole(model) if column.name not in new])
    try:
        assert tell(told(PaymentFactory(method="alipay")), "alipay") == (200, "success")
    finally:
        prepared._insert.cache_clear()
    mail = OutboxMail.objects.get()
    assert (mail.kind, mail.facts, mail.failure, mail.copy) == ("paid", {}, "", 0)


def test_an_attempt_is_made_by_code_that_does_not_know_the_new_columns() -> None:
    attempt = PaymentFactory()
    names = [field.column for field in Payment._meta.concrete_fields if field.name not in ("id", "product")]
    quoted = ", ".join(map(connection.ops.quote_name, names))
    Payment.objects.filter(pk=attempt.pk).update(state=Payment.State.CLOSED)
    fresh = {"out_trade_no": "'99999999999999'", "n": "2"}
    values = ", ".join(fresh.get(name, connection.ops.quote_name(name)) for name in names)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO payments_payment ({quoted}) SELECT {values} FROM payments_payment")  # noqa: S608
    assert Payment.objects.get(n=2).product == ""
