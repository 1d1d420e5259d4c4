"""What a search field suggests while it is typed into: a few products by name. Only a script asks for them."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from shop.models import Product
from shop.search import find, folded
from shop.throttle import allow
from shop.translation import localized_column
from shop.visitors import network_of

MOST = 8
TRIES, SECONDS = 120, 60


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Names and addresses of the products that a search for ``q`` would show first, the same for every visitor."""
    wait = allow("suggest", network_of(request), TRIES, SECONDS)
    if wait:
        return HttpResponse(status=429, headers={"Retry-After": str(wait), "Cache-Control": "no-store"})
    keys = find(folded(request.GET.get("q", "")), MOST)
    rows = {key: (slug, name) for key, slug, name in _named(keys)}
    found = [{"name": rows[key][1], "url": reverse("shop:product", args=[rows[key][0]])} for key in keys if key in rows]
    said = ngettext("%(count)d suggestion", "%(count)d suggestions", len(found)) % {"count": len(found)}
    return JsonResponse({"found": found, "said": said}, headers={"Cache-Control": f"public, max-age={SECONDS}"})


def _named(keys: list[int]) -> list[tuple[int, str, str]]:
    named = Product.objects.filter(pk__in=keys).annotate(title=localized_column("name"))
    return list(named.values_list("pk", "slug", "title")) if keys else []
