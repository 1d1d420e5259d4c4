"""A member leaves: the account goes, the books stay (docs/decisions/0011-accounts.md)."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from accounts import letters
from accounts.forms import ProofForm
from orders.forgetting import forget, never_paid


class CannotLeave(Exception):
    """Staff are named by what they did; their accounts end in the back office."""


def prove(request: HttpRequest, form: ProofForm) -> bool:
    """Whether the form holds the member's password; if not, the form says so. Counted like a login."""
    adapter = get_adapter()
    user: Any = request.user
    try:
        adapter.pre_authenticate(request, email=user.email)
        if not user.check_password(form.cleaned_data["password"]):
            raise adapter.validation_error("enter_current_password")
    except ValidationError as wrong:
        form.add_error(None if wrong.code != "enter_current_password" else "password", wrong)
    return form.is_valid()


def leave(request: HttpRequest) -> None:
    """Deletes the account of who is logged in, with addresses and cart, and ends the session.

    Orders lose their link to the account. Those that never took money and are over lose the person too; the others
    keep it as long as every guest's order does. One that waits for money runs out by itself. Raises CannotLeave.
    """
    user: Any = request.user
    if user.is_staff:
        raise CannotLeave
    email = user.email
    with transaction.atomic():
        forget(never_paid(user))
        user.delete()
    logout(request)
    letters.write("account_deleted", email, {})
