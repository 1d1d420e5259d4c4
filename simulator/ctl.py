"""Steers a running simulator: ``python -m simulator ctl pay NUMBER --scenario 4``."""

import argparse
import json
import sys
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from simulator.trouble import KINDS
from simulator.world import PRODUCTS

DEFAULT_URL = "http://127.0.0.1:8001"
READS = ("trades", "wire", "settings")
OF_A_TRADE = ("login", "pay", "close", "finish", "refund", "return", "notify")


def add_commands(parser: argparse.ArgumentParser) -> None:
    """The words after ``ctl``."""
    parser.add_argument("--url", default=DEFAULT_URL, help="the simulator's address")
    words = parser.add_subparsers(dest="word", required=True)
    for name in (*READS, "reset"):
        words.add_parser(name)
    for name in OF_A_TRADE:
        words.add_parser(name).add_argument("out_trade_no")
    words.choices["pay"].add_argument("--scenario", type=int, help="a number of the panel's list")
    words.choices["notify"].add_argument("--copies", type=int, default=1)
    words.choices["notify"].add_argument("--parallel", action="store_true")
    words.choices["refund"].add_argument("amount", help="yuan, such as 30.00")
    words.choices["refund"].add_argument("--request-no", help="needed for a part of the sum")
    words.add_parser("scenario").add_argument("scenario", type=int)
    words.add_parser("product").add_argument("product", choices=PRODUCTS)
    words.add_parser("clock").add_argument("forward", type=float, help="seconds")
    trouble = words.add_parser("trouble")
    trouble.add_argument("kind", choices=KINDS)
    trouble.add_argument("--times", type=int, default=1)
    trouble.add_argument("--seconds", type=float, default=20)


def control(options: argparse.Namespace) -> int:
    """Does it and prints the answer as JSON; 0 where the simulator agreed, 1 where it refused, 2 without an answer."""
    given = {name: value for name, value in vars(options).items() if value is not None}
    asked = {name: value for name, value in given.items() if name not in ("command", "word", "url")}
    try:
        status, told = call(options.url, options.word, None if options.word in READS else asked)
    except (OSError, HTTPException, ValueError) as trouble:
        print(f"no simulator at {options.url}: {trouble}", file=sys.stderr)
        return 2
    print(json.dumps(told, ensure_ascii=False, indent=2))
    return 0 if status == 200 else 1


def call(url: str, name: str, asked: dict[str, Any] | None) -> tuple[int, Any]:
    """One call of the JSON interface: GET where nothing is asked."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        body = None if asked is None else json.dumps(asked)
        connection.request("GET" if asked is None else "POST", f"/sim/api/{name}", body)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()
