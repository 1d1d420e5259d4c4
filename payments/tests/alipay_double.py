"""A gateway played by the test: answers as told, remembers what it was asked, signs by its own arithmetic."""

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote_plus, urlsplit

from django.test import Client

from payments.alipay.sandbox import MD5_KEY, PARTNER, SELLER_EMAIL
from payments.alipay.wire import write_time
from payments.models import Payment

Reply = tuple[int, bytes]
FORM = "application/x-www-form-urlencoded"


def md5_sign(fields: Mapping[str, str], key: str = MD5_KEY) -> str:
    """The signature by hand, so that our own signing is not its own judge."""
    text = "&".join(f"{k}={fields[k]}" for k in sorted(fields) if k not in ("sign", "sign_type") and fields[k])
    return hashlib.md5((text + key).encode(), usedforsecurity=False).hexdigest()


def form(fields: Mapping[str, str]) -> bytes:
    return "&".join(f"{quote_plus(k)}={quote_plus(v)}" for k, v in fields.items()).encode()


def _facts(payment: Payment) -> dict[str, str]:
    return {
        "out_trade_no": payment.out_trade_no, "trade_no": f"2026112322001{payment.pk:015}",
        "total_fee": f"{payment.amount:.2f}", "seller_id": PARTNER,
    }  # fmt: skip


def times(payment: Payment) -> dict[str, str]:
    """Made and paid within the second in which the shopper was sent; told a minute later."""
    begun = write_time(payment.created_at)
    told = write_time(payment.created_at + timedelta(minutes=1))
    return {"gmt_create": begun, "gmt_payment": begun, "notify_time": told}


def notification(payment: Payment, *, key: str = MD5_KEY, **changes: str) -> bytes:
    """A signed notification that ``payment`` was paid; ``changes`` are made before signing."""
    fields = {
        "notify_type": "trade_status_sync", "notify_id": "a1b2c3", "trade_status": "TRADE_SUCCESS",
        **_facts(payment), **times(payment),
        "seller_email": SELLER_EMAIL, "buyer_email": "b***@example.com",
        "buyer_id": "2088123412341234", "subject": "茶 + cup", "payment_type": "1",
    } | changes  # fmt: skip
    return form({**fields, "sign": md5_sign(fields, key), "sign_type": "MD5"})


def come_back(payment: Payment, **changes: str) -> str:
    """The signed query string of a browser's return."""
    fields = {
        "is_success": "T", "notify_id": "r1", "notify_time": "2026-11-23 12:00:00", "notify_type": "trade_status_sync",
        "trade_status": "TRADE_SUCCESS", "exterface": "create_direct_pay_by_user", **_facts(payment),
    } | changes  # fmt: skip
    return form({**fields, "sign": md5_sign(fields), "sign_type": "MD5"}).decode()


def trade_answer(payment: Payment, status: str = "TRADE_SUCCESS", **changes: str) -> Reply:
    """The signed XML with which single_trade_query tells of ``payment``."""
    fields = {
        "trade_status": status, "buyer_email": "b***@example.com", **_facts(payment),
    } | changes  # fmt: skip
    inner = "".join(f"<{k}>{v}</{k}>" for k, v in fields.items())
    return 200, (
        f'<?xml version="1.0" encoding="utf-8"?><alipay><is_success>T</is_success><response><trade>{inner}</trade>'
        f"</response><sign>{md5_sign(fields)}</sign><sign_type>MD5</sign_type></alipay>"
    ).encode()


def tell(body: bytes, method: str = "alipay-instant", content_type: str = FORM) -> tuple[int, str]:
    """Posts a notification to the shop as Alipay does; the status and the answer."""
    answer = Client().post(f"/payments/{method}/notify/", body, content_type=content_type)
    return answer.status_code, answer.content.decode()


def refusal(code: str) -> Reply:
    xml = f'<?xml version="1.0" encoding="utf-8"?><alipay><is_success>F</is_success><error>{code}</error></alipay>'
    return 200, xml.encode()


def closed() -> Reply:
    return 200, b'<?xml version="1.0" encoding="utf-8"?><alipay><is_success>T</is_success></alipay>'


def hang(seconds: float) -> Callable[[], Reply]:
    """An answer that comes too late."""

    def reply() -> Reply:
        time.sleep(seconds)
        return 200, b"true"

    return reply


class AlipayDouble:
    """``answers[service]`` is (status, body) or a function making it; what was asked is in ``asked``."""

    def __init__(self) -> None:
        self.answers: dict[str, Reply | Callable[[], Reply]] = {"notify_verify": (200, b"true")}
        self.asked: list[dict[str, str]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # the shop hung up, as it should
        self.url = f"http://127.0.0.1:{self.server.server_port}/gateway.do"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def asked_for(self, service: str) -> list[dict[str, str]]:
        return [fields for fields in self.asked if fields.get("service") == service]

    def _reply(self, query: str) -> Reply:
        fields = dict(parse_qsl(query))
        self.asked.append(fields)
        answer = self.answers.get(fields.get("service", ""), refusal("TRADE_NOT_EXIST"))
        return answer() if callable(answer) else answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = double._reply(urlsplit(self.path).query)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                if 300 <= status < 400:
                    self.send_header("Location", "/gateway.do?service=elsewhere")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Quiet."""

        return Handler
