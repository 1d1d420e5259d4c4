"""Where allauth asks the shop: its words, its letters, its limits, and what happens when somebody comes or goes."""

import logging
import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import letters, limits
from accounts.claiming import claim, claim_all
from accounts.merging import keep, merge
from orders.templatetags.masks import mask_email
from shop.throttle import TOO_MANY
from shop.visitors import address_of

logger = logging.getLogger(__name__)

WEAK = {
    "password_too_short": _("Use at least 10 characters"),
    "password_too_common": _("Choose a password that is harder to guess: this one is on every list"),
    "password_too_similar": _("Choose a password that is less like your name or email"),
}
SAID = {
    "email_confirmed": _("Your email address is confirmed."),
    "email_confirmation_failed": _("This email address cannot be confirmed any more."),
    "password_changed": _("Your password is changed. All other devices are logged out."),
    "logged_out": _("You are logged out."),
}


class AccountAdapter(DefaultAccountAdapter):
    """Named by ACCOUNT_ADAPTER."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("Email and password do not match. Try again, or set a new password."),
        "enter_current_password": _("This is not your current password"),
        "duplicate_email": _("This is your email address already"),
    }

    # --- who is there

    def is_ajax(self, request: HttpRequest) -> bool:
        """Forms answer with pages only."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)

    def generate_unique_username(self, txts: list[str | None], regex: str | None = None) -> str:
        """A name that nobody can guess: members log in by email, staff choose names of their own."""
        return f"member-{secrets.token_hex(8)}"

    def clean_password(self, password: str, user: User | None = None) -> str:
        """Django's rules in the shop's words; one fault at a time is enough to tell."""
        try:
            validate_password(password, user)
        except ValidationError as weak:
            code = weak.error_list[0].code or ""
            raise ValidationError(WEAK.get(code, weak.messages[0]), code=code) from weak
        return password

    # --- tries to log in

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts the try; too many are refused before the password is looked at."""
        name = _name(credentials)
        seconds = limits.login_wait(request, name)
        if seconds:
            logger.warning("login refused for %s from %s: too many tries", _masked(name), address_of(request))
            raise too_many_tries(seconds)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        logger.warning("login failed for %s from %s", _masked(_name(credentials)), address_of(request))

    # --- coming and going

    def login(self, request: HttpRequest, user: User) -> None:
        """Brings the cart of the last visit, and orders placed meanwhile without logging in."""
        super().login(request, user)
        claim_all(user)
        if merge(request, user):
            messages.info(request, _("What was in your cart at your last visit is in it again."))

    def logout(self, request: HttpRequest) -> None:
        keep(request)
        super().logout(request)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        confirmed = bool(super().confirm_email(request, email_address))
        if confirmed:
            claim(email_address)
        return confirmed

    # --- where to go on

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return home_of(request.user)

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return home_of(request.user)

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        return home_of(self.request.user)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("shop:home")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:home")

    # --- what is said and written

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None,
        message_context: dict[str, Any] | None = None, extra_tags: str = "", message: str | None = None,
    ) -> None:  # fmt: skip
        """The shop's words for what allauth has to tell; of the rest the pages speak themselves."""
        name = (message_template or "").rpartition("/")[2].removesuffix(".txt")
        if name in SAID:
            messages.add_message(request, level, SAID[name])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        letters.write(template_prefix.rpartition("/")[2], email, context)


def home_of(user: User | AnonymousUser) -> str:
    """Where somebody arrives who did not come for a page: staff in the back office, members at their orders."""
    return reverse("admin:index") if getattr(user, "is_staff", False) else reverse("accounts:orders")


def too_many_tries(seconds: int) -> ValidationError:
    """The refusal, and how long to wait; ``params`` holds the seconds."""
    words = ngettext(
        "Too many tries. Wait %(count)d minute, or set a new password.",
        "Too many tries. Wait %(count)d minutes, or set a new password.",
        limits.minutes(seconds),
    )
    return ValidationError(words % {"count": limits.minutes(seconds)}, code=TOO_MANY, params={"seconds": seconds})


def _name(credentials: dict[str, Any]) -> str:
    return str(credentials.get("email") or credentials.get("username") or "")


def _masked(name: str) -> str:
    """Enough for a log to tell two logins apart; a name may also be a password typed into the wrong field."""
    return mask_email(name) if "@" in name else f"{name[:1]}***"
