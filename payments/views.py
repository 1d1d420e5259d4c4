"""What the shopper does to pay: the cashier, the way to the gateway, "I have paid", the result."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from orders.access import own_order
from orders.models import Order
from orders.status import status_of
from payments import asking, attempts, browsers, closing, registry
from payments.alipay.errors import AlipayError
from payments.forms import ChoiceForm
from payments.models import Payment
from payments.panels import panel_of
from shop.redirects import SeeOther
from shop.visitors import address_of

UNPAID = frozenset({"awaiting", "confirming"})
SECONDS_BETWEEN_CHECKS = 3


@never_cache
@require_GET
def cashier(request: HttpRequest, number: str) -> HttpResponse:
    """Where the order is paid: while it waits for money, or the word that it is closed; else its result."""
    order = own_order(request, number)
    if order.status not in UNPAID | {"closed"}:
        return SeeOther("payments:result", order.number)
    return render(request, "payments/cashier.html", _cashier_page(request, order))


@never_cache
@require_POST
def start(request: HttpRequest, number: str) -> HttpResponse:
    """Opens an attempt and sends the browser to the gateway's signed address."""
    order = own_order(request, number)
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        return render(request, "payments/unknown_method.html", {"order": order}, status=400)
    if not _payable(order):
        return SeeOther("payments:cashier", order.number)
    try:
        return HttpResponseRedirect(_gateway_address(request, order, form.cleaned_data))
    except attempts.NotPayable as reason:
        messages.warning(request, str(reason))
        return SeeOther("payments:cashier", order.number)
    except AlipayError:
        return render(request, "payments/gateway_silent.html", {"order": order}, status=503)


@never_cache
@require_POST
def extend(request: HttpRequest, number: str) -> HttpResponse:
    """ "I need more time": moves the deadline while there is one to move."""
    order = own_order(request, number)
    if not order.extend():
        messages.warning(request, _("The time to pay cannot be extended any more."))
    return SeeOther("payments:cashier", order.number)


@never_cache
@require_POST
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """The shopper gives the order up. Alipay closes its side first, so what was paid meanwhile keeps the order."""
    order = own_order(request, number)
    if order.status not in UNPAID:
        return SeeOther("payments:result", order.number)
    try:
        closing.close(order, Order.Life.CANCELLED, why="by the shopper")
    except closing.AlreadyPaid:
        messages.warning(request, _("This order was paid or closed meanwhile, so it was not cancelled."))
    except closing.StillOpen:
        messages.warning(request, _("Alipay has not closed its payment page yet. Please try again in a minute."))
        return SeeOther("orders:detail", order.number)
    return SeeOther("payments:result", order.number)


@never_cache
@require_POST
def check(request: HttpRequest, number: str) -> HttpResponse:
    """ "I have paid": asks the gateway now. JSON for the waiting page, else on to the result."""
    order = own_order(request, number)
    words = _ask(order)
    if request.accepts("text/html"):
        if words:
            messages.info(request, words)
        return SeeOther("payments:result", order.number)
    return JsonResponse(status_of(order) | {"message": words})


@never_cache
@require_GET
def result(request: HttpRequest, number: str) -> HttpResponse:
    """How the order stands, now and whenever the page is opened again."""
    order = own_order(request, number)
    payment = order.payments.filter(state=Payment.State.SUCCEEDED).first()
    page = {
        "order": order,
        "lines": order.lines.all(),
        "panel": panel_of(order),
        "payment": payment,
        "method": _method_name(payment) if payment else "",
        "live": order.status in UNPAID,
        "payable": _payable(order),
    }
    return render(request, "payments/result.html", page)


def _cashier_page(request: HttpRequest, order: Order) -> dict[str, Any]:
    now = timezone.now()
    return {
        "order": order,
        "lines": order.lines.all(),
        "choices": registry.methods(),
        "payable": _payable(order),
        "live": order.status in UNPAID,
        "panel": panel_of(order),
        "new_page": not browsers.on_phone(request),
        "inside_chat": browsers.inside_chat(request),
        "elsewhere": f"{settings.SITE_URL}{reverse('orders:find')}?number={order.number}",
        "now": int(now.timestamp() * 1000),
        "deadline": int(order.expires_at.timestamp() * 1000),
        "clock": "{}:{:02}".format(*divmod(order.seconds_left(now), 60)),
    }


def _payable(order: Order) -> bool:
    return order.status in UNPAID and order.seconds_left() > 0


def _gateway_address(request: HttpRequest, order: Order, choice: dict[str, str]) -> str:
    gateway = registry.gateways()[choice["method"]]
    payment = attempts.open_attempt(order, choice["method"], choice["bank"])
    phone = settings.ALIPAY_PHONE_PAGE and browsers.on_phone(request)
    return attempts.pay_url(gateway, payment, shopper_ip=address_of(request), phone=phone)


def _ask(order: Order) -> str:
    """Asks about the latest attempt, at most once in SECONDS_BETWEEN_CHECKS; what to tell while it is not paid."""
    payment = order.payments.order_by("n").last()
    if order.status not in UNPAID | {"closed"} or payment is None:
        return _("No payment was begun for this order yet.") if order.status in UNPAID else ""
    if cache.add(f"asked:{payment.pk}", True, SECONDS_BETWEEN_CHECKS):
        order.confirming()
        try:
            asking.ask(payment)
        except AlipayError:
            return _("Alipay did not answer. We keep asking; please do not pay again.")
        order.refresh_from_db()
    if order.status not in UNPAID:
        return ""
    return _("The payment has not arrived yet, it usually takes a few seconds. Please do not pay again.")


def _method_name(payment: Payment) -> str:
    labels = {choice.name: choice.label for choice in registry.methods()}
    return labels.get(payment.method, payment.method)
