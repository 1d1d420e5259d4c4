"""Reads the environment; what is wrong is gathered and stops the start by name and mend, never with a traceback."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeVar
from urllib.parse import urlsplit

import environ

T = TypeVar("T")

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off", ""})


class Environment:
    """One reader for all variables. ``problems`` holds a sentence for each wrong one, without its value."""

    def __init__(self, env_file: Path) -> None:
        if env_file.is_file():
            environ.Env.read_env(str(env_file))
        self.env = environ.FileAwareEnv()
        self.problems: list[str] = []

    def wrong(self, name: str, mend: str) -> None:
        """Notes that variable ``name`` is wrong; ``mend`` says what to set."""
        self.problems.append(f"{name}: {mend}")

    def text(self, name: str, default: str = "") -> str:
        """The variable (or the content of the file named by NAME_FILE) without surrounding blanks; empty is not set."""
        try:
            return str(self.env.str(name, default=default)).strip() or default
        except (OSError, ValueError, environ.ImproperlyConfigured):
            self.wrong(f"{name}_FILE", "the file cannot be read. Name a readable file or set the variable itself.")
            return default

    def listed(self, name: str, default: str = "") -> list[str]:
        """A comma list."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def flag(self, name: str, default: bool) -> bool:
        """on/off; any other word is wrong, so that a typing slip cannot switch something on."""
        word = self.text(name, "on" if default else "off").lower()
        if word not in TRUE | FALSE:
            self.wrong(name, "write on or off.")
        return word in TRUE

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        """A whole number between ``lowest`` and ``highest``."""
        word = self.text(name, str(default)) or str(default)
        if not (word.isascii() and word.isdigit() and lowest <= int(word) <= highest):
            self.wrong(name, f"write a whole number from {lowest} to {highest}.")
            return default
        return int(word)

    def choice(self, name: str, default: str, options: tuple[str, ...]) -> str:
        """One word out of ``options``."""
        word = self.text(name, default) or default
        if word not in options:
            self.wrong(name, f"write one of {', '.join(options)}.")
            return default
        return word

    def parsed(self, name: str, parse: Callable[[str], T], mend: str, value: str | None = None) -> T | None:
        """The variable through ``parse``; a ValueError of it is noted with ``mend``. None where unset or wrong."""
        text = self.text(name) if value is None else value
        if not text:
            return None
        try:
            return parse(text)
        except ValueError:
            self.wrong(name, mend)
            return None

    def url(self, name: str, default: str) -> str:
        """An http(s) address without path parameters; plain http for loopback addresses only."""
        word = self.text(name, default) or default
        try:
            parts = urlsplit(word)
            host, _ = parts.hostname, parts.port
        except ValueError:
            host = None
        if host is None or parts.scheme not in ("http", "https") or parts.query or parts.fragment or parts.username:
            self.wrong(name, "write an address such as https://shop.example without name, query or fragment.")
            return default
        if parts.scheme == "http" and host not in LOOPBACK:
            self.wrong(name, "must begin with https:// (plain http is accepted for 127.0.0.1 only).")
        return word

    def any_set(self, *names: str) -> bool:
        """Whether one of the variables, or its NAME_FILE, has a value."""
        return any(os.environ.get(name) or os.environ.get(f"{name}_FILE") for name in names)

    def stop_if_wrong(self) -> None:
        """Ends the process with status 1 and one line a problem."""
        if self.problems:
            stop("\n".join(f"  {problem}" for problem in self.problems))


def stop(lines: str) -> NoReturn:
    """Ends the process: the shop must not start half-configured."""
    sys.stderr.write(f"The shop does not start. Mend these variables (see .env.example):\n{lines}\n")
    sys.exit(1)
