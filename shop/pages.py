"""Addresses that are no page of the catalogue: the door to the site, product pictures, the choice of colours."""

import re

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

# What the shop itself writes: no dot but before the ending, so no way up and no hidden file.
PICTURE = re.compile(r"[a-z0-9][a-z0-9_-]*(?:/[a-z0-9][a-z0-9_-]*){0,3}\.(webp|jpg)", re.ASCII)
TYPES = {"webp": "image/webp", "jpg": "image/jpeg"}
YEAR = 365 * 24 * 3600


@require_safe
def choose_language(request: HttpRequest) -> HttpResponse:
    """From / to the shop in the visitor's language: by cookie, else by the browser's list, else Chinese."""
    response = redirect(f"/{request.LANGUAGE_CODE}/")
    patch_vary_headers(response, ["Cookie", "Accept-Language"])
    return response


@require_safe
def media(request: HttpRequest, name: str) -> HttpResponseBase:
    """A picture below the media folder. Names carry a hash of the content, so caches may keep it for ever."""
    match = PICTURE.fullmatch(name) if len(name) <= 200 else None
    path = settings.MEDIA_ROOT / name
    if not match or not path.is_file():
        return HttpResponseNotFound()  # plain: a missing picture is not worth a page
    response = FileResponse(path.open("rb"), content_type=TYPES[match[1]])
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


@require_safe
def theme(request: HttpRequest) -> HttpResponse:
    """Keeps the visitor's choice of light or dark in a cookie and goes back; anything else means the system's."""
    back = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = f"/{request.LANGUAGE_CODE}/"
    response = redirect(back)
    if request.GET.get("to") in ("light", "dark"):
        response.set_cookie("theme", request.GET["to"], YEAR, secure=settings.SECURE, samesite="Lax", httponly=True)
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response
