"""What the shopper does to pay: the cashier, the way to the gateway, "I have paid", the result."""

from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orders.access import is_own, let_pay, order_to_pay, own_order, placed_as_guest, sees_all
from orders.models import Order
from orders.numbers import is_number
from orders.panels import panel_of
from orders.status import status_of
from payments import asking, attempts, browsers, closing, handover, registry
from payments.alipay.errors import AlipayError, Refused
from payments.forms import ChoiceForm, RefundWishForm
from payments.models import Payment
from payments.refusals import in_words
from payments.wishes import ask_back
from shop.redirects import SeeOther
from shop.visitors import address_of

UNPAID = frozenset({"awaiting", "confirming"})
SECONDS_BETWEEN_CHECKS = 3
FRAMED, FRAME_PIXELS = "alipay", 200


@never_cache
@require_GET
def cashier(request: HttpRequest, number: str) -> HttpResponse:
    """Where the order is paid: while it waits for money, or the word that it is closed; else its result."""
    order = order_to_pay(request, number)
    if order.status not in UNPAID | {"closed"}:
        return SeeOther("payments:result", order.number)
    return render(request, "payments/cashier.html", _cashier_page(request, order))


@never_cache
@require_POST
def start(request: HttpRequest, number: str) -> HttpResponse:
    """Opens an attempt and sends the browser to the gateway's signed address."""
    order = order_to_pay(request, number)
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
    except AlipayError as error:
        return _not_begun(request, order, form.cleaned_data["method"], error)


@never_cache
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})  # type: ignore[arg-type]  # its types know views without arguments only
@require_POST
def scan(request: HttpRequest, number: str) -> HttpResponse:
    """Fills the frame beside the pay button with Alipay's QR code: the same attempt as the button's, seen otherwise."""
    order = order_to_pay(request, number)
    if not settings.ALIPAY_QR_FRAME:
        raise Http404
    try:
        payment = attempts.open_attempt(order, FRAMED)
        return HttpResponseRedirect(attempts.pay_url(registry.gateways()[FRAMED], payment, frame=FRAME_PIXELS))
    except (attempts.NotPayable, AlipayError):
        return render(request, "payments/no_code.html", {}, status=503)


@never_cache
@require_GET
def take_over(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """The signed link out of a chat app: lets this browser pay that order, and see nothing of whose it is."""
    order = Order.objects.filter(number=number).first() if is_number(number) else None
    if order is None or not handover.holds(number, token):
        raise Http404
    let_pay(request, order)
    return redirect("payments:cashier", order.number)


@never_cache
@require_POST
def extend(request: HttpRequest, number: str) -> HttpResponse:
    """ "I need more time": moves the deadline while there is one to move."""
    order = order_to_pay(request, number)
    if not order.extend():
        messages.warning(request, _("The time to pay cannot be extended any more."))
    return SeeOther("payments:cashier", order.number)


@never_cache
@require_POST
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """The shopper gives the order up. Alipay closes its side first, so what was paid meanwhile keeps the order."""
    order = own_order(request, number)
    if not sees_all(request, order):
        return SeeOther("orders:code", order.number)
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
    """ "I have paid": asks the gateway now. JSON for the waiting page, else on to the result.

    ``quiet``: nobody says so, but the shopper came back to the waiting page, so there may be news.
    """
    order = order_to_pay(request, number)
    words = _ask(order, said="quiet" not in request.POST)
    if request.accepts("text/html"):
        if words:
            messages.info(request, words)
        return SeeOther("payments:result", order.number)
    return JsonResponse(status_of(order) | {"message": words})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_refund(request: HttpRequest, number: str) -> HttpResponse:
    """The shopper asks for money back, once per order; staff decide."""
    order = own_order(request, number)
    if not sees_all(request, order):
        return SeeOther("orders:code", order.number)
    if not order.can_ask_refund:
        return _refund_not_asked(request, order)
    form = RefundWishForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "payments/ask_refund.html", {"order": order, "form": form}, status=status)
    if not ask_back(order, **form.cleaned_data):
        return _refund_not_asked(request, order)
    messages.success(request, _("We have received your request and answer by email."))
    return SeeOther("orders:detail", order.number)


