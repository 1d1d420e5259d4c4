"""Stacks on copies of one stocked database."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.stack import Database, Stack


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
