"""Several processes as one: started together, their lines prefixed, stopped together."""

import os
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from tools.console import ROOT, fail, say

GRACE = 10.0


class Stopped(Exception):
    """Somebody pressed Ctrl-C or sent SIGTERM."""


class Processes:
    """Each child leads a process group of its own, so that its workers end with it and nothing else does."""

    def __init__(self) -> None:
        self.children: dict[str, subprocess.Popen[str]] = {}

    def start(self, name: str, command: Sequence[str | Path], env: Mapping[str, str]) -> None:
        """Starts a child whose lines are shown behind its name."""
        child = subprocess.Popen(
            [str(word) for word in command], cwd=ROOT, env={**os.environ, **env}, text=True, errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self.children[name] = child
        threading.Thread(target=self._stream, args=(name, child), daemon=True).start()

    def _stream(self, name: str, child: subprocess.Popen[str]) -> None:
        for line in child.stdout or ():
            say(f"{name:9} | {line.rstrip()}")

    def dead(self) -> str:
        """The sentence about the first child that has ended, or nothing."""
        for name, child in self.children.items():
            if child.poll() is not None:
                return f"the {name} ended with status {child.returncode}"
        return ""

    def wait(self) -> None:
        """Returns only when a child has ended, by failing: none of them is meant to."""
        while not self.dead():
            time.sleep(0.3)
        fail(self.dead())

    def stop(self) -> None:
        """Asks every group to end, and ends what has not within the grace."""
        for child in self.children.values():
            self._signal(child, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for child in self.children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._signal(child, signal.SIGKILL)
                child.wait()

    def _signal(self, child: subprocess.Popen[str], number: int) -> None:
        if child.poll() is None:
            os.killpg(child.pid, number)


def stop_on_signals() -> None:
    """Turns Ctrl-C and SIGTERM into Stopped."""

    def raise_stopped(number: int, frame: FrameType | None) -> None:
        raise Stopped

    signal.signal(signal.SIGINT, raise_stopped)
    signal.signal(signal.SIGTERM, raise_stopped)


def require_free(name: str, port: int) -> None:
    """A clear word where another program listens already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            fail(f"port {port} cannot be used ({error.strerror}). Choose another: {name}={port + 100} make demo")


def wait_for(url: str, processes: Processes, seconds: float = 60.0) -> None:
    """Until ``url`` answers 200; fails when a process ends before, or after ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if processes.dead():
            fail(processes.dead())
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 — an http address of our own
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    fail(f"{url} did not answer within {seconds:.0f} s")
