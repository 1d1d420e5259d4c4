"""Keys, signatures and people's addresses stay where they belong; the shop serves no file of its own workings."""

import json
import logging
import re
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client

from orders.models import Order
from orders.tests.buying import buy
from payments.alipay.sandbox import MD5_KEY, demo_keys
from payments.models import Payment
from payments.tests.alipay_double import AlipayDouble, come_back, notification, tell, trade_answer
from payments.tests.conftest import alipay, platform
from payments.tests.open_double import OpenDouble, told, trade
from shop.tests.factories import VariantFactory
from tools.rules import leaks, tracked

__all__ = ["alipay", "platform"]
pytestmark = pytest.mark.django_db
PHONE, EMAIL = "13912345678", "chen.private@example.com"
SIGNATURE = re.compile(r"\bsign=[0-9A-Za-z%+/]{16}")


def private_parts() -> list[str]:
    """Secrets of this shop: its legacy key and the inner lines of its private keys."""
    keys = demo_keys(settings.DATA_DIR / "simulator" / "keys")
    inner = [line for key in (keys.app_private, keys.alipay_private) for line in key.splitlines()[1:-1]]
    return [MD5_KEY, settings.SECRET_KEY, *inner]


def journey(shopper: Client, method: str) -> None:
    """Order, way to the gateway, return, question, notification; and a forgery of each."""
    order = buy(shopper, VariantFactory(), phone=PHONE, email=EMAIL)
    shopper.post(f"/en/orders/{order.number}/pay/start/", {"method": method})
    payment = Payment.objects.get(order=order)
    body = told(payment) if method == "alipay" else notification(payment)
    if method == "alipay-instant":
        shopper.get(f"/payments/{method}/return/?{come_back(payment)}")
    shopper.post(f"/en/orders/{order.number}/check/")
    for message in (body + b"&more=1", b"sign=" + body, body):
        tell(message, method)
    assert Order.objects.get(pk=order.pk).status == "paid"


