"""strace at the shop's workers: watches their system calls, lets them fail, or kills the worker inside one."""

import re
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import IO

from tests.stack import Stack

LINE = re.compile(r"^(\d+) +(.*)$")


class Trace:
    """``with Trace(stack, "inject=fdatasync:error=EIO"): …``; afterwards ``calls`` are those seen, by thread."""

    def __init__(self, stack: Stack, *expressions: str) -> None:
        self.workers = Path(f"/proc/{stack.shop.pid}/task/{stack.shop.pid}/children").read_text().split()
        self.file = stack.folder / "strace"
        self.command = ["strace", "-f", "-s", "3000", "-o", str(self.file)]
        self.command += [word for expression in expressions for word in ("-e", expression)]
        self.command += [word for worker in self.workers for word in ("-p", worker)]

    def __enter__(self) -> "Trace":
        self.process = subprocess.Popen(self.command, stderr=subprocess.PIPE, text=True)
        self._attached(self.process.stderr)
        return self

    def _attached(self, said: IO[str] | None) -> None:
        assert said
        left, heard = len(self.workers), ""
        while left:
            line = said.readline()
            assert line, f"strace did not attach: {heard}"
            heard += line
            left -= "attached" in line

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Lets the workers go on."""
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=20)

    def calls(self) -> list[tuple[str, str]]:
        """(thread, call) in the order in which they were made."""
        found = map(LINE.match, self.file.read_text(errors="replace").splitlines())
        return [(match[1], match[2]) for match in found if match]
