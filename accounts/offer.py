"""An account is offered after payment only, for one password: the email is the order's (P09)."""

from typing import Any

from allauth.account.utils import complete_signup
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import limits
from accounts.entrance import refused
from accounts.forms import OfferForm
from orders.access import own_order, placed_as_guest
from shop.redirects import SeeOther


@never_cache
@sensitive_post_parameters("password1")
@require_POST
def accept(request: HttpRequest, number: str) -> HttpResponse:
    """Opens the account. Whether the address had one already, only its owner learns, from the letter."""
    order = own_order(request, number)
    if not placed_as_guest(request, order) or not order.email:
        return SeeOther("payments:result", order.number)
    form = OfferForm(request.POST, email=order.email)
    seconds = limits.form_wait(request, "register")
    if seconds:
        form.put_off(seconds)
    if not form.is_valid():
        return refused(render(request, "accounts/offer.html", {"form": form, "order": order}), form)
    return _registered(request, form)


def _registered(request: HttpRequest, form: OfferForm) -> HttpResponse:
    user, answer = form.try_save(request)
    response: Any = answer or complete_signup(request, user, None, None)
    response.status_code = 303
    return response
