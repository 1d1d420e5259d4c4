"""Bytes on the wire: forms, query strings and times, read strictly and written so that every peer reads them alike."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from urllib.parse import quote_plus, unquote_to_bytes

from payments.alipay.errors import Malformed

CODECS = {"utf-8": "utf-8", "utf8": "utf-8", "gbk": "gbk", "gb2312": "gb2312", "gb18030": "gb18030"}
FORM_LIMIT = 64 * 1024
FIELD_LIMIT = 200
CHINA = timezone(timedelta(hours=8))
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)


def codec(charset: str) -> str:
    """Python's name of a charset that the protocol allows (A.1, B.2). Raises Malformed for any other."""
    try:
        return CODECS[charset.lower()]
    except KeyError:
        raise Malformed("unknown charset") from None


def encoded(text: str, charset: str) -> bytes:
    """The bytes of ``text``. Raises Malformed where the charset lacks a character."""
    try:
        return text.encode(codec(charset))
    except UnicodeEncodeError:
        raise Malformed("a character does not exist in the charset") from None


def decoded(raw: bytes, charset: str) -> str:
    """The text of ``raw``, strictly. Raises Malformed."""
    try:
        return raw.decode(codec(charset))
    except UnicodeDecodeError:
        raise Malformed("the bytes are not in the agreed charset") from None


def read_form(raw: bytes, charset: str) -> dict[str, str]:
    """The fields of a urlencoded form or query, decoded once, blanks kept. Raises Malformed for a doubled field."""
    if len(raw) > FORM_LIMIT:
        raise Malformed("the message is too long")
    if b"%00" in raw or b"\0" in raw:
        raise Malformed("a field holds a NUL, which no database stores alike")
    spelling = codec(charset)
    try:
        fields, found = _read_pairs(raw.replace(b"+", b" ").decode(spelling), spelling)
    except UnicodeDecodeError:
        raise Malformed("the bytes are not in the agreed charset") from None
    if len(fields) != found:
        raise Malformed("a field is given twice")
    return fields


def write_form(fields: Mapping[str, str], charset: str) -> str:
    """The urlencoded form of ``fields`` in ``charset``. Raises Malformed where the charset lacks a character."""
    return "&".join(f"{_quoted(name, charset)}={_quoted(value, charset)}" for name, value in fields.items())


def writable(text: str, charset: str) -> str:
    """``text`` on one line, with ``?`` for what the charset lacks: an odd product name must not stop a payment."""
    one_line = " ".join(text.split())
    return one_line.encode(codec(charset), "replace").decode(codec(charset))


def cut(text: str, width: int) -> str:
    """The longest beginning within ``width``, where Chinese counts two: subject(256) holds 128 characters (A.1)."""
    for end, char in enumerate(text):
        width -= 1 if char.isascii() else 2
        if width < 0:
            return text[:end]
    return text


def write_time(when: datetime) -> str:
    """``yyyy-MM-dd HH:mm:ss`` in GMT+8, from an aware datetime (protocol.md B.2)."""
    if when.tzinfo is None:
        raise ValueError("a time without zone")
    return when.astimezone(CHINA).strftime(TIME_FORMAT)


def read_time(text: str) -> datetime | None:
    """The aware datetime of a time in GMT+8, fractions dropped; None where the text is no such time."""
    moment = TIME.match(text)
    try:
        return datetime.fromisoformat(moment[0]).replace(tzinfo=CHINA) if moment else None
    except ValueError:
        return None


def _read_pairs(text: str, spelling: str) -> tuple[dict[str, str], int]:
    """The fields and how many there were. No character of these charsets holds a byte of ``&=%+``."""
    pairs = [pair.partition("=") for pair in text.split("&") if pair]
    if len(pairs) > FIELD_LIMIT or not all(equals for _, equals, _ in pairs):
        raise Malformed("this is not a form")
    # Most names and many values are written as they are.
    fields = {
        _unquoted(name, spelling) if "%" in name else name: _unquoted(value, spelling) if "%" in value else value
        for name, _, value in pairs
    }
    return fields, len(pairs)


def _unquoted(text: str, spelling: str) -> str:
    return unquote_to_bytes(text.encode(spelling)).decode(spelling)


def _quoted(text: str, charset: str) -> str:
    # Each byte of a Chinese character is escaped: bare trail bytes ("%B2A" in GBK) are misread by some decoders.
    return "".join(
        quote_plus(char) if char.isascii() else "".join(f"%{byte:02X}" for byte in encoded(char, charset))
        for char in text
    )
