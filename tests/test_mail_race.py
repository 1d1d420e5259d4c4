"""Four workers empty one outbox at once: every mail goes out, and none twice."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orders.tests.postbox import Postbox, postbox
from tests.stack import ROOT, Database, manage

WORKERS, MAILS = 4, 6
Race = Callable[..., list[str]]


@pytest.fixture
def box() -> Iterator[Postbox]:
    """A mail server that takes nothing until every worker has a mail in hand."""
    with postbox() as server:
        yield server


@pytest.fixture
def race(database: Database, tmp_path: Path, box: Postbox) -> Race:
    """Runs the workers against each other; the names of all mails that arrived."""
    environment = database.copy(tmp_path / "data") | {
        "EMAIL_URL": f"smtp://127.0.0.1:{box.port}",
        "EMAIL_TIMEOUT": "60",
    }
    manage(["-m", "tests.dying_mail", ",".join(["write"] * MAILS)], environment)
    box.gate_of(WORKERS)

    def run(*broken: str) -> list[str]:
        command = [sys.executable, "-m", "tests.dying_mail", "to-the-end", *broken]
        workers = [subprocess.Popen(command, cwd=ROOT, env=os.environ | environment) for _ in range(WORKERS)]
        assert [worker.wait() for worker in workers] == [0] * WORKERS
        return box.names

    return run


def test_no_mail_is_sent_twice(race: Race) -> None:
    names = race()
    assert (len(names), len(set(names))) == (MAILS, MAILS)


def test_the_race_catches_workers_without_a_lease(race: Race) -> None:
    names = race("no_lease")
    assert len(names) > len(set(names)) == MAILS
