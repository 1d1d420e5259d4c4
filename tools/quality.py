"""``check``: everything that can be judged without running the shop."""

import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools import venv
from tools.console import fail, say, step


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
    """Runs every check, also after one has failed, and names those that did."""
    bin_ = venv.ensure(venv.EVERYTHING).parent
    failed = [title for title, command, env in steps(bin_) if not step(title, command, env)]
    if failed:
        fail(f"check: {', '.join(failed)}")
    say("check: all is well")


def steps(bin_: Path) -> list[tuple[str, list[str | Path], dict[str, str]]]:
    """Title, command and environment of each check."""
    demo = development()
    manage: list[str | Path] = [bin_ / "python", "manage.py"]
    return [
        ("style", [bin_ / "ruff", "check", "."], {}),
        ("format", [bin_ / "ruff", "format", "--check", "."], {}),
        ("sizes and secrets", [bin_ / "python", "-m", "tools.rules"], {}),
        ("types", [bin_ / "mypy", *existing(*PACKAGES)], demo),
        ("types of the protocol, strict", [bin_ / "mypy", "--strict", "payments/alipay"], demo),
        ("imports follow the foreign keys", [bin_ / "lint-imports"], demo),
        ("templates", [bin_ / "djlint", "--lint", "--quiet", *existing("templates", "simulator/pages")], {}),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"], demo),
        ("deployment settings", [*manage, "check", "--deploy", "--fail-level", "WARNING"], production()),
    ]


def existing(*names: str) -> list[str]:
    """Those of the folders and files that are there."""
    return [name for name in names if Path(name).exists()]


PACKAGES = (
    "config",
    "content",
    "shop",
    "orders",
    "payments",
    "accounts",
    "simulator",
    "tests",
    "bench",
    "tools",
    "conftest.py",
    "dev.py",
)
