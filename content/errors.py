"""Pages of last resort (P17 to P19). The plain ones need no database, no session, no language and no other file."""

import base64
import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language_from_path

from content import request_id

# PostgreSQL calls a write to a read-only server an internal error.
DATABASE_TROUBLE = (OperationalError, InternalError, InterfaceError)
RETRY_SECONDS = 10
STYLE = (Path(__file__).parent / "plain.css").read_text(encoding="utf-8")
HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def plain(template: str, status: int, **context: Any) -> HttpResponse:
    """A page in three languages whose style lies inside it, so that it shows even where nothing else does."""
    context |= {"style": STYLE, "request_id": request_id.current.get()}
    response = HttpResponse(render_to_string(template, context), status=status)
    response["Content-Security-Policy"] = POLICY
    response["Cache-Control"] = "no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: also a host that is not ours, so nothing here may ask for the host."""
    return plain("400.html", 400)


def server_error(request: HttpRequest) -> HttpResponse:
    """P18: 503 where the database is away, locked or read-only, for that passes; 500 where the fault is ours."""
    passing = isinstance(sys.exc_info()[1], DATABASE_TROUBLE)
    response = plain("500.html", 503 if passing else 500)
    if passing:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def gone(request: HttpRequest) -> HttpResponse:
    """410: what stood here is no longer sold."""
    return render(request, "410.html", status=410)


def explain_buttons(answer: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: 405 with a page where a shopper opens, by its address, what only a form can do."""

    def explained(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        opened = request.method == "GET" and response.status_code == 405
        if not (opened and get_language_from_path(request.path_info)):
            return response
        page = not_a_page(request)
        page["Allow"] = response["Allow"]
        return page

    return explained


def not_a_page(request: HttpRequest) -> HttpResponse:
    """405: nothing was done."""
    return render(request, "405.html", status=405)


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """429, with how long to wait."""
    response = render(request, "429.html", {"minutes": -(-seconds // 60)}, status=429)
    response["Retry-After"] = str(seconds)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form without its token, mostly because its page was open too long.

    Where the browser's address is not SITE_URL, no form can ever pass; then the page says so to whoever runs the shop.
    """
    seen = request.META.get("HTTP_ORIGIN") or f"{request.scheme}://{request.get_host()}"
    context = {"back": _back(request), "seen": seen if seen != settings.SITE_URL else "", "site_url": settings.SITE_URL}
    return render(request, "403_csrf.html", context, status=403)


def _back(request: HttpRequest) -> str:
    """The page of the form, if it is one of ours."""
    referer = request.META.get("HTTP_REFERER", "")
    return referer if url_has_allowed_host_and_scheme(referer, {request.get_host()}) else "/"
