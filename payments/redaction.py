"""Raw gateway messages made readable for staff: decoded, with signatures and buyers' accounts hidden."""

from urllib.parse import parse_qsl

HIDDEN = "•••"
SECRETS = frozenset({"sign", "key"})
PEOPLE = ("buyer_", "payer_", "open_id", "user_id")
CHARSETS = ("utf-8", "gb18030")


def readable(body: bytes) -> list[tuple[str, str]]:
    """The message's fields in their order; one nameless field with the text where it is no form."""
    if b"=" not in body or body.startswith(b"<"):
        return [("", body.decode("utf-8", "replace"))]
    for charset in CHARSETS:
        try:
            fields = parse_qsl(body.decode(charset), keep_blank_values=True, encoding=charset, errors="strict")
        except ValueError:
            continue
        return [(name, _shown(name, value)) for name, value in fields]
    return [("", body.decode("utf-8", "replace"))]


def _shown(name: str, value: str) -> str:
    return HIDDEN if value and (name in SECRETS or name.startswith(PEOPLE)) else value
