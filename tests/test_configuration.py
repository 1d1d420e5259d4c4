"""A shop that is half configured does not start: it names the variable and the mend, prints no secret, no traceback."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from payments.alipay import sandbox
from payments.alipay.certificates import certificate_sn
from payments.alipay.tests.authority import certify
from tests.stack import ROOT, manage

SECRET = "s3cr3t" * 9
KEY = "0123456789abcdef" * 2
GOOD = {
    "SITE_URL": "https://shop.example", "SECRET_KEY": SECRET, "PAYMENT_METHODS": "alipay-instant",
    "ALIPAY_PARTNER": "2088123456789012", "ALIPAY_KEY": KEY,
}  # fmt: skip
NOT_A_KEY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"
RSA = {"ALIPAY_SIGN_TYPE": "RSA", "ALIPAY_PARTNER_PRIVATE_KEY": NOT_A_KEY, "ALIPAY_MAPI_PUBLIC_KEY": NOT_A_KEY}

OPEN = {
    "PAYMENT_METHODS": "alipay", "ALIPAY_APP_ID": "2021123456789012", "ALIPAY_SELLER_ID": "2088123456789012",
    "ALIPAY_APP_PRIVATE_KEY": NOT_A_KEY, "ALIPAY_PUBLIC_KEY": NOT_A_KEY,
}  # fmt: skip
IMPORT = "import config.settings"
SECRETS = ("ALIPAY_APP_PRIVATE_KEY", "SECRET_KEY", "ALIPAY_KEY", "ALIPAY_PARTNER_PRIVATE_KEY")

WRONG = [
    ("SECRET_KEY", {"SECRET_KEY": None}),
    ("SECRET_KEY", {"SECRET_KEY": "short"}),
    ("SECRET_KEY", {"SECRET_KEY": "change-me-" * 5}),
    ("SECRET_KEY_FILE", {"SECRET_KEY_FILE": "/no/such/file", "SECRET_KEY": None}),
    ("SITE_URL", {"SITE_URL": "http://shop.example"}),
    ("SITE_URL", {"SITE_URL": "shop.example"}),
    ("SITE_URL", {"SITE_URL": "https://"}),
    ("SITE_URL", {"SITE_URL": "https://name:word@shop.example"}),
    ("SITE_URL", {"SITE_URL": "https://[shop"}),
    ("DEMO", {"DEMO": "on"}),
    ("DEMO", {"DEMO": "perhaps"}),
    ("DEBUG", {"DEBUG": "on"}),
    ("DATABASE_URL", {"DATABASE_URL": "mysql://127.0.0.1/shop"}),
    ("PAYMENT_METHODS", {"PAYMENT_METHODS": "cash"}),
    ("PAYMENT_METHODS", {"PAYMENT_METHODS": ","}),
    ("ALIPAY_APP_ID", OPEN | {"ALIPAY_APP_ID": None}),
    ("ALIPAY_APP_ID", OPEN | {"ALIPAY_APP_ID": sandbox.APP_ID}),
    ("ALIPAY_SELLER_ID", OPEN | {"ALIPAY_SELLER_ID": None}),
    ("ALIPAY_APP_PRIVATE_KEY", OPEN),
    ("ALIPAY_APP_PRIVATE_KEY", OPEN | {"ALIPAY_APP_PRIVATE_KEY": None}),
    ("ALIPAY_PUBLIC_KEY", OPEN | {"ALIPAY_PUBLIC_KEY": None}),
    ("ALIPAY_CERT", OPEN | {"ALIPAY_APP_CERT": "/no/such/file"}),
    ("ALIPAY_ROOT_CERT", OPEN | {"ALIPAY_APP_CERT": "/no/such/file"}),
    ("ALIPAY_PHONE_PAGE", {"ALIPAY_PHONE_PAGE": "sometimes"}),
    ("ALIPAY_QR_FRAME", {"ALIPAY_QR_FRAME": "on"}),
    ("ALIPAY_PARTNER", {"ALIPAY_PARTNER": None}),
    ("ALIPAY_PARTNER", {"ALIPAY_PARTNER": "2088"}),
    ("ALIPAY_PARTNER", {"ALIPAY_PARTNER": "２０８８" * 4}),
    ("ALIPAY_PARTNER", {"ALIPAY_PARTNER": sandbox.PARTNER}),
    ("ALIPAY_KEY", {"ALIPAY_KEY": None}),
    ("ALIPAY_KEY", {"ALIPAY_KEY": "your-key-here"}),
    ("ALIPAY_KEY", {"ALIPAY_KEY": sandbox.MD5_KEY}),
    ("ALIPAY_SIGN_TYPE", {"ALIPAY_SIGN_TYPE": "DSA"}),
    ("ALIPAY_PARTNER_PRIVATE_KEY", {**RSA, "ALIPAY_PARTNER_PRIVATE_KEY": None}),
    ("ALIPAY_PARTNER_PRIVATE_KEY", RSA),
    ("ALIPAY_MAPI_PUBLIC_KEY", {**RSA, "ALIPAY_MAPI_PUBLIC_KEY": None}),
    ("ALIPAY_MAPI_PUBLIC_KEY", RSA),
    ("ALIPAY_INPUT_CHARSET", {"ALIPAY_INPUT_CHARSET": "latin-1"}),
    ("ALIPAY_INSTANT_GATEWAY", {"ALIPAY_INSTANT_GATEWAY": "http://mapi.alipay.example/gateway.do"}),
    ("ALIPAY_INSTANT_BANKS", {"ALIPAY_INSTANT_BANKS": "ICBCB2C,NOBANK"}),
    ("BUSINESS_LICENCE", {"BUSINESS_LICENCE": "9133"}),
    ("ORDER_NUMBER_START", {"ORDER_NUMBER_START": "0"}),
    ("ORDER_NUMBER_START", {"ORDER_NUMBER_START": "１"}),
    ("ORDER_PAY_MINUTES", {"ORDER_PAY_MINUTES": "1"}),
    ("TRUSTED_PROXIES", {"TRUSTED_PROXIES": "-1"}),
    ("GATEWAY_READ_TIMEOUT", {"GATEWAY_READ_TIMEOUT": "forever"}),
]  # fmt: skip


def start(
    folder: Path, changes: dict[str, str | None], code: str = "import config.settings"
) -> subprocess.CompletedProcess[str]:
    """What the shop says when it is started with GOOD, changed."""
    given = {"ENV_FILE": os.devnull, **GOOD, **changes, "DATA_DIR": str(folder)}
    environment = {name: value for name, value in given.items() if value is not None}
    # Django is not asked to do anything: reading the settings is the test.
    command = [sys.executable, "-c", code]
    system = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(command, cwd=ROOT, env=system | environment, capture_output=True, text=True, timeout=60)


@dataclass
class Refusal:
    """A start with one wrong variable."""

    variable: str
    given: dict[str, str | None]
    status: int
    said: str


@pytest.fixture(scope="module", params=WRONG, ids=[f"{number}-{name}" for number, (name, _) in enumerate(WRONG)])
def refusal(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Refusal:
    variable, changes = request.param
    started = start(tmp_path_factory.mktemp("refused"), changes)
    return Refusal(variable, {**GOOD, **changes}, started.returncode, started.stdout + started.stderr)


def test_a_wrong_variable_stops_the_start_by_name(refusal: Refusal) -> None:
    assert refusal.status == 1, refusal.said
    assert f"  {refusal.variable}" in refusal.said or f", {refusal.variable}:" in refusal.said
    assert "Traceback" not in refusal.said


def test_a_refusal_prints_no_secret(refusal: Refusal) -> None:
    secrets = [refusal.given[name] for name in SECRETS if refusal.given.get(name)]
    assert [secret for secret in secrets if str(secret) in refusal.said] == []


def test_a_complete_configuration_starts(tmp_path: Path) -> None:
    started = start(tmp_path, {})
    assert (started.returncode, started.stderr) == (0, "")


def test_certificates_are_read_from_their_files(tmp_path: Path) -> None:
    root = certify("Root R1", None)
    app, alipay = certify("our app", root), certify("Alipay", root)
    files = {"ALIPAY_APP_CERT": app.pem, "ALIPAY_CERT": alipay.pem + root.pem, "ALIPAY_ROOT_CERT": root.pem}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    key = app.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    given = OPEN | {"ALIPAY_APP_PRIVATE_KEY": key} | {name: str(tmp_path / name) for name in files}
    told = "from config.settings import ALIPAY_OPEN as a; print(a.app_cert_sn, a.alipay_cert_sn, a.root_cert_sn)"
    started = start(tmp_path, given | {"ALIPAY_PUBLIC_KEY": None}, told)
    assert (started.stdout.split(), started.stderr) == ([certificate_sn(text) for text in files.values()], "")


def test_every_wrong_variable_is_named_at_once(tmp_path: Path) -> None:
    started = start(tmp_path, {"SECRET_KEY": None, "ALIPAY_KEY": None, "ORDER_PAY_MINUTES": "never"})
    named = [line.split(":")[0].strip() for line in started.stderr.splitlines()[1:]]
    assert sorted(named) == ["ALIPAY_KEY", "ORDER_PAY_MINUTES", "SECRET_KEY"]


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    started = start(tmp_path, {"ALIPAY_KEY": None, "ALIPAY_KEY_FILE": str(file)})
    assert (started.returncode, started.stderr) == (0, "")


def test_with_nothing_set_it_is_the_demo(tmp_path: Path) -> None:
    started = start(tmp_path, dict.fromkeys(GOOD))
    assert (started.returncode, started.stderr) == (0, "")


def test_the_example_copied_as_it_is_starts_the_demo(tmp_path: Path) -> None:
    started = start(tmp_path, {**dict.fromkeys(GOOD), "ENV_FILE": str(ROOT / ".env.example")})
    assert (started.returncode, started.stderr) == (0, "")


def test_the_demo_is_refused_on_a_public_address(tmp_path: Path) -> None:
    started = start(tmp_path, {**dict.fromkeys(GOOD), "SITE_URL": "https://shop.example", "DEMO": "on"})
    assert started.returncode == 1
    assert "  DEMO: the demo takes no real money" in started.stderr


def test_the_demos_keys_are_refused_outside_the_demo_even_on_loopback(tmp_path: Path) -> None:
    keys = {"ALIPAY_PARTNER": sandbox.PARTNER, "ALIPAY_KEY": sandbox.MD5_KEY}
    started = start(tmp_path, {"SITE_URL": "http://127.0.0.1:8000", "DEMO": "off", **keys})
    assert started.returncode == 1
    assert "ALIPAY_PARTNER: this is the demo's" in started.stderr
    assert "ALIPAY_KEY: this is the demo's" in started.stderr


@pytest.mark.parametrize(("site", "given", "proxies"), [
    ("https://shop.example", None, 1), ("http://127.0.0.1:8000", None, 0), ("https://shop.example", "2", 2),
])  # fmt: skip
def test_behind_https_one_proxy_is_trusted(tmp_path: Path, site: str, given: str | None, proxies: int) -> None:
    code = f"{IMPORT} as s; print(s.TRUSTED_PROXIES)"
    assert start(tmp_path, {"SITE_URL": site, "TRUSTED_PROXIES": given}, code).stdout.split() == [str(proxies)]


RECORD = """
from config.environment import Environment
text = Environment.text
Environment.text = lambda self, name, default="": print(name) or text(self, name, default)
import config.settings
"""


def test_every_variable_that_the_settings_read_is_in_the_example(tmp_path: Path) -> None:
    read = start(tmp_path, dict.fromkeys(GOOD), RECORD).stdout.split()
    example = (ROOT / ".env.example").read_text()
    assert len(read) > 20
    assert {name for name in read if f"{name}=" not in example} == set()


@pytest.mark.parametrize(
    ("gateway", "source"),
    [
        ("https://mapi.alipay.com/gateway.do", "https://*.alipay.com"),
        ("https://openapi-sandbox.dl.alipaydev.com/gateway.do", "https://*.alipaydev.com"),
        ("http://127.0.0.1:8001/gateway.do", "http://127.0.0.1:8001"),
        ("https://gateway.example/gateway.do", "https://gateway.example"),
        ("https://mapi.alipay.com.evil.example/gateway.do", "https://mapi.alipay.com.evil.example"),
    ],
)
def test_the_browser_may_go_to_the_gateway_and_where_alipay_leads_on_from_it(
    tmp_path: Path, gateway: str, source: str
) -> None:
    """Alipay's gateway answers with a redirect to its cashier on another host, which the policy must let through."""
    code = f"{IMPORT} as s; print(*s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'])"
    assert start(tmp_path, {"ALIPAY_INSTANT_GATEWAY": gateway}, code).stdout.split() == ["'self'", source]


