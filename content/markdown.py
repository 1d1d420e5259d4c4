"""Markdown as staff write it to HTML as the shop may show it: no raw HTML, no pictures, safe links only."""

import re
from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

SAFE_LINK = re.compile(r"(https?://|mailto:|tel:|/(?!/)|#)", re.IGNORECASE)
MOST_KEPT = 256


class Dialect(MarkdownIt):
    """CommonMark with tables, without what a page of text does not need."""

    def __init__(self) -> None:
        super().__init__("js-default", {"html": False, "linkify": False, "typographer": False})
        self.disable("image")
        self.core.ruler.push("lower", _lower)

    def validateLink(self, url: str) -> bool:  # noqa: N802 the name is markdown-it's
        """Named schemes and addresses of this shop only: what is not known to be safe stays plain text."""
        return bool(SAFE_LINK.match(url.strip()))


def _lower(state: StateCore) -> None:
    """The page's own title is its one ``h1``: a heading of the first rank in the text becomes one of the second.

    Heads of a table say that they are those of columns.
    """
    for token in state.tokens:
        if token.type == "th_open":
            token.attrSet("scope", "col")
        if token.tag == "h1":
            token.tag = "h2"


DIALECT = Dialect()


@lru_cache(MOST_KEPT)
def html(text: str) -> SafeString:
    """The text as HTML. Rendering is a pure function of the text, so what was rendered once is kept."""
    return mark_safe(DIALECT.render(text))  # noqa: S308 raw HTML is off and links are checked: see Dialect


@lru_cache(MOST_KEPT)
def opening(text: str) -> str:
    """The words of its first paragraph, for search engines."""
    tokens = iter(DIALECT.parse(text))
    paragraph = next((token for token in tokens if token.type == "paragraph_open"), None)
    words = next(tokens).children if paragraph else None
    return "".join(BREAKS.get(word.type, word.content) for word in words or [])


BREAKS = {"softbreak": " ", "hardbreak": " "}
