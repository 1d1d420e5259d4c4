"""Pictures from staff: few formats, bounded, drawn anew, named by us."""

import io
import re
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from PIL import Image

from shop import pictures


@pytest.fixture(autouse=True)
def media(settings: LazySettings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def drawn(kind: str, size: tuple[int, int] = (1000, 600), mode: str = "RGB", **options: Any) -> io.BytesIO:
    file = io.BytesIO()
    Image.new(mode, size, "#80808080" if mode == "RGBA" else 128).save(file, kind, **options)
    file.seek(0)
    return file


def header_of(width: int, height: int) -> io.BytesIO:
    """A PNG that claims a size and holds nothing."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    head = struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return io.BytesIO(
        b"\x89PNG\r\n\x1a\n" + head + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    )


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "L"), ("WEBP", "RGB")]
)
def test_three_formats_become_three_square_widths(media: Path, kind: str, mode: str) -> None:
    stem = pictures.store(drawn(kind, mode=mode))
    assert re.fullmatch(r"p/[0-9a-f]{2}/[0-9a-f]{32}", stem)
    for width in (400, 800, 1200):
        with Image.open(media / f"{stem}-{width}.webp") as image:
            assert (image.format, image.size, image.mode) == ("WEBP", (width, width), "RGB")


@pytest.mark.parametrize(("shape", "size"), [("1x1", (1200, 1200)), ("4x3", (1200, 900)), ("16x9", (1200, 675))])
def test_chat_apps_and_search_engines_get_jpeg_in_three_shapes(media: Path, shape: str, size: tuple[int, int]) -> None:
    stem = pictures.store(drawn("PNG", mode="RGBA"))
    with Image.open(media / f"{stem}-{shape}.jpg") as image:
        assert (image.format, image.size, image.mode) == ("JPEG", size, "RGB")


def test_the_goods_are_whole_in_every_shape(media: Path) -> None:
    square = Image.new("RGB", (1200, 1200), "white")
    square.paste("black", (300, 0, 900, 1200))  # from edge to edge in height: a crop would cut it
    file = io.BytesIO()
    square.save(file, "PNG")
    file.seek(0)
    with Image.open(media / f"{pictures.store(file)}-16x9.jpg") as wide:
        row = [wide.getpixel((x, 337)) for x in range(1200)]
    dark = [x for x, pixel in enumerate(row) if sum(pixel) < 380]
    assert abs(len(dark) - 675 // 2) < 6 and abs(sum(dark) / len(dark) - 600) < 3
    assert all(sum(row[x]) > 740 for x in (0, 100, 1100, 1199))  # the ground goes on to both sides


def test_the_same_picture_has_the_same_name(media: Path) -> None:
    assert pictures.store(drawn("PNG")) == pictures.store(drawn("PNG"))
    assert len(list(media.rglob("*.webp"))) == 3


def test_nothing_hidden_in_the_file_is_kept(media: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "where the photographer lives"
    file = drawn("JPEG", exif=exif)
    file = io.BytesIO(file.getvalue() + b"<?php system($_GET[0]); ?>")
    stem = pictures.store(file)
    for path in media.rglob("*.webp"):
        assert b"photographer" not in path.read_bytes()
        assert b"<?php" not in path.read_bytes()
    assert stem


def test_a_picture_taken_sideways_is_turned(media: Path) -> None:
    upright = Image.new("RGB", (600, 600), "white")
    upright.paste("black", (0, 0, 600, 300))
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    upright.save(file, "JPEG", exif=exif)
    file.seek(0)
    with Image.open(media / f"{pictures.store(file)}-400.webp") as image:
        assert (image.getpixel((380, 200)) < (50, 50, 50), image.getpixel((20, 200)) > (200, 200, 200)) == (True, True)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
OTHERS = {
    "svg": SVG, "html": b"<html><script>alert(1)</script>", "empty": b"", "php": b"<?php",
    "psd": b"8BPS\x00\x01" + bytes(40),
    "pdf": b"%PDF-1.7\n", "fits": b"SIMPLE  =                    T", "zip": b"PK\x03\x04" + bytes(60),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_other_files_are_refused(media: Path, name: str) -> None:
    with pytest.raises(pictures.BadPicture, match="format"):
        pictures.store(io.BytesIO(OTHERS[name]))
    assert list(media.iterdir()) == []


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF"])
def test_other_formats_of_pictures_are_refused(kind: str) -> None:
    with pytest.raises(pictures.BadPicture, match="format"):
        pictures.store(drawn(kind))


@pytest.mark.parametrize("size", [(50_000, 50_000), (10_000, 9_000), (6_400, 6_400)])
def test_a_picture_too_large_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(pictures.BadPicture, match="large|format"):
        pictures.store(header_of(*size))


def test_a_moving_picture_is_refused() -> None:
    frames = [Image.new("RGB", (500, 500), colour) for colour in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:])
    file.seek(0)
    with pytest.raises(pictures.BadPicture, match="large"):
        pictures.store(file)


def test_a_picture_too_small_is_refused() -> None:
    with pytest.raises(pictures.BadPicture, match="small"):
        pictures.store(drawn("PNG", (399, 2000)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_damaged_picture_is_refused(kind: str) -> None:
    noise = Image.effect_noise((500, 500), 80)
    file = io.BytesIO()
    noise.convert("RGB").save(file, kind)
    with pytest.raises(pictures.BadPicture, match="broken|format"):
        pictures.store(io.BytesIO(file.getvalue()[: len(file.getvalue()) // 2]))


def test_a_file_too_large_is_refused_unread() -> None:
    class Endless:
        """A file without an end."""

        given = 0

        def read(self, size: int) -> bytes:
            self.given += size
            return bytes(size)

    endless = Endless()
    with pytest.raises(pictures.BadPicture, match="big"):
        pictures.store(endless)
    assert endless.given <= pictures.MOST_BYTES + 1
