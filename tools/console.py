"""Speaking to the developer and running commands for them."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent


def say(line: str = "") -> None:
    """One line to the terminal, at once."""
    print(line, flush=True)


def fail(reason: str) -> NoReturn:
    """Ends with status 1 and the reason."""
    sys.exit(f"dev.py: {reason}")


def status(command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> int:
    """Runs a command in the project's folder; how it ended."""
    return subprocess.run([str(word) for word in command], cwd=ROOT, env={**os.environ, **(env or {})}).returncode


def run(command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> None:
    """As ``status``, but its failure is ours."""
    if ended := status(command, env):
        fail(f"{' '.join(str(word) for word in command)} ended with status {ended}")


def step(title: str, command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> bool:
    """As ``status``, with a heading before and the seconds after; whether it went well."""
    say(f"== {title}")
    began = time.monotonic()
    well = status(command, env) == 0
    say(f"   {title}: {'well' if well else 'FAILED'}, {time.monotonic() - began:.0f} s")
    return well
