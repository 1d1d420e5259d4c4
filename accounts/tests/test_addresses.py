"""P15: the address book: add, change, choose the default, delete with undo."""

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.tests.living import ADDRESS, ADDRESSES
from orders.models import MOST_ADDRESSES, Address
from orders.tests.factories import OrderFactory

pytestmark = pytest.mark.django_db
OTHER = ADDRESS | {"name": "陈静", "street": "武康路 210 号"}


def keep(user: User, **changed: str) -> Address:
    """A saved address."""
    address = Address.objects.keep(user, ADDRESS | changed)
    assert address
    return address


def names(user: User) -> list[str]:
    """Recipients in the order shown; the default has a star."""
    return [address.name + "*" * address.is_default for address in Address.objects.of(user)]


def test_the_first_address_becomes_the_default(member: Client, lin: User) -> None:
    assert member.post(f"{ADDRESSES}add/", ADDRESS)["Location"] == ADDRESSES
    member.post(f"{ADDRESSES}add/", OTHER)
    assert names(lin) == ["林小雨*", "陈静"]
    html = member.get(ADDRESSES).content.decode()
    assert "龙井路 1 号" in html and html.count("Default</span>") == 1


def test_another_can_be_made_the_default(member: Client, lin: User) -> None:
    keep(lin)
    second = keep(lin, name="陈静")
    member.post(f"{ADDRESSES}{second.pk}/default/")
    assert names(lin) == ["陈静*", "林小雨"]


def test_there_is_never_more_than_one_default(lin: User) -> None:
    keep(lin)
    with pytest.raises(IntegrityError), transaction.atomic():
        Address.objects.create(user=lin, is_default=True, **OTHER)


def test_an_address_can_be_changed_and_orders_keep_theirs(member: Client, lin: User) -> None:
    address, order = keep(lin), OrderFactory(buyer=lin)
    assert 'value="林小雨"' in member.get(f"{ADDRESSES}{address.pk}/").content.decode()
    assert member.post(f"{ADDRESSES}{address.pk}/", OTHER)["Location"] == ADDRESSES
    order.refresh_from_db()
    assert names(lin) == ["陈静*"] and order.name == "林小雨"


def test_a_deleted_address_can_be_brought_back_once(member: Client, lin: User) -> None:
    address = keep(lin)
    keep(lin, name="陈静")
    member.post(f"{ADDRESSES}{address.pk}/delete/")
    assert names(lin) == ["陈静*"]
    assert "Undo" in member.get(ADDRESSES).content.decode()
    member.post(f"{ADDRESSES}undo/")
    assert names(lin) == ["林小雨*", "陈静"]
    assert "Undo" not in member.get(ADDRESSES).content.decode()
    member.post(f"{ADDRESSES}undo/")
    assert len(names(lin)) == 2


def test_the_same_address_is_not_kept_twice(member: Client, lin: User) -> None:
    for _ in range(2):
        assert member.post(f"{ADDRESSES}add/", ADDRESS).status_code == 303
    assert names(lin) == ["林小雨*"]


def test_there_is_room_for_twenty(member: Client, lin: User) -> None:
    for n in range(MOST_ADDRESSES):
        keep(lin, street=f"{n}")
    answer = member.post(f"{ADDRESSES}add/", ADDRESS)
    assert answer.status_code == 422 and "20 addresses" in answer.content.decode()
    assert len(names(lin)) == MOST_ADDRESSES


@pytest.mark.parametrize(("changed", "said"), [
    ({"name": ""}, "Enter the recipient"), ({"phone": "12"}, "11 digits"), ({"province": "Atlantis"}, "Choose a prov"),
    ({"street": "x" * 201}, "Shorten this"),
])  # fmt: skip
def test_what_cannot_be_taken_is_said_and_the_rest_kept(member: Client, changed: dict[str, str], said: str) -> None:
    answer = member.post(f"{ADDRESSES}add/", ADDRESS | changed)
    html = answer.content.decode()
    assert answer.status_code == 422 and said in html and 'value="西湖区"' in html
    assert not Address.objects.exists()


def test_forged_fields_change_nothing(member: Client, lin: User, eve: User) -> None:
    member.post(f"{ADDRESSES}add/", ADDRESS | {"user": eve.pk, "user_id": eve.pk, "is_default": "", "id": "9"})
    assert names(lin) == ["林小雨*"] and names(eve) == []


def test_an_empty_book_invites_to_fill_it(member: Client) -> None:
    assert "No address is saved yet." in member.get(ADDRESSES).content.decode()
