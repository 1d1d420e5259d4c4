"""The house rules in numbers, and a look for secrets: run as ``python -m tools.rules``."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_LINES, FUNCTION_LINES, README_LINES = 400, 50, 150
SECRETS = {
    "a private key": re.compile(r"-----BEGIN (RSA |EC )?PRIVATE KEY-----\s+[A-Za-z0-9+/=]{60}"),
    "a cloud access key": re.compile(r"\b(AKIA|LTAI)[A-Za-z0-9]{16,}\b"),
    "a password in an address": re.compile(
        r"\b(postgres(ql)?|redis|https?)://[^\s:/@\"']+:(?!password@)[^\s@\"'{<…]{6,}@"
    ),
    "a path of somebody's machine": re.compile(r"(/home/|/Users/|/root/)[a-z]"),
}


def tracked() -> list[Path]:
    """The files of the repository."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True)
    return [path for path in map(Path, listed.stdout.splitlines()) if path.is_file()]


def too_long(path: Path, source: str) -> Iterator[str]:
    """Files and functions beyond their bounds, modules without their line."""
    lines = source.count("\n")
    if lines > FILE_LINES:
        yield f"{path}: {lines} lines, at most {FILE_LINES}"
    tree = ast.parse(source)
    if source.strip() and not ast.get_docstring(tree) and "migrations" not in path.parts:
        yield f"{path}: a module begins with a line that says what it is for"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines, at most {FUNCTION_LINES}"
            if any(isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(node)):
                yield f"{path}:{node.lineno}: {node.name} imports inside the function"


def leaks(path: Path, text: str) -> Iterator[str]:
    """Things that do not belong into a repository. Test vectors hold published keys."""
    if "vectors" not in path.parts:
        for what, pattern in SECRETS.items():
            if found := pattern.search(text):
                yield f"{path}:{text.count(chr(10), 0, found.start()) + 1}: looks like {what}"


def broken() -> Iterator[str]:
    """All that is wrong, one line each."""
    for path in tracked():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        yield from leaks(path, text)
        if path.suffix == ".py":
            yield from too_long(path, text)
        if path.name == "README.md" and text.count("\n") > README_LINES:
            yield f"{path}: more than {README_LINES} lines"


if __name__ == "__main__":
    sys.exit("\n".join(broken()) or 0)
