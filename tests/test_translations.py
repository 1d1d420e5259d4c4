"""The catalogues: every text of the source stands in Chinese and Japanese, and what is compiled is what is written."""

import re

import pytest
from django.utils import translation

from tests.wording import ROOT, compiled, said_in_source, written

LANGUAGES = ("zh_Hans", "ja")
HOLES = re.compile(r"%\(\w+\)[sd]|</?\w+>")
LATIN_SIGN = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff] ?[,.:;?!()]|[,:;?!()] ?[\u3040-\u30ff\u4e00-\u9fff]")


def catalogue(language: str) -> dict[tuple[str, str], str]:
    return written(ROOT / "locale" / language / "LC_MESSAGES" / "django.po")


def test_the_source_is_read() -> None:
    said = said_in_source()
    assert {("", "Add to cart"), ("one line", "Total"), ("", "%(count)s item"), ("", "Awaiting payment")} <= said
    assert len(said) > 300


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_of_the_source_is_untranslated(language: str) -> None:
    texts = catalogue(language)
    assert sorted(key for key in said_in_source() if not texts.get(key)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_left_of_a_text_that_is_gone(language: str) -> None:
    assert sorted(set(catalogue(language)) - said_in_source()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_a_guess(language: str) -> None:
    assert "fuzzy" not in (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").read_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    assert compiled(ROOT / "locale" / language / "LC_MESSAGES" / "django.mo") == catalogue(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_hole_and_mark_of_a_text_is_kept(language: str) -> None:
    lost = [key for key, text in catalogue(language).items() if set(HOLES.findall(key[1])) - set(HOLES.findall(text))]
    assert lost == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_signs_beside_chinese_and_japanese_are_wide_ones(language: str) -> None:
    assert [text for text in catalogue(language).values() if LATIN_SIGN.search(text)] == []


@pytest.mark.parametrize("language", ["zh-hans", "ja"])
def test_djangos_own_words_are_there_too(language: str) -> None:
    with translation.override(language):
        words = {translation.gettext(word) for word in ("This field is required.", "Log in", "Save", "Password")}
    assert not any(word.isascii() for word in words)
