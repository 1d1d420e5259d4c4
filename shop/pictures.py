"""Takes a picture from staff: three formats, a bounded size, always drawn anew, stored under a name of our making."""

import hashlib
import io
from typing import Any, Protocol

from django.conf import settings
from PIL import Image, ImageOps, UnidentifiedImageError

from shop.models import Picture

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 12 * 1024 * 1024
MOST_PIXELS = 40_000_000
LEAST_SIDE = 400
QUALITY = 82
EDGE = 4
PAPER = (251, 250, 246)


class BadPicture(ValueError):
    """The file cannot be used; the message says what to do, by a key of the form."""


class Readable(Protocol):
    """A file opened for reading bytes."""

    def read(self, size: int, /) -> Any: ...


def store(file: Readable) -> str:
    """Writes the square renditions 400, 800 and 1200 pixels wide and those to share; returns the stem of their names.

    Nothing of the file itself is kept: neither its name, nor its metadata, nor bytes hidden behind the picture.
    """
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise BadPicture("big")
    picture = _decoded(data)
    renditions = {width: _rendition(picture, width) for width in Picture.WIDTHS}
    digest = hashlib.sha256(renditions[max(renditions)]).hexdigest()[:32]
    stem = f"p/{digest[:2]}/{digest}"
    for width, content in renditions.items():
        _write(f"{stem}-{width}.webp", content)
    store_shared(picture, stem)
    return stem


def store_shared(picture: Image.Image, stem: str) -> None:
    """Writes what chat apps and search engines fetch: JPEG, which all of them read, in each of the shapes."""
    for shape, size in Picture.SHAPES.items():
        _write(f"{stem}-{shape}.jpg", _encoded(_widened(picture, size), "JPEG", optimize=True))


def _write(name: str, content: bytes) -> None:
    target = settings.MEDIA_ROOT / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def _decoded(data: bytes) -> Image.Image:
    """The picture upright and without transparency. Its size is judged by the header, before anything is decoded."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS or getattr(image, "n_frames", 1) > 1:
                raise BadPicture("large")
            if min(image.size) < LEAST_SIDE:
                raise BadPicture("small")
            upright = ImageOps.exif_transpose(image).convert("RGBA")
    except BadPicture:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPicture("format") from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise BadPicture("broken") from error
    ground = Image.new("RGB", upright.size, PAPER)
    ground.paste(upright, mask=upright)
    return ground


def _rendition(picture: Image.Image, width: int) -> bytes:
    return _encoded(ImageOps.fit(picture, (width, width), Image.Resampling.LANCZOS), "WEBP", method=4)


def _widened(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The square picture as high as ``size``, its ground drawn out to both sides: nothing of the goods is cut off."""
    width, height = size
    square = ImageOps.fit(picture, (height, height), Image.Resampling.LANCZOS)
    left = (width - height) // 2
    wide = Image.new("RGB", size)
    if left:
        wide.paste(square.crop((0, 0, EDGE, height)).resize((left, height)), (0, 0))
        wide.paste(square.crop((height - EDGE, 0, height, height)).resize((left + 1, height)), (left + height, 0))
    wide.paste(square, (left, 0))
    return wide


def _encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, quality=QUALITY, **options)
    return out.getvalue()
