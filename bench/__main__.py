"""``python -m bench``: prints a table of CPU per request, on SQLite and PostgreSQL, over that of an empty view."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.load import Request, cpu_seconds, send
from bench.scenes import Scenes, start_gateway
from tests.stack import GUNICORN, ROOT, Database, Stack, free_port
from tools.postgres import Cluster, program

PREPARE = [["manage.py", "migrate", "-v0"], ["manage.py", "seed_demo", "--orders", "0", "--products", "100"]]
RESTOCK = "from shop.models import Variant\nfor v in Variant.objects.all(): v.adjust(100_000, reason='bench')"
WARM_UP = 40


class Yardstick:
    """The empty view, served as the shop is."""

    def __init__(self) -> None:
        self.port = free_port()
        bind = f"127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "gunicorn", *GUNICORN, "--bind", bind, "bench.wsgi"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def cost(port: int, pids: list[int], batch: list[Request]) -> float:
    """CPU milliseconds for each of the batch's requests."""
    before = cpu_seconds(pids)
    send(port, batch)
    return (cpu_seconds(pids) - before) * 1000 / len(batch)


def measure(stack: Stack, yardstick: Yardstick, database: list[int], rounds: int, count: int) -> dict[str, list[float]]:
    """For every row its milliseconds and its ratio, medians over the rounds; the yardstick runs before each row."""
    scenes = Scenes(stack.url)
    pids = [child.pid for child in stack.children] + database
    table: dict[str, list[tuple[float, float]]] = {}
    for number in range(rounds + 1):
        for name, make in scenes.all().items():
            batch = make(count if number else WARM_UP)
            empty = cost(yardstick.port, [yardstick.process.pid], [Request("/")] * count)
            spent = cost(scenes.port, pids, batch)
            if number:
                table.setdefault(name, []).append((spent, spent / empty))
    return {name: [median(column) for column in zip(*rows, strict=True)] for name, rows in table.items()}


def run(url: str, database: list[int], rounds: int, count: int) -> dict[str, list[float]]:
    """One engine: a stocked shop of its own, measured and removed."""
    os.environ["DATABASE_URL"] = url
    folder = Path(tempfile.mkdtemp(prefix="jidao-bench-"))
    with ExitStack() as clean:
        clean.callback(shutil.rmtree, folder, ignore_errors=True)
        template = Database(folder, [*PREPARE, ["manage.py", "shell", "-v0", "-c", RESTOCK]])
        clean.callback(template.drop)
        yardstick = Yardstick()
        clean.callback(yardstick.stop)
        env = {"ALIPAY_INSTANT_GATEWAY": start_gateway()}
        stack = clean.enter_context(Stack(template, folder / "shop", env=env))
        return measure(stack, yardstick, database, rounds, count)


def main() -> None:
    """Measures both engines where both are there, and prints the table."""
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=200, help="requests a batch")
    given = parser.parse_args()
    columns = {"SQLite": run("", [], given.rounds, given.count)}
    if program("initdb"):
        cluster = Cluster()
        with cluster as url:
            columns["PostgreSQL"] = run(url, [cluster.server.pid], given.rounds, given.count)
    report(columns)


def report(columns: dict[str, dict[str, list[float]]]) -> None:
    """A table for humans and for Markdown."""
    print("| CPU per request | " + " | ".join(f"{engine}, × empty view | ms" for engine in columns) + " |")
    print("|---|" + "---:|---:|" * len(columns))
    for name in columns["SQLite"]:
        cells = [f"{ratio:.1f} | {spent:.2f}" for spent, ratio in (column[name] for column in columns.values())]
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
