"""What another site, another visitor or a crafted link can do through a browser: nothing."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from orders.models import Order
from orders.tests.buying import take
from orders.tests.factories import OrderFactory
from payments.models import Payment
from payments.tests.factories import EntryFactory
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
ABSENT = "10000001000000"
FORMS = {"password1": "a horse of battery", "method": "alipay-instant", "bank": "", "quantity": "1"}
EXAMPLES = {"number": ABSENT, "method": "alipay", "slug": "cup", "name": "p/cup-400.webp"}
HOST, FOREIGN = "http://testserver", "https://evil.example"


def patterns(resolver: URLResolver, above: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the site, as it is written in the map."""
    for pattern in resolver.url_patterns:
        here = above + str(pattern.pattern)
        yield from patterns(pattern, here) if isinstance(pattern, URLResolver) else [(here, pattern)]


def address(route: str) -> str:
    """An address that the route leads to; the admin's last, which takes everything, has one of its own."""
    for name, example in EXAMPLES.items():
        route = re.sub(rf"<(\w+:)?{name}>", example, route)
    route = re.sub(r"<(\w+:)?\w+>", "1", route)
    return "/" + re.sub(r"\(\?P<url>.*", "nothing", route).replace("^", "").replace("$", "").replace(r"\Z", "")


def routes() -> list[str]:
    """An example of each address, in English."""
    return sorted({address(f"en/{r}" if not r.startswith(TOP) else r) for r in written()})


TOP = ("admin", "healthz", "readyz", "media", "payments/<str:method>", "robots.txt", "sitemap")


def written() -> list[str]:
    return [route.removeprefix("zh-hans/").removeprefix("en/") for route, _ in patterns(get_resolver())]


ROUTES = routes()
NOTIFY = "/payments/alipay/notify/"
ORDER_ROUTES = [route for route in ROUTES if ABSENT in route and "/here/" not in route]  # that one wants a token


# --- what pages carry


def personal(order: Order) -> list[str]:
    """Pages that belong to one visitor."""
    about = f"/en/orders/{order.number}/"
    return ["/en/cart/", "/en/checkout/", "/en/orders/find/", about, f"{about}status.json", f"{about}pay/",
            f"{about}result/", "/admin/login/"]  # fmt: skip


@pytest.fixture
def visited(shopper: Client, order: Order) -> dict[str, HttpResponse]:
    """Every kind of page, as a shopper with a cart and an order sees it; also those of mistakes."""
    variant = VariantFactory(product__slug="cup")
    take(shopper, variant)
    public = [
        "/",
        "/en/",
        "/ja/",
        "/en/p/cup/",
        f"/en/c/{variant.product.category.slug}/",
        "/en/s/?q=cup",
        "/en/theme/",
    ]
    wrong = ["/en/p/none/", "/en/orders/1/", "/nowhere", "/media/none", "/admin/", NOTIFY, "/healthz", "/en/cart/add/"]
    return {page: shopper.get(page) for page in [*public, *wrong, *personal(order)]}


def test_no_page_can_be_framed(visited: dict[str, HttpResponse]) -> None:
    for page, answer in visited.items():
        assert answer["X-Frame-Options"] == "DENY", page
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"], page


