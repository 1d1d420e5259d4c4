"""A migration operation that indexes the words of a table: FTS5 tables on SQLite, on PostgreSQL tsvector columns, each
with a function that gives the keys of the rows that have words, the highest first.

The columns hold words that are cut and folded already (``search_words``), joined by single blanks: the databases
only split at blanks and so find the same. SQLite's triggers keep its FTS5 tables in step with the rows; a later
migration that makes SQLite rebuild the table (AlterField) drops them: it must apply this operation again.
Each column has an FTS5 table of its own, so that looking for a name does not read the places of words in other texts.
"""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# The tokenizer ``ascii`` leaves all of Unicode alone; ``detail=none`` keeps no positions, which nobody asks for.
SQLITE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS {fts} USING fts5({column}, content='{table}', content_rowid='{key}', "
    "tokenize='ascii', detail='none', columnsize=0)",
    "CREATE TRIGGER IF NOT EXISTS {fts}_insert AFTER INSERT ON {table} BEGIN {add}; END",
    "CREATE TRIGGER IF NOT EXISTS {fts}_update AFTER UPDATE ON {table} BEGIN {drop}; {add}; END",
    "CREATE TRIGGER IF NOT EXISTS {fts}_delete AFTER DELETE ON {table} BEGIN {drop}; END",
    "INSERT INTO {fts}({fts}) VALUES ('rebuild')",
)
SQLITE_ADD = "INSERT INTO {fts}(rowid, {column}) VALUES (new.{key}, new.{column})"
SQLITE_DROP = "INSERT INTO {fts}({fts}, rowid, {column}) VALUES ('delete', old.{key}, old.{column})"
SQLITE_GONE = (
    "DROP TRIGGER IF EXISTS {fts}_insert", "DROP TRIGGER IF EXISTS {fts}_update", "DROP TRIGGER IF EXISTS {fts}_delete",
    "DROP TABLE IF EXISTS {fts}",
)  # fmt: skip
# Rows without their words are short: the target keeps those out of the page, so that a common word reads few pages.
# The function has but one plan left, by the index of words: left to guess, PostgreSQL reads all rows for common ones.
POSTGRESQL = (
    "ALTER TABLE {table} SET (toast_tuple_target = 128)",
    "ALTER TABLE {table} DROP COLUMN IF EXISTS {column}_vector",
    "ALTER TABLE {table} ADD COLUMN {column}_vector tsvector "
    "GENERATED ALWAYS AS (array_to_tsvector(string_to_array({column}, ' '))) STORED",
    "CREATE INDEX {table}_{column}_vector ON {table} USING gin ({column}_vector)",
    "CREATE OR REPLACE FUNCTION {fts}(asked tsquery, most integer) RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 1000 "
    "SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off AS "
    "'SELECT {key}::bigint FROM {table} WHERE {column}_vector @@ asked ORDER BY {key} DESC LIMIT most'",
)
POSTGRESQL_GONE = (
    "DROP FUNCTION IF EXISTS {fts}",
    "ALTER TABLE {table} DROP COLUMN IF EXISTS {column}_vector",
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
            self._execute(editor, table, POSTGRESQL)
        else:
            for statement in SQLITE_GONE:  # all columns once shared one
                editor.execute(statement.format(fts=f"{table}_fts"))
            self._execute(editor, table, SQLITE)

    def database_backwards(
        self, app_label: str, editor: BaseDatabaseSchemaEditor, before: ProjectState, after: ProjectState
    ) -> None:
        gone = POSTGRESQL_GONE if editor.connection.vendor == "postgresql" else SQLITE_GONE
        self._execute(editor, self._table(app_label, before), gone)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [self.model, self.key, self.columns], {}

    def describe(self) -> str:
        return f"Indexes the words of {self.model}"

    def _execute(self, editor: BaseDatabaseSchemaEditor, table: str, statements: Sequence[str]) -> None:
        for column in self.columns:
            names = {"table": table, "key": self.key, "column": column, "fts": f"{table}_{column}_fts"}
            add, drop = SQLITE_ADD.format(**names), SQLITE_DROP.format(**names)
            for statement in statements:
                editor.execute(statement.format(**names, add=add, drop=drop))

    def _table(self, app_label: str, state: ProjectState) -> str:
        return str(state.apps.get_model(app_label, self.model)._meta.db_table)