@pytest.mark.parametrize(("switch", "allowed"), [("on", ["'self'", "http://127.0.0.1:8001"]), ("off", [])])
def test_a_frame_is_allowed_only_where_the_code_is_switched_on(tmp_path: Path, switch: str, allowed: list[str]) -> None:
    code = f"{IMPORT} as s; print(*s.CONTENT_SECURITY_POLICY['DIRECTIVES'].get('frame-src', ()))"
    started = start(tmp_path, {**dict.fromkeys(GOOD), "ALIPAY_QR_FRAME": switch}, code)
    assert started.stdout.split() == allowed


LOGIN = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from django.core.management import call_command
from django.test import Client
from accounts.tests.living import PASSWORD, join
call_command("migrate", verbosity=0)
user, https = join("lin@example.com"), {"host": "shop.example", "x-forwarded-proto": "https"}
browser = Client(headers=https)
page = browser.post("/en/account/login/", {"login": user.email, "password": PASSWORD})
print(page.status_code, page["Strict-Transport-Security"])
for name in ("sessionid", "csrftoken"):
    cookie = browser.cookies[name]
    print(name, cookie["secure"], cookie["httponly"], cookie["samesite"])
"""


def test_under_https_a_login_gives_cookies_to_https_only(tmp_path: Path) -> None:
    said = start(tmp_path, {}, LOGIN)
    assert said.stdout.splitlines()[-3:] == [
        "303 max-age=31536000", "sessionid True True Lax", "csrftoken True True Lax",
    ], said.stderr  # fmt: skip


@pytest.mark.parametrize(("command", "debug", "storage"), [
    ("collectstatic", "off", "CompressedManifestStaticFilesStorage"),
    ("collectstatic", "on", "StaticFilesStorage"),
    ("runserver", "off", "StaticFilesStorage"),
])  # fmt: skip
def test_static_files_get_their_hash_where_they_are_collected(
    tmp_path: Path, command: str, debug: str, storage: str
) -> None:
    tell = "import config.settings as shop; print(shop.STORAGES['staticfiles']['BACKEND'].rpartition('.')[2])"
    demo = {"ENV_FILE": os.devnull, "DEMO": "1", "DEBUG": debug, "DATA_DIR": str(tmp_path)}
    assert manage(["-c", tell, command], demo).strip() == storage
