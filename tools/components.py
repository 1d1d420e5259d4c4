"""What the tests need besides Python packages: a browser, fonts for its screens, PostgreSQL, Redis, a tracer."""

import os
import shutil
import subprocess
from pathlib import Path

from tools.console import fail, run, say
from tools.postgres import program

# Debian's package behind each program that is found by its name.
PROGRAMS = {"redis-server": "redis-server", "strace": "strace"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def browser() -> str | None:
    """A Chromium on this machine."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def has_cjk_fonts() -> bool:
    """Whether Chinese text has glyphs."""
    if shutil.which("fc-list") is None:
        return any(Path("/usr/share/fonts").rglob("*CJK*"))
    found = subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, text=True).stdout
    return bool(found.strip())


def missing() -> list[str]:
    """Debian's names of the packages that are not there."""
    packages = []
    if browser() is None:
        packages.append("chromium")
    if not has_cjk_fonts():
        packages.append("fonts-noto-cjk")
    if program("initdb") is None or program("postgres") is None:
        packages.append("postgresql")
    return packages + [package for name, package in PROGRAMS.items() if shutil.which(name) is None]


def ensure() -> None:
    """Installs what is missing where this is root on Debian; otherwise names it and fails: nothing is skipped."""
    packages = missing()
    if not packages:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        fail(f"the tests also need: {', '.join(packages)}. On Debian: sudo apt-get install {' '.join(packages)}")
    say(f"Installing {', '.join(packages)} …")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "-qq", "update"], quiet)
    run(["apt-get", "-qq", "install", "-y", "--no-install-recommends", *packages], quiet)
    if missing():
        fail(f"still missing after the installation: {', '.join(missing())}")
