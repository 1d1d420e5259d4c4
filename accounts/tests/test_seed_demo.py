"""The demo fills itself, twice without harm, and its books are in order."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from orders.models import Coupon, FapiaoRequest, Order
from orders.tax_numbers import has_shape, is_right
from payments.models import Payment
from payments.proofs import PROOFS
from shop.models import ShippingRate

pytestmark = pytest.mark.django_db
STATES = {
    "awaiting", "closed", "paid", "shipped", "completed", "paid-late", "refunding", "partly-refunded", "refunded",
    "review",
}  # fmt: skip


def test_the_demo_shows_every_state_and_its_books_are_in_order() -> None:
    call_command("seed_demo", orders=40)
    assert {order.status for order in Order.objects.all()} >= STATES
    assert [finding for proof in PROOFS for finding in proof()] == []


def counts() -> list[int]:
    issued = FapiaoRequest.objects.exclude(number="")
    return [rows.count() for rows in (Order.objects, Payment.objects, Coupon.objects, ShippingRate.objects, issued)]


def test_the_demo_shows_coupons_fees_and_a_queue_of_fapiao() -> None:
    call_command("seed_demo", orders=40)
    assert Order.objects.filter(discount__gt=0).exists() and Coupon.objects.filter(used__gt=0).exists()
    assert ShippingRate.objects.filter(province="西藏自治区").exists()
    states = {request.state for request in FapiaoRequest.objects.select_related("order")}
    assert states >= {"due", "issued"}
    tax_numbers = FapiaoRequest.objects.exclude(tax_id="").values_list("tax_id", flat=True)
    assert all(has_shape(number) and is_right(number) for number in tax_numbers)


def test_a_second_run_adds_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed_demo", orders=12)
    before = counts()
    call_command("seed_demo", orders=12)
    assert counts() == before
    told = capsys.readouterr().out
    assert "clerk" in told and "WELCOME-20" in told


def test_a_printed_member_can_log_in_and_has_orders(capsys: pytest.CaptureFixture[str], shopper: Client) -> None:
    call_command("seed_demo", orders=40)
    email, password = re.findall(r"(buyer\d@shop\.example)\s+(\S+)", capsys.readouterr().out)[0]
    page = shopper.post("/en/account/login/", {"login": email, "password": password}, follow=True).content.decode()
    assert page.count("data-order-status") >= 1 and page.count("/en/orders/") >= 2


def test_it_is_refused_where_real_money_moves(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="not the demo"):
        call_command("seed_demo")
    assert not Order.objects.exists()
