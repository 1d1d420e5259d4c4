"""``python -m bench``: prints a table of CPU per request, on SQLite and PostgreSQL, over that of an empty view."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.load import Batch, Request, Server, cpu_seconds, send
from bench.notices import Notices, instant_notice, open_notice, start_gateway
from bench.scenes import Scenes
from payments.alipay import sandbox
from tests.stack import GUNICORN, ROOT, Database, Stack, free_port, manage
from tools.postgres import Cluster, program

PREPARE = [["manage.py", "migrate", "-v0"], ["manage.py", "seed_demo", "--orders", "0", "--products", "100"]]
RESTOCK = "from shop.models import Variant\nfor v in Variant.objects.all(): v.adjust(100_000, reason='bench')"
WARM_UP = 40
Row = tuple[Server, Callable[[int], Batch]]


class Yardstick:
    """The empty view, served as the shop is."""

    def __init__(self) -> None:
        port = free_port()
        command = [sys.executable, "-m", "gunicorn", *GUNICORN, "--bind", f"127.0.0.1:{port}", "bench.wsgi"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.server = Server(port, [self.process.pid])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def cost(server: Server, batch: Batch) -> float:
    """CPU milliseconds for each of the batch's requests."""
    before = cpu_seconds(server.pids)
    send(server.port, batch)
    return (cpu_seconds(server.pids) - before) * 1000 / len(batch)


def measure(rows: Mapping[str, Row], empty: Server, rounds: int, count: int) -> dict[str, list[float]]:
    """For every row its milliseconds and its ratio, medians over the rounds; the empty view runs before each row."""
    table: dict[str, list[tuple[float, float]]] = {}
    for number in range(rounds + 1):
        for name, (server, make) in rows.items():
            batch = make(count if number else WARM_UP)
            floor = cost(empty, [Request("/")] * count)
            spent = cost(server, batch)
            if number:
                table.setdefault(name, []).append((spent, spent / floor))
    return {name: [median(column) for column in zip(*measured, strict=True)] for name, measured in table.items()}


def run(url: str, database: list[int], given: argparse.Namespace) -> dict[str, list[float]]:
    """One engine: a stocked shop and the yardsticks, each with a database of its own, measured and removed."""
    os.environ["DATABASE_URL"] = url
    folder = Path(tempfile.mkdtemp(prefix="jidao-bench-"))
    notices = str((given.rounds * given.count + WARM_UP) // 2)
    with ExitStack() as clean:
        clean.callback(shutil.rmtree, folder, ignore_errors=True)
        template = Database(folder, [*PREPARE, ["manage.py", "shell", "-v0", "-c", RESTOCK]])
        clean.callback(template.drop)
        empty = Yardstick()
        clean.callback(empty.stop)
        minimal = clean.enter_context(Stack(template, folder / "minimal", wsgi="bench.minimal"))
        shop = clean.enter_context(Stack(template, folder / "shop", env={"ALIPAY_INSTANT_GATEWAY": start_gateway()}))
        rows = pages(shop, database) | notifications(shop, minimal, database, notices)
        chosen = {name: row for name, row in rows.items() if given.only in name}
        return measure(chosen, empty.server, given.rounds, given.count)


def server_of(stack: Stack, database: list[int]) -> Server:
    """The stack's own processes and the database's."""
    return Server(stack.port, [child.pid for child in stack.children] + database)


def pages(shop: Stack, database: list[int]) -> dict[str, Row]:
    """What shoppers do."""
    server = server_of(shop, database)
    return {name: (server, make) for name, make in Scenes(shop.url).all().items()}


def notifications(shop: Stack, minimal: Stack, database: list[int], count: str) -> dict[str, Row]:
    """What Alipay tells, to the shop and to the minimal handler."""
    rows: dict[str, Row] = {}
    for name, stack, notices in (
        ("minimal handler", minimal, told(minimal, "/", "bench.minimal", count)),
        ("alipay", shop, told(shop, "/payments/alipay/notify/", "bench.orders", "alipay", count)),
        (
            "alipay-instant",
            shop,
            told(shop, "/payments/alipay-instant/notify/", "bench.orders", "alipay-instant", count),
        ),
    ):
        rows[f"notification, first: {name}"] = server_of(stack, database), notices.first
        rows[f"notification, repeated: {name}"] = server_of(stack, database), notices.repeated
    return rows


def placed(shop: Stack, method: str, count: str) -> Notices:
    """Notifications of ``method`` for so many orders placed now."""
    return told(shop, f"/payments/{method}/notify/", "bench.orders", method, count)


def told(stack: Stack, path: str, *command: str) -> Notices:
    """Notifications to ``path`` of all attempts that ``command`` prints."""
    keys = sandbox.demo_keys(stack.folder / "simulator" / "keys")
    tell = instant_notice if "alipay-instant" in command else open_notice(keys)
    return Notices(path, manage(["-m", *command], stack.environment).splitlines(), tell)


def main() -> None:
    """Measures both engines where both are there, and prints the table."""
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="rows whose name holds this word")
    parser.add_argument("--count", type=int, default=200, help="requests a batch")
    given = parser.parse_args()
    columns = {"SQLite": run("", [], given)}
    if program("initdb"):
        cluster = Cluster()
        with cluster as url:
            columns["PostgreSQL"] = run(url, [cluster.server.pid], given)
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
