"""Reads and signs forms in the message's own charset (protocol.md 0)."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote, urlencode, urlsplit

from payments.alipay import wire
from payments.alipay.errors import Malformed
from payments.alipay.signing import Signer, canonical
from simulator.diagnosis import likely_mistake
from simulator.refusal import Refusal

UNSIGNED = frozenset({"sign", "sign_type"})
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Form:
    """A decoded request; ``charset`` is Python's name of the declared one."""

    fields: Mapping[str, str]
    charset: str

    def get(self, name: str) -> str:
        return self.fields.get(name, "")


def read_form(query: str, body: bytes, charset_field: str) -> Form:
    """The fields of query and body together, in the declared charset. Raises Refusal where they cannot be read."""
    declared = peek(query, body, charset_field) or "utf-8"
    try:
        charset = wire.codec(declared)
        inside, outside = wire.read_form(query.encode("latin-1"), charset), wire.read_form(body, charset)
    except Malformed as error:
        raise Refusal("ILLEGAL_ARGUMENT", f"The request cannot be read as {declared}: {error}.") from None
    # A form may repeat a field of its address, as _input_charset must be, but with the same value.
    if any(inside.get(name, value) != value for name, value in outside.items()):
        raise Refusal("ILLEGAL_ARGUMENT", "A field of the address and of the form differ.")
    if any(CONTROL.search(value) for value in (*inside.values(), *outside.values())):
        raise Refusal("ILLEGAL_ARGUMENT", "A value holds a control character.")
    return Form(inside | outside, charset)


def peek(query: str, body: bytes, name: str) -> str:
    """A field whose value is ASCII, found before the charset is known; the strict reading comes after."""
    for raw in (query, body.decode("latin-1")):
        found = re.search(rf"(?:^|&){name}=([^&]*)", raw)
        if found:
            return unquote(found[1])
    return ""


def check_signature(form: Form, signer: Signer, leave_out: Collection[str] = UNSIGNED) -> str:
    """The canonical string of a rightly signed form. Raises Refusal with what was expected and the likely mistake."""
    text = canonical(form.fields, leave_out)
    given = form.get("sign")
    if given and signer.verify(text.encode(form.charset), given):
        return text
    raise Refusal(
        "ILLEGAL_SIGN",
        likely_mistake(form.fields, form.charset, given, signer, leave_out) if given else "There is no sign field.",
        canonical=text,
        sign=given,
        expected=expected_signature(text.encode(form.charset), signer),
    )


def expected_signature(text: bytes, signer: Signer) -> str:
    """With MD5 the right signature; with RSA only the merchant can make it."""
    return signer.sign(text) if signer.sign_type == "MD5" else "(only the merchant's private key can make it)"


def signed(fields: Mapping[str, str], charset: str, signer: Signer) -> dict[str, str]:
    """``fields`` with our signature, as Alipay's messages carry it."""
    text = canonical(fields, UNSIGNED)
    return {**fields, "sign": signer.sign(text.encode(charset)), "sign_type": signer.sign_type}


def writable(text: str, charset: str) -> str:
    """``text`` with ``?`` for what the charset lacks."""
    return text.encode(charset, "replace").decode(charset)


def address_with(url: str, fields: Mapping[str, str], charset: str) -> str:
    """``url`` with ``fields`` appended to its query."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(fields, encoding=charset)}"


def callable_address(url: str) -> bool:
    """Whether we may call or redirect to ``url``: http(s) on this machine only; nobody is attacked through us."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        local = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
    return local and parts.scheme in ("http", "https") and parts.username is None