@pytest.fixture(params=["alipay", "alipay-instant"])
def logged(
    request: pytest.FixtureRequest, shopper: Client, platform: OpenDouble, alipay: AlipayDouble,
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str],
) -> str:  # fmt: skip
    """All that was printed and logged on such a journey, however talkative the log."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db").setLevel(logging.INFO)  # statements are no log of ours
    journey(shopper, request.param)
    printed = capsys.readouterr()
    return caplog.text + printed.out + printed.err


def test_no_log_holds_a_key(logged: str) -> None:
    assert "notify1" in logged
    assert [secret for secret in private_parts() if secret in logged] == []


def test_our_own_log_lines_hold_no_person_and_no_signature(
    shopper: Client, alipay: AlipayDouble, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    journey(shopper, "alipay-instant")
    out = caplog.text
    assert "notify2" in out
    assert PHONE not in out and EMAIL not in out and not SIGNATURE.search(out)


def columns() -> list[tuple[str, str]]:
    """Every value in the database as text, but the raw messages, which are kept as they came."""
    models = [model for label in ("shop", "orders", "payments") for model in apps.get_app_config(label).get_models()]
    rows = [(model.__name__, row) for model in models for row in model.objects.values()]
    return [(f"{name}.{field}", str(value)) for name, row in rows for field, value in row.items() if field != "body"]


@pytest.mark.usefixtures("logged")
def test_no_table_holds_a_key_or_a_signature() -> None:
    found = columns()
    assert len(found) > 100
    assert [name for name, value in found if any(secret in value for secret in private_parts())] == []
    assert [name for name, value in found if SIGNATURE.search(value)] == []


@pytest.mark.usefixtures("logged")
def test_a_persons_address_stands_in_the_order_and_its_mails_only() -> None:
    holders = {name.split(".")[0] for name, value in columns() if PHONE in value or EMAIL in value}
    assert holders <= {"Order", "OutboxMail"}


def test_what_we_ask_is_journalled_without_our_signature(alipay: AlipayDouble, shopper: Client) -> None:
    journey(shopper, "alipay-instant")
    sent = [row["body"] for row in apps.get_model("payments.GatewayMessage").objects.filter(outgoing=True).values()]
    assert sent and not any(MD5_KEY.encode() in bytes(body) for body in sent)


def test_no_address_that_a_shopper_keeps_holds_a_signature(shopper: Client, alipay: AlipayDouble) -> None:
    order = buy(shopper, VariantFactory())
    shopper.post(f"/en/orders/{order.number}/pay/start/", {"method": "alipay-instant"})
    payment = Payment.objects.get()
    alipay.answers["single_trade_query"] = trade_answer(payment)
    left = shopper.get(f"/payments/alipay-instant/return/?{come_back(payment)}", follow=True)
    assert "sign" not in left.request["QUERY_STRING"] and not SIGNATURE.search(left.content.decode())


# --- what the repository holds, and what the shop serves of it


def test_no_tracked_file_looks_like_a_secret() -> None:
    texts = [(path, path.read_text(errors="replace")) for path in tracked() if path.suffix != ".webp"]
    assert len(texts) > 100
    assert [leak for path, text in texts for leak in leaks(path, text)] == []


@pytest.mark.parametrize("name", [".env", "db.sqlite3", "demo-secret", "id_rsa"])
def test_no_file_of_a_running_shop_is_tracked(name: str) -> None:
    assert [path for path in tracked() if path.name == name] == []


INNER = [
    ".git/config", ".git/HEAD", ".env", ".env.example", "db.sqlite3", "data/db.sqlite3", "data/demo-secret",
    "manage.py", "config/settings.py", "requirements.txt", "Dockerfile", "server-status", "__debug__/", "sim/",
    "backup.zip", "phpinfo.php", "wp-login.php", "static/", "static/../config/settings.py", "static/%2e%2e/manage.py",
    "media/",
    "media/../db.sqlite3", "media/%2e%2e/demo-secret", "media/p/", "en/.env", ".well-known/../.env", "gateway.do",
]  # fmt: skip


@pytest.mark.parametrize("path", INNER)
def test_the_shop_serves_no_file_of_its_workings(shopper: Client, path: str) -> None:
    answer = shopper.get(f"/{path}", follow=True)
    assert answer.status_code == 404
    assert b"SECRET_KEY" not in answer.content


GENERIC = re.compile(r"Traceback|/site-packages/|DJANGO_|SECRET|sqlite|psycopg|Exception|django\.|settings\.", re.I)


def broken(*words: Any, **options: Any) -> None:
    raise RuntimeError(f"{MD5_KEY} {settings.SECRET_KEY} sqlite Traceback")


@pytest.mark.parametrize("status", [400, 403, 404, 405, 500])
def test_a_page_of_trouble_tells_nothing_of_the_workings(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    monkeypatch.setattr("shop.cart_views._cart_page", broken)
    careful = Client(enforce_csrf_checks=True, raise_request_exception=False)
    asked = {
        400: lambda: careful.get("/en/", headers={"host": "evil.example"}), 403: lambda: careful.post("/en/cart/add/"),
        404: lambda: careful.get("/en/p/none/"), 405: lambda: careful.get("/en/cart/add/"),
        500: lambda: careful.get("/en/cart/"),
    }  # fmt: skip
    answer = asked[status]()
    assert answer.status_code == status
    assert not GENERIC.search(answer.content.decode()) and not GENERIC.search(json.dumps(dict(answer.headers)))


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_names_no_version_and_no_address(shopper: Client, path: str) -> None:
    answer = shopper.get(path)
    assert not re.search(r"\d+\.\d+|://", answer.content.decode())
    assert "Server" not in answer.headers


def test_a_question_is_answered_by_the_platform_without_a_trace_of_the_key(
    platform: OpenDouble, shopper: Client
) -> None:
    order = buy(shopper, VariantFactory())
    shopper.post(f"/en/orders/{order.number}/pay/start/", {"method": "alipay"})
    platform.answers["alipay.trade.query"] = trade(Payment.objects.get())
    page = shopper.post(f"/en/orders/{order.number}/check/", follow=True).content.decode()
    assert [secret for secret in private_parts() if secret in page] == []
