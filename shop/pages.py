"""Addresses without a language: the door to the site and the product pictures."""

from django.http import Http404, HttpRequest, HttpResponse


def choose_language(request: HttpRequest) -> HttpResponse:
    raise Http404


def media(request: HttpRequest, name: str) -> HttpResponse:
    raise Http404
