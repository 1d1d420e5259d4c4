"""Statements for single rows, written once and kept, for the two roads on which most work is done: order and money.

The ORM builds the text of a statement anew each time, which costs three to ten times as much as running it. These do
what ``save(force_insert=True)``, ``save(update_fields=…)`` and ``get()`` do, without signals, and mean the same rows.
On PostgreSQL the server keeps them too, and ``together`` makes one statement of many (docs/decisions/0008).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from functools import cache
from itertools import count
from typing import Any, NamedTuple, TypeAlias, TypeVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, DataError, connection, connections, transaction
from django.db.models import Field, Model
from django.db.models.base import ModelState

AnyField: TypeAlias = "Field[Any, Any]"
M = TypeVar("M", bound=Model)
PROBE = "0"
# Both drivers take their Python values as they are; to ask the field each time takes longer than the statement.
PLAIN = frozenset({
    "BigAutoField", "BigIntegerField", "BinaryField", "BooleanField", "CharField", "IntegerField",
    "PositiveIntegerField", "PositiveSmallIntegerField", "TextField",
})  # fmt: skip
PLAIN_FOR_POSTGRESQL = PLAIN | {"DateTimeField", "DecimalField"}
# In place of a value: the key of the row that the first statement inserts.
FIRST_KEY: Any = object()
AT_EASE = ", set_config('synchronous_commit', 'off', true)"  # for the transaction that this statement is


class NotThere(Exception):
    """A statement that must find a row found none."""


class Column(NamedTuple):
    """How a field is written: its attribute, its default, and what makes the driver's value of a Python one."""

    name: str
    default: Callable[[], Any]
    adapt: Callable[..., Any] | None

    def of(self, value: Any, db: Any) -> Any:
        """The value as the driver takes it."""
        return self.adapt(value, db) if self.adapt and value is not FIRST_KEY else value


class Statement(NamedTuple):
    """A statement to be run together with others; ``must``: it must find a row."""

    sql: str
    values: Sequence[Any]
    must: bool = False


def insert(row: Model, *, unless_there: bool = False, at_ease: bool = False) -> bool:
    """Inserts a new row and gives it its key; False where ``unless_there`` found one that must be unique.

    The rows that it refers to must have their keys. ``at_ease``: nothing hangs on this row, so the disk is not waited
    for; it may be lost where the machine, not the process, dies within the second.
    """
    model, db = type(row), _db()
    at_ease = at_ease and not db.in_atomic_block
    values = [column.of(getattr(row, column.name), db) for column in _new(model)]
    with _unsynced(db) if at_ease else nullcontext():
        keys, _ = _run(db, _insert(model, unless_there, at_ease), values)
    for key, *_ in keys:
        row.pk, row._state.adding, row._state.db = key, False, db.alias
    return bool(keys)


def update(row: Model, *names: str, **before: Any) -> bool:
    """Writes these columns of ``row`` where the row in the database is still as ``before`` says; else False."""
    written = {column.name: getattr(row, column.name) for column in _columns(type(row), names)}
    statement = changing(type(row), row.pk, before, **written)
    _, found = _run(_db(), statement.sql, statement.values)
    return bool(found)


def fetch(model: type[M], *, lock: bool = False, **key: Any) -> list[M]:
    """The rows with this key, locked until the end of the transaction if asked."""
    sql, names, convert = _select(model, tuple(key), lock)
    db = _db()
    found, _ = _run(db, sql, list(key.values()))
    return [_made(model, dict(zip(names, convert(row), strict=True)), db.alias) for row in found]


def find_and_add(
    model: type[M], key: dict[str, Any], like: dict[str, Any], row: Model, owner: str
) -> tuple[M | None, bool]:
    """The row of ``model`` with this key; where it is as ``like`` says, ``row`` is inserted, at ease, as owned by it.

    ``owner`` is the attribute of ``row`` for the other's key. PostgreSQL does both on one journey.
    """
    db = _db()
    if db.vendor == "postgresql":
        return _find_and_add_as_one(db, model, key, like, row, owner)
    found = next(iter(fetch(model, **key)), None)
    if found is None or any(getattr(found, name) != value for name, value in like.items()):
        return found, False
    setattr(row, owner, found.pk)
    return found, insert(row, at_ease=True)


def new(model: type[M], **values: Any) -> M:
    """A row not yet in the database, as its class makes one; ``values`` are named by attribute (``order_id``)."""
    return _made(model, {model._meta.pk.attname: None} | {each.name: each.default() for each in _new(model)} | values)


