"""What a first visit costs in bytes, reckoned from a page's HTML as a phone of 360 px at double density reads it."""

import gzip
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

VIEWPORT, DENSITY = 360, 2
REM = 16


@dataclass(frozen=True)
class Files:
    """Where the files of addresses lie."""

    static: Path
    media: Path

    def size(self, address: str, zipped: bool = False) -> int:
        """Bytes of the file behind this address."""
        folder, name = (self.static, "/static/") if address.startswith("/static/") else (self.media, "/media/")
        content = (folder / address.split("?")[0].removeprefix(name)).read_bytes()
        return len(gzip.compress(content)) if zipped else len(content)


class Fetched(HTMLParser):
    """The addresses that a browser fetches for a page: scripts, styles, pictures."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.scripts: set[str] = set()
        self.styles: set[str] = set()
        self.pictures: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "script" and "src" in given:
            self.scripts.add(given["src"])
        elif tag == "link" and given.get("rel") == "stylesheet":
            self.styles.add(given["href"])
        elif tag == "link" and given.get("rel") == "icon":
            self.pictures.add(given["href"])
        elif tag == "img" and "src" in given:  # one without is for a script to fill in
            self.pictures.add(chosen(given["src"], given.get("srcset", ""), given.get("sizes", "100vw")))


def chosen(src: str, srcset: str, sizes: str) -> str:
    """The candidate that the phone takes: the smallest with enough pixels, else the largest."""
    if not srcset:
        return src
    candidates = sorted((int(width), address) for address, width in re.findall(r"(\S+) (\d+)w", srcset))
    needed = pixels(sizes.rsplit(",", 1)[-1].strip()) * DENSITY
    return next((address for width, address in candidates if width >= needed), candidates[-1][1])


def pixels(length: str) -> float:
    """CSS pixels of 92vw, 16rem or 400px."""
    number, unit = re.fullmatch(r"([\d.]+)(vw|rem|px)", length).groups()  # type: ignore[union-attr]
    return float(number) * {"vw": VIEWPORT / 100, "rem": REM, "px": 1}[unit]
