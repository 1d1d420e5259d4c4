"""Four processes allot 500 order numbers each, all at once: no number comes twice and none can be guessed."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.stack import ROOT, Database

PROCESSES, EACH = 4, 500
# Suffixes fall into 100 equal bins; beyond this χ² (99 degrees of freedom) chance is less than one in 10^7.
CHI_SQUARE_BOUND = 189.0


def allot(database: Database, folder: Path, *options: str) -> list[tuple[str, str]]:
    """(serial, number) of every allotment of the race."""
    environment = {**os.environ, **database.copy(folder)}
    command = [sys.executable, "-m", "tests.allotting", str(EACH), *options]
    running = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    printed = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0] * PROCESSES
    pairs = [line.split() for text in printed for line in text.splitlines()]
    return [(serial, number) for serial, number in pairs]


def chi_square(suffixes: list[str]) -> float:
    """How far the suffixes are from uniform over 100 bins."""
    bins = Counter(int(suffix) // 10_000 for suffix in suffixes)
    expected = len(suffixes) / 100
    return sum((bins[number] - expected) ** 2 / expected for number in range(100))


@pytest.fixture(scope="module")
def allotted(database: Database, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    return allot(database, tmp_path_factory.mktemp("race") / "data")


@pytest.fixture(scope="module")
def broken(database: Database, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    return allot(database, tmp_path_factory.mktemp("race") / "data", "--broken")


def test_2000_numbers_are_distinct(allotted: list[tuple[str, str]]) -> None:
    assert len({number for _, number in allotted}) == PROCESSES * EACH
    assert len({serial for serial, _ in allotted}) == PROCESSES * EACH


def test_each_has_14_digits_and_begins_with_its_serial(allotted: list[tuple[str, str]]) -> None:
    wrong = [
        number
        for serial, number in allotted
        if not (len(number) == 14 and number.isascii() and number.isdigit() and number.startswith(serial.zfill(8)))
    ]
    assert wrong == []


def test_the_suffix_is_uniform(allotted: list[tuple[str, str]]) -> None:
    assert chi_square([number[8:] for _, number in allotted]) < CHI_SQUARE_BOUND


def test_the_race_catches_the_highest_plus_one(broken: list[tuple[str, str]]) -> None:
    assert len({serial for serial, _ in broken}) < PROCESSES * EACH


def test_the_bound_catches_a_suffix_that_follows_from_the_serial(broken: list[tuple[str, str]]) -> None:
    assert chi_square([number[8:] for _, number in broken]) > CHI_SQUARE_BOUND
