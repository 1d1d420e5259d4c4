"""The cart's page and its acts (P05). Every act is a POST that ends in 303; what cannot be taken is 422, unchanged."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from shop.cart import MOST_LINES, Cart
from shop.models import Variant
from shop.quantities import MOST, WrongQuantity, read_quantity
from shop.redirects import SeeOther
from shop.shipping import missing_for_free, shipping_span
from shop.views import product_page


@require_safe
@cache_control(no_store=True)
def cart(request: HttpRequest) -> HttpResponse:
    """P05."""
    return _cart_page(request, Cart(request.session))


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Puts units of a variant in. ``then=buy`` goes on to the checkout; a script asks for JSON and stays."""
    basket = Cart(request.session)
    try:
        variant = _variant(request)
        quantity = read_quantity(request.POST.get("quantity", ""), _room(basket, variant))
    except WrongQuantity as wrong:
        return _refused(request, str(wrong))
    basket.add(variant, quantity)
    if request.POST.get("then") == "buy":
        return SeeOther("orders:checkout")
    said = _("Added to the cart")
    if _wants_json(request):
        return JsonResponse({"said": said, "count": basket.count, "words": _items(basket.count)})
    messages.success(request, said)
    return SeeOther("shop:cart")


def _variant(request: HttpRequest) -> Variant:
    key = request.POST.get("variant", "")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        raise WrongQuantity(_("Choose an option"))
    found = Variant.objects.for_sale(int(key))
    if found is None:
        raise Http404
    return found


def _room(basket: Cart, variant: Variant) -> int:
    """How many units of the variant may still be put in."""
    there = basket.quantity_of(variant.pk)
    if not there and len(basket.stored) >= MOST_LINES:
        raise WrongQuantity(_("The cart is full. Order what is in it first."))
    if there and min(variant.sellable, MOST) <= there:
        raise WrongQuantity(_("You already have all we can sell you in the cart"))
    return min(variant.sellable, MOST) - there


def _refused(request: HttpRequest, said: str) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"said": said}, status=422)
    return product_page(request, request.POST.get("product", ""), error=said, status=422)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _items(count: int) -> str:
    return ngettext("%(count)d item", "%(count)d items", count) % {"count": count}


@require_POST
def set_quantity(request: HttpRequest) -> HttpResponse:
    """Makes a line's quantity what its field says, one less or one more where the buttons beside it were used."""
    basket = Cart(request.session)
    line = next((line for line in basket.lines() if str(line.variant.pk) == request.POST.get("variant")), None)
    if line is None:
        return SeeOther("shop:cart")
    asked = request.POST.get("quantity", "")
    try:
        if request.POST.get("step") in ("1", "-1"):
            asked = str(read_quantity(asked, MOST) + int(request.POST["step"]))
        quantity = read_quantity(asked, line.most)
    except WrongQuantity as wrong:
        return _cart_page(request, basket, wrong=line.variant.pk, asked=asked, said=str(wrong))
    basket.set(line.variant.pk, quantity)
    return SeeOther("shop:cart")


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Takes a line out; the page offers to put it back."""
    key = request.POST.get("variant", "")
    if key.isascii() and key.isdigit():
        Cart(request.session).remove(int(key[:19]))
    return SeeOther("shop:cart")


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Puts the line removed last back."""
    Cart(request.session).undo()
    return SeeOther("shop:cart")


def _cart_page(request: HttpRequest, basket: Cart, wrong: int = 0, asked: str = "", said: str = "") -> HttpResponse:
    subtotal = basket.subtotal
    shipping = shipping_span(subtotal, basket.grams)
    context = {
        "cart": basket,
        "lines": basket.lines(),
        "gone": basket.gone(),
        "subtotal": subtotal,
        "shipping": shipping,
        "missing": missing_for_free(subtotal),
        "total": subtotal + shipping.lowest,
        "wrong": wrong,
        "asked": asked[:10],
        "said": said,
        "newest": reverse("shop:home") + "#new",
    }
    response = render(request, "shop/cart.html", context, status=422 if said else 200)
    response["Cache-Control"] = "no-store"
    return response
