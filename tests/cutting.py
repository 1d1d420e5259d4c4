"""A shop whose connection to the database breaks at a named point, once: ``gunicorn tests.cutting``.

The file ``cut`` in the data folder names the point: ``begin``, ``update``, ``commit``, or ``committed``, where the
database has done it and its answer is lost. On PostgreSQL the server really ends the session.
"""

import os
from collections.abc import Callable
from typing import Any

import psycopg
from django.conf import settings
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from config.wsgi import application
from tests import lone

__all__ = ["application"]

_commit, _set_autocommit = BaseDatabaseWrapper.commit, BaseDatabaseWrapper.set_autocommit


def point(name: str) -> None:
    """Breaks the connection if the file names this point. What was under way then fails by itself on PostgreSQL."""
    order = settings.DATA_DIR / "cut"
    if not order.exists() or order.read_text() != name:
        return
    order.unlink()
    if connection.vendor == "postgresql":
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
        if name == "committed":
            connection.cursor().execute("SELECT 1")  # finds the session ended, as the answer to COMMIT would have
    else:
        raise OperationalError("the connection broke")


def statement(execute: Callable[..., Any], sql: str, *words: Any) -> Any:
    """The wrapper around every statement."""
    if sql.startswith(("UPDATE", "WITH")) and connection.in_atomic_block:
        point("update")
    return execute(sql, *words)


def set_autocommit(self: BaseDatabaseWrapper, autocommit: bool, *words: Any, **options: Any) -> None:
    """A transaction begins where it is switched off."""
    if not autocommit:
        self.ensure_connection()
        point("begin")
    _set_autocommit(self, autocommit, *words, **options)


def commit(self: BaseDatabaseWrapper) -> None:
    """Around the real one."""
    point("commit")
    _commit(self)
    point("committed")


def watch(sender: object, connection: BaseDatabaseWrapper, **options: object) -> None:
    """Each new connection."""
    connection.execute_wrappers.append(statement)


BaseDatabaseWrapper.set_autocommit = set_autocommit  # type: ignore[method-assign]
BaseDatabaseWrapper.commit = commit  # type: ignore[method-assign]
connection_created.connect(watch)
lone.open_up((settings.DATA_DIR / "cut").exists)
