"""A tax number of 18 signs carries a check sign (GB 32100-2015), which catches what is typed wrongly."""

import pytest

from orders.tax_numbers import SIGNS, check_sign, fold_tax_number, has_shape, is_right

# Published by their owners: Alibaba (China), Huawei Technologies.
REAL = ["91330100799655058B", "914403001922038216"]


@pytest.mark.parametrize("number", REAL)
def test_real_codes_are_right(number: str) -> None:
    assert has_shape(number) and is_right(number) and check_sign(number[:-1]) == number[-1]


@pytest.mark.parametrize("place", range(18))
def test_one_wrong_sign_is_found_wherever_it_stands(place: int) -> None:
    number = REAL[0]
    for sign in set(SIGNS) - {number[place]}:
        assert not is_right(number[:place] + sign + number[place + 1 :])


def test_two_neighbours_exchanged_are_found() -> None:
    number = REAL[1]
    for place in range(17):
        first, second = number[place], number[place + 1]
        swapped = number[:place] + second + first + number[place + 2 :]
        assert first == second or not is_right(swapped)


@pytest.mark.parametrize("sign", "IOSVZ")
def test_letters_that_look_like_digits_are_in_no_code(sign: str) -> None:
    assert not is_right(REAL[0][:9] + sign + REAL[0][10:])


@pytest.mark.parametrize("number", ["1" * 15, "1" * 16, "1" * 17, "A" * 19, "1" * 20])
def test_older_numbers_have_no_check_sign(number: str) -> None:
    assert has_shape(number) and is_right(number)


@pytest.mark.parametrize(
    "number", ["", "1" * 14, "1" * 21, "1" * 17 + "!", "税" * 18, "１" * 18, "a" * 18, "1" * 17 + "\n"]
)
def test_what_is_none_has_no_shape(number: str) -> None:
    assert not has_shape(number)


@pytest.mark.parametrize(
    "typed", ["9133 0100 7996 55058b", "９１３３０１００７９９６５５０５８Ｂ", "91330100-799655058-B\n"]
)
def test_it_is_understood_as_people_write_it(typed: str) -> None:
    assert fold_tax_number(typed) == REAL[0]
