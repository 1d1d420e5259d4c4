"""What is measured: for each page or action, a batch of requests whose preparation is not counted."""

import itertools
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode, urlsplit

from bench.load import CONNECTIONS, Request
from payments.alipay import sandbox
from payments.alipay.signing import Md5Signer, canonical
from tests.browsing import Form, Visitor

FORM = "application/x-www-form-urlencoded"
Batch = list[Request]


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


class Scenes:
    """The pages and actions of one running shop."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.port = urlsplit(url).port or 0
        self.buyers = itertools.count()
        front = Visitor(url).get("").text
        categories = dict.fromkeys(re.findall(r'href="/en/c/([-\w]+)/', front))
        self.category = max(categories, key=lambda slug: len(self.products(slug)))
        self.first, self.second = self.products(self.category)[:2]
        self.told: Batch = []

    def products(self, category: str) -> list[str]:
        """The slugs on a category's page."""
        return list(dict.fromkeys(re.findall(r'href="/en/p/([-\w]+)/', Visitor(self.url).get(f"c/{category}/").text)))

    def all(self) -> dict[str, Callable[[int], Batch]]:
        """Every row of the table: its name and what makes a batch of so many requests."""
        return {
            "home": lambda count: [Request("/en/")] * count,
            f"category, {len(self.products(self.category))} products": self.page(f"/en/c/{self.category}/"),
            "product": self.page(f"/en/p/{self.first}/"),
            "search": self.page("/en/s/?q=cup"),
            "add to cart": self.adds,
            "checkout": self.checkouts,
            "notification, first": self.notifications,
            "notification, repeated": self.repeats,
        }

    def page(self, path: str) -> Callable[[int], Batch]:
        """A page as a first-time visitor gets it."""
        return lambda count: [Request(path)] * count

    def adds(self, count: int) -> Batch:
        """Each a visitor with one product in the cart who adds another."""
        return self.prepare(count, self.add)

    def add(self) -> Request:
        """The second product of a visitor."""
        visitor = Visitor(self.url)
        visitor.add(self.first)
        return posted(visitor, visitor.form(visitor.get(f"p/{self.second}/"), "/cart/add/"))

    def checkouts(self, count: int) -> Batch:
        """Each a visitor with two products who presses "place order"."""
        return self.prepare(count, self.checkout)

    def checkout(self) -> Request:
        """The order form of a new visitor."""
        visitor = self.shopper()
        return posted(visitor, visitor.checkout_form(), email=self.email())

    def notifications(self, count: int) -> Batch:
        """Each tells of the payment of another order, whose attempt was sent to the gateway."""
        self.told = self.prepare(count, self.notification)
        return self.told

    def repeats(self, count: int) -> Batch:
        """The notifications of the row before, once more."""
        return self.told

    def prepare(self, count: int, make: Callable[[], Request]) -> Batch:
        """Actions cost more to prepare and more CPU than pages: a fifth of their number is as exact."""
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            return list(pool.map(lambda _: make(), range(count // 5)))

    def shopper(self) -> Visitor:
        """A visitor with two products in the cart."""
        visitor = Visitor(self.url)
        visitor.add(self.first)
        visitor.add(self.second)
        return visitor

    def email(self) -> str:
        """An address of its own for each buyer: the shop bounds the unpaid orders of one."""
        return f"buyer{next(self.buyers)}@example.com"

    def notification(self) -> Request:
        """Alipay's word that a new visitor's order is paid (protocol A.5), signed with the demo's key."""
        visitor = self.shopper()
        placed = visitor.send(visitor.checkout_form(), follow=False, email=self.email())
        number = placed.headers["Location"].split("/orders/")[1][:14]
        amount = re.search(r"total_fee=([\d.]+)", visitor.start_payment(number, method="alipay-instant"))
        fields = {
            "notify_type": "trade_status_sync", "notify_id": f"id{number}", "notify_time": "2026-01-01 12:00:00",
            "out_trade_no": f"{number}01", "trade_no": f"20260101{number}", "trade_status": "TRADE_SUCCESS",
            "total_fee": amount.group(1) if amount else "", "seller_id": sandbox.PARTNER,
            "seller_email": sandbox.SELLER_EMAIL, "buyer_id": "2088000000000009", "buyer_email": "buy***@example.com",
            "subject": f"Order {number}", "payment_type": "1", "gmt_create": "2026-01-01 11:59:00",
            "gmt_payment": "2026-01-01 12:00:00", "quantity": "1", "discount": "0.00", "is_total_fee_adjust": "N",
            "use_coupon": "N",
        }  # fmt: skip
        sign = Md5Signer(sandbox.MD5_KEY).sign(canonical(fields, ("sign", "sign_type")).encode())
        body = urlencode({**fields, "sign_type": "MD5", "sign": sign}).encode()
        return Request("/payments/alipay-instant/notify/", body, {"Content-Type": FORM})


def posted(visitor: Visitor, form: Form, **changes: str) -> Request:
    """What the visitor's browser would send, as a request to be sent later."""
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in visitor.session.cookies)
    headers = {"Content-Type": FORM, "Cookie": cookies, "Referer": form.action}
    return Request(urlsplit(form.action).path, urlencode({**form.fields, **changes}).encode(), headers, 303)
