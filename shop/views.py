"""The pages of the catalogue: home, category, search, product (P01 to P04)."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import conditional_page, require_safe

from shop import attributes, categories, filters, listing, prepared, structured
from shop import search as searching
from shop.addresses import elsewhere
from shop.categories import Node
from shop.fragments import kept
from shop.listing import Choice, page_number
from shop.models import Product, Variant
from shop.paging import Pages
from shop.sheet import Sheet, sheet
from shop.shipping import free_from, shipping_span

NEW_ARRIVALS = 8
OTHERS = 4


@require_safe
@conditional_page
def home(request: HttpRequest) -> HttpResponse:
    """P01."""
    body, empty = kept(_home_body, "home")
    return render(request, "shop/home.html", {"body": body, "empty": empty, "graphs": structured.home})


def _home_body() -> tuple[str, bool]:
    published = Product.objects.on_sale()
    context = {
        "cards": listing.cards(list(published.values_list("pk", flat=True)[:NEW_ARRIVALS])),
        "count": published.order_by()[: listing.MOST_LISTED + 1].count(),
        "most": listing.MOST_LISTED,
        "all": categories.everything(),
        "doors": [_door(node) for node in categories.roots()],
    }
    return render_to_string("shop/_home.html", context), not context["cards"]


def _door(node: Node) -> dict[str, Any]:
    first = Product.objects.on_sale().filter(category__in=categories.branch(node)).values_list("pk", flat=True)[:1]
    return {"node": node, "card": next(iter(listing.cards(list(first))), None)}


@require_safe
@conditional_page
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """P02: the products of a category and all below it."""
    node = categories.find(slug)
    if node is None:
        return elsewhere(request, "c", slug)
    choice = Choice.read(request.GET)
    path = categories.path_to(node.pk) or [node]
    body, number = kept(lambda: _category_body(node, path, choice), "category", slug, choice.address(page=choice.page))
    context = {
        "node": node,
        "number": number,
        "tail": f"?page={number}" if number > 1 and choice.plain else "",
        "current_path": [step.pk for step in path],
        "trail": lambda: structured.breadcrumbs([(step.name, step.url) for step in path]),
        "body": body,
    }
    return render(request, "shop/category.html", context)


def _category_body(node: Node, path: list[Node], choice: Choice) -> tuple[str, int]:
    """The page and its number, which is that of the last page where the visitor asked beyond it."""
    found = listing.products(choice, categories.branch(node) if node.pk else None).values_list("pk", flat=True)
    pages = Pages(found, choice.page, lambda number: node.url + choice.address(page=number), listing.MOST_LISTED)
    context = {
        "node": node, "path": path, "choice": choice, "pages": pages, "cards": listing.cards(pages.keys),
        "children": categories.children(node),
        "sorts": filters.sorts(choice), "bands": filters.bands(choice), "chips": filters.chips(choice),
        "groups": filters.groups(choice, attributes.offered(node)),
    }  # fmt: skip
    return render_to_string("shop/_category.html", context), pages.number


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """P03."""
    term = searching.folded(request.GET.get("q", ""))
    number = page_number(request.GET)
    most = searching.MOST_HITS
    pages = Pages(searching.find(term, most + 1), number, lambda page: _search_address(term, page), most)
    newest = Product.objects.on_sale().values_list("pk", flat=True)[:OTHERS]
    context = {
        "term": term,
        "pages": pages,
        "cards": kept(lambda: _drawn(pages.keys), "cards", *pages.keys),
        "suggested": [] if pages.count else listing.cards(list(newest)),
        "all": categories.everything(),
    }
    return render(request, "shop/search.html", context)


def _drawn(keys: list[int]) -> str:
    return render_to_string("shop/_cards.html", {"cards": listing.cards(keys), "eager": True}) if keys else ""


def _search_address(term: str, page: int) -> str:
    return "?" + urlencode({"q": term} | ({"page": page} if page > 1 else {}))


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """P04."""
    return product_page(request, slug)


def product_page(request: HttpRequest, slug: str, error: str = "", status: int = 200) -> HttpResponse:
    """The product's page, with the message of a form that could not be taken, while the product is on sale."""
    about = sheet(slug)
    variants = prepared.fetch(Variant, product=about.pk) if about else []  # price and stock are read anew
    if about is None or not variants:
        return elsewhere(request, "p", slug)
    chosen = _chosen(request, variants)
    shown = _shown(request, len(about.shots))

    def parts() -> tuple[str, str]:
        context = _product_context(request, about, variants, chosen) | {"error": error, "shown": shown}
        head = render_to_string("shop/_product_head.html", context, request)
        return head, render_to_string("shop/_product.html", context)

    state = [f"{variant.pk}:{variant.price}:{variant.was_price}:{variant.sellable}" for variant in variants]
    head, body = parts() if error else kept(parts, "product", slug, *state, chosen.pk, shown)
    path = [node.pk for node in about.path]
    context = {"head": head, "body": body, "name": about.name, "error": error, "current_path": path}
    return render(request, "shop/product.html", context, status=status)


def _product_context(request: HttpRequest, about: Sheet, variants: list[Variant], chosen: Variant) -> dict[str, Any]:
    return {
        "sheet": about,
        "variants": variants,
        "chosen": chosen,
        "sold_out": all(variant.sellable < 1 for variant in variants),
        "everything": categories.everything().url,
        "low": chosen.sellable if 0 < chosen.sellable <= listing.LOW_STOCK else 0,
        "quantity": request.POST.get("quantity", "1")[:10],
        "shipping": shipping_span(chosen.price, chosen.weight_grams),
        "free_from": free_from(),
        "ld": structured.product(about, variants),
        "trail": structured.breadcrumbs(_trail(about.path, about.name, about.url)),
    }


def _trail(path: list[Node], name: str, url: str) -> list[tuple[str, str]]:
    return [*((node.name, node.url) for node in path), (name, url)]


def _chosen(request: HttpRequest, variants: list[Variant]) -> Variant:
    """The variant asked for, else the first that can be bought, else the first."""
    asked = request.POST.get("variant") or request.GET.get("variant")
    wanted = (variant for variant in variants if str(variant.pk) == asked)
    buyable = (variant for variant in variants if variant.sellable > 0)
    return next(wanted, None) or next(buyable, variants[0])


def _shown(request: HttpRequest, count: int) -> int:
    """Which picture is large: ``?img=2``, from 1; anything else is the first."""
    asked = request.GET.get("img", "")
    return int(asked) if asked in map(str, range(1, count + 1)) else 1
