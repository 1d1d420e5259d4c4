"""Amounts and times as people read them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils.translation import override

WHEN = datetime(2026, 11, 2, 16, 35, tzinfo=UTC)


def shown(filter_name: str, value: object, language: str) -> str:
    with override(language):
        return Template("{% load money %}{{ value|" + filter_name + " }}").render(Context({"value": value}))


@pytest.mark.parametrize(
    ("language", "expected"), [("zh-hans", "¥1,288.50"), ("en", "CN¥1,288.50"), ("ja", "CN¥1,288.50")]
)
def test_yuan_have_two_places_and_cannot_be_taken_for_yen(language: str, expected: str) -> None:
    amount = Decimal("1288.5")
    assert shown("money", amount, language) == f'<data value="1288.50">{expected}</data>'
    assert shown("plain_money", amount, language) == expected


def test_a_cent_is_shown_whole() -> None:
    assert shown("money", Decimal("0.01"), "zh-hans") == '<data value="0.01">¥0.01</data>'


@pytest.mark.parametrize("name", ["money", "plain_money", "chinatime"])
def test_nothing_is_shown_for_nothing(name: str) -> None:
    assert shown(name, None, "en") == ""


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", "2026年11月3日 00:35"),
        ("en", "3 Nov 2026, 00:35 (China time)"),
        ("ja", "2026年11月3日 00:35（中国時間）"),
    ],
)
def test_times_are_chinas_and_say_so_abroad(language: str, words: str) -> None:
    text = shown("chinatime", WHEN, language)
    assert text == f'<time datetime="2026-11-03T00:35+08:00">{words}</time>'
