"""A cart survives login and logout; what a member had and what the visitor has are put together, within bounds."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts.models import SavedCart
from accounts.tests.living import log_in
from orders.tests.buying import take
from shop.cart import Cart
from shop.models import Product, Variant
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
LOGOUT = "/en/account/logout/"


def cart_of(browser: Client) -> dict[int, int]:
    """Units by variant."""
    return {int(key): entry[0] for key, entry in Cart(browser.session).stored.items()}


@pytest.fixture
def cup() -> Variant:
    """Ten on the shelf."""
    return VariantFactory()


def test_a_guests_cart_is_there_after_the_login(shopper: Client, lin: User, cup: Variant) -> None:
    take(shopper, cup, 2)
    log_in(shopper)
    assert cart_of(shopper) == {cup.pk: 2}


def test_a_members_cart_is_there_at_the_next_login_elsewhere(member: Client, stranger: Client, cup: Variant) -> None:
    take(member, cup, 3)
    member.post(LOGOUT)
    assert cart_of(member) == {}
    log_in(stranger)
    assert cart_of(stranger) == {cup.pk: 3}
    assert "at your last visit" in stranger.get("/en/cart/").content.decode()


def test_both_carts_are_put_together(member: Client, stranger: Client, cup: Variant) -> None:
    pot = VariantFactory()
    take(member, cup, 3)
    member.post(LOGOUT)
    take(stranger, cup, 1)
    take(stranger, pot, 1)
    log_in(stranger)
    assert cart_of(stranger) == {cup.pk: 4, pot.pk: 1}


def test_no_more_than_can_be_bought(member: Client, stranger: Client, cup: Variant) -> None:
    take(member, cup, 8)
    member.post(LOGOUT)
    take(stranger, cup, 8)
    log_in(stranger)
    assert cart_of(stranger) == {cup.pk: 10}


def test_what_is_no_longer_sold_stays_away(member: Client, stranger: Client, cup: Variant) -> None:
    take(member, cup)
    member.post(LOGOUT)
    Product.objects.update(published_until=cup.product.published_from)
    log_in(stranger)
    assert cart_of(stranger) == {}


def test_it_comes_back_once(member: Client, stranger: Client, cup: Variant) -> None:
    take(member, cup, 2)
    member.post(LOGOUT)
    log_in(stranger)
    assert not SavedCart.objects.exists()
    assert cart_of(log_in_again()) == {}


def log_in_again() -> Client:
    browser = Client()
    log_in(browser)
    return browser


def test_an_empty_cart_leaves_nothing_behind(member: Client) -> None:
    member.post(LOGOUT)
    assert not SavedCart.objects.exists()


def test_a_guest_who_logs_out_keeps_nothing(shopper: Client, cup: Variant) -> None:
    take(shopper, cup)
    shopper.post(LOGOUT)
    assert not SavedCart.objects.exists() and cart_of(shopper) == {cup.pk: 1}


def test_another_members_cart_never_comes(member: Client, stranger: Client, eve: User, cup: Variant) -> None:
    take(member, cup)
    member.post(LOGOUT)
    log_in(stranger, eve.email)
    assert cart_of(stranger) == {}
