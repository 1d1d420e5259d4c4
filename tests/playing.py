"""A purchase at the simulator: what the buyer does there, what the shop shows of it, and what the database holds."""

import itertools
import re
import time
from collections.abc import Callable
from typing import Any

import requests

from tests.browsing import TIMEOUT, Visitor
from tests.stack import Stack, manage

PATIENCE = 15.0
STATUS = re.compile(r'data-order-status="([a-z-]+)"')
# Each is written once for a paid order, whatever comes afterwards.
EFFECTS = {
    "charges": "SELECT count(*) FROM payments_ledgerentry e JOIN orders_order o ON o.id = e.order_id"
    " WHERE e.kind = 'charge' AND o.number = '{0}'",
    "events": "SELECT count(*) FROM orders_orderevent e JOIN orders_order o ON o.id = e.order_id"
    " WHERE e.kind = 'paid' AND o.number = '{0}'",
    "mails": "SELECT count(*) FROM orders_outboxmail m JOIN orders_order o ON o.id = m.order_id"
    " WHERE m.kind = 'paid' AND o.number = '{0}'",
    "commits": "SELECT count(*) FROM shop_stockmovement WHERE kind = 'commit' AND reference LIKE '{0}%'",
}
ONCE = dict.fromkeys(EFFECTS, 1)
NOTHING = dict.fromkeys(EFFECTS, 0)
PEOPLE = itertools.count(1)


def wait_until(holds: Callable[[], bool], explain: Callable[[], object]) -> None:
    """Looks again and again until it holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.05)


class Gateway:
    """The simulator's JSON interface."""

    def __init__(self, url: str) -> None:
        self.url = url

    def do(self, name: str, **asked: object) -> dict[str, Any]:
        """Acts; the simulator must agree."""
        answer = requests.post(f"{self.url}/sim/api/{name}", json=asked, timeout=TIMEOUT)
        assert answer.ok, answer.text
        return dict(answer.json())

    def read(self, name: str) -> dict[str, Any]:
        """What it says of ``trades``, ``wire`` or ``settings``."""
        return dict(requests.get(f"{self.url}/sim/api/{name}", timeout=TIMEOUT).json())

    def trade(self, out_trade_no: str) -> dict[str, Any]:
        """The trade as the gateway's own ledger holds it."""
        return next(dict(trade) for trade in self.read("trades")["trades"] if trade["out_trade_no"] == out_trade_no)

    def sent(self, out_trade_no: str) -> list[str]:
        """The shop's answers to the notifications about a trade, oldest first."""
        wire = reversed(self.read("wire")["wire"])
        told = [entry for entry in wire if entry["what"].startswith("notification")]
        return [entry["answer"] for entry in told if (entry["fields"] or {}).get("out_trade_no") == out_trade_no]

    def calm(self) -> None:
        """No trouble left from an earlier test, and the clock shown right."""
        self.do("trouble", kind=None)
        self.do("clock", skew=0)
        self.do("bill")


