"""A throw-away Redis server on a loopback port; it keeps nothing, so that its death forgets all it held."""

import socket
import subprocess
from types import TracebackType

from tests.playing import wait_until
from tests.stack import free_port

OPTIONS = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no")


class RedisServer:
    """``with RedisServer() as redis``: it answers at ``redis.url``."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def __enter__(self) -> "RedisServer":
        self.start()
        return self

    def start(self) -> None:
        """At first, or again on the same port, empty."""
        command = ["redis-server", "--port", str(self.port), *OPTIONS]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        wait_until(self._answers, lambda: "redis-server does not answer")

    def kill(self) -> None:
        """No farewell."""
        self.process.kill()
        self.process.wait()

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
