"""The address book (P15): add, change, choose the default, delete with undo."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orders.forms import AddressForm
from orders.models import MOST_ADDRESSES, Address
from shop.redirects import SeeOther

UNDO = "address_undo"


@never_cache
@login_required
@require_GET
def addresses(request: HttpRequest) -> HttpResponse:
    """All of them."""
    page = {
        "addresses": Address.objects.of(_member(request)),
        "can_undo": UNDO in request.session,
        "place": "addresses",
    }
    return render(request, "accounts/addresses.html", page)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A further one."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if Address.objects.keep(_member(request), form.contact):
            messages.success(request, _("Saved."))
            return SeeOther("accounts:addresses")
        words = ngettext(
            "You have %(count)d address, as many as we keep. Delete one first.",
            "You have %(count)d addresses, as many as we keep. Delete one first.",
            MOST_ADDRESSES,
        )
        form.add_error(None, words % {"count": MOST_ADDRESSES})
    return _form_page(request, form)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another text for one that is there; orders placed with it keep theirs."""
    address = _own(request, pk)
    form = AddressForm(request.POST if request.method == "POST" else None, initial=address.contact)
    if form.is_bound and form.is_valid():
        address.change(form.contact)
        messages.success(request, _("Saved."))
        return SeeOther("accounts:addresses")
    return _form_page(request, form, address)


@never_cache
@login_required
@require_POST
def make_default(request: HttpRequest, pk: int) -> HttpResponse:
    """The one that checkout offers first."""
    _own(request, pk).make_default()
    return SeeOther("accounts:addresses")


@never_cache
@login_required
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Gone at once; the page offers to bring it back."""
    request.session[UNDO] = _own(request, pk).discard()
    return SeeOther("accounts:addresses")


@never_cache
@login_required
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Brings the one deleted last back."""
    kept = request.session.pop(UNDO, None)
    if kept:
        Address.restore(_member(request), kept)
    return SeeOther("accounts:addresses")


def _member(request: HttpRequest) -> Any:
    return request.user


def _own(request: HttpRequest, pk: int) -> Address:
    """The member's own; a stranger's and an absent one are the same 404."""
    address = Address.objects.of(_member(request)).filter(pk=pk).first() if pk < 2**63 else None
    if address is None:
        raise Http404
    return address


def _form_page(request: HttpRequest, form: AddressForm, address: Address | None = None) -> HttpResponse:
    page = {"form": form, "address": address, "place": "addresses"}
    return render(request, "accounts/address.html", page, status=422 if form.is_bound else 200)
