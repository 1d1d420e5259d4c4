"""P20: help and legal pages."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import conditional_page, require_safe

from content.facts import filled
from content.markdown import html, opening
from content.models import Page


@require_safe
@conditional_page
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """The page in the visitor's language. What is not published only its editors see."""
    found = Page.objects.filter(slug=slug).first()
    if found is None or not (found.published or request.user.has_perm("content.view_page")):
        raise Http404
    text = found.text
    body = filled(text.body, text.language)
    context = {"page": found, "text": text, "body": html(body), "description": opening(body)}
    return render(request, "content/page.html", context)
