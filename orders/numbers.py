"""Order numbers: 14 digits for ever, eight of increment and six of cryptographic random."""

import logging
import secrets

from django.conf import settings

from orders.models import Serial

logger = logging.getLogger(__name__)

LAST_SERIAL = 99_999_999
FEW_LEFT = 100  # one part in this many of all serials: the time to warn
RANDOM_DIGITS = 6
DIGITS = 14


class NumbersExhausted(Exception):
    """No eight-digit serial is left."""


def allot() -> tuple[int, str]:
    """A fresh serial and the order number made of it; no two callers ever get the same.

    The serial is the key of a row inserted for it. On PostgreSQL the key comes from a sequence, which waits for
    nobody and is not rolled back; on SQLite from AUTOINCREMENT, under the write lock that the insert needs anyway.
    So it may stand inside the transaction of its order: it adds no lock to it. A gap is harmless, a repeat is not.
    """
    serial = settings.ORDER_NUMBER_START - 1 + Serial.objects.create().pk
    if serial > LAST_SERIAL:
        raise NumbersExhausted(
            f"Order serial {serial} has more than eight digits: set ORDER_NUMBER_START to a lower, unused range."
        )
    _warn_if_few_left(serial)
    return serial, f"{serial:08d}{secrets.randbelow(10**RANDOM_DIGITS):0{RANDOM_DIGITS}d}"


def is_number(text: str) -> bool:
    """Whether ``text`` could be an order number; nothing else is ever asked of the database."""
    return len(text) == DIGITS and text.isascii() and text.isdigit()


def _warn_if_few_left(serial: int) -> None:
    left = LAST_SERIAL - serial
    if left < LAST_SERIAL // FEW_LEFT:
        logger.warning("order numbers run out: %d left; plan a lower, unused range for ORDER_NUMBER_START", left)
