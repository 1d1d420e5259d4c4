"""``lock``: pins every package, with its hashes, for every platform."""

import shutil
from collections.abc import Sequence

from tools.console import fail, run


def lock(words: Sequence[str]) -> None:
    """requirements.in → requirements.txt, requirements-dev.in → requirements-dev.txt."""
    uv = shutil.which("uv")
    if uv is None:
        fail("locking needs uv (pip install uv); installing does not.")
    # With its extras stripped, pip takes coverage[toml] for a package of its own and wants the newest, unpinned.
    how = ["--quiet", "--universal", "--no-strip-extras", "--python-version", "3.11", "--generate-hashes"]
    for name in ("requirements", "requirements-dev"):
        run([uv, "pip", "compile", *how, f"{name}.in", "-o", f"{name}.txt", *words])
