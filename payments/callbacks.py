"""Where Alipay speaks to the shop: the asynchronous notification and the browser's return."""

from django.http import Http404, HttpRequest, HttpResponse


def notify(request: HttpRequest, method: str) -> HttpResponse:
    raise Http404


def come_back(request: HttpRequest, method: str) -> HttpResponse:
    raise Http404
