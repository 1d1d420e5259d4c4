"""Requests that others signed, recorded, at the simulator's door (protocol.md 0, F): read as they were meant."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from simulator.tests.merchant_side import PATIENCE, ROOT, Simulator

VECTORS = ROOT / "payments/alipay/tests/vectors"
# Which word follows once the signature holds: the addresses are not on this machine, the timestamps are long past.
FOREIGN, PAST = "ILLEGAL_ARGUMENT", "isv.invalid-timestamp"
RIGHT = {
    "003": "accepted",
    "018": FOREIGN,
    "029": PAST,
    "031": PAST,
    "065": FOREIGN,
    "067": "accepted",
    "074": FOREIGN,
    "076": FOREIGN,
    "078": PAST,
    "081": PAST,
    "098": PAST,
}
OPEN = sorted(number for number, word in RIGHT.items() if word == PAST)
Vector = dict[str, Any]


def vector(number: str) -> Vector:
    """The recorded message that starts with ``number``."""
    (path,) = VECTORS.glob(f"{number}-*.json")
    found: Vector = json.loads(path.read_text("utf-8"))
    return found


def query(message: Vector) -> str:
    """As it went over the wire."""
    wire = message.get("wire") or urlencode(message["params"])
    return str(wire.rpartition("?")[2])


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Vector], Simulator]]:
    """A simulator that keeps the account of the message's sender; one for each account."""
    running: dict[tuple[str, ...], Simulator] = {}
    folder = tmp_path_factory.mktemp("keys")

    def key_file(pem: str) -> str:
        path: Path = folder / f"{abs(hash(pem))}.pem"
        path.write_text(pem)
        return str(path)

    def options(message: Vector) -> tuple[str, ...]:
        key, params = message["key"], message["params"]
        if message["protocol"] == "openapi-v2":
            return ("--app-id", params["app_id"], "--app-public-key", key_file(key["public_key_pem"]))
        if message["sign_type"] == "RSA":
            return ("--sign-type", "RSA", "--merchant-public-key", key_file(key["public_key_pem"]))
        return ("--partner", params["partner"], "--key", key["md5_key"])

    def simulator(message: Vector) -> Simulator:
        wanted = options(message)
        if wanted not in running:
            running[wanted] = Simulator(*wanted)
        return running[wanted]

    with ExitStack() as stack:
        yield simulator
        for process in running.values():
            stack.callback(process.stop)


def outcome(simulator: Simulator, **sent: Any) -> tuple[str, dict[str, Any]]:
    """The first word of the verdict on a request, and the log's entry."""
    method = "POST" if "data" in sent else "GET"
    address = f"{simulator.url}/gateway.do?{sent.pop('query', '')}"
    answer = requests.request(method, address, allow_redirects=False, timeout=PATIENCE, **sent)
    assert answer.status_code in (200, 302)
    entry: dict[str, Any] = simulator.read("wire")["wire"][0]
    return entry["verdict"].split(" ")[0], entry


@pytest.mark.parametrize("number", RIGHT)
def test_what_others_signed_is_accepted_as_signed(started: Callable[[Vector], Simulator], number: str) -> None:
    message = vector(number)
    word, entry = outcome(started(message), query=query(message))

    assert word == RIGHT[number]
    assert entry["canonical"] == message["string_to_sign"]


@pytest.mark.parametrize("number", RIGHT)
def test_every_field_that_is_sent_must_be_signed(started: Callable[[Vector], Simulator], number: str) -> None:
    message = vector(number)
    word, entry = outcome(started(message), query=f"{query(message)}&a_new_field=1")

    assert word == ("isv.invalid-signature" if number in OPEN else "ILLEGAL_SIGN")
    assert "a_new_field=1&" in entry["canonical"]


@pytest.mark.parametrize("number", OPEN)
@pytest.mark.parametrize("in_the_body", [("biz_content",), ("biz_content", "sign", "timestamp"), ()])
def test_the_open_platform_takes_address_form_or_both(
    started: Callable[[Vector], Simulator], number: str, in_the_body: tuple[str, ...]
) -> None:
    message = vector(number)
    pairs = query(message).split("&")
    body = [pair for pair in pairs if not in_the_body or pair.partition("=")[0] in in_the_body]
    rest = "&".join(pair for pair in pairs if pair not in body)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    word, entry = outcome(started(message), query=rest, data="&".join(body), headers=form)

    assert (word, entry["canonical"]) == (PAST, message["string_to_sign"])


def test_a_peer_that_signs_empty_values_is_told_so(started: Callable[[Vector], Simulator]) -> None:
    message = vector("072")
    word, entry = outcome(started(message), query=query(message))

    assert word == "ILLEGAL_SIGN"
    assert "Empty values were signed" in entry["verdict"]
    assert entry["canonical"] == message["string_to_sign"]


def test_sha_1_is_refused_where_rsa2_was_agreed_though_the_signature_is_right(
    started: Callable[[Vector], Simulator],
) -> None:
    assert outcome(started(vector("079")), query=query(vector("079")))[0] == "isv.invalid-signature-type"


@pytest.mark.parametrize("claimed", ["RSA2", "RSA"])
def test_the_type_that_a_message_claims_decides_nothing(started: Callable[[Vector], Simulator], claimed: str) -> None:
    """An RSA signature does not become an RSA2 one by its name, nor the other way round."""
    number = {"RSA2": "079", "RSA": "078"}[claimed]
    message = vector(number)
    renamed = query(message).replace(f"sign_type={message['sign_type']}&", f"sign_type={claimed}&")

    assert renamed != query(message)
    assert outcome(started(message), query=renamed)[0].startswith("isv.invalid-signature")
