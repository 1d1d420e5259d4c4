"""The order's own page and status, and the look-up for guests."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orders.access import order_to_pay, own_order, remember, sees_address
from orders.finding import find, wait
from orders.forms import FindForm
from orders.status import status_of
from orders.words import EVENTS
from shop.cart import Cart
from shop.models import Variant
from shop.redirects import SeeOther

DRAFT = "address"


@never_cache
@require_GET
def status(request: HttpRequest, number: str) -> HttpResponse:
    """How the order stands, for pages that wait."""
    return JsonResponse(status_of(order_to_pay(request, number)))


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
