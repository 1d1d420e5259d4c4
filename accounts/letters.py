"""What the shop writes to members: one frame, a few sentences, at most one link; in the reader's language."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import limits, post
from shop.context_processors import HTML_LANG

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Letter:
    """``lines`` are sentences; ``action`` names what ``link`` does."""

    subject: str
    lines: list[str]
    action: str = ""
    link: str = ""


def write(kind: str, email: str, facts: Facts) -> None:
    """Sends the letter of this kind, unless the address has had too many of them."""
    if not limits.may_write(kind, email):
        return
    letter = LETTERS[kind](facts)
    post.send(letter.subject, *drawn(letter), email)


def drawn(letter: Letter) -> tuple[str, str]:
    """As text and as HTML, in the language in force."""
    page = {
        "letter": letter,
        "shop": _("Leaf, Paper & Clay"),
        "html_lang": HTML_LANG.get(get_language() or "", "zh-Hans"),
    }
    return render_to_string("account/email/letter.txt", page), render_to_string("account/email/letter.html", page)


def on_site(address: str) -> str:
    """The path of ``address`` under the shop's one public name, whatever a request's headers said."""
    parts = urlsplit(address)
    return settings.SITE_URL + parts.path + (f"?{parts.query}" if parts.query else "")


def _proof_of_new_account(facts: Facts) -> Letter:
    return Letter(
        _("Confirm your email address"),
        [
            _("An account was opened with this address. Confirm that it is yours, and your orders are there."),
            _("If it was not you, do nothing: without this step the account stays closed."),
        ],
        _("Confirm the address"),
        on_site(facts["activate_url"]),
    )


def _proof_of_new_address(facts: Facts) -> Letter:
    return Letter(
        _("Confirm your new email address"),
        [
            _("A member wants to use this address. Confirm that it is yours, and it takes the old one's place."),
            _("If it was not you, do nothing."),
        ],
        _("Confirm the address"),
        on_site(facts["activate_url"]),
    )


def _already_a_member(facts: Facts) -> Letter:
    return Letter(
        _("You have an account already"),
        [
            _("Somebody, probably you, wanted to open an account with this address. There is one already."),
            _("If you do not know the password any more, set a new one."),
        ],
        _("Set a new password"),
        settings.SITE_URL + reverse("account_reset_password"),
    )


def _no_account(facts: Facts) -> Letter:
    return Letter(
        _("There is no account with this address"),
        [
            _("Somebody, probably you, asked for a new password. With this address there is no account."),
            _("Perhaps you used another address, or bought without an account: an order is found by its number."),
        ],
        _("Find an order"),
        settings.SITE_URL + reverse("orders:find"),
    )


def _reset_link(facts: Facts) -> Letter:
    return Letter(
        _("Set a new password"),
        [
            _("Somebody, probably you, asked for a new password. The link works once, and for 30 minutes."),
            _("If it was not you, do nothing: your password stays as it is."),
        ],
        _("Set a new password"),
        on_site(facts["password_reset_url"]),
    )


def _password_changed(facts: Facts) -> Letter:
    return Letter(
        _("Your password was changed"),
        [
            _("The password of your account was changed. All other devices are logged out."),
            _("If it was not you, set a new one at once."),
        ],
        _("Set a new password"),
        settings.SITE_URL + reverse("account_reset_password"),
    )


def _address_changed(facts: Facts) -> Letter:
    return Letter(
        _("Your email address was changed"),
        [
            _("Your account now uses another email address, and this one no more."),
            _("If it was not you, reply to this email."),
        ],
    )


def _account_deleted(facts: Facts) -> Letter:
    return Letter(
        _("Your account is deleted"),
        [
            _("Your account, your addresses and your cart are deleted."),
            _("Purchase records that the law makes us keep stay, without your account. Orders under way still arrive."),
        ],
    )


# By the names that allauth asks for; the last is our own.
LETTERS: dict[str, Callable[[Facts], Letter]] = {
    "email_confirmation_signup": _proof_of_new_account,
    "email_confirmation": _proof_of_new_address,
    "account_already_exists": _already_a_member,
    "unknown_account": _no_account,
    "password_reset_key": _reset_link,
    "password_reset": _password_changed,
    "password_changed": _password_changed,
    "email_changed": _address_changed,
    "account_deleted": _account_deleted,
}
