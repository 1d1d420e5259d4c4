"""The order's own page and status, a change of its address, and buying the same again."""

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orders.access import order_to_pay, own_order, sees_all
from orders.forms import AddressForm
from orders.models import FapiaoRequest, Order
from orders.panels import panel_of
from orders.readdressing import OtherFee, readdress
from orders.status import status_of
from orders.timeline import steps_of
from shop.cart import Cart
from shop.models import Variant
from shop.redirects import SeeOther


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
        "steps": steps_of(order),
        "panel": panel_of(order),
        "fapiao": FapiaoRequest.objects.filter(order=order).first(),
        "all_of_it": sees_all(request, order),
        "payable": order.due and order.seconds_left() > 0,
    }
    prefetch_related_objects([order], "payments__refunds")
    return render(request, "orders/detail.html", page)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest, number: str) -> HttpResponse:
    """Changes where an order goes, until it is paid."""
    order = own_order(request, number)
    if not sees_all(request, order):
        return SeeOther("orders:code", order.number)
    if not order.due:
        messages.warning(request, _("The address can only be changed before the payment. Please contact us."))
        return SeeOther("orders:detail", order.number)
    if request.method != "POST":
        initial = {field: getattr(order, field) for field in AddressForm.CONTACT}
        return render(request, "orders/address.html", {"order": order, "form": AddressForm(initial=initial)})
    form = AddressForm(request.POST)
    if not form.is_valid() or not _readdressed(order, form):
        return render(request, "orders/address.html", {"order": order, "form": form}, status=422)
    messages.success(request, _("The order goes to the new address."))
    return SeeOther("payments:cashier", order.number)


def _readdressed(order: Order, form: AddressForm) -> bool:
    try:
        if not readdress(order, form.contact):
            form.add_error(None, _("The order was paid or closed meanwhile. Its address stays as it is."))
    except OtherFee as reason:
        form.add_error("province", str(reason))
    return form.is_valid()


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