class Purchase:
    """One order of one visitor, at the cashier of ``method``."""

    def __init__(self, stack: Stack, method: str, slug: str = "many", quantity: int = 1) -> None:
        self.stack, self.method = stack, method
        self.gateway = Gateway(stack.gateway)
        self.visitor = Visitor(stack.url)
        self.email = f"shopper{next(PEOPLE)}@example.com"
        self.number = self.visitor.order(slug, quantity, email=self.email)

    def go(self, method: str = "", **changes: str) -> str:
        """Presses the cashier's button and lets the browser follow; the address of the gateway's page."""
        address = self.visitor.start_payment(self.number, method=method or self.method, **changes)
        page = self.visitor.session.get(address, timeout=TIMEOUT)
        assert "/cashier/" in page.url, page.text
        return page.url

    def play(self, scenario: int, attempt: int = 1) -> dict[str, Any]:
        """The buyer's decision there; the browser follows where it is sent back."""
        told = self.gateway.do("pay", out_trade_no=self.attempt(attempt), scenario=scenario)
        if told["return_url"]:
            self.visitor.session.get(told["return_url"], timeout=TIMEOUT)
        return told

    def attempt(self, n: int = 1) -> str:
        """The number under which the gateway knows the attempt."""
        return f"{self.number}{n:02}"

    def page(self, name: str = "result/") -> requests.Response:
        """A page of the order."""
        return self.visitor.get(f"orders/{self.number}/{name}")

    def status(self) -> str:
        """What the result page shows now."""
        found = STATUS.findall(self.page().text)
        assert len(found) == 1, found
        return str(found[0])

    def becomes(self, status: str) -> None:
        """The result page shows ``status`` before long."""
        wait_until(lambda: self.status() == status, lambda: f"{self.status()}\n{self.stack.log()[-4000:]}")

    def told(self, times: int, attempt: int = 1) -> list[str]:
        """The answers to the first ``times`` notifications, once they were sent."""
        sent = lambda: self.gateway.sent(self.attempt(attempt))  # noqa: E731
        wait_until(lambda: len(sent()) >= times, sent)
        return sent()[:times]

    def press(self, act: str, page: str = "pay/") -> requests.Response:
        """Sends the form of a page, such as ``/check/``, and follows."""
        return self.visitor.send(self.visitor.form(self.page(page), act))

    def effects(self) -> dict[str, int]:
        """How often the order was charged, recorded as paid, told by mail and taken from stock."""
        return {name: self.stack.count(query.format(self.number)) for name, query in EFFECTS.items()}

    def incidents(self) -> list[str]:
        """What a person must look at, in order."""
        query = f"SELECT kind FROM payments_incident WHERE subject LIKE '{self.number}%' ORDER BY id"
        return [str(kind) for (kind,) in self.stack.rows(query)]

    def verdicts(self, kind: str = "notify") -> list[str]:
        """The journal's verdicts about this order's messages, in order."""
        query = "SELECT verdict FROM payments_gatewaymessage WHERE kind = '{}' AND out_trade_no LIKE '{}%' ORDER BY id"
        return [str(verdict) for (verdict,) in self.stack.rows(query.format(kind, self.number))]

    def sums(self) -> tuple[str, str]:
        """Charged and refunded, in yuan, as the order has them."""
        query = f"SELECT charged, refunded FROM orders_order WHERE number = '{self.number}'"
        ((charged, refunded),) = self.stack.rows(query)
        return f"{charged:.2f}", f"{refunded:.2f}"


class Staff:
    """The owner at the back office."""

    def __init__(self, stack: Stack) -> None:
        login = {"username": "owner", "password": "correct horse"}
        owner = ["--username", login["username"], "--email", "owner@shop.example"]
        secret = {"DJANGO_SUPERUSER_PASSWORD": login["password"], **stack.environment}
        manage(["manage.py", "createsuperuser", "--noinput", *owner], secret)
        self.visitor = Visitor(stack.url)
        form = self.visitor.form(self.visitor.get("/admin/login/?next=/admin/"), "/admin/login/")
        assert self.visitor.send(form, **login).url.endswith("/admin/")

    def page(self, path: str) -> str:
        """The text of a page below /admin/."""
        answer = self.visitor.get(f"/admin/{path}")
        assert answer.ok, answer.text
        return answer.text


def job(stack: Stack, call: str, minutes: int = 0) -> None:
    """Runs a job of the worker as if ``minutes`` had passed, such as ``closing.expire_due``."""
    now = f"timezone.now() + timedelta(minutes={minutes})"
    code = (
        "from datetime import timedelta; from django.utils import timezone; from orders import mails;"
        f" from payments import closing, repay, sweep; {call}({now if minutes else ''})"
    )
    manage(["manage.py", "shell", "-v0", "-c", code], stack.environment)
