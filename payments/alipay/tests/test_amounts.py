"""Amounts are yuan with exactly two decimals, in and out."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.alipay import amounts
from payments.alipay.errors import Malformed

ODD = [
    *("", " ", "NaN", "sNaN", "Infinity", "-Infinity", "1e2", "１００.００", "100.000", "100.0", "100", "-100.00"),
    *("+1.00", "1,000.00", "1_0.00", " 1.00", "1.00 ", "1.00\n", "٣.٠٠", "0x1.00", ".50", "1.", "1234567890.00"),
    "1.00\x00",
]


@pytest.mark.parametrize("text", ODD)
def test_an_odd_amount_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        amounts.parse(text)


@pytest.mark.parametrize("text", ["0.01", "168.00", "100000000.00", "0.00"])
def test_a_plain_amount_is_read_exactly(text: str) -> None:
    assert str(amounts.parse(text)) == text


@settings(deadline=None)
@given(st.decimals(min_value="0.01", max_value="100000000", places=2))
def test_every_amount_that_may_be_sent_reads_back(amount: Decimal) -> None:
    assert amounts.parse(amounts.text(amount)) == amount


@pytest.mark.parametrize("amount", ["0", "0.00", "-1.00", "100000000.01", "1.001", "NaN", "Infinity"])
def test_an_amount_beyond_the_limits_is_never_sent(amount: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        amounts.text(Decimal(amount))


def test_whole_yuan_are_sent_with_their_cents() -> None:
    assert amounts.text(Decimal(5)) == "5.00"
