"""The pages that every new shop begins with, from ``texts/``: a first line ``# title``, then the text."""

from pathlib import Path
from typing import Any

TEXTS = Path(__file__).parent / "texts"
SLUGS = ("delivery", "terms", "privacy", "contact", "licence", "tokushoho")
LINKED_ELSEWHERE = {"licence"}  # by the registration number, where that is set
SUFFIXES = {"zh-hans": "", "en": "_en", "ja": "_ja"}


def make_pages(model: Any) -> None:
    """Creates the pages that are missing; what staff have written or renamed stays. ``model``: ``Page``, of any age."""
    for position, slug in enumerate(SLUGS):
        model.objects.get_or_create(
            slug=slug, defaults=_columns(slug) | {"position": position, "in_footer": slug not in LINKED_ELSEWHERE}
        )


def _columns(slug: str) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for language, suffix in SUFFIXES.items():
        path = TEXTS / f"{slug}.{language}.md"
        if path.exists():
            title, _, body = path.read_text(encoding="utf-8").partition("\n")
            columns |= {f"title{suffix}": title.removeprefix("# "), f"body{suffix}": body.strip()}
    return columns
