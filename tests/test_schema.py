"""After all migrations the database holds every constraint and index that the models name, on both engines."""

import pytest
from django.apps import apps
from django.db import connection

OURS = ("accounts", "content", "orders", "payments", "shop")
TABLES = [model for app in OURS for model in apps.get_app_config(app).get_models() if model._meta.managed]


@pytest.mark.django_db
@pytest.mark.parametrize("model", TABLES, ids=lambda model: model._meta.label)
def test_each_constraint_and_index_of_a_model_is_in_the_database(model: type) -> None:
    meta = model._meta  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        there = connection.introspection.get_constraints(cursor, meta.db_table)
    named = {one.name for one in (*meta.constraints, *meta.indexes)}
    assert named - set(there) == set()


def test_the_attempts_are_among_them() -> None:
    assert "payments.Payment" in {model._meta.label for model in TABLES}
