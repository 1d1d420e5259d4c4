"""A member at the checkout chooses a saved address or types another; a guest sees nothing of it."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orders.models import Address, Order
from orders.tests.buying import ADDRESS, CHECKOUT, buy, form_of, take
from shop.models import Variant
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
SAVED = {name: ADDRESS[name] for name in Address.FIELDS}


@pytest.fixture
def lin() -> User:
    return User.objects.create_user("lin", "lin@example.com", "a sentence about tea")


@pytest.fixture
def member(shopper: Client, lin: User) -> Client:
    """Logged in, with a cup in the cart."""
    shopper.force_login(lin)
    take(shopper, VariantFactory())
    return shopper


@pytest.fixture
def home(lin: User) -> Address:
    address = Address.objects.keep(lin, SAVED)
    assert address
    return address


@pytest.fixture
def work(lin: User, home: Address) -> Address:
    address = Address.objects.keep(lin, SAVED | {"name": "陈静", "province": "上海市"})
    assert address
    return address


def page(browser: Client) -> str:
    return str(browser.get(CHECKOUT).content.decode())


def send(browser: Client, **given: object) -> Order | None:
    """Sends the form; the order, if one was placed."""
    answer = browser.post(CHECKOUT, {**form_of(browser.get(CHECKOUT)), "email": "lin@example.com", **given})
    return Order.objects.get(number=answer["Location"].split("/")[3]) if answer.status_code == 303 else None


def test_a_guest_is_not_asked_and_shown_the_way_to_log_in(shopper: Client) -> None:
    take(shopper, VariantFactory())
    html = page(shopper)
    assert 'name="address"' not in html and "keep_address" not in html
    assert "/en/account/login/?next=/en/checkout/" in html


def test_the_default_is_chosen_and_its_province_paid_for(member: Client, home: Address, work: Address) -> None:
    html = page(member)
    assert re.findall(r'name="address" value="(\w+)"[^>]*checked', html) == [str(home.pk)]
    order = send(member, address=home.pk)
    assert order and (order.name, order.province) == (home.name, home.province)


def test_another_saved_one_can_be_chosen(member: Client, work: Address) -> None:
    order = send(member, address=work.pk)
    assert order and (order.name, order.province) == ("陈静", "上海市")


def test_what_stands_in_the_hidden_fields_does_not_count(member: Client, home: Address) -> None:
    order = send(member, address=home.pk, **SAVED | {"name": "", "street": "elsewhere"})
    assert order and (order.name, order.street) == (home.name, home.street)


def test_another_can_be_typed_and_is_saved_if_wished(member: Client, home: Address) -> None:
    order = send(member, address="other", keep_address="on", **SAVED | {"name": "王海涛"})
    assert order and order.name == "王海涛"
    assert Address.objects.filter(name="王海涛", is_default=False).count() == 1


def test_it_is_not_saved_unasked(member: Client, home: Address) -> None:
    assert send(member, address="other", **SAVED | {"name": "王海涛"})
    assert Address.objects.count() == 1


def test_a_member_without_addresses_types_and_saves_the_first(member: Client, lin: User) -> None:
    assert 'name="address"' not in page(member)
    assert send(member, keep_address="on", **SAVED)
    assert Address.objects.get().user == lin and Address.objects.get().is_default


def test_an_address_of_somebody_else_is_not_to_be_had(member: Client, stranger: Client) -> None:
    eve = User.objects.create_user("eve")
    theirs = Address.objects.keep(eve, SAVED | {"name": "秘密"})
    assert theirs and "秘密" not in page(member)
    assert send(member, address=theirs.pk) is None
    assert not Order.objects.exists()


@pytest.mark.parametrize("key", ["x", "-1", "0", "9" * 30, "１", "1 OR 1=1"])
def test_a_choice_of_no_sense_is_as_if_typed(member: Client, home: Address, key: str) -> None:
    assert send(member, address=key) is None


def test_a_guest_cannot_choose_one_either(shopper: Client, home: Address) -> None:
    take(shopper, VariantFactory())
    assert send(shopper, address=home.pk) is None


def test_errors_keep_the_choice_and_what_was_typed(member: Client, home: Address, work: Address) -> None:
    given = {**form_of(member.get(CHECKOUT)), "address": str(work.pk), "email": "lin"}
    html = member.post(CHECKOUT, given).content.decode()
    assert re.findall(r'name="address" value="(\w+)"[^>]*checked', html) == [str(work.pk)]
    assert 'value="lin"' in html
    typed = {**given, "address": "other", "city": "苏州市"}
    html = member.post(CHECKOUT, typed).content.decode()
    assert re.findall(r'name="address" value="(\w+)"[^>]*checked', html) == ["other"] and 'value="苏州市"' in html
    assert 'value="苏州市"' in page(member)  # also when coming back


def test_the_e_mail_is_filled_in(member: Client) -> None:
    assert 'name="email" value="lin@example.com"' in page(member)


def test_a_member_sees_at_most_eight_fields_at_once(member: Client) -> None:
    form = page(member).partition('<form class="panel')[2].partition("<details")[0]
    assert len(re.findall(r"<(?:input|select|textarea)\b(?![^>]*type=\"hidden\")", form)) == 8


def test_the_order_keeps_its_address_when_the_book_changes(member: Client, home: Address) -> None:
    order = send(member, address=home.pk)
    home.discard()
    assert order
    order.refresh_from_db()
    assert order.street == SAVED["street"]


def test_guests_buy_as_before(shopper: Client) -> None:
    cup: Variant = VariantFactory()
    assert buy(shopper, cup, keep_address="on").buyer is None
    assert not Address.objects.exists()
