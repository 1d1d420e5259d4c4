"""A migration operation that indexes the words of a table: an FTS5 table on SQLite, tsvector columns on PostgreSQL.

The columns hold words that are cut and folded already (``search_words``), joined by single blanks: the databases
only split at blanks and so find the same. SQLite's triggers keep its FTS5 table in step with the rows; a later
migration that makes SQLite rebuild the table (AlterField) drops them: it must apply this operation again.
"""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# The tokenizer ``ascii`` leaves all of Unicode alone; ``detail=column`` keeps no positions, which nobody asks for.
SQLITE = (
    "CREATE VIRTUAL TABLE {table}_fts USING fts5({columns}, content='{table}', content_rowid='{key}', "
    "tokenize='ascii', detail='column', columnsize=0)",
    "CREATE TRIGGER {table}_fts_insert AFTER INSERT ON {table} BEGIN {add}; END",
    "CREATE TRIGGER {table}_fts_update AFTER UPDATE ON {table} BEGIN {drop}; {add}; END",
    "CREATE TRIGGER {table}_fts_delete AFTER DELETE ON {table} BEGIN {drop}; END",
)
SQLITE_ADD = "INSERT INTO {table}_fts(rowid, {columns}) VALUES (new.{key}, {new})"
SQLITE_DROP = "INSERT INTO {table}_fts({table}_fts, rowid, {columns}) VALUES ('delete', old.{key}, {old})"
POSTGRESQL = (
    "ALTER TABLE {table} ADD COLUMN {column}_vector tsvector "
    "GENERATED ALWAYS AS (array_to_tsvector(string_to_array({column}, ' '))) STORED",
    "CREATE INDEX {table}_{column}_vector ON {table} USING gin ({column}_vector)",
)


class FullText(Operation):
    """Indexes the words in ``columns`` of ``model``'s table; ``key`` is a unique whole number of a row."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model: str, key: str, columns: Sequence[str]) -> None:
        self.model, self.key, self.columns = model, key, columns

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The model's state is as it was: the index is unknown to Django."""

    def database_forwards(
        self, app_label: str, editor: BaseDatabaseSchemaEditor, before: ProjectState, after: ProjectState
    ) -> None:
        table = self._table(app_label, after)
        if editor.connection.vendor == "postgresql":
            statements = [sql.format(table=table, column=column) for column in self.columns for sql in POSTGRESQL]
        else:
            statements = self._for_sqlite(table)
        for statement in statements:
            editor.execute(statement)

    def database_backwards(
        self, app_label: str, editor: BaseDatabaseSchemaEditor, before: ProjectState, after: ProjectState
    ) -> None:
        table = self._table(app_label, before)
        if editor.connection.vendor == "postgresql":
            drops = [f"ALTER TABLE {table} DROP COLUMN {column}_vector" for column in self.columns]
        else:
            drops = [f"DROP TRIGGER {table}_fts_{verb}" for verb in ("insert", "update", "delete")]
            drops.append(f"DROP TABLE {table}_fts")
        for drop in drops:
            editor.execute(drop)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [self.model, self.key, self.columns], {}

    def describe(self) -> str:
        return f"Indexes the words of {self.model}"

    def _for_sqlite(self, table: str) -> list[str]:
        names = {
            "table": table, "key": self.key, "columns": ", ".join(self.columns),
            "new": ", ".join(f"new.{column}" for column in self.columns),
            "old": ", ".join(f"old.{column}" for column in self.columns),
        }  # fmt: skip
        add, drop = SQLITE_ADD.format(**names), SQLITE_DROP.format(**names)
        return [sql.format(**names, add=add, drop=drop) for sql in SQLITE]

    def _table(self, app_label: str, state: ProjectState) -> str:
        return str(state.apps.get_model(app_label, self.model)._meta.db_table)
