"""docs/threats.md names tests; they exist, and no row is forgotten."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| ([A-Z]\d+) \| (.*) \|$", TEXT, re.MULTILINE))
NAMED = re.findall(r"`([\w/]+\.py)` `(test_\w+)`", TEXT)
ALL = {
    "A": (1, 2, 11, 12, 14, 15, 17, 18, 19, 20, 21, 22), "B": (1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 14, 15),
    "R": (1, 2, 6, 7, 8, 9), "N": (1, 2, 3, 4, 6, 7, 9, 10), "M": (1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 14),
    "P": (1, 5, 6, 7, 8, 9), "S": (2, 3, 5, 6, 7, 8), "K": (2, 3),
}  # fmt: skip


@pytest.mark.parametrize("kind", ALL)
def test_every_row_has_its_tests(kind: str) -> None:
    wanted = {f"{kind}{number:02}" for number in ALL[kind]}
    assert {row for row in ROWS if row[0] == kind} == wanted
    assert all("`test_" in ROWS[row] for row in wanted)


@pytest.mark.parametrize(("file", "name"), sorted(set(NAMED)))
def test_a_test_that_is_named_exists(file: str, name: str) -> None:
    assert re.search(rf"^def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
