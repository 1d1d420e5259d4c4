"""Notifications of payment as Alipay signs them, and the gateway that confirms them."""

import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from urllib.parse import urlencode

from bench.load import FORM, Batch, Request
from payments.alipay import sandbox
from payments.alipay.keys import private_key
from payments.alipay.sandbox import DemoKeys
from payments.alipay.signing import Md5Signer, RsaSigner, Signer, canonical
from payments.alipay.wire import write_time

NOW = write_time(datetime.now(UTC))


class TrueGateway(BaseHTTPRequestHandler):
    """Says ``true`` to every notify_verify."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"true")

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def start_gateway() -> str:
    """The address of a gateway that confirms everything; it ends with the process."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), TrueGateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}/gateway.do"


class Notices:
    """The notifications of many attempts, each told once as the first and once more as the repeated."""

    def __init__(self, path: str, attempts: Iterable[str], tell: Callable[[str, str], bytes]) -> None:
        """``attempts`` are lines of a trade's number and its amount; ``tell`` makes the signed message of one."""
        self.left = self._all(path, attempts, tell)
        self.told: Batch = []

    def _all(self, path: str, attempts: Iterable[str], tell: Callable[[str, str], bytes]) -> Iterator[Request]:
        for attempt in attempts:
            number, amount = attempt.split()
            yield Request(path, tell(number, amount), {"Content-Type": FORM}, answer=b"success")

    def first(self, count: int) -> Batch:
        """Each tells of another payment."""
        self.told = list(islice(self.left, count // 2))
        return self.told

    def repeated(self, count: int) -> Batch:
        """Those of the row before, once more."""
        return self.told


def open_notice(keys: DemoKeys) -> Callable[[str, str], bytes]:
    """Messages of the Open Platform (protocol B.5), signed with RSA2."""
    signer = RsaSigner(private_key(keys.alipay_private), None)

    def tell(number: str, amount: str) -> bytes:
        fields = {
            "charset": "utf-8", "version": "1.0", "app_id": sandbox.APP_ID, "auth_app_id": sandbox.APP_ID,
            "total_amount": amount, "receipt_amount": amount, "buyer_pay_amount": amount, "invoice_amount": amount,
            "point_amount": "0.00", "buyer_logon_id": "buy***@example.com",
            "fund_bill_list": f'[{{"amount":"{amount}","fundChannel":"ALIPAYACCOUNT"}}]', **_trade(number),
        }  # fmt: skip
        return _signed(fields, signer)

    return tell


def instant_notice(number: str, amount: str) -> bytes:
    """A message of the legacy service (protocol A.5), signed with the demo's MD5 key."""
    fields = {
        "total_fee": amount, "seller_email": sandbox.SELLER_EMAIL, "buyer_email": "buy***@example.com",
        "payment_type": "1", "quantity": "1", "discount": "0.00", "is_total_fee_adjust": "N", "use_coupon": "N",
        **_trade(number),
    }  # fmt: skip
    return _signed(fields, Md5Signer(sandbox.MD5_KEY))


def _trade(number: str) -> dict[str, str]:
    """What both generations say alike."""
    return {
        "notify_type": "trade_status_sync", "notify_id": f"id{number}", "notify_time": NOW,
        "out_trade_no": number, "trade_no": f"20260101{number}", "trade_status": "TRADE_SUCCESS",
        "seller_id": sandbox.PARTNER, "buyer_id": "2088000000000009", "subject": f"Order {number}",
        "gmt_create": NOW, "gmt_payment": NOW,
    }  # fmt: skip


def _signed(fields: dict[str, str], signer: Signer) -> bytes:
    sign = signer.sign(canonical(fields, ("sign", "sign_type")).encode())
    return urlencode({**fields, "sign_type": signer.sign_type, "sign": sign}).encode()
