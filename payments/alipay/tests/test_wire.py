"""Forms, charsets and times are read strictly and written so that every peer reads them alike."""

from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.alipay import wire
from payments.alipay.errors import Malformed

TEXTS = st.text(alphabet=st.characters(codec="gbk", exclude_categories=["Cs"]), max_size=40)


def test_values_are_decoded_once_and_blanks_are_kept() -> None:
    assert wire.read_form(b"a=1%2B1&b=&c=x+y&d=%252B", "utf-8") == {"a": "1+1", "b": "", "c": "x y", "d": "%2B"}


@pytest.mark.parametrize("raw", [b"a=1&a=1", b"a=1&b=2&a=", b"%61=1&a=2"])
def test_a_doubled_field_is_refused_even_where_both_say_the_same(raw: bytes) -> None:
    with pytest.raises(Malformed, match="twice"):
        wire.read_form(raw, "utf-8")


@pytest.mark.parametrize("raw", [b"{}", b"a", b"a=1&b", b'["x"]'])
def test_what_is_not_a_form_is_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        wire.read_form(raw, "utf-8")


@pytest.mark.parametrize("raw", [b"a=%FF", b"a=%C3", b"a=\xff", b"%80=1"])
def test_bytes_outside_the_charset_are_refused(raw: bytes) -> None:
    with pytest.raises(Malformed, match="charset"):
        wire.read_form(raw, "utf-8")


def test_the_empty_body_has_no_fields() -> None:
    assert wire.read_form(b"", "utf-8") == {}


def test_a_body_beyond_the_limit_is_not_parsed() -> None:
    with pytest.raises(Malformed, match="too long"):
        wire.read_form(b"a=" + b"x" * wire.FORM_LIMIT, "utf-8")


def test_a_form_of_very_many_fields_is_refused() -> None:
    with pytest.raises(Malformed):
        wire.read_form("&".join(f"f{n}=1" for n in range(wire.FIELD_LIMIT + 1)).encode(), "utf-8")


@pytest.mark.parametrize("charset", ["utf-8", "gbk", "GBK", "UTF-8", "gb2312"])
def test_chinese_survives_every_charset(charset: str) -> None:
    fields = {"subject": "测试商品 A+B & C=1 50%"}
    assert wire.read_form(wire.write_form(fields, charset).encode(), charset) == fields


@settings(deadline=None)
@given(TEXTS)
def test_every_gbk_text_comes_back_as_it_was(text: str) -> None:
    text = text.replace("\0", "")
    assert wire.read_form(wire.write_form({"t": text}, "gbk").encode(), "gbk") == {"t": text}


@settings(deadline=None)
@given(TEXTS)
def test_the_standard_library_reads_what_we_write(text: str) -> None:
    written = wire.write_form({"t": text}, "utf-8")
    assert dict(parse_qsl(written, keep_blank_values=True)) == {"t": text}


def test_trail_bytes_that_look_like_letters_are_escaped_too() -> None:
    assert "丂".encode("gbk") == b"\x81\x40"
    assert wire.write_form({"t": "丂"}, "gbk") == "t=%81%40"


def test_trail_bytes_that_a_peer_left_bare_are_read() -> None:
    assert wire.read_form(b"t=%B2A", "gbk") == {"t": b"\xb2A".decode("gbk")}


@pytest.mark.parametrize("charset", ["utf-16", "", "latin-1", "utf-7", "rot13"])
def test_a_charset_that_the_protocol_does_not_allow_is_refused(charset: str) -> None:
    with pytest.raises(Malformed, match="unknown charset"):
        wire.codec(charset)


def test_a_character_that_the_charset_lacks_is_not_sent_as_something_else() -> None:
    with pytest.raises(Malformed):
        wire.write_form({"t": "🍵"}, "gbk")


def test_a_product_name_is_made_writable() -> None:
    assert wire.writable("茶\n壶 🍵\t", "gbk") == "茶 壶 ?"
    assert wire.writable("茶壶 🍵", "utf-8") == "茶壶 🍵"


CUTS = [("茶壶", 4, "茶壶"), ("茶壶", 3, "茶"), ("abc", 2, "ab"), ("", 1, ""), ("茶a壶", 3, "茶a")]


@pytest.mark.parametrize(("text", "width", "kept"), CUTS)
def test_a_cut_counts_chinese_as_two(text: str, width: int, kept: str) -> None:
    assert wire.cut(text, width) == kept


@pytest.mark.parametrize("hours", [-8, 0, 9])
def test_times_are_written_in_china_whatever_zone_they_come_in(hours: int) -> None:
    when = datetime(2026, 11, 23, 16, 30, tzinfo=UTC).astimezone(timezone(timedelta(hours=hours)))
    assert wire.write_time(when) == "2026-11-24 00:30:00"


def test_a_time_without_zone_is_never_written() -> None:
    with pytest.raises(ValueError, match="zone"):
        wire.write_time(datetime(2026, 11, 23))


def test_times_are_read_as_china_time() -> None:
    assert wire.read_time("2026-11-24 00:30:00.123") == datetime(2026, 11, 23, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13-01 00:00:00", "２０２６"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert wire.read_time(text) is None


def test_a_nul_is_refused_because_no_database_stores_it_alike() -> None:
    with pytest.raises(Malformed):
        wire.read_form(b"a=1%002", "utf-8")
