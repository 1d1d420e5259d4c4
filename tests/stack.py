"""A whole shop in real processes: gunicorn with several workers, and what it talks to, on a database of its own."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
GUNICORN = ("--no-control-socket", "--worker-class=gthread", "--workers=2", "--threads=10", "--log-level=warning")
GRACE = 15.0


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Database:
    """A migrated and stocked database from which copies are made, on the engine named by DATABASE_URL."""

    def __init__(self, folder: Path, prepare: Sequence[Sequence[str]], server: str | None = None) -> None:
        self.server = os.environ.get("DATABASE_URL", "") if server is None else server
        self.folder = folder / "template"
        self.folder.mkdir()
        self.created: list[str] = []
        self.name = self._create()
        for command in prepare:
            manage(command, self.environment(self.folder, self.name))

    def copy(self, folder: Path) -> dict[str, str]:
        """A copy of its own for one stack: the environment that names it."""
        shutil.copytree(self.folder, folder)
        return self.environment(folder, self._create(f' TEMPLATE "{self.name}"'))

    def environment(self, folder: Path, name: str) -> dict[str, str]:
        """The variables that lead a process to this copy."""
        url = urlsplit(self.server)._replace(path=f"/{name}").geturl() if self.server else ""
        return {"DATA_DIR": str(folder), "DATABASE_URL": url, "ENV_FILE": os.devnull, "DEMO": "1"}

    def _create(self, options: str = "") -> str:
        name = f"jidao_{uuid.uuid4().hex}"
        if self.server:
            with psycopg.connect(self.server, autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE "{name}"{options}')
            self.created.append(name)
        return name

    def drop(self) -> None:
        """Removes the template and all its copies from the server."""
        for name in reversed(self.created):
            with psycopg.connect(self.server, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def manage(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """Runs Python in the project with this environment and returns what it printed."""
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Stack:
    """``with Stack(...) as stack``: the shop answers at ``stack.url``; all its processes end with the block."""

    def __init__(
        self, database: Database, folder: Path, *, wsgi: str = "config.wsgi", worker: bool = False,
        simulator: bool = False, env: Mapping[str, str] | None = None, before: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.gateway = ""
        self.wsgi, self.worker, self.simulator = wsgi, worker, simulator
        self.environment = {**database.copy(folder), "SITE_URL": self.url, "PYTHONWARNINGS": "ignore", **(env or {})}
        self.children: list[subprocess.Popen[bytes]] = []
        self.workers: list[subprocess.Popen[bytes]] = []
        if before:
            manage(before, self.environment)

    def __enter__(self) -> "Stack":
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self) -> None:
        if self.simulator:
            port = free_port()
            self.gateway = f"http://127.0.0.1:{port}"
            self.environment["SIMULATOR_PORT"] = str(port)
            options = ("--port", str(port), "--speed", "600", "--data", str(self.folder / "simulator"))
            self._spawn("simulator", "-m", "simulator", *options)
            self._wait(f"{self.gateway}/sim/")
        if self.worker:
            self.hire()
        self.open()

    def hire(self, *program: str) -> None:
        """Starts a worker, the first or one more; ``program`` names another than the shop's own."""
        words = program or ("manage.py", "worker")
        self.workers.append(self._spawn(f"worker{len(self.workers)}", *words))

    def bury(self, worker: "subprocess.Popen[bytes]") -> None:
        """Kills a worker without a farewell."""
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        self.children.remove(worker)

    def open(self) -> None:
        """Starts the shop itself, at first or again."""
        self.shop = self._spawn("shop", "-m", "gunicorn", *GUNICORN, "--bind", f"127.0.0.1:{self.port}", self.wsgi)
        self._wait(f"{self.url}/healthz")

    def shut(self) -> None:
        """Ends the shop; what it talks to runs on."""
        self._end([self.shop])
        self.children.remove(self.shop)

    def _spawn(self, name: str, *command: str) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, **self.environment}
        with (self.folder / f"{name}.log").open("ab") as log:
            self.children.append(subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True,
            ))  # fmt: skip
        return self.children[-1]

    def _wait(self, url: str) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and all(child.poll() is None for child in self.children):
            try:
                with urllib.request.urlopen(url, timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise AssertionError(f"{url} does not answer\n{self.log()}")

    def log(self) -> str:
        """What the processes have said so far."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def stop(self) -> None:
        """Ends every process by its group."""
        self._end(self.children)

    def _end(self, children: list["subprocess.Popen[bytes]"]) -> None:
        for child in children:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGTERM)
        for child in children:
            try:
                child.wait(GRACE)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """What the database holds, read past the shop."""
        url = self.environment["DATABASE_URL"]
        if url:
            with psycopg.connect(url) as connection:
                return [tuple(row) for row in connection.execute(query)]
        with closing(sqlite3.connect(self.folder / "db.sqlite3")) as lite:
            return list(lite.execute(query))

    def run(self, statement: str) -> None:
        """Changes the database past the shop."""
        url = self.environment["DATABASE_URL"]
        if url:
            with psycopg.connect(url) as connection:
                connection.execute(statement)
            return
        with closing(sqlite3.connect(self.folder / "db.sqlite3", timeout=20)) as lite:
            lite.execute(statement)
            lite.commit()

    def count(self, query: str) -> int:
        """The first number of the first row."""
        return int(str(self.rows(query)[0][0]))
