"""``test``: the whole suite on SQLite and on a throw-away PostgreSQL, with a gate on coverage. Nothing is skipped."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

from tools import components, quality, venv
from tools.console import ROOT, fail, run, say, step
from tools.postgres import Cluster

GATE = 95
COVERAGE = ("--cov", "--cov-report=")
# They keep nothing in the shop's database: one run over them says all.
WITHOUT_DATABASE = ("--deselect=payments/alipay/", "--deselect=simulator/")


def test(words: Sequence[str]) -> None:
    """Ends 0 only if every check and every test ran and passed."""
    began = time.monotonic()
    python = venv.ensure(venv.EVERYTHING)
    components.ensure()
    quality.check([])
    for old in ROOT.glob(".coverage*"):
        old.unlink()
    with Cluster() as url:
        lite = {"DATABASE_URL": "", "CHROMIUM": components.browser() or ""}
        well = [
            step("tests on SQLite", pytest(python, *COVERAGE, *words), lite),
            step(
                "tests on PostgreSQL",
                pytest(python, "-m", "not browser and not once", *WITHOUT_DATABASE, *words),
                {"DATABASE_URL": url},
            ),
        ]
    if not all(well):
        fail("tests failed")
    report(python)
    say(f"test: all is well, after {time.monotonic() - began:.0f} s")


def pytest(python: Path, *words: str) -> list[str | Path]:
    """One run over all tests, on two cores; files stay whole because they share running shops.

    In the order of ``testpaths``, where the long files stand first: at the end no core waits for the other.
    """
    workers = str(min(4, os.cpu_count() or 2))
    # Without a worker that died the run ends; with a new one in its place xdist may wait for ever.
    whole = ("--dist", "loadfile", "--no-loadscope-reorder", "--max-worker-restart=0")
    return [python, "-m", "pytest", "-n", workers, *whole, *words]


def report(python: Path) -> None:
    """The gate: what handles orders and money is covered, branches counted."""
    coverage: list[str | Path] = [python, "-m", "coverage", "report", "--precision=1", "--skip-covered"]
    run([*coverage, "--include=orders/*,payments/*", f"--fail-under={GATE}"])
