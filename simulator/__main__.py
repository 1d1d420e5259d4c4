"""``python -m simulator``: starts the gateway, or steers a running one with ``ctl``."""

import argparse
import os
import sys
from ipaddress import ip_address
from pathlib import Path

from payments.alipay import sandbox
from payments.alipay.errors import BadKey
from simulator.ctl import add_commands, control
from simulator.ledger import Unreadable
from simulator.merchant import Merchant, merchant
from simulator.server import serve
from simulator.world import new_world

DEFAULT_SPEED = 60.0


def options() -> argparse.Namespace:
    """The command line; the merchant may also come from the variables that the shop uses."""
    parser = argparse.ArgumentParser("python -m simulator", description="Plays Alipay on this machine. No money moves.")
    parser.set_defaults(command="serve")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=8001, help="0 picks a free one")
    parser.add_argument("--data", type=Path, help="keep trades and keys in this directory")
    parser.add_argument("--speed", type=float, default=DEFAULT_SPEED, help="how many times faster retries come")
    parser.add_argument("--quiet", action="store_true", help="no line a request")
    parser.add_argument("--partner", default=os.environ.get("ALIPAY_PARTNER") or sandbox.PARTNER)
    parser.add_argument("--seller-email", default=os.environ.get("ALIPAY_SELLER_EMAIL") or sandbox.SELLER_EMAIL)
    parser.add_argument("--key", default=os.environ.get("ALIPAY_KEY") or sandbox.MD5_KEY, help="the shared MD5 key")
    parser.add_argument("--sign-type", choices=("MD5", "RSA"), default="MD5")
    parser.add_argument("--merchant-public-key", type=Path, help="PEM file; with --sign-type RSA")
    parser.add_argument("--app-id", default=os.environ.get("ALIPAY_APP_ID") or sandbox.APP_ID)
    parser.add_argument("--app-public-key", type=Path, help="PEM file, instead of the demo app's key")
    parser.add_argument("--cert-sn", default="", help="name this certificate, as to an app in certificate mode")
    words = parser.add_subparsers(title="commands")
    ctl = words.add_parser("ctl", help="steer a running simulator")
    ctl.set_defaults(command="ctl")
    add_commands(ctl)
    return check(parser, parser.parse_args())


def check(parser: argparse.ArgumentParser, given: argparse.Namespace) -> argparse.Namespace:
    """Ends with a usage message where an option is wrong."""
    if given.host != "localhost" and not _loopback(given.host):
        parser.error("--host: the simulator serves loopback addresses only")
    if given.speed <= 0:
        parser.error("--speed is above 0")
    if (given.sign_type == "RSA") != (given.merchant_public_key is not None):
        parser.error("--sign-type RSA and --merchant-public-key belong together")
    return given


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def account(given: argparse.Namespace) -> Merchant:
    """The merchant that the options name. Raises BadKey or OSError."""
    return merchant(
        partner=given.partner,
        seller_email=given.seller_email,
        key=given.key,
        app_id=given.app_id,
        rsa_public_key=_content(given.merchant_public_key),
        app_public_key=_content(given.app_public_key),
        data=given.data,
        cert_sn=given.cert_sn,
    )


def _content(path: Path | None) -> str | None:
    return path.read_text() if path else None


def main() -> int:
    given = options()
    if given.command == "ctl":
        return control(given)
    try:
        if given.data:
            given.data.mkdir(parents=True, exist_ok=True)
        world = new_world(account(given), given.speed, given.data)
        serve(world, given.host, given.port, given.quiet)
    except (BadKey, OSError, OverflowError, Unreadable) as trouble:
        print(f"The simulator does not start: {trouble}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