def _refund_not_asked(request: HttpRequest, order: Order) -> HttpResponse:
    order.refresh_from_db()
    if not order.refund_asked_at:
        messages.warning(request, _("There is nothing to refund for this order now."))
    return SeeOther("orders:detail", order.number)


@never_cache
@require_GET
def result(request: HttpRequest, number: str) -> HttpResponse:
    """How the order stands, now and whenever the page is opened again."""
    try:
        order = order_to_pay(request, number)
    except Http404:
        return _elsewhere(request, number)
    payment = order.payments.filter(state=Payment.State.SUCCEEDED).first()
    page = {
        "order": order,
        "lines": order.lines.all(),
        "panel": panel_of(order),
        "payment": payment,
        "live": order.status in UNPAID,
        "payable": _payable(order),
        "own": is_own(request, order),
        "offer": payment is not None and placed_as_guest(request, order),
    }
    return render(request, "payments/result.html", page)


def _elsewhere(request: HttpRequest, number: str) -> HttpResponse:
    """Alipay's app often hands back to another browser than the one that ordered. The same page, and status, whether
    the order is somebody else's or none."""
    return render(request, "payments/elsewhere.html", {"number": number if is_number(number) else ""}, status=404)


def _not_begun(request: HttpRequest, order: Order, method: str, error: AlipayError) -> HttpResponse:
    """The gateway is silent or refuses: nothing was charged, try again or another way."""
    page = {
        "order": order,
        "reason": in_words(error) if isinstance(error, Refused) else "",
        "again": method,
        "others": [choice for choice in registry.methods() if choice.name != method],
    }
    return render(request, "payments/not_begun.html", page, status=503)


def _cashier_page(request: HttpRequest, order: Order) -> dict[str, Any]:
    now = timezone.now()
    own = is_own(request, order)
    page = browsers.page_for(request)
    return {
        "order": order,
        "lines": order.lines.all(),
        "choices": registry.methods(),
        "payable": _payable(order),
        "live": order.status in UNPAID,
        "panel": panel_of(order),
        "own": own,
        "placed": sees_all(request, order),
        "page": page,
        "new_page": page == "desk",
        "frame": FRAME_PIXELS if settings.ALIPAY_QR_FRAME and page == "desk" else 0,
        "inside_alipay": browsers.inside_alipay(request),
        "inside_chat": browsers.inside_chat(request),
        # A right that was handed over cannot be handed on.
        "elsewhere": handover.link(order) if own else "",
        "now": int(now.timestamp() * 1000),
        "deadline": int(order.expires_at.timestamp() * 1000),
        "clock": "{}:{:02}".format(*divmod(order.seconds_left(now), 60)),
    }


def _payable(order: Order) -> bool:
    return order.status in UNPAID and order.seconds_left() > 0


def _gateway_address(request: HttpRequest, order: Order, choice: dict[str, str]) -> str:
    gateway = registry.gateways()[choice["method"]]
    phone = settings.ALIPAY_PHONE_PAGE and browsers.page_for(request) == "phone"
    payment = attempts.open_attempt(order, choice["method"], choice["bank"], phone=phone)
    return attempts.pay_url(gateway, payment, shopper_ip=address_of(request), phone=phone)


def _ask(order: Order, *, said: bool) -> str:
    """Asks about the latest attempt, at most once in SECONDS_BETWEEN_CHECKS; what to tell while it is not paid.

    ``said``: the shopper says that it is paid, which the order then bears.
    """
    payment = order.payments.order_by("n").last()
    if order.status not in UNPAID | {"closed"} or payment is None:
        return _("No payment was begun for this order yet.") if order.status in UNPAID else ""
    if said:
        order.confirming()
    if cache.add(f"asked:{payment.pk}", True, SECONDS_BETWEEN_CHECKS):
        try:
            asking.ask(payment)
        except AlipayError:
            return _("Alipay did not answer. We keep asking; please do not pay again.")
        order.refresh_from_db()
    if order.status not in UNPAID:
        return ""
    return _("The payment has not arrived yet, it usually takes a few seconds. Please do not pay again.")
