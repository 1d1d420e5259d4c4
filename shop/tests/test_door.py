"""Addresses without a language: the door to the site and the pictures."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client


def test_the_door_follows_the_browsers_languages(shopper: Client) -> None:
    answer = shopper.get("/", headers={"accept-language": "fr, ja;q=0.8, en;q=0.5"})
    assert (answer.status_code, answer["Location"]) == (302, "/ja/")


def test_the_cookie_wins_over_the_browsers_languages(shopper: Client) -> None:
    shopper.cookies["django_language"] = "en"
    assert shopper.get("/", headers={"accept-language": "ja"})["Location"] == "/en/"


@pytest.mark.parametrize("languages", ["", "fr", "zh-CN", "zh-TW,zh;q=0.9", "*", "%%%", "x" * 5000])
def test_everyone_else_reads_chinese(shopper: Client, languages: str) -> None:
    assert shopper.get("/", headers={"accept-language": languages})["Location"] == "/zh-hans/"


def test_caches_are_told_what_the_door_depends_on(shopper: Client) -> None:
    vary = {word.strip() for word in shopper.get("/")["Vary"].split(",")}
    assert vary >= {"Cookie", "Accept-Language"}


@pytest.fixture
def media(settings: LazySettings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    (settings.MEDIA_ROOT / "p").mkdir(parents=True)
    (settings.MEDIA_ROOT / "p" / "cup-400.webp").write_bytes(b"RIFF....WEBP")
    (tmp_path / "db.webp").write_bytes(b"secret")
    return settings.MEDIA_ROOT


def test_a_picture_may_be_kept_for_ever(shopper: Client, media: Path) -> None:
    answer = shopper.get("/media/p/cup-400.webp")
    assert b"".join(answer.streaming_content) == b"RIFF....WEBP"  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "image/webp"
    assert "immutable" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    [
        "../db.webp", "p/../../db.webp", "p/%2e%2e/%2e%2e/db.webp", "/etc/passwd", "p//cup-400.webp", "p/cup-400.png",
        "p", "p/", "p/CUP-400.webp", "p/cup-400.webp/", ".webp", "p/.cup.webp", "p/cup\x00-400.webp",
        "a" * 300 + ".webp", "p/absent-400.webp", "a/b/c/d/e.webp",
    ],
)  # fmt: skip
def test_nothing_else_leaves_the_media_folder(shopper: Client, media: Path, name: str) -> None:
    assert shopper.get(f"/media/{name}").status_code == 404


def test_pictures_are_only_read(shopper: Client, media: Path) -> None:
    assert shopper.post("/media/p/cup-400.webp").status_code == 405


@pytest.mark.parametrize("chosen", ["light", "dark"])
def test_the_chosen_colours_stay(db: None, shopper: Client, chosen: str) -> None:
    answer = shopper.get("/en/theme/", {"to": chosen}, headers={"referer": "http://testserver/en/cart/"})
    assert (answer.status_code, answer["Location"]) == (302, "http://testserver/en/cart/")
    assert f'data-theme="{chosen}"' in shopper.get("/en/").content.decode()


def test_the_systems_colours_come_back(db: None, shopper: Client) -> None:
    shopper.get("/en/theme/", {"to": "dark"})
    shopper.get("/en/theme/", {"to": "auto"})
    assert "data-theme" not in shopper.get("/en/").content.decode()


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example", ""]
)
def test_the_choice_of_colours_leads_nowhere_else(shopper: Client, away: str) -> None:
    assert shopper.get("/en/theme/", {"to": "dark"}, headers={"referer": away})["Location"] == "/en/"


def test_a_forged_colour_cookie_is_ignored(db: None, shopper: Client) -> None:
    shopper.cookies["theme"] = '"><script>'
    assert "data-theme" not in shopper.get("/en/").content.decode()
