"""Sessions behave as Django's own and cost one statement to read and one to write."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from shop.models import Variant
from shop.sessions import SessionStore
from shop.tests.factories import VariantFactory
from shop.tests.reading import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def cup() -> Variant:
    return VariantFactory()


def add(visitor: Client, variant: Variant) -> None:
    assert visitor.post("/en/cart/add/", {"variant": variant.pk, "quantity": "1"}).status_code == 303


def key(visitor: Client) -> str:
    return visitor.cookies["sessionid"].value


def test_adding_to_a_cart_reads_the_session_and_the_variant_and_writes_the_session(
    shopper: Client, cup: Variant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    add(shopper, cup)
    with django_assert_num_queries(3):
        add(shopper, cup)
    assert shopper.session["cart"] == {str(cup.pk): [2, "88.00"]}


def test_with_a_shared_cache_reading_costs_nothing(
    shopper: Client, cup: Variant, settings: LazySettings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.SESSION_ENGINE = "shop.cached_sessions"
    add(shopper, cup)
    with django_assert_num_queries(2):
        add(shopper, cup)
    assert Session.objects.get(pk=key(shopper)).get_decoded()["cart"] == {str(cup.pk): [2, "88.00"]}


def test_a_cart_is_kept_for_thirty_days_from_its_last_change(shopper: Client, cup: Variant) -> None:
    add(shopper, cup)
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=1))
    add(shopper, cup)
    left = Session.objects.get().expire_date - timezone.now()
    assert timedelta(days=29, hours=23) < left <= timedelta(days=30)
    assert shopper.cookies["sessionid"]["max-age"] == 30 * 24 * 3600


def test_a_session_that_is_too_old_is_empty_and_its_key_is_not_used_again(shopper: Client, cup: Variant) -> None:
    add(shopper, cup)
    old = key(shopper)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert "The cart is empty." in text(shopper.get("/en/cart/"))
    add(shopper, cup)
    assert key(shopper) != old


@pytest.mark.parametrize("chosen", ["a" * 32, "x", "", "'; DROP TABLE django_session; --"])
def test_nobody_chooses_the_key_of_a_session(shopper: Client, cup: Variant, chosen: str) -> None:
    shopper.cookies["sessionid"] = chosen
    add(shopper, cup)
    assert key(shopper) != chosen
    assert Session.objects.get().session_key == key(shopper)


def test_a_session_that_was_deleted_meanwhile_stays_deleted(shopper: Client, cup: Variant) -> None:
    add(shopper, cup)
    late = SessionStore(key(shopper))
    assert late["cart"]
    Session.objects.all().delete()
    late["cart"] = {}
    with pytest.raises(UpdateError):
        late.save()
    assert not Session.objects.exists()
