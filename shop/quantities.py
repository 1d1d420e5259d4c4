"""Reads the number of units a shopper asks for. Text only: nothing is guessed out of a sloppy number."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MOST = 99
GRAMMAR = re.compile(r"[0-9]{1,3}", re.ASCII)


class WrongQuantity(Exception):
    """The quantity cannot be taken; the message is for the shopper."""


def read_quantity(text: str, most: int) -> int:
    """Units from 1 to ``most`` (what stock allows, never above 99), else WrongQuantity with what to do."""
    word = text.strip()
    number = int(word) if GRAMMAR.fullmatch(word) else 0
    if not 1 <= number <= MOST:
        raise WrongQuantity(_("Enter a whole number from 1 to %(most)d") % {"most": max(1, min(most, MOST))})
    if most < 1:
        raise WrongQuantity(_("Sold out"))
    if number > most:
        raise WrongQuantity(ngettext("Only %(count)d left", "Only %(count)d left", most) % {"count": most})
    return number
