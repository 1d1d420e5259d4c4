"""What staff see of a raw message."""

from urllib.parse import quote, urlencode

import pytest

from payments.redaction import HIDDEN, readable


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_words_are_decoded_whatever_the_charset(charset: str) -> None:
    body = urlencode({"subject": "青瓷盖碗", "total_fee": "239.00"}, encoding=charset).encode()
    assert readable(body) == [("subject", "青瓷盖碗"), ("total_fee", "239.00")]


@pytest.mark.parametrize("name", ["sign", "buyer_email", "buyer_id", "buyer_logon_id", "payer_name", "open_id"])
def test_signatures_and_people_are_hidden(name: str) -> None:
    assert readable(f"{name}=secret&trade_no=1".encode()) == [(name, HIDDEN), ("trade_no", "1")]


def test_an_empty_field_is_seen_to_be_empty() -> None:
    assert readable(b"sign=&trade_no=") == [("sign", ""), ("trade_no", "")]


def test_a_doubled_field_is_seen_twice() -> None:
    assert readable(b"total_fee=88.00&total_fee=0.01") == [("total_fee", "88.00"), ("total_fee", "0.01")]


@pytest.mark.parametrize(("body", "text"), [(b"", ""), (b"not a form", "not a form"), (b'<a b="c"/>', '<a b="c"/>')])
def test_what_is_no_form_is_shown_as_it_is(body: bytes, text: str) -> None:
    assert readable(body) == [("", text)]


@pytest.mark.parametrize("body", [b"\xff\xff\xff", f"a={quote(bytes([255, 255]))}".encode()])
def test_bytes_of_no_charset_do_not_break_the_page(body: bytes) -> None:
    assert len(readable(body)) == 1
