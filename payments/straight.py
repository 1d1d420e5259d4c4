"""Notifications go straight to their view: they need no session, language, message or content policy of a page.

The chain of middleware for pages costs as much as reading, verifying and judging a notification.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from payments import callbacks

Answer = Callable[[HttpRequest], HttpResponseBase]
NOTIFY = re.compile(r"/payments/([^/]+)/notify/")  # config/urls.py names the address for those who write it


def answer_notifications(
    answer: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: answers what is posted to a notification's address, after a look at its Host; passes all else on."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        told = NOTIFY.fullmatch(request.path_info) if request.method == "POST" else None
        if told is None:
            return answer(request)
        request.get_host()
        return callbacks.notify(request, told[1])

    return answered
