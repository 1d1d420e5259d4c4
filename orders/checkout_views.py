"""The checkout (P06): from the cart to an order, on one page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from orders.access import placed_here, remember
from orders.checkout import MOST_UNPAID, MOST_YUAN, Quote, StockLost, place, placed_with, too_many_unpaid
from orders.forms import CheckoutForm, new_key
from orders.models import Order
from shop.cart import Cart
from shop.provinces import NAMES
from shop.redirects import SeeOther
from shop.templatetags.money import money, text

DRAFT = "address"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """The one page between cart and cashier."""
    if request.method == "POST":
        return _submit(request)
    draft = request.session.get(DRAFT, {})
    quote = _quote(request, draft.get("province", ""))
    if not quote.lines:
        return redirect("shop:cart")
    form = CheckoutForm(initial=draft, strict=bool(quote.not_returnable))
    return _checkout_page(request, form, quote)


@never_cache
@require_GET
def sums(request: HttpRequest) -> HttpResponse:
    """What the cart costs with delivery to ``?province=``, for a script to show: HTML by the name of its place."""
    quote = _quote(request, request.GET.get("province", ""))
    if not quote.lines:
        return HttpResponse(status=204)
    shipping = money(quote.shipping) if quote.shipping else _("Free")
    words = {"shipping": text(quote.shipping), "total": text(quote.total)}
    return JsonResponse({
        "shipping": shipping, "total": money(quote.total), "shown": quote.shown,
        "button": _("Place order · %(amount)s") % {"amount": words["total"]},
        "said": _("Shipping %(shipping)s, total %(total)s") % words,
    })  # fmt: skip


def _submit(request: HttpRequest) -> HttpResponse:
    # Read before the look for a twin: were it placed in between, its goods would look lost.
    quote = _quote(request, request.POST.get("province", ""))
    form = CheckoutForm(request.POST, strict=bool(quote.not_returnable))
    placed = placed_with(form.key) if form.key else None
    if placed:
        return _to_cashier(request, placed)
    if not quote.lines and not quote.gone:
        return SeeOther("shop:cart")
    request.session[DRAFT] = form.draft
    if not form.is_valid() or not _within_limits(request, form, quote):
        return _checkout_page(request, form, quote, status=422)
    changes = quote.changes(form.shown)
    if changes:
        return _checkout_page(request, form, quote, changes, status=409)
    return _place(request, form, quote)


def _place(request: HttpRequest, form: CheckoutForm, quote: Quote) -> HttpResponse:
    buyer = request.user if request.user.is_authenticated else None
    try:
        order = place(quote, form.contact, key=form.key or new_key(), buyer=buyer)
    except StockLost:
        now = _quote(request, quote.province)
        changes = now.changes(quote.shown) or [_("Someone else was faster. Nothing was ordered yet; please try again.")]
        return _checkout_page(request, form, now, changes, status=409)
    except Exception:
        request.session.save()  # an answer 500 would lose the address that was typed
        raise
    return _to_cashier(request, order)


def _within_limits(request: HttpRequest, form: CheckoutForm, quote: Quote) -> bool:
    if quote.total > MOST_YUAN:
        words = _("One order can be worth at most %(amount)s. Take something out of the cart.")
        form.add_error(None, words % {"amount": text(MOST_YUAN)})
    elif too_many_unpaid(placed_here(request), form.cleaned_data["email"]):
        words = ngettext(
            "You have %(count)d unpaid order. Pay it, or wait until it is closed.",
            "You have %(count)d unpaid orders. Pay one, or wait until they are closed.",
            MOST_UNPAID,
        )
        form.add_error(None, words % {"count": MOST_UNPAID})
    return form.is_valid()


def _to_cashier(request: HttpRequest, order: Order) -> HttpResponse:
    Cart(request.session).clear()
    remember(request, order)
    return SeeOther("payments:cashier", order.number)


def _quote(request: HttpRequest, province: str) -> Quote:
    cart = Cart(request.session)
    return Quote(cart.lines(), cart.gone(), province if province in NAMES else "")


def _checkout_page(
    request: HttpRequest, form: CheckoutForm, quote: Quote, changes: list[str] | None = None, status: int = 200
) -> HttpResponse:
    page = {"form": form, "quote": quote, "changes": changes or [], "key": form.key or new_key()}
    page |= {"pay_minutes": settings.ORDER_PAY_MINUTES, "shipping": quote.shipping_span}
    return render(request, "orders/checkout.html", page, status=status)
