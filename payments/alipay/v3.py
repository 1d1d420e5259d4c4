"""What is signed in the third generation's requests and answers (protocol.md B.10), to explain them."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from payments.alipay.errors import Malformed

SCHEME = "ALIPAY-SHA256withRSA "


@dataclass(frozen=True, slots=True)
class Sealed:
    """A signed text and its signature."""

    text: str
    sign: str


def request(method: str, url: str, headers: Mapping[str, str], body: str) -> Sealed:
    """Four lines: the authorization without its sign, METHOD, path with query, body; a fifth for app_auth_token."""
    low = {name.lower(): value for name, value in headers.items()}
    authorization, found, sign = low.get("authorization", "").partition(",sign=")
    if not found or not authorization.startswith(SCHEME):
        raise Malformed("there is no authorization header of version 3")
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    lines = [authorization.removeprefix(SCHEME), method.upper(), path, body]
    lines += [token] if (token := low.get("alipay-app-auth-token")) else []
    return Sealed("".join(f"{line}\n" for line in lines), sign)


def answer(headers: Mapping[str, str], body: str) -> Sealed:
    """Three lines: timestamp and nonce from the headers, body."""
    low = {name.lower(): value for name, value in headers.items()}
    lines = (low.get("alipay-timestamp", ""), low.get("alipay-nonce", ""), body)
    return Sealed("".join(f"{line}\n" for line in lines), low.get("alipay-signature", ""))
