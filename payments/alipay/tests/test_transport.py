"""The gateway is asked in bounded time and space, over real sockets; every failure is the same: unknown."""

import gzip
import re
import socket
import ssl
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from payments.alipay.errors import Unknown
from payments.alipay.tests.factories import GATEWAY_KEY, GATEWAY_PEM
from payments.alipay.transport import BODY_LIMIT, Transport

Play = Callable[[socket.socket], None]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"


def request(connection: socket.socket) -> bytes:
    """A whole request; empty where the peer has gone."""
    asked = connection.recv(65536)
    head, _, body = asked.partition(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", head)
    while length and len(body) < int(length.group(1)):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body if head else b""


class Gateway:
    """A listening socket that plays one scene for each connection."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.requests: list[bytes] = []
        self.connections = 0
        self.threads: list[threading.Thread] = []

    def play(self, scene: Play) -> str:
        self.threads.append(threading.Thread(target=self._serve, args=(scene,), daemon=True))
        self.threads[-1].start()
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}/gateway.do"

    def _serve(self, scene: Play) -> None:
        try:
            while True:
                connection, _ = self.listener.accept()
                self.connections += 1
                with connection:
                    scene(connection)
        except OSError:
            return

    def answer(self, raw: bytes) -> str:
        def scene(connection: socket.socket) -> None:
            while asked := request(connection):
                self.requests.append(asked)
                connection.sendall(raw)
                if b"Content-Length" not in raw:
                    return

        return self.play(scene)

    def drip(self, head: bytes) -> str:
        def scene(connection: socket.socket) -> None:
            connection.recv(65536)
            connection.sendall(head)
            while True:
                connection.sendall(b"x")
                time.sleep(0.05)

        return self.play(scene)

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join(5)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    playing = Gateway()
    yield playing
    playing.close()


@pytest.fixture
def transport() -> Iterator[Transport]:
    asking = Transport(connect_timeout=0.5, read_timeout=0.4)
    yield asking
    asking.session.close()


def test_an_answer_comes_with_status_bytes_and_time(gateway: Gateway, transport: Transport) -> None:
    answer = transport.get(gateway.answer(HEAD + b"true"))
    assert (answer.status, answer.body) == (200, b"true")
    assert answer.took_ms >= 0


def test_the_connection_is_kept_for_the_next_question(gateway: Gateway, transport: Transport) -> None:
    url = gateway.answer(HEAD + b"true")
    assert [transport.get(url).body for _ in range(3)] == [b"true"] * 3
    assert gateway.connections == 1


def test_a_form_is_posted_as_it_was_encoded(gateway: Gateway, transport: Transport) -> None:
    transport.post(gateway.answer(HEAD + b"true"), b"a=%B2%E8&b=1")
    head, _, body = gateway.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /gateway.do HTTP/1.1")
    assert b"application/x-www-form-urlencoded" in head
    assert body == b"a=%B2%E8&b=1"


def test_the_query_is_sent_as_it_was_signed(gateway: Gateway, transport: Transport) -> None:
    url = gateway.answer(HEAD + b"true")
    transport.get(f"{url}?subject=%B2%E8+A%2BB&sign=a%2Fb%3D")
    assert gateway.requests[0].startswith(b"GET /gateway.do?subject=%B2%E8+A%2BB&sign=a%2Fb%3D HTTP/1.1")


def test_a_redirect_is_not_followed(gateway: Gateway, transport: Transport) -> None:
    raw = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 4\r\n\r\ntrue"
    answer = transport.get(gateway.answer(raw))
    assert (answer.status, gateway.connections) == (302, 1)


def test_cookies_are_neither_kept_nor_sent(gateway: Gateway, transport: Transport) -> None:
    url = gateway.answer(HEAD.replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=b\r\n\r\n") + b"true")
    transport.get(url)
    transport.get(url)
    assert not any(b"cookie" in asked.lower() for asked in gateway.requests)


def test_a_proxy_in_the_environment_is_ignored(
    gateway: Gateway, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert transport.get(gateway.answer(HEAD + b"true")).body == b"true"


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nX: ", HEAD.replace(b"4", b"400000")])
def test_a_gateway_that_drips_is_given_up_in_bounded_time(gateway: Gateway, transport: Transport, head: bytes) -> None:
    started = time.monotonic()
    with pytest.raises(Unknown):
        transport.get(gateway.drip(head))
    assert time.monotonic() - started < 5


def test_a_silent_gateway_is_unknown(gateway: Gateway, transport: Transport) -> None:
    def scene(connection: socket.socket) -> None:
        connection.recv(65536)
        time.sleep(0.6)

    with pytest.raises(Unknown, match="ReadTimeout"):
        transport.get(gateway.play(scene))


BROKEN = [
    b"",
    b"garbage\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: x\r\n\r\n" + b"t" * (BODY_LIMIT + 1),
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(200 * BODY_LIMIT)),
]


@pytest.mark.parametrize("raw", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_or_endless_answer_is_unknown(gateway: Gateway, transport: Transport, raw: bytes) -> None:
    with pytest.raises(Unknown):
        transport.get(gateway.answer(raw))


def test_a_bomb_is_not_unpacked_whole(gateway: Gateway, transport: Transport) -> None:
    tracemalloc.start()
    with pytest.raises(Unknown):
        transport.get(gateway.answer(BROKEN[-1]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * BODY_LIMIT


def test_an_answer_cut_short_is_unknown(gateway: Gateway, transport: Transport) -> None:
    def scene(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(HEAD + b"tr")

    with pytest.raises(Unknown):
        transport.get(gateway.play(scene))


def test_an_answer_without_length_ends_with_the_connection(gateway: Gateway, transport: Transport) -> None:
    assert transport.get(gateway.answer(b"HTTP/1.1 200 OK\r\n\r\ntrue")).body == b"true"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://[", "no-scheme", "file:///etc/hosts", "http://127.0.0.1:99999/"]
)
def test_an_address_that_nobody_answers_is_unknown(transport: Transport, url: str) -> None:
    with pytest.raises(Unknown):
        transport.get(url)


def test_what_is_said_about_a_failure_holds_no_address(transport: Transport) -> None:
    with pytest.raises(Unknown) as caught:
        transport.get("http://127.0.0.1:1/gateway.do?sign=secret")
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key, in one file."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway")])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(GATEWAY_KEY.public_key())
    built = built.serial_number(1).not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
    built = built.not_valid_after(datetime.now(UTC) + timedelta(days=1))
    address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    signed = built.add_extension(address, critical=False).sign(GATEWAY_KEY, hashes.SHA256())
    path = tmp_path_factory.mktemp("tls") / "gateway.pem"
    path.write_bytes(signed.public_bytes(Encoding.PEM) + GATEWAY_PEM.encode())
    return path


def secured(gateway: Gateway, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    gateway.listener = context.wrap_socket(gateway.listener, server_side=True)


def test_https_is_bounded_and_kept_alike(gateway: Gateway, transport: Transport, certificate: Path) -> None:
    secured(gateway, certificate)
    transport.session.verify = str(certificate)
    url = gateway.answer(HEAD + b"true").replace("http://", "https://")
    assert [transport.get(url).body for _ in range(2)] == [b"true", b"true"]
    assert gateway.connections == 1


def test_https_that_drips_is_given_up_too(gateway: Gateway, transport: Transport, certificate: Path) -> None:
    secured(gateway, certificate)
    transport.session.verify = str(certificate)
    with pytest.raises(Unknown):
        transport.get(gateway.drip(HEAD.replace(b"4", b"400000")).replace("http://", "https://"))


def test_a_certificate_that_nobody_vouches_for_is_refused(
    gateway: Gateway, transport: Transport, certificate: Path
) -> None:
    secured(gateway, certificate)
    with pytest.raises(Unknown, match="SSLError"):
        transport.get(gateway.answer(HEAD + b"true").replace("http://", "https://"))


def test_certificates_are_checked(gateway: Gateway, transport: Transport) -> None:
    assert transport.session.verify is True
    with pytest.raises(Unknown):
        transport.get(gateway.answer(HEAD + b"true").replace("http://", "https://"))
