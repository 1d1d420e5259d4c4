"""What members see and change of themselves (P12, P15)."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.views import EmailView, PasswordChangeView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.entrance import Door, refused
from accounts.export import everything_about
from accounts.forms import ChangeEmailForm, ChangePasswordForm, NameForm, ProofForm
from accounts.leaving import CannotLeave, leave, prove
from orders.history import History
from orders.models import Address
from shop.redirects import SeeOther


@never_cache
@login_required
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    """P12."""
    asked = request.GET
    history = History(request.user, asked.get("tab", ""), asked.get("q", ""), asked.get("page", ""))
    return render(request, "accounts/orders.html", {"history": history, "place": "orders"})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """P15: the name is changed here, the rest on pages of its own."""
    user: Any = request.user
    form = NameForm(request.POST if request.method == "POST" else None, initial={"first_name": user.first_name})
    if form.is_bound and form.is_valid():
        user.first_name = form.cleaned_data["first_name"]
        user.save(update_fields=["first_name"])
        messages.success(request, _("Saved."))
        return SeeOther("accounts:home")
    page = {
        "form": form,
        "place": "home",
        "email": user.email,
        "new_email": EmailAddress.objects.get_new(user),
        "addresses": Address.objects.of(user).count(),
    }
    return render(request, "accounts/home.html", page, status=422 if form.is_bound else 200)


class ChangeEmail(Door, EmailView):
    """The new address is used once the letter sent there is answered; the old one learns of it."""

    template_name = "accounts/email.html"
    form_class = ChangeEmailForm
    success_url = reverse_lazy("accounts:home")
    limit = "change-email"
    http_method_names = ["get", "post"]

    def post(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        """A new address, and nothing else that allauth's page can do."""
        form = self.get_form()
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def form_valid(self, form: ChangeEmailForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        messages.info(self.request, _("We have sent a link to the new address. Until you open it, the old one stays."))
        return response

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(**context) | {"place": "home"}


class ChangePassword(Door, PasswordChangeView):
    """The other devices are logged out."""

    template_name = "accounts/password.html"
    form_class = ChangePasswordForm
    limit = "change-password"

    def dispatch(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not request.user.has_usable_password():
            return SeeOther("account_reset_password")
        return super().dispatch(request, *args, **options)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(**context) | {"place": "home"}


@never_cache
@login_required
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """Everything the shop holds on the member, to keep."""
    user: Any = request.user
    answer = JsonResponse(everything_about(user), json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = 'attachment; filename="jidao-my-data.json"'
    return answer


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """Ends the account; asks for the password first."""
    form = ProofForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and prove(request, form):
        try:
            leave(request)
        except CannotLeave:
            form.add_error(None, _("This account works in the back office. Ask its administrator to delete it."))
        else:
            messages.success(request, _("Your account is deleted."))
            return SeeOther("shop:home")
    response = render(request, "accounts/delete.html", {"form": form, "place": "home"})
    return refused(response, form) if form.is_bound else response
