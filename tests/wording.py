"""The shop's texts without gettext's own tools: what the source says, what a catalogue says, what a page shows."""

import ast
import gettext
import re
from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "config", "content", "orders", "payments", "shop")
# How many leading arguments of each are texts; of pgettext and npgettext the first is the context.
CALLS = {
    "_": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2, "ngettext_lazy": 2, "pgettext": 2,
    "pgettext_lazy": 2, "npgettext": 3,
}  # fmt: skip
TEXT = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
IN_TEMPLATE = re.compile(rf"\b({'|'.join(CALLS)})\(\s*({TEXT}(?:\s*,\s*{TEXT})*)")
# Attributes that are read out, shown in a box, or put on the page by a script.
SPOKEN = re.compile(
    r"aria-label|alt|title|placeholder|data-(say-\d+|copied|waiting|retrying|once|cart|subtotal)", re.ASCII
)

Key = tuple[str, str]  # context, text


def said_in_source() -> set[Key]:
    """Every text that Python code and templates ask gettext for."""
    return set(_in_templates()) | set(_in_python())


def _in_python() -> Iterator[Key]:
    for path in (path for app in APPS for path in (ROOT / app).rglob("*.py")):
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in CALLS:
                texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                if texts:
                    yield _key(node.func.id, texts)  # type: ignore[attr-defined]


def _in_templates() -> Iterator[Key]:
    for path in (ROOT / "templates").rglob("*.*"):
        for function, texts in IN_TEMPLATE.findall(templatize(path.read_text())):
            yield _key(function, [ast.literal_eval(text) for text in re.findall(TEXT, texts)])


def _key(function: str, texts: list[str]) -> Key:
    return (texts[0], texts[1]) if "pgettext" in function else ("", texts[0])


def written(path: Path) -> dict[Key, str]:
    """What a .po file says. A text of several numbers counts with its one form: Chinese and Japanese have no other."""
    entries: dict[Key, str] = {}
    for block in path.read_text().split("\n\n"):
        parts: defaultdict[str, str] = defaultdict(str)
        last = ""
        for word, text in re.findall(r'^(?:(msg\S+) )?(".*")$', block, re.MULTILINE):
            last = word or last  # a line without a word continues the one before
            parts[last] += ast.literal_eval(text)
        if parts["msgid"]:
            entries[parts["msgctxt"], parts["msgid"]] = parts["msgstr"] or parts["msgstr[0]"]
    return entries


def compiled(path: Path) -> dict[Key, str]:
    """What a .mo file says, in the same shape."""
    with path.open("rb") as file:
        catalogue: dict[str | tuple[str, int], str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    entries: dict[Key, str] = {}
    for name, text in catalogue.items():
        context, _, message = (name if isinstance(name, str) else name[0]).rpartition("\x04")
        entries[context, message] = text
    return {key: text for key, text in entries.items() if key[1]}


class Reader(HTMLParser):
    """Gathers what a page says in its own language: text, spoken attributes, title and description."""

    SILENT = frozenset({"script", "style"})
    VOID = frozenset({"meta", "link", "img", "input", "br"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.language = ""
        self.said: list[str] = []
        self.open: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given.get("lang", "")
        elsewhere = tag in self.SILENT or given.get("lang", self.language) != self.language
        hidden = elsewhere or (bool(self.open) and self.open[-1][1])
        if tag not in self.VOID:
            self.open.append((tag, hidden))
        if hidden:
            return
        self.said += [value for name, value in given.items() if SPOKEN.fullmatch(name) and value]
        if given.get("name") == "description" or given.get("property") in ("og:title", "og:description"):
            self.said.append(given["content"])

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            continue

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not (self.open and self.open[-1][1]):
            self.said.append(text)
