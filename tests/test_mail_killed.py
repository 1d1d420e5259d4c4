"""kill -9 of the worker while a mail is on its way: no mail is lost, and one that goes out twice bears one name."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orders.tests.postbox import Postbox, postbox
from tests.stack import ROOT, Database

Step = Callable[..., int]
DIED = -signal.SIGKILL


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox() as server:
        yield server


@pytest.fixture
def step(database: Database, tmp_path: Path, box: Postbox) -> Step:
    """Runs one step in a process of its own; its status."""
    server = {"EMAIL_URL": f"smtp://127.0.0.1:{box.port}"}
    environment = os.environ | database.copy(tmp_path / "data") | server

    def run(*words: str) -> int:
        return subprocess.run([sys.executable, "-m", "tests.dying_mail", *words], cwd=ROOT, env=environment).returncode

    assert run("write") == 0
    return run


def test_killed_before_the_server_has_it(step: Step, box: Postbox) -> None:
    assert (step("before-sending"), len(box.names)) == (DIED, 0)
    assert (step("to-the-end"), len(box.names)) == (0, 0), "another worker did not wait for the lease to end"
    assert step("wait,to-the-end,to-the-end") == 0
    assert len(box.names) == 1


def test_killed_before_it_is_noted(step: Step, box: Postbox) -> None:
    assert (step("after-sending"), len(box.names)) == (DIED, 1)
    assert step("wait,to-the-end,wait,to-the-end") == 0
    assert len(box.names) == 2 and len(set(box.names)) == 1


def test_the_kill_catches_an_outbox_that_notes_first(step: Step, box: Postbox) -> None:
    assert step("before-sending", "note_first") == DIED
    assert step("wait,to-the-end", "note_first") == 0
    assert box.names == [], "it was lost"


def test_the_kill_catches_mails_that_are_named_as_they_are_sent(step: Step, box: Postbox) -> None:
    assert step("after-sending", "named_anew") == DIED
    assert step("wait,to-the-end", "named_anew") == 0
    assert len(set(box.names)) == 2, "a mail program would show both"
