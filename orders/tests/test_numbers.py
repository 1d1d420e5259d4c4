"""Order numbers: fixed length, never twice, not to be guessed, and a clear end."""

import logging
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from pytest_django import Settings

from orders.models import Serial
from orders.numbers import NumbersExhausted, allot

pytestmark = pytest.mark.django_db

CHI2_ONE_IN_A_MILLION = 45.08  # 9 degrees of freedom, p = 1e-6 (tables: 27.88 at 1e-3, 45.08 at 9e-7)


def test_a_number_is_eight_digits_of_increment_and_six_more() -> None:
    serial, number = allot()
    assert number.isascii() and number.isdigit() and len(number) == 14
    assert number[:8] == f"{serial:08d}"


def test_the_first_customer_does_not_look_like_the_first(settings: Settings) -> None:
    settings.ORDER_NUMBER_START = 27_354_819
    Serial.objects.all().delete()
    before = Serial.objects.create().pk
    assert allot()[0] == 27_354_819 + before


def test_a_low_start_keeps_fourteen_digits(settings: Settings) -> None:
    settings.ORDER_NUMBER_START = 1
    assert len(allot()[1]) == 14


def test_numbers_rise_and_never_repeat() -> None:
    serials = [allot()[0] for _ in range(300)]
    assert serials == sorted(set(serials))


def test_every_digit_of_the_suffix_is_equally_likely() -> None:
    digits = Counter("".join(allot()[1][8:] for _ in range(500)))
    expected = 500 * 6 / 10
    chi2 = sum((digits[str(digit)] - expected) ** 2 / expected for digit in range(10))
    assert chi2 < CHI2_ONE_IN_A_MILLION


def test_the_suffix_does_not_follow_the_increment() -> None:
    numbers = [allot()[1] for _ in range(50)]
    steps = {int(late[8:]) - int(early[8:]) for early, late in zip(numbers, numbers[1:], strict=False)}
    assert len(steps) > 40


def test_the_last_number_is_given_and_the_next_is_a_clear_error(settings: Settings) -> None:
    last = Serial.objects.create().pk
    settings.ORDER_NUMBER_START = 99_999_999 - last
    assert allot()[0] == 99_999_999
    with pytest.raises(NumbersExhausted, match="ORDER_NUMBER_START"):
        allot()


@pytest.mark.parametrize(("left", "warned"), [(1_000_001, False), (999_998, True), (1, True)])
def test_the_log_warns_when_fewer_than_one_in_a_hundred_are_left(
    settings: Settings, caplog: pytest.LogCaptureFixture, left: int, warned: bool
) -> None:
    settings.ORDER_NUMBER_START = 99_999_999 - left - Serial.objects.create().pk
    with caplog.at_level(logging.WARNING):
        allot()
    assert ("run out" in caplog.text) is warned


def test_a_clock_that_jumps_back_changes_nothing() -> None:
    now = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    allotted = []
    for moment in (now, now - timedelta(hours=26), now + timedelta(days=400), now - timedelta(days=9000), now):
        with time_machine.travel(moment, tick=False):
            allotted += [allot() for _ in range(20)]
    serials = [serial for serial, _ in allotted]
    assert serials == sorted(set(serials))
    assert {len(number) for _, number in allotted} == {14}
