"""A migration operation that makes a table grow only: the database itself refuses UPDATE and DELETE.

Invariant 9 of the model: journal, ledger, stock movements and events only grow. A later migration that makes SQLite
rebuild such a table (AlterField) drops its triggers: it must have StillAppendOnly before and after.
"""

from typing import Any

from django.db import connections
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

SQLITE = (
    "CREATE TRIGGER IF NOT EXISTS {table}_no_{verb} BEFORE {verb} ON {table}"
    " BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
)
POSTGRESQL_FUNCTION = (
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
)
POSTGRESQL = (
    "CREATE OR REPLACE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
)


class AppendOnly(Operation):
    """Refuses UPDATE and DELETE on ``model``'s table, on SQLite and PostgreSQL alike."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model: str) -> None:
        self.model = model

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The model's state is as it was: triggers are unknown to Django."""

    def database_forwards(
        self, app_label: str, editor: BaseDatabaseSchemaEditor, before: ProjectState, after: ProjectState
    ) -> None:
        vendor = editor.connection.vendor
        if vendor == "postgresql":
            editor.execute(POSTGRESQL_FUNCTION, params=None)  # with none given, its % is no placeholder
        for verb in ("UPDATE", "DELETE"):
            template = POSTGRESQL if vendor == "postgresql" else SQLITE
            editor.execute(template.format(table=self._table(app_label, after), verb=verb))

    def database_backwards(
        self, app_label: str, editor: BaseDatabaseSchemaEditor, before: ProjectState, after: ProjectState
    ) -> None:
        table = self._table(app_label, before)
        suffix = f" ON {table}" if editor.connection.vendor == "postgresql" else ""
        for verb in ("UPDATE", "DELETE"):
            editor.execute(f"DROP TRIGGER {table}_no_{verb}{suffix}")

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [self.model], {}

    def describe(self) -> str:
        return f"Makes {self.model} append-only"

    def _table(self, app_label: str, state: ProjectState) -> str:
        return str(state.apps.get_model(app_label, self.model)._meta.db_table)


class StillAppendOnly(AppendOnly):
    """Around a change for which SQLite rebuilds the table: whichever way the migration goes, the last one counts."""

    def database_backwards(
        self, app_label: str, editor: BaseDatabaseSchemaEditor, before: ProjectState, after: ProjectState
    ) -> None:
        self.database_forwards(app_label, editor, before, after)


def protected_tables(alias: str = "default") -> list[str]:
    """The tables that refuse changes in this database, for ``check_money``."""
    with connections[alias].cursor() as cursor:
        if connections[alias].vendor == "postgresql":
            cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%_no_update'")
        else:
            cursor.execute(
                "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_no_UPDATE'"
            )
        return sorted(row[0] for row in cursor.fetchall())
