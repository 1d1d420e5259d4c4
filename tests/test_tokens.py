"""The colours of static/shop.css, reckoned as WCAG 2 does: what stands on what can be read, in light and dark (G04)."""

import re

import pytest

from tests.wording import ROOT

CSS = (ROOT / "static" / "shop.css").read_text()
GROUNDS = ("paper", "surface", "surface-2")
# Foreground, what it stands on, the least contrast.
PAIRS = [
    ("ink", GROUNDS, 7.0), ("ink-2", GROUNDS, 4.5), ("ink-3", GROUNDS, 4.5), ("price", GROUNDS, 4.5),
    ("accent", (*GROUNDS, "accent-soft"), 4.5), ("on-accent", ("accent", "accent-h"), 4.5), ("paper", ("ink",), 4.5),
    ("on-alipay", ("alipay",), 4.5), ("danger", ("paper", "surface", "danger-soft"), 4.5),
    ("warn", ("surface", "warn-soft"), 4.5), ("ok", ("surface", "ok-soft"), 4.5),
    ("info", ("surface", "info-soft"), 4.5),
    *(("ink", (f"{tone}-soft",), 7.0) for tone in ("accent", "danger", "warn", "ok", "info")),
    *(("ink-2", (f"{tone}-soft",), 4.5) for tone in ("accent", "danger", "warn", "ok", "info")),
    ("control", GROUNDS, 3.0), ("accent", GROUNDS, 3.0), ("danger", GROUNDS, 3.0),
]  # fmt: skip


def tokens(selector: str) -> dict[str, str]:
    """The colours that the first rule of this selector sets."""
    rule = CSS.split(f"{selector} {{", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6})\b", rule))


LIGHT = tokens(":root")
DARK = LIGHT | tokens(':root[data-theme="dark"]')


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1."""
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """1 (alike) to 21 (black on white)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)
    assert contrast("#1677FF", "#FFFFFF") < 4.5  # why the pay button is darker than Alipay's own blue


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_pair_can_be_read(theme: dict[str, str]) -> None:
    faint = [
        f"{front} on {back}: {contrast(theme[front], theme[back]):.2f}, at least {least}"
        for front, backs, least in PAIRS
        for back in backs
        if contrast(theme[front], theme[back]) < least
    ]
    assert faint == []


def test_dark_by_choice_is_dark_as_by_the_system() -> None:
    assert tokens(':root[data-theme="dark"]') == tokens(':root:not([data-theme="light"])')
    assert len(tokens(':root[data-theme="dark"]')) > 20
