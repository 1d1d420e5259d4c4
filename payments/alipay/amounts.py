"""Amounts as both generations write them: yuan with exactly two decimals."""

import re
from decimal import Decimal

from payments.alipay.errors import Malformed

GRAMMAR = re.compile(r"[0-9]{1,9}\.[0-9]{2}")
LOWEST = Decimal("0.01")
HIGHEST = Decimal("100000000.00")
CENT = Decimal("0.01")


def parse(text: str) -> Decimal:
    """The amount in yuan. Decimal() alone would take full-width digits, ``1e2`` and ``NaN``. Raises Malformed."""
    if not GRAMMAR.fullmatch(text):
        raise Malformed("an amount is not written as yuan with two decimals")
    return Decimal(text)


def text(amount: Decimal) -> str:
    """The amount as it is sent, 0.01 to 100000000.00 yuan (protocol.md A.1, B.3). Raises ValueError beyond that."""
    if not amount.is_finite() or not LOWEST <= amount <= HIGHEST or amount != amount.quantize(CENT):
        raise ValueError("an amount must lie between 0.01 and 100000000.00 yuan, in whole cents")
    return f"{amount:.2f}"
