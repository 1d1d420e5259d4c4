"""The simulator's own small Django site: no database, no cookies, no settings of the shop."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST, require_safe

from simulator import api, bills, cashier, gateway, panel
from simulator.world import World

HERE = Path(__file__).resolve().parent
HOSTS = ["127.0.0.1", "localhost", "[::1]"]
LOCAL = " ".join(f"{scheme}://{host}:*" for scheme in ("http", "https") for host in HOSTS[:2])
ALONE, FRAMED = "frame-ancestors 'none'", f"frame-ancestors {LOCAL}"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
    f"{ALONE}; form-action 'self' {LOCAL}"
)
View = Callable[[HttpRequest], HttpResponse]


class Urls:
    """The map of the site; each view gets the world handed in."""

    def __init__(self, world: World) -> None:
        def view(function: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
            return partial(function, world)

        self.urlpatterns: list[URLPattern] = [
            path("gateway.do", view(gateway.gateway), name="gateway"),
            path("cashier/<str:token>", view(cashier.cashier), name="cashier"),
            path("frame/<str:token>/<int:width>", require_safe(view(cashier.frame)), name="frame"),
            path("sim/", require_safe(view(panel.panel)), name="panel"),
            path("sim/act/<str:name>", require_POST(view(panel.act)), name="act"),
            path("sim/api/<str:name>", view(api.api), name="api"),
            path("sim/public-key", require_safe(view(public_key)), name="public-key"),
            path("sim/bill/<str:token>", require_safe(view(bills.download)), name="bill"),
            path("sim/static/<str:name>", require_safe(static), name="static"),
            path("", lambda request: HttpResponseRedirect("/sim/")),
        ]


def public_key(world: World, request: HttpRequest) -> HttpResponse:
    """The key that the merchant configures as Alipay's public key."""
    return HttpResponse(world.merchant.public_key, content_type="text/plain; charset=utf-8")


def static(request: HttpRequest, name: str) -> HttpResponse | FileResponse:
    """The stylesheet and two small scripts."""
    files = {file.name: file for file in (HERE / "static").iterdir()}
    return FileResponse(files[name].open("rb")) if name in files else HttpResponse("Not found", status=404)


def guard(get_response: View) -> View:
    """No other site's page may press our buttons; the gateway itself is meant to be posted to from elsewhere."""

    def guarded(request: HttpRequest) -> HttpResponse:
        origin = request.headers.get("Origin")
        own = origin in (None, f"http://{request.get_host()}")
        if request.method == "POST" and request.path != "/gateway.do" and not own:
            return HttpResponse("Only the simulator's own pages may do this.", status=403)
        response = get_response(request)
        # the QR code alone is made to be framed, by shops on this machine
        framed = request.path.startswith("/frame/")
        response.headers["Content-Security-Policy"] = POLICY.replace(ALONE, FRAMED) if framed else POLICY
        response.headers["Cache-Control"] = "no-store"
        # not no-referrer: with it Chromium sends "Origin: null" with our own forms
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return guarded


def application(world: World, quiet: bool) -> WSGIHandler:
    """Configures Django for this process and gives the WSGI application."""
    settings.configure(
        DEBUG=False,
        ALLOWED_HOSTS=HOSTS,
        ROOT_URLCONF=Urls(world),
        MIDDLEWARE=["simulator.site.guard"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [HERE / "pages"]}],
        DATA_UPLOAD_MAX_MEMORY_SIZE=256 * 1024,
        TIME_ZONE="Asia/Shanghai",
        USE_TZ=True,
        USE_I18N=False,
        LOGGING=_logging(quiet),
    )
    django.setup()
    return get_wsgi_application()


def _logging(quiet: bool) -> dict[str, object]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "{asctime} simulator {message}", "style": "{"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {
            "django.server": {"handlers": ["stderr"], "level": "CRITICAL" if quiet else "INFO", "propagate": False},
            "django": {"handlers": ["stderr"], "level": "ERROR"},
        },
    }