def adding(model: type[Model], *, unless_there: bool = False, **values: Any) -> Statement:
    """Inserts a row of these values, named by attribute (``order_id``); the others are the fields' defaults."""
    db = _db()
    given = [
        column.of(values[column.name] if column.name in values else column.default(), db) for column in _new(model)
    ]
    return Statement(_insert(model, unless_there), given)


def changing(model: type[Model], pk: Any, before: dict[str, Any], **values: Any) -> Statement:
    """Writes these columns of the row where it is as ``before`` says."""
    db = _db()
    written = [
        column.of(value, db) for column, value in zip(_columns(model, tuple(values)), values.values(), strict=True)
    ]
    guard = [
        column.of(value, db) for column, value in zip(_columns(model, tuple(before)), before.values(), strict=True)
    ]
    return Statement(_update(model, tuple(values), tuple(before)), [*written, pk, *guard])


def together(statements: Sequence[Statement]) -> None:
    """Runs them as one: all is written, or nothing and the caller's transaction can go on.

    Raises NotThere where one that ``must`` finds no row, IntegrityError where a constraint forbids another.
    """
    db = _db()
    run = _as_one if db.vendor == "postgresql" else _in_turn
    alone = db.vendor == "postgresql" and not db.in_atomic_block  # one statement is a transaction of its own
    with nullcontext() if alone else transaction.atomic():
        run(db, statements)


def _in_turn(db: Any, statements: Sequence[Statement]) -> None:
    first = None
    for sql, values, must in statements:
        rows, found = _run(db, sql, [first if value is FIRST_KEY else value for value in values])
        if must and not found:
            raise NotThere
        first = first or (rows or [[None]])[0][0]


def _as_one(db: Any, statements: Sequence[Statement]) -> None:
    values = [value for statement in statements for value in statement.values]
    keys = tuple(place for place, value in enumerate(values) if value is FIRST_KEY)
    text = _one_text(tuple((sql, must) for sql, _, must in statements), keys, numbered=not _watched(db))
    try:
        _run(db, text, [value for value in values if value is not FIRST_KEY], psycopg.RawCursor)
    except DataError as error:
        if isinstance(error.__cause__, psycopg.errors.DivisionByZero):
            raise NotThere from None
        raise


def _find_and_add_as_one(
    db: Any, model: type[M], key: dict[str, Any], like: dict[str, Any], row: Model, owner: str
) -> tuple[M | None, bool]:
    sql = _find_and_add(model, tuple(key), tuple(like), type(row), owner, not db.in_atomic_block)
    values = [each.of(getattr(row, each.name), db) for each in _new(type(row)) if each.name != owner]
    wanted = [each.of(value, db) for each, value in zip(_columns(model, tuple(like)), like.values(), strict=True)]
    found, _ = _run(db, sql, [*key.values(), *values, *wanted])
    if not found:
        return None, False
    _, names, convert = _select(model, tuple(key), False)
    *columns, row.pk = found[0]
    return _made(model, dict(zip(names, convert(columns), strict=True)), db.alias), row.pk is not None


@cache
def _one_text(statements: tuple[tuple[str, bool], ...], keys: tuple[int, ...], numbered: bool) -> str:
    """All of them as parts of one, run as they are counted; to count none where one must be divides by zero.

    PostgreSQL promises no order among parts. In another than today's two settlements could wait for each other, which
    the server finds and ends: the loser's message is sent again.
    """
    place, number = count(), count(1) if numbered else None
    parts = [f"s{at} AS ({_part(sql, place, number, keys)})" for at, (sql, _) in enumerate(statements)]
    counted = [f"(SELECT count(*) FROM s{at})" for at in range(len(parts))]  # noqa: S608
    counted = [f"1 / {found}" if must else found for found, (_, must) in zip(counted, statements, strict=True)]
    return f"WITH {', '.join(parts)} SELECT {', '.join(counted)}"  # noqa: S608


def _part(sql: str, place: Iterator[int], number: Iterator[int] | None, keys: tuple[int, ...]) -> str:
    """The statement with PostgreSQL's own marks for values where they are numbered, and the first one's key."""
    head, *rest = sql.split("%s")
    marks = ("(SELECT * FROM s0)" if next(place) in keys else f"${next(number)}" if number else "%s" for _ in rest)
    text = head + "".join(mark + text for mark, text in zip(marks, rest, strict=True))
    return text if " RETURNING " in text else f"{text} RETURNING 1"


