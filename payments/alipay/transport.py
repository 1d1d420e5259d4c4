"""Talks with a gateway over HTTP in bounded time. The only file of the package that opens a socket."""

import io
import time
from dataclasses import dataclass
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from socket import socket
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from payments.alipay.errors import Unknown

BODY_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway answered, unread. ``took_ms`` counts from the call to the last byte; ``date`` is its header."""

    status: int
    body: bytes
    took_ms: int
    date: str = ""


class Transport:
    """One kept session. No redirects, no proxies from the environment, no cookies; certificates always checked.

    ``read_timeout`` bounds the whole answer, head and body, not each packet: a gateway that drips one byte a second
    is given up like a silent one. Seconds.
    """

    def __init__(self, connect_timeout: float, read_timeout: float) -> None:
        self.timeouts = (connect_timeout, read_timeout)
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, _TimedAdapter())

    def get(self, url: str, limit: int = BODY_LIMIT) -> Answer:
        """Asks by GET. Raises Unknown for every failure to get a whole answer of at most ``limit`` bytes."""
        return self._ask("GET", url, None, limit)

    def post(self, url: str, fields: bytes) -> Answer:
        """Posts an encoded form. Raises as ``get``."""
        return self._ask("POST", url, fields, BODY_LIMIT)

    def _ask(self, method: str, url: str, fields: bytes | None, limit: int) -> Answer:
        started = time.monotonic()
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if fields is not None else {}
        try:
            with self.session.request(
                method, url, data=fields, headers=headers, timeout=self.timeouts, allow_redirects=False, stream=True
            ) as response:
                body = _bounded(response, limit)
        except (requests.RequestException, OSError, ValueError) as error:
            raise Unknown(f"the gateway did not answer: {type(error).__name__}") from None
        took_ms = int((time.monotonic() - started) * 1000)
        return Answer(response.status_code, body, took_ms, response.headers.get("Date", ""))


def _bounded(response: requests.Response, limit: int) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(16 * 1024):
        body += chunk
        if len(body) > limit:
            raise ValueError("the answer is too long")
    return bytes(body)


class _TimedReader(io.RawIOBase):
    """Reads from a socket's file until a moment that does not move, whatever trickles in."""

    def __init__(self, file: io.RawIOBase, sock: socket) -> None:
        self.file = file
        self.sock = sock
        self.ends = time.monotonic() + (sock.gettimeout() or 0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        self.sock.settimeout(left)
        return self.file.readinto(buffer)

    def close(self) -> None:
        self.file.close()
        super().close()


class _TimedResponse(HTTPResponse):
    def __init__(self, sock: socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_TimedReader(self.fp.detach(), sock))


class _TimedHTTPConnection(HTTPConnection):
    response_class = _TimedResponse


class _TimedHTTPSConnection(HTTPSConnection):
    response_class = _TimedResponse


class _TimedHTTPPool(HTTPConnectionPool):
    ConnectionCls = _TimedHTTPConnection


class _TimedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _TimedHTTPSConnection


class _TimedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _TimedHTTPPool, "https": _TimedHTTPSPool}
