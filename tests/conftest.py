"""Stacks on copies of one stocked database, and a browser to shop with."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.stack import Database, Stack

QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser of this machine."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Migrated and stocked with the goods of tests/goods.py."""
    made = Database(
        tmp_path_factory.mktemp("goods"), [["manage.py", "migrate", "-v0", "--skip-checks"], ["-m", "tests.goods"]]
    )
    yield made
    made.drop()


@pytest.fixture
def start(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Stack]]:
    """Starts a shop of its own for a test: ``start(wsgi=…, worker=…)``."""
    with ExitStack() as stacks:

        def make(**options: Any) -> Stack:
            folder = tmp_path_factory.mktemp("stack") / "data"
            return stacks.enter_context(Stack(database, folder, **options))

        yield make
