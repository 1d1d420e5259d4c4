"""P17, P18 and their kin: what visitors see when something fails."""

import re
from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from content import errors

CALM = ("请不要重复付款", "please do not pay again", "もう一度お支払いにならないでください")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Client:
    """Somebody whose next look at /readyz meets a fault; the test's database is closed to it."""

    def fail() -> bool:
        raise RuntimeError("no disk")

    monkeypatch.setattr("config.health._migrated", fail)
    return Client(raise_request_exception=False)


def test_a_fault_is_told_in_three_languages_without_the_database(broken: Client) -> None:
    answer = broken.get("/readyz")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert all(words in page for words in CALM)
    assert "no disk" not in page and "Traceback" not in page
    assert answer["Cache-Control"] == "no-store"


def test_its_reference_is_that_of_the_log(broken: Client) -> None:
    answer = broken.get("/readyz", headers={"x-request-id": "edge-7f3a2b"})
    assert answer["X-Request-ID"] == "edge-7f3a2b"
    assert answer.content.decode().count("<code>edge-7f3a2b</code>") == 3


def test_it_needs_no_other_file(broken: Client) -> None:
    answer = broken.get("/readyz")
    page = answer.content.decode()
    style = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert len(style) == 1 and 200 < len(style[0].encode()) <= 4096
    assert not re.search(r"<link|<script|<img|style=", page)


def test_browsers_apply_its_style_and_nothing_else(broken: Client) -> None:
    policy = broken.get("/readyz")["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-") and "unsafe" not in policy


def test_a_strange_host_is_refused_plainly(shopper: Client) -> None:
    answer = shopper.get("/en/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "evil" not in answer.content.decode()
    assert "看不懂这个请求" in answer.content.decode()


@pytest.mark.django_db
class TestInTheShop:
    """Errors that have the shop's frame and one language."""

    def test_a_page_that_is_not_there_helps_on(self, shopper: Client) -> None:
        page = shopper.get("/en/nowhere/")
        text = page.content.decode()
        assert page.status_code == 404
        for way in ("/en/s/", "/en/orders/find/", "/en/help/contact/"):
            assert f'"{way}"' in text[text.index("<main") : text.index("</main>")]

    def test_a_door_that_is_shut_says_why(self, rf: RequestFactory, hire: Callable[..., Client]) -> None:
        answer = hire("packer", "view_order").get(reverse("admin:content_page_changelist"))
        assert answer.status_code == 403
        assert "需要有权限的账户" in answer.content.decode()

    def test_what_only_a_button_does_cannot_be_opened_and_says_so(self, shopper: Client) -> None:
        answer = shopper.get("/en/cart/remove/")
        assert (answer.status_code, answer["Allow"]) == (405, "POST")
        assert "Nothing has changed" in answer.content.decode() and '"/en/orders/find/"' in answer.content.decode()

    def test_machines_get_no_page(self, shopper: Client) -> None:
        answer = shopper.get("/payments/alipay/notify/")
        assert (answer.status_code, answer.content) == (405, b"")

    def test_too_many_attempts_are_told_how_long_to_wait(self, rf: RequestFactory) -> None:
        answer = told_to_wait(rf, 61)
        assert (answer.status_code, answer["Retry-After"]) == (429, "61")
        assert "2 分钟" in answer.content.decode()
        assert "1 分钟" in told_to_wait(rf, 60).content.decode()


def told_to_wait(rf: RequestFactory, seconds: int) -> HttpResponse:
    return errors.too_many(rf.get("/zh-hans/"), seconds)


@pytest.mark.django_db
class TestFormWithoutItsToken:
    """A page that was open too long, or a shop behind a proxy that hides its address."""

    @pytest.fixture
    def careful(self) -> Client:
        return Client(enforce_csrf_checks=True)

    def send(self, browser: Client, **headers: str) -> HttpResponse:
        return browser.post("/en/cart/remove/", {"variant": 1}, headers=headers)

    def test_it_says_that_nothing_happened_and_leads_back(self, careful: Client) -> None:
        answer = self.send(careful, referer="http://testserver/en/cart/")
        page = answer.content.decode()
        assert answer.status_code == 403
        assert "Nothing was ordered and nothing was charged" in page
        assert '<a class="btn main" href="http://testserver/en/cart/">' in page

    @pytest.mark.parametrize("referer", ["https://evil.example/", "javascript:alert(1)", "//evil.example/"])
    def test_it_leads_nowhere_else(self, careful: Client, referer: str) -> None:
        page = self.send(careful, referer=referer).content.decode()
        assert '<a class="btn main" href="/">' in page and "evil" not in page

    def test_a_proxy_that_hides_the_address_is_found(self, careful: Client, settings: LazySettings) -> None:
        page = self.send(careful, origin="https://shop.example").content.decode()
        assert f"expects forms from {settings.SITE_URL}, this one came from https://shop.example" in page

    def test_where_the_address_is_right_nothing_is_said_of_it(self, careful: Client, settings: LazySettings) -> None:
        page = self.send(careful, origin=settings.SITE_URL).content.decode()
        assert "open too long" in page and "expects forms" not in page


def test_a_view_may_refuse_too(rf: RequestFactory) -> None:
    request: HttpRequest = rf.get("/")
    assert errors.bad_request(request, PermissionDenied()).status_code == 400


TROUBLE = [OperationalError("database is locked"), InternalError("read-only transaction"), InterfaceError("closed")]


@pytest.mark.parametrize("trouble", TROUBLE, ids=str)
def test_a_database_that_is_away_for_a_while_is_told_as_passing(
    monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def fail() -> bool:
        raise trouble

    monkeypatch.setattr("config.health._migrated", fail)
    answer = Client(raise_request_exception=False).get("/readyz")
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert all(words in answer.content.decode() for words in CALM)
