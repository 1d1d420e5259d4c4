"""What is measured: for each page or action, a batch of requests whose preparation is not counted."""

import itertools
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

from bench.load import CONNECTIONS, FORM, Batch, Request
from tests.browsing import Form, Visitor


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


def posted(visitor: Visitor, form: Form, **changes: str) -> Request:
    """What the visitor's browser would send, as a request to be sent later."""
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in visitor.session.cookies)
    headers = {"Content-Type": FORM, "Cookie": cookies, "Referer": form.action}
    return Request(urlsplit(form.action).path, urlencode({**form.fields, **changes}).encode(), headers, 303)
