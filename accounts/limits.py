"""How often one may try: to log in, to register, to have letters sent. Counted by ``shop.throttle``."""

from math import ceil

from django.http import HttpRequest

from shop.throttle import allow
from shop.visitors import network_of

MINUTE, HOUR = 60, 3600
# Letters of one kind to one address, in an hour; more are not sent, and the page says so.
MOST_LETTERS = 5


def login_wait(request: HttpRequest, login: str) -> int:
    """Counts a try to log in as ``login``; seconds to wait before it may be made, 0 for none.

    Five minutes' pause after a few tries from one place stop a guesser without stopping the owner, who sits elsewhere.
    Tries from everywhere are limited too: meanwhile the owner comes in by the link of "forgotten password".
    """
    place, name = network_of(request), login.lower()
    return (  # in this order: tries refused here must not count against the owner elsewhere
        allow("login-place", place, 30, 5 * MINUTE)
        or allow("login-name-place", f"{name} {place}", 5, 5 * MINUTE)
        or allow("login-name", name, 50, HOUR)
    )


def form_wait(request: HttpRequest, form: str) -> int:
    """Counts a sending of ``form`` from this place; seconds to wait, 0 for none."""
    return allow(f"form-{form}", network_of(request), 10, MINUTE)


def may_write(kind: str, email: str) -> bool:
    """Counts a letter; whether it may be sent."""
    return not allow(f"letter-{kind}", email, MOST_LETTERS, HOUR)


def minutes(seconds: int) -> int:
    """Whole minutes, at least one, to name to people."""
    return max(1, ceil(seconds / MINUTE))
