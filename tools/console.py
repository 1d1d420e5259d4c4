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


def run(command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> None:
    """Runs a command in the project's folder; its failure is ours."""
    status = subprocess.run([str(word) for word in command], cwd=ROOT, env={**os.environ, **(env or {})}).returncode
    if status:
        fail(f"{' '.join(str(word) for word in command)} ended with status {status}")


def step(title: str, command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> None:
    """As ``run``, with a heading before and the seconds after."""
    say(f"== {title}")
    began = time.monotonic()
    run(command, env)
    say(f"   {title}: {time.monotonic() - began:.0f} s")
