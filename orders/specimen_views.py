"""Every mail as a specimen, for staff and translators: a list in each language, and each mail as shoppers see it."""

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from orders.specimens import SPECIMENS, specimen, specimens

# A mail brings its styles along, which the shop's own policy refuses; and it needs nothing else.
POLICY = {"default-src": [NONE], "img-src": [NONE], "form-action": [NONE], "style-src": [UNSAFE_INLINE]}


def catalogue(request: HttpRequest, language: str) -> HttpResponse:
    """Subjects and texts of all mails in one language."""
    _check(request, language)
    page = {
        **admin.site.each_context(request),
        "title": _("All mails"),
        "language": language,
        "languages": settings.LANGUAGES,
        "letters": list(specimens(language)),
    }
    return render(request, "admin/orders/outboxmail/specimens.html", page)


@csp_replace(POLICY)  # type: ignore[arg-type]  # its types know views without arguments only
def as_html(request: HttpRequest, language: str, name: str) -> HttpResponse:
    """One mail as a mail program shows it."""
    _check(request, language)
    if name not in SPECIMENS:
        raise Http404
    return HttpResponse(specimen(name, language).html)


def _check(request: HttpRequest, language: str) -> None:
    if not request.user.has_perm("orders.view_outboxmail"):
        raise PermissionDenied
    if language not in dict(settings.LANGUAGES):
        raise Http404
