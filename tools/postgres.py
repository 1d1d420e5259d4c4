"""A throw-away PostgreSQL server for one test run; it syncs to disk as in production, because durability is tested."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from tools.console import fail

DEBIAN = Path("/usr/lib/postgresql")


def program(name: str) -> str | None:
    """The newest installed ``initdb`` or ``postgres``: Debian keeps them off the path."""
    versions = sorted(DEBIAN.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3])) if DEBIAN.is_dir() else []
    return str(versions[-1]) if versions else shutil.which(name)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """``with Cluster() as url``: a server on a loopback port; ``url`` names its database."""

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="jidao-pg-"))
        # PostgreSQL refuses to run as root, so root lends it the distribution's own user.
        self.user = "postgres" if os.geteuid() == 0 else None

    def __enter__(self) -> str:
        if self.user:
            shutil.chown(self.folder, self.user)
        self._call([str(program("initdb")), "-D", str(self.folder / "data"), *INITDB])
        self.server = subprocess.Popen(self._command(), user=self.user, stdout=self._log(), stderr=subprocess.STDOUT)
        self._wait()
        return f"postgres://jidao@127.0.0.1:{self.port}/postgres"

    def __exit__(self, *error: object) -> None:
        self.server.send_signal(signal.SIGINT)
        try:
            self.server.wait(20)
        except subprocess.TimeoutExpired:
            self.server.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _command(self) -> list[str]:
        options = [f"port={self.port}", f"unix_socket_directories={self.folder}", "listen_addresses=127.0.0.1"]
        options += ["max_connections=200", "log_min_messages=warning"]
        flags = [word for option in options for word in ("-c", option)]
        return [str(program("postgres")), "-D", str(self.folder / "data"), *flags]

    def _call(self, command: list[str]) -> None:
        done = subprocess.run(command, user=self.user, cwd=self.folder, capture_output=True, text=True)
        if done.returncode:
            fail(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")

    def _log(self) -> int:
        return os.open(self.folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def _wait(self) -> None:
        """Until it takes connections: it listens a moment earlier."""
        ready = [str(program("pg_isready")), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.server.poll() is None:
            if subprocess.run(ready).returncode == 0:
                return
            time.sleep(0.1)
        fail(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()}")


INITDB = ("--username=jidao", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
