"""A visitor without JavaScript: reads the HTML, finds the forms in it and sends them as a browser would."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests

TIMEOUT = 60
ADDRESS = {
    "name": "陈静", "phone": "13800138000", "province": "浙江省", "city": "杭州市", "district": "西湖区",
    "street": "文三路 90 号 3 幢 502", "email": "chen@example.com",
}  # fmt: skip


@dataclass
class Form:
    """A form of a page: where it goes and what it holds."""

    action: str
    method: str
    target: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)


class FormReader(HTMLParser):
    """Gathers a page's forms with the values that a browser would send unchanged."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.outer: dict[str, Form] = {}
        self.current: Form | None = None
        self.select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.current = Form(given.get("action", ""), given.get("method", "get").lower(), given.get("target", ""))
            self.forms.append(self.current)
            self.outer[given.get("id", "")] = self.current
        form = self.outer.get(given["form"]) if "form" in given else self.current
        if form is None:
            return
        if tag in ("input", "textarea", "select") and given.get("name"):
            self._control(form, tag, given)
        elif tag == "option" and self.select:
            self._option(form, given)

    def _control(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name = given["name"]
        if tag == "select":
            self.select = name
            form.options[name] = []
        elif given.get("type") in ("radio", "checkbox"):
            form.options.setdefault(name, []).append(given.get("value", "on"))
            if "checked" in given:
                form.fields[name] = given.get("value", "on")
        elif given.get("type") not in ("submit", "button"):
            form.fields[name] = given.get("value", "")

    def _option(self, form: Form, given: dict[str, str]) -> None:
        form.options[self.select].append(given.get("value", ""))
        if "selected" in given or self.select not in form.fields:
            form.fields[self.select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.current = None
        if tag == "select":
            self.select = ""


class Visitor:
    """One browser session at one shop."""

    def __init__(self, url: str, language: str = "en") -> None:
        self.url = url
        self.home = f"{url}/{language}/"
        self.session = requests.Session()
        # Who waits at a barrier longer than the server keeps a connection would find it closed.
        self.session.headers["Connection"] = "close"
        self.session.trust_env = False

    def get(self, path: str) -> requests.Response:
        """A page below the language's home."""
        return self.session.get(urljoin(self.home, path), timeout=TIMEOUT)

    def form(self, page: requests.Response, action: str) -> Form:
        """The page's first form whose address holds ``action``."""
        forms = FormReader(page.text).forms
        found = [form for form in forms if action in urljoin(page.url, form.action) and form.method == "post"]
        assert found, f"{page.url} ({page.status_code}) has no form to …{action}…: {[form.action for form in forms]}"
        form = found[0]
        form.action = urljoin(page.url, form.action)
        return form

    def send(self, form: Form, follow: bool = True, **changes: str) -> requests.Response:
        """Sends the form with some fields changed."""
        headers = {"Referer": form.action}
        return self.session.post(
            form.action, {**form.fields, **changes}, headers=headers, allow_redirects=follow, timeout=TIMEOUT
        )

    def add(self, slug: str, quantity: int = 1) -> requests.Response:
        """Puts a product into the cart from its page."""
        return self.send(self.form(self.get(f"p/{slug}/"), "/cart/add/"), quantity=str(quantity))

    def checkout_form(self, **contact: str) -> Form:
        """The filled order form, not yet sent."""
        form = self.form(self.get("checkout/"), "/checkout/")
        form.fields |= ADDRESS | contact
        if "no_return" in form.options:  # some goods cannot be returned, and the shopper must know
            form.fields["no_return"] = form.options["no_return"][0]
        return form

    def order(self, slug: str, quantity: int = 1, **contact: str) -> str:
        """Orders a product and returns the order's number."""
        self.add(slug, quantity)
        answer = self.send(self.checkout_form(**contact), follow=False)
        assert answer.status_code == 303, f"{answer.status_code}: {answer.text[:2000]}"
        return order_number(answer)

    def start_payment(self, number: str, **changes: str) -> str:
        """Presses the cashier's button; returns the gateway's signed address."""
        form = self.form(self.get(f"orders/{number}/pay/"), "/pay/start/")
        answer = self.send(form, follow=False, **changes)
        assert answer.status_code == 302, f"{answer.status_code}: {answer.text[:2000]}"
        return answer.headers["Location"]


def order_number(answer: requests.Response) -> str:
    """The number in the address that a placed order leads to."""
    return answer.headers["Location"].split("/orders/")[1][:14]
