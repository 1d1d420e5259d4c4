"""The virtual environment .venv, installed from the locked requirements and left alone while the lock stands."""

import hashlib
import subprocess
import sys
from pathlib import Path

from tools.console import ROOT, fail, run, say

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME = "requirements.txt"
EVERYTHING = "requirements-dev.txt"


def ensure(requirements: str = RUNTIME) -> Path:
    """Makes sure that what ``requirements`` pins is installed, and returns the environment's Python."""
    if not PYTHON.exists():
        make()
    if not installed(requirements):
        say(f"Installing {requirements} into .venv …")
        quiet = ("--quiet", "--disable-pip-version-check")
        run([PYTHON, "-m", "pip", "install", *quiet, "--require-hashes", "-r", requirements])
        # requirements-dev.txt holds all of requirements.txt.
        for name in {requirements, RUNTIME}:
            stamp(name).write_text(digest(name))
    return PYTHON


def make() -> None:
    """A new environment; says what Debian calls the missing part where Python came without it."""
    say("Making the virtual environment .venv …")
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True)
    if made.returncode:
        fail(f"python3 -m venv failed (on Debian: apt install python3-venv).\n{made.stdout}{made.stderr}")


def installed(requirements: str) -> bool:
    """Whether this very lock was installed before."""
    return stamp(requirements).exists() and stamp(requirements).read_text() == digest(requirements)


def stamp(requirements: str) -> Path:
    """Where the digest of an installed lock is kept."""
    return VENV / f".installed-{requirements}"


def digest(requirements: str) -> str:
    """Of the lock's content and the Python it was installed for."""
    return hashlib.sha256((ROOT / requirements).read_bytes() + sys.version.encode()).hexdigest()
