"""The shop's settings, top to bottom, all from the environment (see .env.example).

With nothing set this is the demo: loopback only, the gateway is the simulator, no real money can move. Once SITE_URL
leaves loopback, or a key is set, every variable that real trade needs must be right or the shop does not start.
"""

import os
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit

import allauth
import environ
from csp.constants import NONE, SELF

from config.accounts import Accounts, sources
from config.environment import LOOPBACK, Environment
from payments.alipay.instant import BANKS

BASE_DIR = Path(__file__).resolve().parent.parent
read = Environment(Path(os.environ.get("ENV_FILE", BASE_DIR / ".env")))

# --- which shop this is

SITE_URL = read.url("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
SITE_HOST = urlsplit(SITE_URL).hostname or ""
ON_LOOPBACK = SITE_HOST in LOOPBACK
CONFIGURED = read.any_set("SECRET_KEY", "ALIPAY_KEY", "ALIPAY_PARTNER", "ALIPAY_APP_ID", "ALIPAY_APP_PRIVATE_KEY")
DEMO = read.flag("DEMO", default=ON_LOOPBACK and not CONFIGURED)
if DEMO and not ON_LOOPBACK:
    read.wrong("DEMO", "the demo takes no real money and serves 127.0.0.1 only. Turn it off, or set SITE_URL back.")
DEBUG = read.flag("DEBUG", default=False)
if DEBUG and not ON_LOOPBACK:
    read.wrong("DEBUG", "shows secrets to visitors. Turn it off where SITE_URL is not 127.0.0.1.")
SIMULATOR_PORT = read.number("SIMULATOR_PORT", 8001, 1, 65535)
SIMULATOR_URL = f"http://127.0.0.1:{SIMULATOR_PORT}/gateway.do"

DATA_DIR = Path(read.text("DATA_DIR", str(BASE_DIR / "data"))).absolute()
DATA_DIR.mkdir(parents=True, exist_ok=True)


def demo_secret() -> str:
    """A secret of this demo's own, kept so that sessions survive a restart."""
    path = DATA_DIR / "demo-secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


SECRET_KEY = read.text("SECRET_KEY") or (demo_secret() if DEMO else "")
if not DEMO and (len(SECRET_KEY) < 32 or "change" in SECRET_KEY.lower()):
    read.wrong("SECRET_KEY", "set 50 random characters: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'")

ALLOWED_HOSTS = sorted({SITE_HOST} | LOOPBACK) if ON_LOOPBACK else [SITE_HOST]
CSRF_TRUSTED_ORIGINS = [f"{urlsplit(SITE_URL).scheme}://{urlsplit(SITE_URL).netloc}"]
SECURE = SITE_URL.startswith("https://")
# The shop speaks plain http itself: where its address is https, a proxy stands before it.
TRUSTED_PROXIES = read.number("TRUSTED_PROXIES", int(SECURE), 0, 9)

# --- applications

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "tree_queries",
    "csp",
    "content",
    # Not "allauth" itself: it brings templates, and every page that can be reached is to be ours.
    "allauth.account",
    "shop",
    "orders",
    "payments",
    "accounts",
]
MIDDLEWARE = [
    "content.request_id.name_requests",
    "payments.straight.answer_notifications",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "content.maintenance.keep_out",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "content.errors.explain_buttons",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shop.context_processors.shell",
                "content.context_processors.foot",
            ]
        },
    }
]

# --- storage

