"""One name for each request, in its answer, in its lines of the log and on the page of an error."""

import logging
import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "X-Request-ID"
SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}", re.ASCII)
current: ContextVar[str] = ContextVar("request_id", default="-")


def name_requests(answer: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: keeps the name that a proxy gave, if it is fit for a log line, or makes one."""

    def named(request: HttpRequest) -> HttpResponseBase:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        name = given if SANE.fullmatch(given) else secrets.token_hex(8)
        current.set(name)  # not reset: Django's own line about a failed request is written after the last middleware
        response = answer(request)
        response[HEADER] = name
        return response

    return named


class NameLines(logging.Filter):
    """Gives every record the name of the request it belongs to, ``-`` where there is none."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current.get()
        return True
