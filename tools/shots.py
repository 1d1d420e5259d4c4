"""Screenshots of every state for reviewers: ``python -m tools.shots OUT [--only cart] [--languages ja]``.

Starts a shop of its own with the demo's goods; the pictures are named ``<state>-<language>-<width>-<scheme>.png``.
"""

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.stack import Database, Stack

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
HEIGHT = 800
REGISTER = "[...document.querySelectorAll('a[href^=\"/styleguide/states/\"]')].map((link) => link.pathname)"


def arguments() -> argparse.Namespace:
    """What to take, and where to put it."""
    parser = argparse.ArgumentParser(prog="python -m tools.shots", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", default="", help="states whose name has this in it")
    parser.add_argument("--languages", default="zh-hans,en,ja")
    parser.add_argument("--widths", default="360,1280")
    parser.add_argument("--schemes", default="light,dark")
    return parser.parse_args()


def addresses(page: Page, origin: str, languages: list[str], only: str) -> Iterator[tuple[str, str, str]]:
    """Language, name and address of each state asked for."""
    page.goto(f"{origin}/styleguide/states/")
    for path in page.evaluate(REGISTER):
        parts = path.strip("/").split("/")
        if len(parts) == 4 and parts[2] in languages and only in parts[3]:
            yield parts[2], parts[3], f"{origin}{path}"


def take(asked: argparse.Namespace, origin: str) -> None:
    """All of them, in one browser."""
    asked.out.mkdir(parents=True, exist_ok=True)
    looks = list(product(map(int, asked.widths.split(",")), asked.schemes.split(",")))
    with sync_playwright() as driver:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        page = driver.chromium.launch(executable_path=path, args=QUIET).new_page(reduced_motion="reduce")
        for language, name, address in list(addresses(page, origin, asked.languages.split(","), asked.only)):
            for width, scheme in looks:
                page.set_viewport_size({"width": width, "height": HEIGHT})
                page.emulate_media(color_scheme=scheme)
                page.goto(address, wait_until="networkidle")  # anew: what a script folds, it folds by the first width
                page.screenshot(path=asked.out / f"{name}-{language}-{width}-{scheme}.png", full_page=True)


def main() -> None:
    """Takes the pictures on a shop that ends with them."""
    asked = arguments()
    with tempfile.TemporaryDirectory() as folder:
        seeded = [["manage.py", "migrate", "-v0", "--skip-checks"], ["manage.py", "seed_demo", "--orders", "0"]]
        database = Database(Path(folder), seeded)
        try:
            with Stack(database, Path(folder) / "data", env={"DEBUG": "on"}) as stack:
                take(asked, stack.url)
        finally:
            database.drop()


if __name__ == "__main__":
    main()
