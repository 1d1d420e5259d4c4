"""The switch that closes the shop to shoppers for a while; gateways, health checks and staff still come in (rule O13).

It is a file in the data folder: looking for it costs a microsecond and no statement, and it holds when the database is
the very thing that is being worked on.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from content import errors

OPEN = ("/payments/", "/admin/", "/healthz", "/readyz", "/metrics")
RETRY_SECONDS = 300


def close(until: datetime | None) -> None:
    """Closes the shop; ``until`` is what visitors are told, the shop does not open by itself."""
    _switch().write_text(until.isoformat() if until else "")


def open_again() -> None:
    """Opens the shop; without effect where it is open."""
    _switch().unlink(missing_ok=True)


def is_closed() -> bool:
    """Whether shoppers are kept out now."""
    return _switch().exists()


def ends_at() -> datetime | None:
    """When it is said to end; None where that was not said or is over."""
    try:
        end = datetime.fromisoformat(_switch().read_text())
    except (OSError, ValueError):
        return None
    return end if end > timezone.now() else None


def keep_out(answer: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: P19 for shoppers while the shop is closed."""

    def guarded(request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(OPEN) or not is_closed():
            return answer(request)
        end = ends_at()
        seconds = int((end - timezone.now()).total_seconds()) + 1 if end else RETRY_SECONDS
        response = errors.plain("503.html", 503, until=timezone.localtime(end) if end else None)
        response["Retry-After"] = str(seconds)
        return response

    return guarded


def _switch() -> Path:
    return settings.DATA_DIR / "maintenance"
