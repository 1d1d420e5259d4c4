"""What members type in. The rules are allauth's; labels, hints and faults are the shop's, as in every other form."""

from typing import Any

from allauth.account import forms as allauth
from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from orders.finding_views import too_many_tries
from orders.forms import LineField, ShownField, typing
from shop.throttle import TOO_MANY

MUST_BE_EMAIL = _("Email must look like name@example.com")
PASSWORD_HINT = _("At least 10 characters; a sentence is easy to remember")


class Drawn(forms.Form):
    """A form whose ids are its names, and whose fields the templates get worked out."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options | {"auto_id": "%s"})
        self.dress()

    def dress(self) -> None:
        """Puts the shop's labels and hints on fields that allauth made."""

    def put_off(self, seconds: int) -> None:
        """Says how long to wait, and nothing else: what was typed in is kept and not judged."""
        self._errors, self.cleaned_data = ErrorDict(), {}
        self.add_error(None, ValidationError(too_many_tries(seconds), TOO_MANY, {"seconds": seconds}))

    @property
    def shown(self) -> list[ShownField]:
        """The fields in order."""
        return [ShownField.of(bound) for bound in self]

    def _email(self, name: str, hint: Any = "", autocomplete: str = "email") -> None:
        field = self.fields[name]
        field.label, field.help_text = _("Email"), hint
        field.error_messages |= {"required": MUST_BE_EMAIL, "invalid": MUST_BE_EMAIL}
        field.widget = forms.TextInput(typing(autocomplete, type="email", spellcheck="false"))

    def _password(self, name: str, label: Any, *, new: bool = False) -> None:
        field = self.fields[name]
        field.label, field.help_text = label, PASSWORD_HINT if new else ""
        field.error_messages |= {"required": _("Enter a password") if new else _("Enter your password")}
        autocomplete = "new-password" if new else "current-password"
        field.widget = forms.PasswordInput(typing(autocomplete))


class LoginForm(Drawn, allauth.LoginForm):
    """Email and password; one answer for every pair that does not fit."""

    def dress(self) -> None:
        self._email("login", autocomplete="username")
        self._password("password", _("Password"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.user is not None and not self.user.is_active:  # whoever was dismissed is as unknown as anybody
            raise allauth.get_adapter().validation_error("email_password_mismatch")
        return cleaned


class Registration(Drawn, allauth.SignupForm):
    """How an account is opened, whatever is asked."""

    def try_save(self, request: HttpRequest) -> tuple[Any, HttpResponse | None]:
        """As allauth's; an address that has an account costs the work of making one, so that time tells nothing."""
        if self.account_already_exists:
            get_user_model()().set_password(self.cleaned_data["password1"])
        saved: tuple[Any, HttpResponse | None] = super().try_save(request)
        return saved


class RegisterForm(Registration):
    """Email and password; a name if one likes."""

    first_name = LineField(
        label=_("Name (optional)"), required=False, max_length=60, widget=forms.TextInput(typing("name"))
    )

    field_order = ("email", "password1", "first_name")

    def dress(self) -> None:
        self._email("email", _("We send a link there that opens the account"))
        self._password("password1", _("Password"), new=True)


class OfferForm(Registration):
    """One password: the email is that of the order."""

    def __init__(self, data: Any, *, email: str) -> None:
        super().__init__({"password1": data.get("password1", ""), "email": email})

    def dress(self) -> None:
        self._password("password1", _("Password"), new=True)

    @property
    def shown(self) -> list[ShownField]:
        return [ShownField.of(self["password1"])]


class ForgottenForm(Drawn, allauth.ResetPasswordForm):
    """The address to send a link to."""

    def dress(self) -> None:
        self._email("email")


class NewPasswordForm(Drawn, allauth.ResetPasswordKeyForm):
    """The password that takes the forgotten one's place; typed once, it can be looked at."""

    def dress(self) -> None:
        del self.fields["password2"]
        self._password("password1", _("New password"), new=True)


class ChangePasswordForm(Drawn, allauth.ChangePasswordForm):
    """The old password and a new one."""

    def dress(self) -> None:
        del self.fields["password2"]
        self._password("oldpassword", _("Current password"))
        self._password("password1", _("New password"), new=True)


class ChangeEmailForm(Drawn, allauth.AddEmailForm):
    """The address that takes the old one's place once it is confirmed."""

    def dress(self) -> None:
        self._email("email", _("We send a link there; until you open it, the old address stays"))
        self.fields["email"].label = _("New email")


class ProofForm(Drawn):
    """The member's password, to prove who is asking."""

    password = forms.CharField(strip=False)

    def dress(self) -> None:
        self._password("password", _("Password"))


class NameForm(Drawn):
    """How the shop may call a member."""

    first_name = LineField(label=_("Your name"), required=False, max_length=60, widget=forms.TextInput(typing("name")))
