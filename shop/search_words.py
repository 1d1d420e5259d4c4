"""Words for the search index, cut alike from a product's texts and from what a visitor typed. Pure functions.

Chinese and Japanese put no blanks between words, and most of their words have two characters: each run of Han and kana
is indexed as its characters and its overlapping pairs, and is searched by its pairs. Of names the beginnings of other
words are indexed too, each as a word of its own with a dot behind it: asking a database for all words that begin so is
slow. A word with signs in it (WARE-001, pu'er) is indexed in its parts and in one piece.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

MOST_OF_A_TEXT = 10_000
MOST_OF_A_WORD = 64
SHORTEST_BEGINNING, LONGEST_BEGINNING = 2, 16
MORE = "·"
CJK = (
    r"\u3005\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
RUN = re.compile(f"[{CJK}]+|[^\\W_{CJK}]+")
OF_CJK = re.compile(f"[{CJK}]")
ACCENT = re.compile("[\u0300-\u036f]")


def plain(text: str) -> str:
    """Without differences of width, case and Latin accents; the marks of kana stay."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", ACCENT.sub("", unicodedata.normalize("NFD", folded)))


def indexed(texts: Iterable[str]) -> set[str]:
    """All words under which these texts are found."""
    found: set[str] = set()
    for runs in _words("\n".join(text[:MOST_OF_A_TEXT] for text in texts)):
        for run in runs:
            found.update(_pieces(run))
            if OF_CJK.match(run):
                found.update(run)
        found.update(_whole(runs))
    return found


def beginnings(words: Iterable[str]) -> set[str]:
    """The beginnings of words that are neither Chinese nor Japanese, marked as such."""
    return {
        word[:length] + MORE
        for word in words
        if not OF_CJK.match(word)
        for length in range(SHORTEST_BEGINNING, min(len(word), LONGEST_BEGINNING) + 1)
    }


def wanted(term: str) -> tuple[set[str], set[str]]:
    """What a visitor's words ask for: each word in one piece, and each word in its parts."""
    whole: set[str] = set()
    parts: set[str] = set()
    for runs in _words(term):
        pieces = [piece for run in runs for piece in _pieces(run)]
        parts.update(pieces)
        whole.update(_whole(runs) or pieces)
    return whole, parts


def opened(words: Iterable[str]) -> set[str]:
    """The same words, where those that have indexed beginnings may go on."""
    return {word + MORE if word + MORE in beginnings([word]) else word for word in words}


def _words(text: str) -> Iterator[list[str]]:
    """The runs of letters and figures of each word; each word once."""
    return (runs for word in set(plain(text).split()) if (runs := RUN.findall(word)))


def _pieces(run: str) -> list[str]:
    """Pairs of a run of Han and kana; another run as it is, bounded because databases bound words."""
    if not OF_CJK.match(run):
        return [run[:MOST_OF_A_WORD]]
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def _whole(runs: list[str]) -> list[str]:
    """The word without the signs in it; nothing where it has none or is Chinese or Japanese."""
    if len(runs) < 2 or any(OF_CJK.match(run) for run in runs):
        return []
    return ["".join(runs)[:MOST_OF_A_WORD]]
