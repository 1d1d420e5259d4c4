"""Chinese taxpayers' numbers: 15 to 20 letters and digits; one of 18 is a unified code with a check sign."""

import re
import unicodedata

SHAPE = re.compile(r"[0-9A-Z]{15,20}")
UNIFIED = 18
# GB 32100-2015: no I, O, S, V, Z; the 18th sign makes the sum of value × 3^position (mod 31) divisible by 31.
SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = [pow(3, position, 31) for position in range(UNIFIED - 1)]


def fold_tax_number(text: str) -> str:
    """As it is kept: full-width signs narrow, capitals, without the blanks and dashes that people group it with."""
    return re.sub(r"[\s\-‐-―]", "", unicodedata.normalize("NFKC", text)).upper()


def has_shape(number: str) -> bool:
    """Whether it could be one by its length and signs."""
    return bool(SHAPE.fullmatch(number))


def is_right(number: str) -> bool:
    """Whether a number of this shape holds what it says: one of 18 signs must end with the right one."""
    if len(number) != UNIFIED:
        return True
    return set(number) <= set(SIGNS) and number[-1] == check_sign(number[:-1])


def check_sign(body: str) -> str:
    """The 18th sign of a unified code with these 17."""
    total = sum(SIGNS.index(sign) * weight for sign, weight in zip(body, WEIGHTS, strict=True))
    return SIGNS[-total % 31]
