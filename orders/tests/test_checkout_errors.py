"""Wrong input on the checkout page: 422, what to do in plain words, everything typed kept (rules G20 to G22)."""

import re
from typing import Any

import pytest
from django.test import Client

from orders.models import Order
from orders.tests.buying import CHECKOUT, buy, filled, take
from shop.models import Variant
from shop.provinces import PROVINCES
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cup() -> Variant:
    variant: Variant = VariantFactory()
    return variant


def send(shopper: Client, cup: Variant, **changed: Any) -> str:
    """The page that comes back."""
    take(shopper, cup)
    answer = shopper.post(CHECKOUT, filled(shopper, **changed))
    assert answer.status_code == 422
    assert not Order.objects.exists()
    return answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "Enter the recipient&#x27;s name"),
        ("name", " \u3000 ", "Enter the recipient&#x27;s name"),
        ("name", "林" * 61, "Shorten this to 60 characters"),
        ("phone", "", "Phone number must have 11 digits"),
        ("phone", "1380013800", "Phone number must have 11 digits"),
        ("phone", "138001380000", "Phone number must have 11 digits"),
        ("phone", "1380013800a", "Phone number must have 11 digits"),
        ("phone", "+1 13800138000", "Phone number must have 11 digits"),
        ("province", "", "Choose a province"),
        ("province", "Atlantis", "Choose a province"),
        ("city", "", "Enter the city"),
        ("district", "", "Enter the district"),
        ("street", "\n\n", "Enter the street and number"),
        ("street", "路" * 201, "Shorten this to 200 characters"),
        ("email", "", "Email must look like name@example.com"),
        ("email", "lin@", "Email must look like name@example.com"),
        ("email", "lin@example.com\nBcc: all@example.com", "Email must look like name@example.com"),
        ("note", "x" * 201, "Shorten this to 200 characters"),
    ],
)
def test_each_fault_is_told_at_the_field_and_in_the_summary(
    shopper: Client, cup: Variant, field: str, value: str, words: str
) -> None:
    html = send(shopper, cup, **{field: value})
    assert f'<a href="#{field}">{words}</a>' in html
    assert f'id="{field}-error"' in html
    control = re.search(rf'<(?:input|select|textarea)[^>]* id="{field}"[^>]*>', html)
    assert control and 'aria-invalid="true"' in control[0] and f'{field}-error"' in control[0]


def test_all_that_was_typed_stays(shopper: Client, cup: Variant) -> None:
    html = send(shopper, cup, phone="12", note="<b>mind the dog</b>")
    for kept in ('value="林小雨"', 'value="12"', 'value="杭州市"', "龙井路 1 号</textarea>", 'value="lin@example.com"'):
        assert kept in html
    assert "&lt;b&gt;mind the dog&lt;/b&gt;</textarea>" in html
    assert '<option value="浙江省" selected>' in html


def test_the_title_says_error_and_the_summary_takes_the_focus(shopper: Client, cup: Variant) -> None:
    html = send(shopper, cup, name="", phone="")
    assert "<title>Error: Address" in html
    summary = html[html.index('class="errors"') :][:200]
    assert 'role="alert"' in summary and "autofocus" in summary and "2 things need a change" in summary


def test_the_key_of_the_form_survives_a_fault(shopper: Client, cup: Variant) -> None:
    take(shopper, cup)
    form = filled(shopper, name="")
    html = shopper.post(CHECKOUT, form).content.decode()
    assert f'name="checkout_key" value="{form["checkout_key"]}"' in html


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        "+86 138 0013 8000",
        "86-138-0013-8000",
        "0086 13800138000",
        "１３８００１３８０００",
        "+86(138)00138000",
    ],
)
def test_a_phone_number_is_understood_as_people_write_it(shopper: Client, cup: Variant, typed: str) -> None:
    assert buy(shopper, cup, phone=typed).phone == "13800138000"


def test_full_width_letters_and_line_breaks_become_plain(shopper: Client, cup: Variant) -> None:
    order = buy(shopper, cup, name="Ｌｉｎ\u3000Ｙｕ", street="龙井路 1 号\r\n3 幢", email="Lin@Example.COM")
    assert (order.name, order.street, order.email) == ("Lin Yu", "龙井路 1 号 3 幢", "lin@example.com")


def test_a_null_byte_is_refused_and_no_fault_of_ours(shopper: Client, cup: Variant) -> None:
    assert "Null characters are not allowed" in send(shopper, cup, name="a\0b")


@pytest.mark.parametrize("province", [names[0] for names in PROVINCES])
def test_every_province_can_be_chosen(shopper: Client, cup: Variant, province: str) -> None:
    assert buy(shopper, cup, province=province).province == province


@pytest.mark.parametrize(("language", "label"), [("zh-hans", "广东省"), ("en", "Guangdong"), ("ja", "広東省")])
def test_provinces_are_read_in_the_language_of_the_page(
    shopper: Client, cup: Variant, language: str, label: str
) -> None:
    take(shopper, cup)
    html = shopper.get(f"/{language}/checkout/").content.decode()
    assert f'<option value="广东省">{label}</option>' in html


def test_there_are_thirty_four() -> None:
    assert len({names[0] for names in PROVINCES}) == 34


@pytest.mark.parametrize("verb", ["put", "patch", "delete"])
def test_other_verbs_are_refused(shopper: Client, verb: str) -> None:
    assert getattr(shopper, verb)(CHECKOUT).status_code == 405
