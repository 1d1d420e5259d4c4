"""Checkout, the order's own page and status, and the look-up for guests."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orders.access import own_order, placed_here, remember, sees_address
from orders.checkout import MOST_UNPAID, MOST_YUAN, Quote, StockLost, place, placed_with, too_many_unpaid
from orders.finding import find, wait
from orders.forms import CheckoutForm, FindForm, new_key
from orders.models import Order
from orders.status import status_of
from orders.words import EVENTS
from shop.cart import Cart
from shop.models import Variant
from shop.redirects import SeeOther
from shop.templatetags.money import text

DRAFT = "address"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """The one page between cart and cashier."""
    if request.method == "POST":
        return _submit(request)
    quote = _quote(request)
    if not quote.lines:
        return redirect("shop:cart")
    form = CheckoutForm(initial=request.session.get(DRAFT, {}), strict=bool(quote.not_returnable))
    return _checkout_page(request, form, quote)


def _submit(request: HttpRequest) -> HttpResponse:
    quote = _quote(request)  # before the look for a twin: were it placed in between, its goods would look lost
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
        now = _quote(request)
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


def _quote(request: HttpRequest) -> Quote:
    cart = Cart(request.session)
    return Quote(cart.lines(), cart.gone())


def _checkout_page(
    request: HttpRequest, form: CheckoutForm, quote: Quote, changes: list[str] | None = None, status: int = 200
) -> HttpResponse:
    page = {"form": form, "quote": quote, "changes": changes or [], "key": form.key or new_key()}
    page["pay_minutes"] = settings.ORDER_PAY_MINUTES
    return render(request, "orders/checkout.html", page, status=status)


@never_cache
@require_GET
def status(request: HttpRequest, number: str) -> HttpResponse:
    """How the order stands, for pages that wait."""
    return JsonResponse(status_of(own_order(request, number)))


@never_cache
@require_GET
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """The order as it stays: what was bought, where it goes, what happened."""
    order = own_order(request, number)
    page = {
        "order": order,
        "lines": order.lines.all(),
        "events": [event for event in order.events.all() if event.kind in EVENTS],
        "full_address": sees_address(request, order),
        "payable": order.due and order.seconds_left() > 0,
    }
    return render(request, "orders/detail.html", page)


@never_cache
@require_POST
def again(request: HttpRequest, number: str) -> HttpResponse:
    """Buy again: puts what can still be bought into the cart."""
    order = own_order(request, number)
    cart = Cart(request.session)
    wanted = {line.variant_id: line.quantity for line in order.lines.all()}
    on_sale = Variant.objects.on_sale().filter(pk__in=wanted)
    added = [variant for variant in on_sale if cart.add(variant, wanted[variant.pk])]
    if len(added) < len(wanted):
        messages.warning(request, _("Some of these goods are not on sale any more."))
    return SeeOther("shop:cart")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find_order(request: HttpRequest) -> HttpResponse:
    """Guests find an order by its number and the e-mail or phone it was placed with."""
    form = FindForm(
        request.POST if request.method == "POST" else None, initial={"number": request.GET.get("number", "")}
    )
    if not form.is_bound or not form.is_valid():
        return _find_page(request, form, 422 if form.is_bound else 200)
    seconds = wait(request, form.cleaned_data["number"])
    if seconds:
        form.add_error(None, _("Too many tries. Please try again in 10 minutes."))
        response = _find_page(request, form, 429)
        response["Retry-After"] = str(seconds)
        return response
    order = find(**form.cleaned_data)
    if order is None:
        form.add_error(None, _("No order was found. Check the order number and the contact."))
        return _find_page(request, form, 422)
    remember(request, order, found=True)
    return SeeOther("orders:detail", order.number)


def _find_page(request: HttpRequest, form: FindForm, status: int) -> HttpResponse:
    return render(request, "orders/find.html", {"form": form}, status=status)
