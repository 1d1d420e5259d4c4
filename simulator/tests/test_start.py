"""How the simulator is started: address, merchant, keys, what it keeps."""

import base64
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from simulator.tests.merchant_side import ROOT, Buyer, Shop, Simulator, md5_of, run

Start = Callable[..., Simulator]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[Simulator] = []

    def make(*options: str) -> Simulator:
        started.append(Simulator(*options))
        return started[-1]

    yield make
    for simulator in started:
        simulator.stop()


def canonical(fields: dict[str, str]) -> bytes:
    kept = sorted(name for name in fields if fields[name] and name not in ("sign", "sign_type"))
    return "&".join(f"{name}={fields[name]}" for name in kept).encode()


def test_it_says_where_it_is_and_leaves_cleanly(start: Start) -> None:
    simulator = start()

    assert simulator.line == f"simulator on {simulator.url}\n"
    assert simulator.stop() == 0


def test_it_serves_this_machine_only() -> None:
    for host in ("0.0.0.0", "192.168.1.2", "example.com"):
        assert "loopback addresses only" in run("--host", host).stderr


@pytest.mark.parametrize("options", [("--speed", "0"), ("--sign-type", "RSA"), ("--merchant-public-key", "x")])
def test_a_wrong_option_is_explained(options: tuple[str, ...]) -> None:
    done = run(*options)

    assert done.returncode == 2
    assert "error:" in done.stderr


def test_a_taken_port_is_named_without_a_traceback(process: Simulator) -> None:
    done = run("--port", process.url.rpartition(":")[2])

    assert done.returncode == 1
    assert done.stderr.startswith("The simulator does not start: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("text", ["", "no key at all"])
def test_an_unreadable_key_is_named_without_a_traceback(tmp_path: Path, text: str) -> None:
    path = tmp_path / "merchant.pem"
    path.write_text(text)
    done = run("--sign-type", "RSA", "--merchant-public-key", str(path))

    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_it_plays_another_merchant(start: Start, order: dict[str, str], shop: Shop) -> None:
    simulator = start("--partner", "2088123412341234", "--key", "k" * 32, "--seller-email", "me@example.com")
    mine = {**order, "partner": "2088123412341234", "seller_id": "2088123412341234"}
    mine |= {"sign": md5_of(mine, key="k" * 32), "sign_type": "MD5"}
    assert simulator.gateway(mine).status_code == 302

    simulator.do("pay", out_trade_no=order["out_trade_no"])
    fields = shop.wait(1)[0]

    assert fields["sign"] == md5_of(fields, key="k" * 32)
    assert fields["seller_email"] == "me@example.com"


@pytest.fixture(scope="module")
def own() -> RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def rsa_options(own: RSAPrivateKey, tmp_path: Path) -> tuple[str, ...]:
    path = tmp_path / "merchant.pem"
    kinds = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    path.write_bytes(own.public_key().public_bytes(*kinds))
    return ("--sign-type", "RSA", "--merchant-public-key", str(path))


def by_rsa(fields: dict[str, str], own: RSAPrivateKey) -> dict[str, str]:
    signature = own.sign(canonical(fields), padding.PKCS1v15(), hashes.SHA1())
    return {**fields, "sign": base64.b64encode(signature).decode(), "sign_type": "RSA"}


def test_rsa_both_ways(
    start: Start, rsa_options: tuple[str, ...], own: RSAPrivateKey, order: dict[str, str], shop: Shop
) -> None:
    simulator = start(*rsa_options)
    assert simulator.gateway(by_rsa(order, own)).status_code == 302
    simulator.do("pay", out_trade_no=order["out_trade_no"])
    fields = shop.wait(1)[0]
    published = serialization.load_pem_public_key(requests.get(f"{simulator.url}/sim/public-key").content)

    assert isinstance(published, RSAPublicKey)
    assert fields["sign_type"] == "RSA"
    published.verify(base64.b64decode(fields["sign"]), canonical(fields), padding.PKCS1v15(), hashes.SHA1())


def test_rsa_refuses_another_key(start: Start, rsa_options: tuple[str, ...], order: dict[str, str]) -> None:
    simulator = start(*rsa_options)
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    answer = simulator.gateway(by_rsa(order, stranger))

    assert "<title>ILLEGAL_SIGN" in answer.text
    assert "another key was used" in answer.text
    assert "only the merchant" in answer.text


def test_trades_survive_a_restart(start: Start, order: dict[str, str], tmp_path: Path) -> None:
    number = order["out_trade_no"]
    first = start("--data", str(tmp_path / "kept"))
    Buyer(first, {**order, "it_b_pay": "1h"}).press("login")
    first.do("pay", out_trade_no=number)
    first.stop()

    second = start("--data", str(tmp_path / "kept"))

    assert "TRADE_SUCCESS" in second.ask("single_trade_query", out_trade_no=number).text
    assert second.do("finish", out_trade_no=number)["status"] == "TRADE_FINISHED"


def test_the_keys_survive_a_restart_and_are_private(start: Start, tmp_path: Path) -> None:
    options = ("--data", str(tmp_path / "kept"))
    keys = [requests.get(f"{start(*options).url}/sim/public-key").text for _ in range(2)]

    assert keys[0] == keys[1]
    assert (tmp_path / "kept/keys").stat().st_mode & 0o077 == 0


def test_requests_are_logged_unless_quiet() -> None:
    command = [sys.executable, "-m", "simulator", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stderr
        requests.get(process.stdout.readline().split()[-1] + "/sim/public-key")
        process.terminate()

        assert '"GET /sim/public-key HTTP/1.1" 200' in process.stderr.read()


def test_a_kept_trade_with_a_foreign_address_is_not_called(start: Start, order: dict[str, str], tmp_path: Path) -> None:
    first = start("--data", str(tmp_path))
    Buyer(first, order).press("login")
    first.stop()
    kept = (tmp_path / "trades.json").read_text()
    (tmp_path / "trades.json").write_text(kept.replace(order["notify_url"], "http://192.0.2.1/notify"))
    answers = start("--data", str(tmp_path)).do("notify", out_trade_no=order["out_trade_no"])["answers"]

    assert answers == [{"status": 0, "body": "not sent: the simulator calls addresses of this machine only"}]
