#!/usr/bin/env python3
"""The developer's commands. Standard library only: ``python3 dev.py demo`` works on a fresh clone without make."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 — an older Python must be told so before it meets newer syntax
    sys.exit("Jidao needs Python 3.11 or newer; this is %d.%d. Try: python3.11 dev.py" % sys.version_info[:2])  # noqa: UP031

from tools import bench, demo, lock, quality, suite
from tools.console import say

COMMANDS = {
    "demo": (demo.demo, "the shop with demo goods, the gateway simulator and the worker, until Ctrl-C"),
    "test": (suite.test, "everything: check, unit tests, races on SQLite and PostgreSQL, browser journeys"),
    "check": (quality.check, "style, types, import rules, templates, migrations, deployment settings"),
    "bench": (bench.bench, "CPU per request of the main pages against an empty Django view"),
    "lab": (bench.lab, "what a phone on a slow network waits for and loads, page by page, against the limits"),
    "run": (demo.run, "the shop alone with code reloading, on the settings of .env"),
    "lock": (lock.lock, "pin requirements.txt and requirements-dev.txt anew (needs uv)"),
}


def usage() -> None:
    """Names the commands."""
    say("Usage: make COMMAND, or python3 dev.py COMMAND\n")
    for name, (_command, purpose) in COMMANDS.items():
        say(f"  {name:8}{purpose}")
    say("\nPORT, SIMULATOR_PORT and DATA_DIR move the demo: PORT=8100 make demo")


def main(words: list[str]) -> None:
    """Runs the command named by the first word; without one prints the help."""
    name = words[0] if words else "help"
    if name in ("help", "-h", "--help"):
        usage()
    elif name in COMMANDS:
        COMMANDS[name][0](words[1:])
    else:
        usage()
        sys.exit(2)


if __name__ == "__main__":
    main(sys.argv[1:])
