"""The pages of the style guide: all components, all states, and each state as its visitor sees it."""

import re
from itertools import groupby

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from config.styleguide.scene import draw
from config.styleguide.states import PAGES, STATES, State
from orders.forms import CheckoutForm
from shop import listing
from shop.models import Product

LANGUAGES = dict(settings.LANGUAGES)
STATUS_ADDRESS = re.compile(r'(?<=data-status-url=")[^"]+')
MAIL = "P21"


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every component once, on the goods of the demo."""
    page = {
        "cards": listing.cards(list(Product.objects.on_sale().values_list("pk", flat=True)[:4])),
        "form": CheckoutForm({"name": "", "phone": "138 0013", "city": "杭州市"}, strict=True),
    }
    return render(request, "styleguide/components.html", page)


@require_safe
def states(request: HttpRequest) -> HttpResponse:
    """The register, page by page."""
    pages = [(number, PAGES[number], list(group)) for number, group in groupby(STATES.values(), lambda one: one.page)]
    return render(request, "styleguide/states.html", {"pages": pages, "languages": LANGUAGES})


@require_safe
def state(request: HttpRequest, language: str, name: str) -> HttpResponse:
    """A page in this state and language. The order in it is not there any more: its script asks ``still`` instead."""
    if name not in STATES or language not in LANGUAGES:
        raise Http404
    shown = STATES[name]
    response = draw(shown.make, language)
    response.content = _with_script(response.content.decode(), shown).encode()
    if shown.page == MAIL:
        vars(response)["_csp_exempt"] = True  # mail programs want its style inline
    return response


@require_safe
def still(request: HttpRequest) -> HttpResponse:
    """The status document of an order with which nothing happens."""
    return JsonResponse({"status": request.GET.get("status", ""), "next_ms": 60_000})


def _with_script(html: str, shown: State) -> str:
    order = re.search(r'data-status="([^"]+)"', html)
    html = STATUS_ADDRESS.sub(f"{reverse('styleguide:still')}?status={order[1] if order else ''}", html)
    if not shown.opens:
        return html
    source = static("styleguide/open.js")
    return html.replace(
        "</body>", format_html('<script src="{}" data-open="{}" defer></script></body>', source, shown.opens)
    )
