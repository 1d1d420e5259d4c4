"""``lock``: pins every package, with its hashes, for every platform."""

import shutil
from collections.abc import Sequence

from tools.console import fail, run


def lock(words: Sequence[str]) -> None:
    """requirements.in → requirements.txt, requirements-dev.in → requirements-dev.txt."""
    uv = shutil.which("uv")
    if uv is None:
        fail("locking needs uv (pip install uv); installing does not.")
    compile_ = [uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"]
    for name in ("requirements", "requirements-dev"):
        run([*compile_, f"{name}.in", "-o", f"{name}.txt", *words])