DATABASES = {"default": read.env.db_url_config(read.text("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
DATABASE = DATABASES["default"]
DATABASE["CONN_MAX_AGE"] = 600
if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    # FULL: `success` must not leave before the effect is on disk. IMMEDIATE: writers wait instead of failing at once.
    DATABASE["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
elif DATABASE["ENGINE"] == "django.db.backends.postgresql":
    # As long as SQLite waits; and a worker that hangs amid a transaction does not keep its locks for ever.
    LIMITS = "-c lock_timeout=20s -c idle_in_transaction_session_timeout=60s -c plan_cache_mode=force_generic_plan"
    # The server keeps the statements of shop/prepared.py; the ORM's own are never prepared.
    PREPARED = 0 if read.flag("DATABASE_PREPARED", default=True) else None
    DATABASE["OPTIONS"] = {"options": LIMITS, "prepare_threshold": PREPARED} | DATABASE.get("OPTIONS", {})
else:
    read.wrong("DATABASE_URL", "write postgres://… or sqlite:///…")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
QUEUE_URL = read.text("QUEUE_URL")
CACHES = {"default": environ.Env.cache_url_config(read.text("CACHE_URL") or "locmemcache://")}
# Kept in memory only where all processes share it: local memory would show a stale cart to the next request.
SHARED_CACHE = "locmem" not in CACHES["default"]["BACKEND"]
# In memory, counters have room of their own, and an end: a flood of them must not push out pages, nor fill the machine.
COUNTERS = {} if SHARED_CACHE else {"LOCATION": "throttle", "OPTIONS": {"MAX_ENTRIES": 20_000}}
CACHES["throttle"] = CACHES["default"] | {"KEY_PREFIX": "throttle"} | COUNTERS
SESSION_ENGINE = "shop.cached_sessions" if SHARED_CACHE else "shop.sessions"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
# Names with a hash and compressed files are made by collectstatic, and served wherever it has run.
HASHED_STATIC = not DEBUG and ("collectstatic" in sys.argv or (STATIC_ROOT / "staticfiles.json").exists())
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if HASHED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not HASHED_STATIC

# --- language and time

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English"), ("ja", "日本語")]
# allauth's words for staff lie in the app "allauth", which is not installed.
LOCALE_PATHS = [BASE_DIR / "locale", Path(allauth.__file__).parent / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- sessions, cookies, headers

SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
# Lax, not Strict: the way back from the gateway must find the session.
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_SSL_REDIRECT = False
# The proxy redirects to https (W008); subdomains (W005) and preloading (W021) are the domain owner's to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "content.errors.csrf_failure"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# --- accounts: shoppers log in by email, staff also by name; both behind the same limits of tries

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
RULES = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{RULES}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{RULES}.CommonPasswordValidator"},
    {"NAME": f"{RULES}.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/admin/"  # after the back office's own login; shoppers: accounts/adapter.py
PASSWORD_RESET_TIMEOUT = 30 * 60
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Mandatory: only so can register answer alike for an address with and without an account, and orders be claimed safely.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_RATE_LIMITS = False  # the shop has one counter of tries for everything: shop/throttle.py, accounts/limits.py

# --- mail

# The demo's mails lie in a folder, so that its log stays one line an event.
vars().update(read.env.email_url_config(read.text("EMAIL_URL") or ("filemail://" if DEMO else "consolemail://")))
EMAIL_FILE_PATH = DATA_DIR / "mails"
EMAIL_TIMEOUT = read.number("EMAIL_TIMEOUT", 10, 1, 60)
DEFAULT_FROM_EMAIL = read.text("DEFAULT_FROM_EMAIL", f"shop@{SITE_HOST}")

# --- who runs the shop: shown at the foot of every page and in its legal pages; hidden where empty

COMPANY_NAME = read.text("COMPANY_NAME")
COMPANY_ADDRESS = read.text("COMPANY_ADDRESS")
CONTACT_EMAIL = read.text("CONTACT_EMAIL", "name@example.com" if DEMO else "")
CONTACT_PHONE = read.text("CONTACT_PHONE")
BUSINESS_LICENCE = read.text("BUSINESS_LICENCE")
ICP_NUMBER = read.text("ICP_NUMBER")
POLICE_NUMBER = read.text("POLICE_NUMBER")
if BUSINESS_LICENCE and not (len(BUSINESS_LICENCE) == 18 and BUSINESS_LICENCE.isascii() and BUSINESS_LICENCE.isalnum()):
    read.wrong("BUSINESS_LICENCE", "write the 18 letters and digits of your unified social credit code.")

# --- orders and shipping

ORDER_NUMBER_START = read.number("ORDER_NUMBER_START", 10_000_001, 1, 99_999_999)
ORDER_PAY_MINUTES = read.number("ORDER_PAY_MINUTES", 30, 2, 1440)
ORDER_PAY_EXTENSIONS = read.number("ORDER_PAY_EXTENSIONS", 10, 0, 100)
ORDER_KEEP_DAYS = read.number("ORDER_KEEP_DAYS", 1095, 30, 36_500)
SHIPPING_FEE = read.number("SHIPPING_FEE", 12, 0, 100_000)
SHIPPING_FREE_FROM = read.number("SHIPPING_FREE_FROM", 199, 0, 100_000_000)

# --- payment

METHODS = ("alipay", "alipay-instant")
PAYMENT_METHODS = read.listed("PAYMENT_METHODS", "alipay,alipay-instant" if DEMO else "alipay")
if not PAYMENT_METHODS or set(PAYMENT_METHODS) - set(METHODS):
    read.wrong("PAYMENT_METHODS", f"write a comma list out of: {', '.join(METHODS)}.")
GATEWAY_CONNECT_TIMEOUT = read.number("GATEWAY_CONNECT_TIMEOUT", 3, 1, 30)
GATEWAY_READ_TIMEOUT = read.number("GATEWAY_READ_TIMEOUT", 7, 1, 60)
ALIPAY_PHONE_PAGE = read.flag("ALIPAY_PHONE_PAGE", default=True)
ALIPAY_QR_FRAME = read.flag("ALIPAY_QR_FRAME", default=False)
if ALIPAY_QR_FRAME and "alipay" not in PAYMENT_METHODS:
    read.wrong("ALIPAY_QR_FRAME", "the code is the Open Platform's: it needs alipay in PAYMENT_METHODS.")

accounts = Accounts(read, SIMULATOR_URL if DEMO else "", DATA_DIR)
ALIPAY_OPEN = accounts.open() if "alipay" in PAYMENT_METHODS else None
ALIPAY_INSTANT = accounts.instant() if "alipay-instant" in PAYMENT_METHODS else None
ALIPAY_INSTANT_BANKS = read.listed("ALIPAY_INSTANT_BANKS", "ICBCB2C,CMB,CCB,ABC" if DEMO else "")
if set(ALIPAY_INSTANT_BANKS) - BANKS:
    read.wrong("ALIPAY_INSTANT_BANKS", f"unknown bank code. Known: {', '.join(sorted(BANKS))}.")
GATEWAYS = {account.gateway for account in (ALIPAY_OPEN, ALIPAY_INSTANT) if account}

# The browser follows the POST to the gateway and from there to its cashier on another host of the same house. All of
# them must stand in form-action or the button does nothing.
GATEWAY_ORIGINS = sorted({source for gateway in GATEWAYS for source in sources(gateway)})
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF, *GATEWAY_ORIGINS],
        **({"frame-src": [SELF, *sources(ALIPAY_OPEN.gateway)]} if ALIPAY_QR_FRAME and ALIPAY_OPEN else {}),
    }
}

# --- logs: standard output, one line an event

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "content.request_id.NameLines"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} [{request_id}] {message}", "style": "{"}},
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "line",
            "filters": ["request"],
        },
    },
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": ["stdout"], "level": "INFO", "propagate": False},
        "huey": {"level": "WARNING"},  # it has a line for every tick of its clock
    },
}

read.stop_if_wrong()
