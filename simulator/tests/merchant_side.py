"""The merchant's side of the tests: signs by hand, not by our own signing code, so both sides cannot err together."""

import hashlib
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import requests

ROOT = Path(__file__).resolve().parents[2]
KEY = "demo0only0never0for0real0money00"
PARTNER = "2088000000000001"
PATIENCE = 10.0
CROWD = 12


def md5_of(fields: Mapping[str, str], charset: str = "utf-8", key: str = KEY) -> str:
    """The documented rule, written once more: sorted, no empties, no sign, no sign_type, key appended."""
    names = sorted(name for name in fields if fields[name] and name not in ("sign", "sign_type"))
    return hashlib.md5(("&".join(f"{name}={fields[name]}" for name in names) + key).encode(charset)).hexdigest()


def signed(fields: Mapping[str, str], key: str = KEY) -> dict[str, str]:
    charset = fields.get("_input_charset", "utf-8")
    return {**fields, "sign": md5_of(fields, charset, key), "sign_type": "MD5"}


class ManyAtOnce(ThreadingHTTPServer):
    """Takes twenty connections at once without refusing one."""

    daemon_threads = True
    request_queue_size = 128


class Shop:
    """A tiny server that takes notifications; ``says`` are its next answers, then always ``success``."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.types: list[str] = []
        self.says: list[tuple[int, bytes]] = []
        self.arrived = threading.Condition()
        self.server = ManyAtOnce(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def _handler(shop) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, said = shop._take(body, self.headers["Content-Type"])
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *args: object) -> None:
                """Silent."""

        return Handler

    def _take(self, body: bytes, kind: str) -> tuple[int, bytes]:
        with self.arrived:
            self.bodies.append(body)
            self.types.append(kind)
            self.arrived.notify_all()
            return self.says.pop(0) if self.says else (200, b"success")

    def wait(self, count: int, charset: str = "utf-8") -> list[dict[str, str]]:
        """The first ``count`` notifications, once they are here."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.bodies) >= count, PATIENCE), self.bodies
        return [self.read(body, charset) for body in self.bodies]

    @staticmethod
    def read(body: bytes, charset: str = "utf-8") -> dict[str, str]:
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, encoding=charset, errors="strict"))

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Simulator:
    """The simulator as its own process."""

    def __init__(self, *options: str) -> None:
        command = [sys.executable, "-m", "simulator", "--port", "0", "--quiet", *options]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.line = self.process.stdout.readline()
        self.url = self.line.split()[-1] if self.line else ""

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Tells it to end; its code, and what it ``said`` on the error stream."""
        if self.process.returncode is None:
            self.process.send_signal(by)
            _, self.said = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode

    def gateway(self, fields: Mapping[str, str], **options: Any) -> requests.Response:
        """A GET of the gateway in the message's charset."""
        charset = fields.get("_input_charset", "utf-8")
        options = {"allow_redirects": False, "timeout": PATIENCE, **options}
        return requests.get(f"{self.url}/gateway.do?{urlencode(fields, encoding=charset)}", **options)

    def ask(self, service: str, **fields: str) -> requests.Response:
        """A signed question of the merchant's server."""
        return self.gateway(signed({"service": service, "partner": PARTNER, "_input_charset": "utf-8", **fields}))

    def read(self, name: str) -> Any:
        return requests.get(f"{self.url}/sim/api/{name}", timeout=PATIENCE).json()

    def call(self, name: str, **asked: object) -> requests.Response:
        return requests.post(f"{self.url}/sim/api/{name}", data=json.dumps(asked), timeout=PATIENCE)

    def do(self, name: str, **asked: object) -> Any:
        """A call that must succeed."""
        answer = self.call(name, **asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def until(self, test: Callable[[], object]) -> None:
        """Waits for what happens in the simulator's own threads."""
        ends = time.monotonic() + PATIENCE
        while not test():
            assert time.monotonic() < ends, self.read("wire")
            time.sleep(0.005)

    def sent(self) -> list[str]:
        """The verdicts on the notifications sent so far, the newest first."""
        return [entry["verdict"] for entry in self.read("wire")["wire"] if entry["way"] == "out"]

    def settled(self, count: int) -> None:
        """Waits until ``count`` sendings are done and, where one failed, the next stands on the timetable."""
        self.until(
            lambda: len(self.sent()) >= count and (self.sent()[0] == "success" or self.read("settings")["pending"])
        )

    def status(self, number: str) -> str:
        return str(next(t["status"] for t in self.read("trades")["trades"] if t["out_trade_no"] == number))


def together(*acts: Callable[[], object]) -> list[Any]:
    """All of them at once; what each came to."""
    with ThreadPoolExecutor(len(acts)) as pool:
        return [waited.result() for waited in [pool.submit(act) for act in acts]]


def run(*options: str) -> subprocess.CompletedProcess[str]:
    """The simulator's command line, to its end."""
    command = [sys.executable, "-m", "simulator", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)


def refusal(simulator: Simulator, order: Mapping[str, str], **changes: str) -> str:
    """The page's title for a rightly signed request with ``changes``."""
    answer = simulator.gateway(signed({**order, **changes}))
    assert answer.status_code == 200, answer.headers
    return answer.text.split("<title>")[1].split(" ")[0]


class Buyer:
    """A browser without JavaScript on one payment page."""

    def __init__(self, simulator: Simulator, fields: Mapping[str, str], *, sign: bool = True) -> None:
        answer = simulator.gateway(signed(fields) if sign else fields)
        assert answer.status_code == 302, answer.text
        self.page = simulator.url + answer.headers["Location"]

    def look(self) -> str:
        return requests.get(self.page, timeout=PATIENCE).text

    def press(self, act: str, **fields: str) -> requests.Response:
        form = {"act": act, **fields}
        return requests.post(self.page, data=form, allow_redirects=False, timeout=PATIENCE)
