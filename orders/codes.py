"""The code that opens a found order wholly: six digits to the order's own email, for the session that asked.

Number and contact may be known to others (a parcel's label shows one, a shared screen both); the mailbox is the second
thing. The code is kept nowhere: the session holds a keyed hash, which six digits alone would be no match for.
"""

import secrets
import time
from enum import StrEnum
from typing import Any

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from orders import mails
from orders.access import prove
from orders.models import Order
from shop.throttle import allow
from shop.visitors import network_of

DIGITS = 6
SECONDS = 600
TRIES = 5
SENDS = 3
SENDS_FROM_ONE_PLACE = 10
KEPT = "order_code"


class Verdict(StrEnum):
    """What became of a code that was typed."""

    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"


def wait_to_send(request: HttpRequest, order: Order) -> int:
    """Counts a mail; seconds to wait where this order, or this visitor, has had too many. Else 0."""
    seconds = allow("code-to", order.number, SENDS, SECONDS)
    return seconds or allow("code-from", network_of(request), SENDS_FROM_ONE_PLACE, SECONDS)


def send(request: HttpRequest, order: Order) -> bool:
    """Sends a fresh code; one sent before is good no more. False where the mail server did not take it."""
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    if not mails.send_code(order, f"{code[:3]} {code[3:]}"):
        return False
    request.session[KEPT] = {
        "number": order.number, "hash": _hash(order.number, code), "until": int(time.time()) + SECONDS,
    }  # fmt: skip
    return True


def minutes_left(request: HttpRequest, order: Order) -> int:
    """Minutes, rounded up, for which a code sent to this session for ``order`` is still good; 0 where there is none."""
    kept = _kept(request, order)
    return max(0, -int((time.time() - kept["until"]) // 60)) if kept else 0


def wait_to_try(order: Order) -> int:
    """Counts a try, whichever session makes it; seconds to wait where the order had too many. Else 0."""
    return allow("code-try", order.number, TRIES, SECONDS)


def check(request: HttpRequest, order: Order, typed: str) -> Verdict:
    """Compares, and lets the session see all of the order if the code is right. A code is good once."""
    kept = _kept(request, order)
    right = constant_time_compare(kept["hash"] if kept else "", _hash(order.number, typed))
    if not kept or kept["until"] <= time.time():
        return Verdict.EXPIRED
    if not right:
        return Verdict.WRONG
    del request.session[KEPT]
    prove(request, order)
    return Verdict.RIGHT


def _kept(request: HttpRequest, order: Order) -> dict[str, Any] | None:
    kept: dict[str, Any] | None = request.session.get(KEPT)
    return kept if kept and kept["number"] == order.number else None


def _hash(number: str, code: str) -> str:
    return salted_hmac("orders.codes", f"{number}:{code}", algorithm="sha256").hexdigest()
