"""Backup and restore as docs/operating.md tells them, on either engine."""

import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tests.stack import Stack
from tools.postgres import program


def back_up(stack: Stack, to: Path) -> None:
    """While the shop serves."""
    url = stack.environment["DATABASE_URL"]
    if url:
        _run(["pg_dump", "--format=custom", f"--file={to}", url])
        return
    with closing(sqlite3.connect(stack.folder / "db.sqlite3")) as lite:
        lite.execute(f"VACUUM INTO '{to}'")


def restore(stack: Stack, saved: Path) -> None:
    """While the shop stands still."""
    url = stack.environment["DATABASE_URL"]
    if url:
        _run(["pg_restore", "--clean", "--if-exists", "--exit-on-error", f"--dbname={url}", str(saved)])
        return
    for rest in ("db.sqlite3-wal", "db.sqlite3-shm"):
        (stack.folder / rest).unlink(missing_ok=True)
    shutil.copy(saved, stack.folder / "db.sqlite3")


def _run(command: Sequence[str]) -> None:
    done = subprocess.run([str(program(command[0])), *command[1:]], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
