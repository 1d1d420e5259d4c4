"""A guest finds an order again: by number and contact at first, and wholly by a code sent to its email."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from orders import codes, finding
from orders.access import own_order, remember, sees_all
from orders.forms import CodeForm, FindForm
from orders.models import Order
from shop.redirects import SeeOther
from shop.throttle import TOO_MANY

CODE_ERRORS = {
    codes.Verdict.WRONG: _("This is not the code that we sent. Check the mail, or send a new one."),
    codes.Verdict.EXPIRED: _("This code is not valid any more. Send a new one."),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find_order(request: HttpRequest) -> HttpResponse:
    """The form, and its answer: one for every failure. Who may see the order that a link names is led there.

    The same link "Orders" stands on the pages of all visitors: it takes members to their list.
    """
    if request.method == "POST":
        return _look(request, FindForm(request.POST))
    number = request.GET.get("number", "")
    if _sees(request, number):
        return SeeOther("orders:detail", number)
    if request.user.is_authenticated and "number" not in request.GET:
        return redirect("accounts:orders")
    return _find_page(request, FindForm(initial={"number": number}), 200)


def _look(request: HttpRequest, form: FindForm) -> HttpResponse:
    if not form.is_valid():
        return _find_page(request, form, 422)
    seconds = finding.wait(request, form.cleaned_data["number"])
    if seconds:
        form.add_error(None, ValidationError(too_many_tries(seconds), TOO_MANY))
        return _wait(_find_page(request, form, 429), seconds)
    order = finding.find(**form.cleaned_data)
    if order is None:
        form.add_error(None, _("No order was found. Check the order number and the contact."))
        return _find_page(request, form, 422)
    remember(request, order, found=True)
    return SeeOther("orders:detail", order.number)


def _sees(request: HttpRequest, number: str) -> bool:
    try:
        own_order(request, number)
    except Http404:
        return False
    return True


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, number: str) -> HttpResponse:
    """Where the code is typed. Who sees all of the order already is led to it."""
    order = own_order(request, number)
    if sees_all(request, order):
        return SeeOther("orders:detail", order.number)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _code_page(request, order, form, 422 if form.is_bound else 200)
    seconds = codes.wait_to_try(order)
    if seconds:
        return _wait(_code_page(request, order, form, 429, too_many_tries(seconds)), seconds)
    verdict = codes.check(request, order, form.cleaned_data["code"])
    if verdict == codes.Verdict.RIGHT:
        return SeeOther("orders:detail", order.number)
    form.add_error("code", CODE_ERRORS[verdict])
    return _code_page(request, order, form, 422)


@never_cache
@require_POST
def send_code(request: HttpRequest, number: str) -> HttpResponse:
    """Sends a code to the order's email, a few times at most."""
    order = own_order(request, number)
    if sees_all(request, order):
        return SeeOther("orders:detail", order.number)
    seconds = codes.wait_to_send(request, order)
    if seconds:
        return _wait(_code_page(request, order, CodeForm(), 429, too_many_tries(seconds)), seconds)
    if not codes.send(request, order):
        refusal = _("The mail could not be sent just now. Please try again in a minute.")
        return _code_page(request, order, CodeForm(), 503, str(refusal))
    return SeeOther("orders:code", order.number)


def too_many_tries(seconds: int) -> str:
    """How long to wait, in minutes, rounded up."""
    minutes = -(-seconds // 60)
    words = ngettext(
        "Too many tries. Please try again in %(count)d minute.",
        "Too many tries. Please try again in %(count)d minutes.",
        minutes,
    )
    return words % {"count": minutes}


def _wait(response: HttpResponse, seconds: int) -> HttpResponse:
    response["Retry-After"] = str(seconds)
    return response


def _find_page(request: HttpRequest, form: FindForm, status: int) -> HttpResponse:
    return render(request, "orders/find.html", {"form": form}, status=status)


def _code_page(request: HttpRequest, order: Order, form: CodeForm, status: int, refusal: str = "") -> HttpResponse:
    page = {"order": order, "form": form, "refusal": refusal, "minutes": codes.minutes_left(request, order)}
    return render(request, "orders/code.html", page, status=status)