def test_every_page_is_sealed_against_foreign_scripts(visited: dict[str, HttpResponse]) -> None:
    for page, answer in visited.items():
        policy = answer["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "object-src 'none'" in policy and "base-uri 'none'" in policy, page
        assert not re.search(r"unsafe-|\*|script-src(?! 'self')|(?<!img-src 'self' )data:", policy), page


def test_every_page_tells_the_browser_to_guess_and_to_tell_nothing(visited: dict[str, HttpResponse]) -> None:
    for page, answer in visited.items():
        assert answer["X-Content-Type-Options"] == "nosniff", page
        assert answer["Referrer-Policy"] == "same-origin", page
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin", page


def test_pages_load_nothing_from_elsewhere(visited: dict[str, HttpResponse]) -> None:
    for page, answer in visited.items():
        html = answer.content.decode() if answer["Content-Type"].startswith("text/html") else ""
        loaded = re.findall(
            r'<(?:script|img|link rel="stylesheet"|iframe|source)[^>]*?(?:src|href|srcset)="([^"]+)"', html
        )
        assert not [source for source in loaded if not re.match(r"/(static|media)/|data:image/", source)], page


def test_pages_run_own_scripts_only(visited: dict[str, HttpResponse]) -> None:
    for page, answer in visited.items():
        for tag, code in re.findall(r"<script([^>]*)>(.*?)</script>", answer.content.decode(), re.DOTALL):
            assert 'type="application/ld+json"' in tag or ('src="/static/' in tag and not code.strip()), page


def test_personal_pages_are_stored_nowhere(visited: dict[str, HttpResponse], order: Order) -> None:
    for page in personal(order):
        assert "no-store" in visited[page]["Cache-Control"], page


def test_no_cache_may_hand_one_visitors_page_to_another(visited: dict[str, HttpResponse]) -> None:
    for page in ("/en/", "/en/p/cup/", "/en/s/?q=cup"):
        assert "Cookie" in visited[page]["Vary"], page
        assert "public" not in visited[page].get("Cache-Control", ""), page


def test_the_gateways_page_opens_without_a_handle_on_ours(shopper: Client, order: Order) -> None:
    html = shopper.get(f"/en/orders/{order.number}/pay/").content.decode()
    for form in re.findall(r"<(?:form|a)\b[^>]*target=\"_blank\"[^>]*>", html):
        assert 'rel="noopener"' in form


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(shopper: Client) -> None:
    take(shopper, VariantFactory(product__slug="cup"))
    shopper.get("/en/p/cup/")
    shopper.get("/en/theme/?to=dark")
    kept = {name: cookie for name, cookie in shopper.cookies.items() if cookie.value}
    assert set(kept) == {"sessionid", "csrftoken", "theme"}
    for name, cookie in kept.items():
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax"), name


# --- another site acts for the visitor


@pytest.mark.parametrize("route", [route for route in ROUTES if route != NOTIFY])
def test_no_address_takes_a_post_without_the_pages_token(route: str) -> None:
    assert Client(enforce_csrf_checks=True).post(route, FORMS).status_code == 403


def test_the_notification_alone_needs_no_token() -> None:
    exempt = [route for route, pattern in patterns(get_resolver()) if getattr(pattern.callback, "csrf_exempt", False)]
    assert exempt == ["payments/<str:method>/notify/"]
    assert Client(enforce_csrf_checks=True).post(NOTIFY, FORMS).status_code == 400


@pytest.mark.parametrize("origin", [FOREIGN, "null", "http://testserver.evil.example", "https://testserver:444"])
@pytest.mark.parametrize("route", ["/en/cart/add/", "/en/checkout/", "/en/orders/find/", "/admin/login/"])
def test_a_token_does_not_help_a_foreign_site(route: str, origin: str) -> None:
    careful = Client(enforce_csrf_checks=True)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', careful.get("/en/orders/find/").content.decode())
    assert token
    given = {"csrfmiddlewaretoken": token[1]} | FORMS
    assert careful.post(route, given, headers={"origin": origin}).status_code == 403
    assert careful.post(route, given, headers={"origin": HOST}).status_code != 403


CHANGING = ["/en/cart/add/", "/en/cart/set/", "/en/cart/remove/", "/en/cart/undo/", "/en/orders/{}/pay/start/",
            "/en/orders/{}/extend/", "/en/orders/{}/cancel/", "/en/orders/{}/check/",
            "/en/orders/{}/again/"]  # fmt: skip


@pytest.mark.parametrize("verb", ["get", "head", "options", "put", "delete", "patch", "trace"])
@pytest.mark.parametrize("route", CHANGING)
def test_what_changes_something_is_a_post(shopper: Client, order: Order, route: str, verb: str) -> None:
    before = Order.objects.values().get()
    given = f"{route.format(order.number)}?variant={order.lines.get().variant_id}&quantity=1&method=alipay-instant"
    assert getattr(shopper, verb)(given).status_code == 405
    assert Order.objects.values().get() == before and not Payment.objects.exists()
    assert "cart" not in shopper.session


# --- links that lead away

AWAY = ["https://evil.example/", "//evil.example", "///evil.example", "https:evil.example", "/\\evil.example",
        "\\\\evil", "javascript:alert(1)", "http:///evil.example", " //evil.example", "\t//evil.example",
        "//evil.example@testserver/", "https://testserver@evil.example/", "data:text/html,x"]  # fmt: skip


@pytest.mark.parametrize("away", AWAY)
def test_logging_in_leads_nowhere_else(shopper: Client, away: str) -> None:
    User.objects.create_superuser("owner", "owner@shop.example", "correct horse")
    answer = shopper.post("/admin/login/", login(next=away), query_params={"next": away})
    assert answer.status_code == 302
    assert answer["Location"] in ("/accounts/profile/", "/admin/")


def login(**changed: str) -> dict[str, str]:
    return {"username": "owner", "password": "correct horse"} | changed


@pytest.mark.parametrize("away", AWAY)
@pytest.mark.parametrize("name", ["next", "return_url", "show_url", "url", "to", "redirect", "lang"])
def test_no_parameter_leads_anywhere_else(shopper: Client, order: Order, name: str, away: str) -> None:
    for page in ("/", "/en/theme/", "/en/cart/undo/", f"/en/orders/{order.number}/pay/"):
        for answer in (shopper.get(page, {name: away}), shopper.post(page, {name: away})):
            assert answer.get("Location", "/").startswith("/") and "evil" not in answer.get("Location", ""), page


@pytest.mark.parametrize(
    "path", ["//evil.example", "//evil.example/..", "/%5Cevil.example", "/%2F%2Fevil.example", "///en"]
)
def test_no_path_leads_anywhere_else(shopper: Client, path: str) -> None:
    answer = shopper.get(path)
    assert not re.match(r"(\w+:)?[/\\]{2}", answer.get("Location", ""))


@pytest.mark.parametrize("path", ["/en//evil.example/", "/en/s/?q=x&next=//evil.example", "/en/javascript:alert(1)/"])
def test_the_switch_of_language_stays_here(shopper: Client, path: str) -> None:
    links = re.findall(r'<a href="([^"]+)" hreflang', shopper.get(path).content.decode())
    assert links and all(re.match(r"/(en|ja|zh-hans)/", link) for link in links)


@pytest.mark.parametrize("header", ["host", "x-forwarded-host", "forwarded", "x-original-host", "x-host"])
def test_addresses_follow_from_the_configuration_not_from_headers(shopper: Client, order: Order, header: str) -> None:
    forged = "host=evil.example" if header == "forwarded" else "evil.example"
    answer = shopper.post(f"/en/orders/{order.number}/pay/start/", FORMS, headers={header: forged})
    page = shopper.get("/en/", headers={header: forged})
    assert answer.status_code == (400 if header == "host" else 302)
    assert "evil" not in answer.get("Location", "") + page.content.decode()


# --- another visitor's order


@pytest.fixture
def eve() -> Client:
    """Logged in, with an order of her own."""
    browser = Client()
    user = User.objects.create_user("eve")
    OrderFactory(buyer=user)
    browser.force_login(user)
    return browser


@pytest.fixture
def visitor(request: pytest.FixtureRequest, stranger: Client) -> Client:
    """Whoever the parameter names."""
    known: dict[str, Callable[[], Any]] = {"nobody": lambda: stranger}
    return known.get(request.param, lambda: request.getfixturevalue(request.param))()


VERBS = ["get", "head", "post", "put", "delete", "patch", "options"]


@pytest.mark.parametrize("visitor", ["nobody", "eve", "clerk", "finance", "admin_client"], indirect=True)
@pytest.mark.parametrize("route", ORDER_ROUTES)
def test_to_all_others_an_order_is_as_absent_as_an_absent_one(visitor: Client, order: Order, route: str) -> None:
    EntryFactory(order=order)
    for verb in VERBS:
        answers = [getattr(visitor, verb)(route.replace(ABSENT, n), FORMS) for n in (order.number, ABSENT)]
        bodies = {answer.content.replace(order.number.encode(), ABSENT.encode()) for answer in answers}
        statuses = {answer.status_code for answer in answers}
        assert len(bodies) == 1 and len(statuses) == 1 and statuses <= {404, 405}, verb
    assert Order.objects.get(pk=order.pk).life == "placed"


@pytest.mark.parametrize("route", ORDER_ROUTES)
def test_every_address_of_an_order_answers_its_owner(
    shopper: Client, order: Order, route: str, settings: Settings
) -> None:
    settings.ALIPAY_QR_FRAME = True
    mine = {getattr(shopper, verb)(route.replace(ABSENT, order.number), FORMS).status_code for verb in ("get", "post")}
    assert 404 not in mine and mine & {200, 302, 303}


def test_a_forged_session_cookie_opens_nothing(stranger: Client, order: Order) -> None:
    for forged in ("x" * 32, "", order.number, f'{{"orders": ["{order.number}"]}}', "\0"):
        stranger.cookies["sessionid"] = forged
        assert stranger.get(f"/en/orders/{order.number}/").status_code == 404


# --- sessions


def test_logging_in_changes_the_session_and_logging_out_ends_it(shopper: Client) -> None:
    User.objects.create_superuser("owner", "owner@shop.example", "correct horse")
    take(shopper, VariantFactory())
    before = shopper.cookies["sessionid"].value
    shopper.post("/admin/login/", login())
    inside = shopper.cookies["sessionid"].value
    shopper.post("/admin/logout/")
    shopper.cookies["sessionid"] = inside
    assert before != inside
    assert shopper.get("/admin/")["Location"].startswith(reverse("admin:login"))


def test_a_session_planted_before_the_login_is_worth_nothing(shopper: Client, stranger: Client) -> None:
    User.objects.create_superuser("owner", "owner@shop.example", "correct horse")
    take(stranger, VariantFactory())
    planted = stranger.cookies["sessionid"].value
    shopper.cookies["sessionid"] = planted
    shopper.post("/admin/login/", login())
    assert stranger.get("/admin/").status_code == 302


def test_a_new_password_ends_the_other_sessions(admin_client: Client, shopper: Client, admin_user: User) -> None:
    shopper.force_login(admin_user)
    words = {"old_password": "password", "new_password1": "a horse of battery", "new_password2": "a horse of battery"}
    assert admin_client.post("/admin/password_change/", words).status_code == 302
    assert admin_client.get("/admin/").status_code == 200
    assert shopper.get("/admin/").status_code == 302


@pytest.mark.parametrize("changed", [{"username": "nobody"}, {"password": "guess"}, {"username": "eve"}])
def test_a_failed_login_does_not_tell_who_is_known(shopper: Client, changed: dict[str, str]) -> None:
    User.objects.create_superuser("owner", "owner@shop.example", "correct horse")
    User.objects.create_user("eve", password="correct horse")
    page = shopper.post("/admin/login/", login(**changed), headers={"accept-language": "en"}).content.decode()
    assert "Please enter the correct" in page
    assert "sessionid" not in shopper.cookies
