"""The cast of the tests, and the closed world they run in: the demo's settings, a data folder per process, no .env."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import django
import pytest

KEPT = {"DATABASE_URL", "CACHE_URL"}
OURS = (
    "ALIPAY_", "ORDER_", "SHIPPING_", "GATEWAY_", "EMAIL_", "SECRET_", "SITE_", "PAYMENT_", "DEBUG", "DEFAULT_FROM",
    "COMPANY_", "CONTACT_", "BUSINESS_", "ICP_", "POLICE_", "TRUSTED_",
)  # fmt: skip


def close_the_world() -> None:
    """Nothing of the developer's own shop reaches a test: not its .env, its data folder nor its keys."""
    for name in set(os.environ) - KEPT:
        if name.startswith(OURS):
            del os.environ[name]
    Path(__file__).with_name("staticfiles").mkdir(exist_ok=True)  # where it is missing WhiteNoise warns
    data = tempfile.mkdtemp(prefix="jidao-test-")
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings", "ENV_FILE": os.devnull, "DEMO": "1", "DATA_DIR": data,
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }  # fmt: skip


close_the_world()
django.setup()

from django.contrib.auth.models import Permission, User  # noqa: E402
from django.core.cache import caches  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import translation  # noqa: E402

from orders.models import Order  # noqa: E402
from orders.tests.factories import OrderFactory  # noqa: E402


@pytest.fixture(autouse=True)
def _as_after_a_start() -> None:
    """Neither what another test kept nor the language of its last request is left over."""
    for cache in caches.all():
        cache.clear()
    translation.deactivate()


@pytest.fixture
def shopper() -> Client:
    """A visitor with a browser of their own."""
    return Client()


@pytest.fixture
def stranger() -> Client:
    """Another visitor, who must not see what is the shopper's."""
    return Client()


@pytest.fixture
def own(shopper: Client) -> Callable[[Order], Order]:
    """Makes an order the shopper's, as if placed in this browser."""

    def remember(order: Order) -> Order:
        session = shopper.session
        session["orders"] = [*session.get("orders", []), order.number]
        session.save()
        return order

    return remember


@pytest.fixture
def order(db: None, own: Callable[[Order], Order]) -> Order:
    """An order of the shopper that waits for its money."""
    return own(OrderFactory())


@pytest.fixture
def hire(db: None) -> Callable[..., Client]:
    """Makes a member of staff with the permissions named, logged in."""

    def make(name: str, *codenames: str) -> Client:
        user = User.objects.create_user(name, f"{name}@shop.example", "not used", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        browser = Client()
        browser.force_login(user)
        return browser

    return make


SEEN_BY_STAFF = [
    f"view_{model}"
    for model in ("order", "orderline", "orderevent", "outboxmail")
    + ("payment", "gatewaymessage", "ledgerentry", "refund", "incident")
    + ("product", "variant", "category", "picture", "stockmovement")
]


@pytest.fixture
def clerk(hire: Callable[..., Client]) -> Client:
    """Staff who pack parcels: they read orders and payments."""
    return hire("clerk", *SEEN_BY_STAFF, "change_order")


@pytest.fixture
def finance(hire: Callable[..., Client]) -> Client:
    """Staff who look after money: they also resolve incidents."""
    return hire("finance", *SEEN_BY_STAFF, "change_order", "change_refund", "add_refund", "change_incident")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A skipped test is a failed run: nothing may pass for want of a component."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
