"""What others see of personal data."""

import pytest

from orders.templatetags.masks import mask_email, mask_name, mask_phone, mask_trade


@pytest.mark.parametrize(("name", "seen"), [("林小雨", "林 **"), ("Lin", "L **"), ("", "")])
def test_of_a_name_the_first_letter_is_seen(name: str, seen: str) -> None:
    assert mask_name(name) == seen


@pytest.mark.parametrize(("phone", "seen"), [("13800138000", "138 **** 8000"), ("1234567", "****"), ("", "****")])
def test_of_a_phone_number_the_ends_are_seen(phone: str, seen: str) -> None:
    assert mask_phone(phone) == seen


@pytest.mark.parametrize(
    ("email", "seen"),
    [("lin@example.com", "l***@example.com"), ("a@b@example.com", "a***@example.com"), ("", "***"), ("@x", "***")],
)
def test_of_an_address_the_first_letter_and_the_host_are_seen(email: str, seen: str) -> None:
    assert mask_email(email) == seen


@pytest.mark.parametrize(
    ("number", "seen"), [("2026110222001234567890124821", "2026 1102 **** 4821"), ("20261102", "****"), ("", "****")]
)
def test_of_a_trade_number_the_ends_are_seen(number: str, seen: str) -> None:
    assert mask_trade(number) == seen
