"""The checkout (P06): from the cart to an order, on one page."""

from dataclasses import replace

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from orders import coupons
from orders.access import placed_here, remember
from orders.book import CHOICE, KEEP, OTHER, AddressBook
from orders.checkout import MOST_UNPAID, MOST_YUAN, Quote, StockLost, place, placed_with, problem_of, too_many_unpaid
from orders.forms import CheckoutForm, new_key
from orders.models import Address, Order
from shop.cart import Cart
from shop.provinces import NAMES
from shop.redirects import SeeOther
from shop.templatetags.money import money, text

DRAFT = "address"
# What was ticked, for the one page after a coupon was used or taken out: to know it is for this order alone.
TICK = "checkout-tick"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """The one page between cart and cashier."""
    if request.method == "POST":
        return _submit(request)
    draft = {"email": getattr(request.user, "email", "")} | request.session.get(DRAFT, {})
    draft |= request.session.pop(TICK, {})
    book = AddressBook.of(request.user, draft.get(CHOICE))
    quote = _quote(request, book.chosen.province if book.chosen else draft.get("province", ""))
    if not quote.lines:
        return redirect("shop:cart")
    form = CheckoutForm(initial=draft, strict=bool(quote.not_returnable), book=book)
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
    book = AddressBook.of(request.user, request.POST.get(CHOICE, OTHER))
    sent = book.filled(request.POST)
    # Read before the look for a twin: were it placed in between, its goods would look lost.
    quote = _quote(request, sent.get("province", ""))
    form = CheckoutForm(sent, strict=bool(quote.not_returnable), book=book)
    placed = placed_with(form.key) if form.key else None
    if placed:
        return _to_cashier(request, placed)
    if not quote.lines and not quote.gone:
        return SeeOther("shop:cart")
    request.session[DRAFT] = book.draft(form.draft)
    act = request.POST.get("act", "")
    if act == "drop":
        request.session.pop(coupons.KEY, None)
        request.session[TICK] = form.ticked
        return SeeOther("orders:checkout")
    if act == "coupon" or form.code:
        why, seconds = _enter_coupon(request, form.code, quote)
        if why:
            return _refused_coupon(request, form, quote, why, seconds)
        quote = _quote(request, quote.province)
    if act == "coupon":
        messages.success(request, quote.discount_sentence)
        request.session[TICK] = form.ticked
        return SeeOther("orders:checkout")
    if not form.is_valid() or not _within_limits(request, form, quote):
        return _checkout_page(request, form, quote, status=422)
    changes = quote.changes(form.shown)
    if changes:
        return _checkout_page(request, form, quote, changes, status=409)
    return _place(request, form, quote)


def _enter_coupon(request: HttpRequest, code: str, quote: Quote) -> tuple[str, int]:
    """Keeps the coupon of this code for the order; else the sentence that says why not, and the seconds to wait."""
    if not code:
        return _("Enter the code of your coupon"), 0
    if seconds := coupons.wait(request):
        return _too_many(seconds), seconds
    coupon = coupons.find(code, timezone.now())
    if coupon is None:
        return _("This code is not known or no longer valid. Check it, or order without it."), 0
    problem = problem_of(coupon, quote.subtotal)
    if not problem:
        request.session[coupons.KEY] = coupon.pk
    return problem, 0


def _too_many(seconds: int) -> str:
    minutes = -(-seconds // 60)
    words = ngettext(
        "Too many codes were tried. Please try again in %(count)d minute.",
        "Too many codes were tried. Please try again in %(count)d minutes.",
        minutes,
    )
    return words % {"count": minutes}


def _refused_coupon(request: HttpRequest, form: CheckoutForm, quote: Quote, why: str, wait: int) -> HttpResponse:
    """The page as it was typed, with this one error: the rest is not judged before the order is sent."""
    unjudged = CheckoutForm(initial=form.typed, strict=bool(quote.not_returnable), book=form.book)
    response = _checkout_page(request, unjudged, quote, coupon=(form.code, why), status=429 if wait else 422)
    if wait:
        response["Retry-After"] = str(wait)
    return response


def _place(request: HttpRequest, form: CheckoutForm, quote: Quote) -> HttpResponse:
    buyer = request.user if request.user.is_authenticated else None
    try:
        order = place(quote, form.contact, key=form.key or new_key(), buyer=buyer, fapiao=form.fapiao_asked)
    except StockLost:
        return _lost(request, form, quote, _quote(request, quote.province))
    except coupons.CouponLost as lost:
        request.session.pop(coupons.KEY, None)
        return _lost(request, form, quote, replace(quote, coupon_lost=str(lost)))
    except Exception:
        request.session.save()  # an answer 500 would lose the address that was typed
        raise
    if buyer and KEEP in request.POST and not form.book.chosen:
        Address.objects.keep(buyer, {name: form.contact[name] for name in Address.FIELDS})
    return _to_cashier(request, order)


def _lost(request: HttpRequest, form: CheckoutForm, before: Quote, now: Quote) -> HttpResponse:
    changes = now.changes(before.shown) or [_("Someone else was faster. Nothing was ordered yet; please try again.")]
    return _checkout_page(request, form, now, changes, status=409)


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
    """On to pay, or to the result where nothing is to be paid."""
    Cart(request.session).clear()
    request.session.pop(coupons.KEY, None)
    remember(request, order)
    return SeeOther("payments:cashier" if order.total else "payments:result", order.number)


def _quote(request: HttpRequest, province: str) -> Quote:
    cart = Cart(request.session)
    return Quote(cart.lines(), cart.gone(), province if province in NAMES else "", coupons.entered(request))


def _checkout_page(
    request: HttpRequest,
    form: CheckoutForm,
    quote: Quote,
    changes: list[str] | None = None,
    coupon: tuple[str, str] = ("", ""),
    status: int = 200,
) -> HttpResponse:
    """``coupon``: the code that was typed, and why it cannot be used."""
    page = {"form": form, "quote": quote, "changes": changes or [], "key": form.key or new_key()}
    page |= {"pay_minutes": settings.ORDER_PAY_MINUTES, "shipping": quote.shipping_span}
    page |= {"code": coupon[0], "code_error": coupon[1]}
    return render(request, "orders/checkout.html", page, status=status)
