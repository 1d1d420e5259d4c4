"""The cashier: what is to be paid, by when and how."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from orders.models import Order
from orders.tests.factories import OrderFactory
from tests.browsing import FormReader

pytestmark = pytest.mark.django_db
PAGE = "/en/orders/{}/pay/"


def cashier(shopper: Client, order: Order) -> str:
    answer = shopper.get(PAGE.format(order.number))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def change(order: Order, **fields: object) -> Order:
    Order.objects.filter(pk=order.pk).update(**fields)
    order.refresh_from_db()
    return order


def test_it_names_number_amount_and_goods(shopper: Client, order: Order) -> None:
    page = cashier(shopper, order)
    assert order.grouped_number in page
    assert f'<data value="{order.total}">' in page
    assert order.lines.get().name in page


def test_one_element_tells_the_status_to_machines(shopper: Client, order: Order) -> None:
    assert cashier(shopper, order).count('data-order-status="awaiting"') == 1


def test_the_pay_form_can_be_filled_from_the_html_alone(shopper: Client, order: Order) -> None:
    form = next(form for form in FormReader(cashier(shopper, order)).forms if form.action.endswith("/pay/start/"))
    assert (form.method, form.target) == ("post", "_blank")
    assert form.fields["method"] == "alipay"
    assert form.options["method"] == ["alipay", "alipay-instant"]
    assert form.fields["bank"] == ""
    assert form.options["bank"] == ["", "ICBCB2C", "CMB", "CCB", "ABC"]


def test_without_banks_only_the_wallet_is_offered(shopper: Client, order: Order, settings: Settings) -> None:
    settings.ALIPAY_INSTANT_BANKS = []
    assert 'name="bank"' not in cashier(shopper, order)


def test_the_new_page_gets_no_hold_on_this_one(shopper: Client, order: Order) -> None:
    assert 'target="_blank" rel="noopener"' in cashier(shopper, order)


def test_the_countdown_carries_deadline_and_the_servers_now(shopper: Client, order: Order) -> None:
    page = cashier(shopper, order)
    assert 'role="timer" aria-live="off"' in page
    assert f'data-deadline="{int(order.expires_at.timestamp() * 1000)}"' in page
    assert 'data-now="' in page


def test_without_scripts_a_line_leads_to_the_result(shopper: Client, order: Order) -> None:
    assert f'<a href="/en/orders/{order.number}/result/">After paying, see the result here</a>' in cashier(
        shopper, order
    )


def test_name_phone_and_street_are_masked(shopper: Client, order: Order) -> None:
    page = cashier(shopper, order)
    assert order.street not in page
    assert order.phone not in page
    assert order.district in page


def test_no_cache_and_no_search_engine_keeps_it(shopper: Client, order: Order) -> None:
    answer = shopper.get(PAGE.format(order.number))
    assert "no-store" in answer["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in answer.content.decode()


def test_no_inline_script_or_style_is_needed(shopper: Client, order: Order) -> None:
    page = cashier(shopper, order)
    assert "style=" not in page
    assert page.count("<script") == page.count("<script src") + page.count('<script type="module" src')


def test_a_confirming_order_asks_not_to_pay_again(shopper: Client, order: Order) -> None:
    page = cashier(shopper, change(order, confirming_at=timezone.now()))
    assert "Please do not pay again" in page
    assert 'data-order-status="confirming"' in page


def test_after_the_deadline_there_is_no_way_to_pay(shopper: Client, order: Order) -> None:
    page = cashier(shopper, change(order, expires_at=timezone.now() - timedelta(seconds=1)))
    assert "The time to pay has passed" in page
    assert "/pay/start/" not in page
    assert "/extend/" not in page


@pytest.mark.parametrize("life", ["expired", "cancelled"])
def test_a_closed_order_says_so_and_cannot_be_paid(shopper: Client, order: Order, life: str) -> None:
    page = cashier(shopper, change(order, life=life, goods="released"))
    heading = {"expired": "This order is closed", "cancelled": "This order is cancelled"}[life]
    assert f"<h1>{heading}</h1>" in page and f"<title>{heading}" in page
    assert 'class="steps"' not in page
    assert 'data-order-status="closed"' in page
    assert "/pay/start/" not in page


@pytest.mark.parametrize("life", ["confirmed", "shipped", "completed"])
def test_a_paid_order_shows_its_result_instead(shopper: Client, order: Order, life: str) -> None:
    change(order, life=life, goods="committed", pay_status="paid", charged=order.total)
    answer = shopper.get(PAGE.format(order.number))
    assert (answer.status_code, answer["Location"]) == (303, f"/en/orders/{order.number}/result/")


def test_an_order_that_a_person_must_look_at_shows_its_result(shopper: Client, order: Order) -> None:
    change(order, needs_review=True)
    assert shopper.get(PAGE.format(order.number))["Location"] == f"/en/orders/{order.number}/result/"


def extend(shopper: Client, order: Order) -> str:
    """What the cashier says after asking for more time."""
    answer = shopper.post(f"/en/orders/{order.number}/extend/")
    assert (answer.status_code, answer["Location"]) == (303, PAGE.format(order.number))
    return shopper.get(answer["Location"]).content.decode()


def test_more_time_moves_the_deadline(shopper: Client, order: Order) -> None:
    change(order, expires_at=timezone.now() + timedelta(minutes=1))
    extend(shopper, order)
    order.refresh_from_db()
    assert order.seconds_left() > 29 * 60


def test_more_time_is_given_ten_times_and_no_more(shopper: Client, order: Order) -> None:
    pages = [extend(shopper, order) for _ in range(11)]
    assert ["cannot be extended" in page for page in pages] == [False] * 10 + [True]
    assert ["I need more time" in page for page in pages] == [True] * 9 + [False] * 2


def test_what_it_says_when_the_line_is_bad_comes_in_the_readers_language(shopper: Client, order: Order) -> None:
    page = shopper.get(f"/zh-hans/orders/{order.number}/pay/").content.decode()
    assert 'data-offline="网络已断开，恢复后自动刷新。"' in page and "data-retrying=" in page


def test_after_the_deadline_no_time_is_given(shopper: Client, order: Order) -> None:
    passed = timezone.now() - timedelta(seconds=1)
    change(order, expires_at=passed)
    assert "cannot be extended" in extend(shopper, order)
    order.refresh_from_db()
    assert order.expires_at == passed


ACTS = [
    ("get", "pay/"), ("post", "pay/start/"), ("post", "extend/"), ("post", "cancel/"), ("post", "check/"),
    ("get", "result/"),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "act"), ACTS)
def test_a_strangers_order_is_as_absent_as_an_absent_one(stranger: Client, order: Order, verb: str, act: str) -> None:
    data = {"method": "alipay-instant"}
    theirs = getattr(stranger, verb)(f"/en/orders/{order.number}/{act}", data)
    absent = getattr(stranger, verb)(f"/en/orders/99999999000000/{act}", data)
    assert (theirs.status_code, absent.status_code) == (404, 404)
    assert theirs.content.replace(order.number.encode(), b"") == absent.content.replace(b"99999999000000", b"")


@pytest.mark.parametrize(("verb", "act"), ACTS)
def test_each_address_has_one_verb(shopper: Client, order: Order, verb: str, act: str) -> None:
    other = {"get": "post", "post": "get"}[verb]
    assert getattr(shopper, other)(f"/en/orders/{order.number}/{act}").status_code == 405


@pytest.mark.parametrize("act", [act for verb, act in ACTS if verb == "post"])
def test_another_site_cannot_act_for_the_shopper(order: Order, act: str) -> None:
    careful = Client(enforce_csrf_checks=True)
    assert careful.post(f"/en/orders/{order.number}/{act}").status_code == 403


def test_one_shopper_may_have_several_orders(shopper: Client, order: Order, own: Callable[[Order], Order]) -> None:
    other = own(OrderFactory())
    assert other.grouped_number in cashier(shopper, other)
    assert order.grouped_number in cashier(shopper, order)
