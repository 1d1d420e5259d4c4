"""Statements for single rows, written once and kept, for the two roads on which most work is done: order and money.

The ORM builds the text of a statement anew each time, which costs three to ten times as much as running it. These do
what ``save(force_insert=True)``, ``save(update_fields=…)`` and ``get()`` do, without signals, and mean the same rows.
On PostgreSQL the server keeps them too, and ``together`` sends many in one round trip (docs/decisions/0008).
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from functools import cache, partial
from typing import Any, NamedTuple, TypeAlias, TypeVar

import psycopg
from django.db import connection
from django.db.models import Field, Model

AnyField: TypeAlias = "Field[Any, Any]"
M = TypeVar("M", bound=Model)
PROBE = "0"
# Both drivers take their Python values as they are; to ask the field each time takes longer than the statement.
PLAIN = frozenset({
    "BigAutoField", "BigIntegerField", "BinaryField", "BooleanField", "CharField", "IntegerField",
    "PositiveIntegerField", "PositiveSmallIntegerField", "TextField",
})  # fmt: skip


class Column(NamedTuple):
    """How a field is written: its attribute, its default, and what makes the driver's value of a Python one."""

    name: str
    default: Callable[[], Any]
    adapt: Callable[[Any], Any] | None

    def of(self, value: Any) -> Any:
        """The value as the driver takes it."""
        return self.adapt(value) if self.adapt else value


class Statement(NamedTuple):
    """A statement to be run together with others."""

    sql: str
    values: Sequence[Any]


def insert(row: Model, *, unless_there: bool = False) -> bool:
    """Inserts a new row and gives it its key; False where ``unless_there`` found one that must be unique.

    The rows that it refers to must have their keys.
    """
    model = type(row)
    values = [column.of(getattr(row, column.name)) for column in _new(model)]
    with _cursor() as cursor:
        cursor.execute(_insert(model, unless_there), values)
        key = cursor.fetchone()
    if key is None:
        return False
    row.pk, row._state.adding, row._state.db = key[0], False, connection.alias
    return True


def update(row: Model, *names: str, **before: Any) -> bool:
    """Writes these columns of ``row`` where the row in the database is still as ``before`` says; else False."""
    written = {column.name: getattr(row, column.name) for column in _columns(type(row), names)}
    statement = changing(type(row), row.pk, before, **written)
    with _cursor() as cursor:
        cursor.execute(statement.sql, statement.values)
        return bool(cursor.rowcount)


def fetch(model: type[M], *, lock: bool = False, **key: Any) -> list[M]:
    """The rows with this key, locked until the end of the transaction if asked."""
    sql, names, convert = _select(model, tuple(key), lock)
    with _cursor() as cursor:
        cursor.execute(sql, list(key.values()))
        found = cursor.fetchall()
    return [model.from_db(connection.alias, names, convert(row)) for row in found]


def changing(model: type[Model], pk: Any, before: dict[str, Any], **values: Any) -> Statement:
    """Writes these columns of the row where it is as ``before`` says."""
    written = [column.of(value) for column, value in zip(_columns(model, tuple(values)), values.values(), strict=True)]
    guard = [column.of(value) for column, value in zip(_columns(model, tuple(before)), before.values(), strict=True)]
    return Statement(_update(model, tuple(values), tuple(before)), [*written, pk, *guard])


def together(statements: Iterable[Statement]) -> list[int]:
    """Runs them in the caller's transaction, on PostgreSQL in one round trip; how many rows each changed."""
    with ExitStack() as stack:
        if connection.vendor == "postgresql":
            stack.enter_context(connection.wrap_database_errors)
            stack.enter_context(connection.connection.pipeline())
        cursors = [_run(statement) for statement in statements]
    return [cursor.rowcount for cursor in cursors]


def _run(statement: Statement) -> Any:
    cursor = _cursor()
    cursor.execute(statement.sql, statement.values)
    return cursor


def _cursor() -> Any:
    """One that leaves the values to the server, so that PostgreSQL can keep the statement; else Django's."""
    if connection.vendor != "postgresql" or connection.queries_logged:
        return connection.cursor()
    connection.ensure_connection()
    cursor: Any = psycopg.Cursor(connection.connection)
    return connection.make_cursor(cursor)


@cache
def _columns(model: type[Model], names: tuple[str, ...]) -> list[Column]:
    return [_column_of(model._meta.get_field(name)) for name in names]


@cache
def _new(model: type[Model]) -> list[Column]:
    """All but the key, which the database makes."""
    return [_column_of(field) for field in model._meta.concrete_fields if not field.primary_key]


def _column_of(field: Any) -> Column:
    kind = (field.target_field if field.is_relation else field).get_internal_type()
    adapt = None if kind in PLAIN else partial(field.get_db_prep_save, connection=connection)
    return Column(field.attname, field.get_default, adapt)


@cache
def _insert(model: type[Model], unless_there: bool) -> str:
    columns = [_quoted(model._meta.get_field(column.name)) for column in _new(model)]
    marks = ", ".join(["%s"] * len(columns))
    text = f"INSERT INTO {_table(model)} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
    text += " ON CONFLICT DO NOTHING" if unless_there else ""
    return f"{text} RETURNING {_quoted(model._meta.pk)}"


@cache
def _update(model: type[Model], names: tuple[str, ...], before: tuple[str, ...]) -> str:
    changes = ", ".join(f"{_quoted(model._meta.get_field(name))} = %s" for name in names)
    where = [f"{_quoted(field)} = %s" for field in (model._meta.pk, *map(model._meta.get_field, before))]
    return f"UPDATE {_table(model)} SET {changes} WHERE {' AND '.join(where)}"  # noqa: S608


@cache
def _select(
    model: type[Model], key: tuple[str, ...], lock: bool
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


def _quoted(field: Any) -> str:
    return connection.ops.quote_name(field.column)
