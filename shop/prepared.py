"""Statements for single rows, written once and kept, for the two roads on which most work is done: order and money.

The ORM builds the text of a statement anew each time, which costs three to ten times as much as running it. These do
what ``save(force_insert=True)``, ``save(update_fields=…)`` and ``get()`` do, without signals, and mean the same rows.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeAlias, TypeVar

from django.db import connection
from django.db.models import Field, Model

AnyField: TypeAlias = "Field[Any, Any]"
M = TypeVar("M", bound=Model)
PROBE = "0"


def insert(row: Model, *, unless_there: bool = False) -> bool:
    """Inserts a new row and gives it its key; False where ``unless_there`` found one that must be unique.

    The rows that it refers to must have their keys.
    """
    with connection.cursor() as cursor:
        cursor.execute(_insert(type(row), unless_there), _values(row, _inserted(type(row)), new=True))
        key = cursor.fetchone()
    if key is None:
        return False
    row.pk, row._state.adding, row._state.db = key[0], False, connection.alias
    return True


def update(row: Model, *names: str, **before: Any) -> bool:
    """Writes these columns of ``row`` where the row in the database is still as ``before`` says; else False."""
    model = type(row)
    given = [_prepared(_field(model, name), value) for name, value in before.items()]
    values = _values(row, [_field(model, name) for name in names], new=False)
    with connection.cursor() as cursor:
        cursor.execute(_update(model, names, tuple(before)), [*values, row.pk, *given])
        return bool(cursor.rowcount)


def fetch(model: type[M], *, lock: bool = False, **key: Any) -> list[M]:
    """The rows with this key, locked until the end of the transaction if asked."""
    sql, names, convert = _select(model, tuple(key), lock, connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(sql, list(key.values()))
        found = cursor.fetchall()
    return [model.from_db(connection.alias, names, convert(row)) for row in found]


def _values(row: Model, fields: Sequence[AnyField], *, new: bool) -> list[Any]:
    return [_prepared(field, field.pre_save(row, new)) for field in fields]


def _prepared(field: AnyField, value: Any) -> Any:
    return field.get_db_prep_save(value, connection)


def _field(model: type[Model], name: str) -> AnyField:
    field: AnyField = model._meta.get_field(name)  # type: ignore[assignment]
    return field


@cache
def _inserted(model: type[Model]) -> list[AnyField]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


@cache
def _insert(model: type[Model], unless_there: bool) -> str:
    columns = [_column(field) for field in _inserted(model)]
    marks = ", ".join(["%s"] * len(columns))
    rest = f"{'ON CONFLICT DO NOTHING ' if unless_there else ''}RETURNING {_column(model._meta.pk)}"
    return f"INSERT INTO {_table(model)} ({', '.join(columns)}) VALUES ({marks}) {rest}"  # noqa: S608


@cache
def _update(model: type[Model], names: tuple[str, ...], before: tuple[str, ...]) -> str:
    changes = ", ".join(f"{_column(_field(model, name))} = %s" for name in names)
    where = [f"{_column(field)} = %s" for field in (model._meta.pk, *(_field(model, name) for name in before))]
    return f"UPDATE {_table(model)} SET {changes} WHERE {' AND '.join(where)}"  # noqa: S608


@cache
def _select(
    model: type[Model], key: tuple[str, ...], lock: bool, vendor: str
) -> tuple[str, list[str], Callable[[Sequence[Any]], Sequence[Any]]]:
    """The text of the ORM's own statement, the fields it reads, and what makes Python values of a row."""
    rows = model._base_manager.filter(**dict.fromkeys(key, PROBE))
    compiler = (rows.select_for_update() if lock else rows).query.get_compiler(connection=connection)
    sql, _ = compiler.as_sql()
    converters = compiler.get_converters([column for column, *_ in compiler.select])

    def convert(row: Sequence[Any]) -> Sequence[Any]:
        return next(iter(compiler.apply_converters([row], converters))) if converters else row

    return sql, [field.attname for field in model._meta.concrete_fields], convert


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _column(field: Any) -> str:
    return connection.ops.quote_name(field.column)