def _made(model: type[M], values: dict[str, Any], alias: str | None = None) -> M:
    """The object as unpickling makes it: its class is not called, which costs more than reading the row."""
    row = model.__new__(model)
    row.__dict__.update(values)
    row._state = ModelState()
    row._state.db, row._state.adding = alias, alias is None
    return row


def _db() -> Any:
    """This thread's connection. ``django.db.connection`` looks for it at each attribute: slower than SQLite."""
    return connections[DEFAULT_DB_ALIAS]


@contextmanager
def _unsynced(db: Any) -> Iterator[None]:
    """SQLite's way of not waiting for the disk; PostgreSQL is told in the statement."""
    if db.vendor != "sqlite":
        yield
        return
    db.ensure_connection()
    db.connection.execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        db.connection.execute("PRAGMA synchronous=FULL")  # as config/settings.py has it


def _run(
    db: Any, sql: str, values: Sequence[Any], kind: Callable[[Any], Any] = psycopg.Cursor
) -> tuple[Sequence[Sequence[Any]], int]:
    """The rows that a statement gives, and how many it found or changed.

    The driver's own cursor leaves the values to the server, so that PostgreSQL can keep the statement; Django's costs
    as much as a small statement. The cursor is closed at once: an open one that is later swept up as garbage, in
    whichever thread, waits for its connection; where that thread has the lock for which that connection waits, both
    stand still.
    """
    if _watched(db):
        with db.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if _gives_rows(sql) else (), cursor.rowcount
    db.ensure_connection()
    db.validate_no_broken_transaction()
    with db.wrap_database_errors, closing(_cursor(db, kind)) as cursor:
        cursor.execute(_marked(sql) if db.vendor == "sqlite" else sql, values)
        return cursor.fetchall() if _gives_rows(sql) else (), cursor.rowcount


def _watched(db: Any) -> bool:
    """Whether somebody counts, reads or wraps the statements, which only Django's cursor allows."""
    return bool(db.queries_logged or db.execute_wrappers)


def _cursor(db: Any, kind: Callable[[Any], Any]) -> Any:
    return db.connection.cursor() if db.vendor == "sqlite" else kind(db.connection)


@cache
def _gives_rows(sql: str) -> bool:
    """Drivers say so too, but psycopg describes every column for it."""
    return sql.startswith(("SELECT ", "WITH ")) or " RETURNING " in sql


@cache
def _marked(sql: str) -> str:
    """With SQLite's own marks for values."""
    return sql.replace("%s", "?")


@cache
def _columns(model: type[Model], names: tuple[str, ...]) -> list[Column]:
    return [_column_of(model._meta.get_field(name)) for name in names]


@cache
def _new(model: type[Model]) -> list[Column]:
    """All but the key, which the database makes."""
    return [_column_of(field) for field in model._meta.concrete_fields if not field.primary_key]


def _column_of(field: Any) -> Column:
    kind = (field.target_field if field.is_relation else field).get_internal_type()
    plain = kind in (PLAIN_FOR_POSTGRESQL if connection.vendor == "postgresql" else PLAIN)
    return Column(field.attname, field.get_default, None if plain else field.get_db_prep_save)


@cache
def _insert(model: type[Model], unless_there: bool, at_ease: bool = False) -> str:
    columns = [_quoted(model._meta.get_field(column.name)) for column in _new(model)]
    marks = ", ".join(["%s"] * len(columns))
    text = f"INSERT INTO {_table(model)} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
    text += " ON CONFLICT DO NOTHING" if unless_there else ""
    returned = f"{text} RETURNING {_quoted(model._meta.pk)}"
    return returned + AT_EASE if at_ease and connection.vendor == "postgresql" else returned


@cache
def _find_and_add(
    model: type[Model], key: tuple[str, ...], like: tuple[str, ...], added: type[Model], owner: str, at_ease: bool
) -> str:
    """``added`` is inserted from what is found, so where nothing fits nothing is."""
    fields = [(each.name, _quoted(added._meta.get_field(each.name))) for each in _new(added)]
    given = ", ".join(_quoted(model._meta.pk) if name == owner else "%s" for name, _ in fields)
    where = " AND ".join(f"{_quoted(model._meta.get_field(name))} = %s" for name in like)
    returned = _quoted(added._meta.pk)
    return (
        f"WITH found AS ({_select(model, key, False)[0]}), "  # noqa: S608
        f"added AS (INSERT INTO {_table(added)} ({', '.join(column for _, column in fields)}) "
        f"SELECT {given} FROM found WHERE {where} RETURNING {returned}{AT_EASE if at_ease else ''}) "
        f"SELECT found.*, (SELECT {returned} FROM added) FROM found"
    )


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
