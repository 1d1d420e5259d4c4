"""The doors: log in and out, register, prove an address, set a forgotten password anew (P13, P14, P16)."""

from typing import Any

from allauth.account import views as allauth
from allauth.account.models import EmailAddress, get_emailconfirmation_model
from allauth.account.stages import EmailVerificationStage, LoginStageController
from allauth.account.utils import perform_login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse_lazy
from django.utils.cache import add_never_cache_headers
from django.utils.functional import cached_property

from accounts import limits
from accounts.forms import ForgottenForm, LoginForm, NewPasswordForm, ProofForm, RegisterForm
from shop.throttle import TOO_MANY


class Door:
    """What all of allauth's pages get from us: our look, 303 after a POST, 422 with what is wrong, limits, no cache."""

    request: HttpRequest
    limit = ""  # under this name POSTs of the form are counted

    def dispatch(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().dispatch(request, *args, **options)  # type: ignore[misc]
        if request.method == "POST" and response.status_code == 302:
            response.status_code = 303
        add_never_cache_headers(response)
        return response

    def post(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        seconds = limits.form_wait(request, self.limit) if self.limit else 0
        if seconds:
            form = self.get_form()  # type: ignore[attr-defined]
            form.put_off(seconds)
            return self.form_invalid(form)
        response: HttpResponse = super().post(request, *args, **options)  # type: ignore[misc]
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        return refused(response, form)


def refused(response: HttpResponse, form: Any) -> HttpResponse:
    """422; or 429, and when to come back, where the form was refused for too many tries."""
    faults = [fault for faults in form.errors.as_data().values() for fault in faults if fault.code == TOO_MANY]
    response.status_code = 429 if faults else 422
    if faults:
        response["Retry-After"] = str((faults[0].params or {})["seconds"])
    return response


class Login(Door, allauth.LoginView):
    """P13."""

    template_name = "accounts/login.html"
    form_class = LoginForm


class Register(Door, allauth.SignupView):
    """P14. Known and unknown addresses get the same answer; which it was, stands in the letter."""

    template_name = "accounts/register.html"
    form_class = RegisterForm
    limit = "register"


class LetterSent(Door, allauth.EmailVerificationSentView):
    """What to do now: look into the mail."""

    template_name = "accounts/letter_sent.html"


class Confirm(Door, allauth.ConfirmEmailView):
    """Opened by the link in a letter. It asks for one press, as mail filters open links too.

    In a browser that did not begin it, it asks for the password as well: else whoever opened an account in another
    person's name would get their orders once they press a button in a letter they did not ask for.
    """

    template_name = "accounts/confirm.html"
    object: Any = None

    def get(self, *args: Any, **options: Any) -> HttpResponse:
        self.object = get_emailconfirmation_model().from_key(self.kwargs["key"])
        return self._page(200 if self.object else 404)

    def post(self, *args: Any, **options: Any) -> HttpResponse:
        self.object = self.get_object()
        if self.begun_here:
            return super().post(*args, **options)
        self.proof = ProofForm(self.request.POST)
        if not self.proof.is_valid() or not self._proven():
            return refused(self._page(), self.proof)
        response: HttpResponse = super().post(*args, **options)
        address = self.address
        return perform_login(self.request, address.user, email=address.email) or response

    @cached_property
    def proof(self) -> ProofForm:
        """The form with the password."""
        return ProofForm()

    @property
    def address(self) -> EmailAddress:
        """What is to be proved."""
        return self.object.email_address

    @cached_property
    def begun_here(self) -> bool:
        """Whether this browser registered or is logged in as the member."""
        stage = LoginStageController.enter(self.request, EmailVerificationStage.key)
        waiting = stage.login.user if stage else None
        return self.address.user_id in (self.request.user.pk, getattr(waiting, "pk", None))

    def _proven(self) -> bool:
        adapter = allauth.get_adapter()
        try:
            password = self.proof.cleaned_data["password"]
            user = adapter.authenticate(self.request, email=self.address.email, password=password)
            if user is None or user.pk != self.address.user_id:
                raise adapter.validation_error("email_password_mismatch")
        except ValidationError as wrong:
            self.proof.add_error(None, wrong)
        return self.proof.is_valid()

    def _page(self, status: int = 200) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=self.proof), status=status)


class Forgotten(Door, allauth.PasswordResetView):
    """P16: asks for the address, and answers alike whatever it is."""

    template_name = "accounts/forgotten.html"
    form_class = ForgottenForm
    success_url = reverse_lazy("account_reset_password_done")
    limit = "forgotten"


class ForgottenSent(Door, allauth.PasswordResetDoneView):
    """What to do now: look into the mail."""

    template_name = "accounts/forgotten_sent.html"


class NewPassword(Door, allauth.PasswordResetFromKeyView):
    """Opened by the link in a letter, which is good for one new password within 30 minutes."""

    template_name = "accounts/new_password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("account_login")
    limit = "new-password"

    def form_valid(self, form: NewPasswordForm) -> HttpResponse:
        self._prove_address()
        response: HttpResponse = super().form_valid(form)
        return response

    def _prove_address(self) -> None:
        """The link went to the member's address: where there is just one, opening it proved that one."""
        addresses = list(EmailAddress.objects.filter(user=self.reset_user)[:2])
        if len(addresses) == 1 and not addresses[0].verified:
            allauth.get_adapter().confirm_email(self.request, addresses[0])


class Logout(Door, allauth.LogoutView):
    """By POST only: a picture in a page must not log anybody out."""

    http_method_names = ["post"]
