"""``check``: everything that can be judged without running the shop."""

import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools import venv
from tools.console import say, step


def production() -> dict[str, str]:
    """An environment like a real shop's, with made-up identities."""
    return {
        "ENV_FILE": "/dev/null", "DEMO": "off", "SITE_URL": "https://shop.example", "DATA_DIR": tempfile.mkdtemp(),
        "SECRET_KEY": secrets.token_urlsafe(50), "PAYMENT_METHODS": "alipay-instant",
        "ALIPAY_PARTNER": "2088" + "3" * 12, "ALIPAY_KEY": secrets.token_hex(16),
    }  # fmt: skip


def development() -> dict[str, str]:
    """The demo's environment, whatever .env says."""
    return {"ENV_FILE": "/dev/null", "DEMO": "1", "DATA_DIR": tempfile.mkdtemp()}


def check(words: Sequence[str]) -> None:
    """Runs every check; the first that fails ends it."""
    bin_ = venv.ensure(venv.EVERYTHING).parent
    demo = development()
    step("style", [bin_ / "ruff", "check", "."])
    step("format", [bin_ / "ruff", "format", "--check", "."])
    step("sizes and secrets", [bin_ / "python", "-m", "tools.rules"])
    step("types", [bin_ / "mypy", *existing(*PACKAGES)], demo)
    step("types of the protocol, strict", [bin_ / "mypy", "--strict", "payments/alipay"], demo)
    step("imports follow the foreign keys", [bin_ / "lint-imports"], demo)
    step("templates", [bin_ / "djlint", "--lint", "--quiet", *existing("templates", "simulator/pages")])
    step("migrations", [bin_ / "python", "manage.py", "makemigrations", "--check", "--dry-run"], demo)
    deployment = ["check", "--deploy", "--fail-level", "WARNING"]
    step("deployment settings", [bin_ / "python", "manage.py", *deployment], production())
    say("check: all is well")


def existing(*names: str) -> list[str]:
    """Those of the folders and files that are there."""
    return [name for name in names if Path(name).exists()]


PACKAGES = ("config", "shop", "orders", "payments", "simulator", "tests", "bench", "tools", "conftest.py", "dev.py")
