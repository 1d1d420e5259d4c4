"""The result page: how the order stands, in words and for machines."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from orders.models import Order
from payments.models import Payment
from payments.tests.factories import PaymentFactory

pytestmark = pytest.mark.django_db


def result(shopper: Client, order: Order, **fields: Any) -> str:
    """The page after the order was changed."""
    Order.objects.filter(pk=order.pk).update(**fields)
    answer = shopper.get(f"/en/orders/{order.number}/result/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def paid(order: Order, **fields: Any) -> dict[str, Any]:
    return {"life": "confirmed", "goods": "committed", "pay_status": "paid", "charged": order.total, **fields}


def stands(order: Order, status: str) -> dict[str, Any]:
    """Fields of an order in each state that shoppers know."""
    refunded = paid(order, pay_status="refunded", refunded=order.total)
    part = paid(order, pay_status="part-refunded", refunded=Decimal("1.00"))
    return {
        "awaiting": {},
        "confirming": {"confirming_at": timezone.now()},
        "paid": paid(order),
        "shipped": paid(order, life="shipped"),
        "completed": paid(order, life="completed"),
        "closed": {"life": "expired", "goods": "released"},
        "paid-late": paid(order, paid_late=True),
        "refunding": paid(order, refunding=order.total),
        "partly-refunded": part,
        "refunded": refunded,
        "review": {"needs_review": True},
    }[status]


WORDS = {
    "awaiting": ("Awaiting payment", "We have not received a payment yet"),
    "confirming": ("Confirming payment", "Please do not pay again"),
    "paid": ("Paid", "We ship within 24 hours"),
    "shipped": ("Shipped", "Your parcel is on its way"),
    "completed": ("Completed", "Thank you"),
    "closed": ("Closed", "nothing was charged"),
    "paid-late": ("Paid after closing", "nothing you need to do"),
    "refunding": ("Refund in progress", "1 to 3 days"),
    "partly-refunded": ("Partly refunded", "went back to the account you paid from"),
    "refunded": ("Refunded", "went back to the account you paid from"),
    "review": ("Being checked", "Please do not pay again"),
}


@pytest.mark.parametrize("status", WORDS)
def test_each_state_has_its_title_and_its_words(shopper: Client, order: Order, status: str) -> None:
    page = result(shopper, order, **stands(order, status))
    label, words = WORDS[status]
    assert f"<title>{label} – " in page
    assert words in page
    assert page.count(f'data-order-status="{status}"') == page.count("data-order-status") == 1


@pytest.mark.parametrize("status", WORDS)
def test_only_a_waiting_order_can_be_asked_about_and_paid(shopper: Client, order: Order, status: str) -> None:
    page = result(shopper, order, **stands(order, status))
    waits = status in ("awaiting", "confirming")
    assert ("/check/" in page) == waits
    assert (f'href="/en/orders/{order.number}/pay/"' in page) == waits


def test_after_the_deadline_it_can_be_asked_about_but_not_paid(shopper: Client, order: Order) -> None:
    page = result(shopper, order, expires_at=timezone.now() - timedelta(seconds=1))
    assert "/check/" in page
    assert f'href="/en/orders/{order.number}/pay/"' not in page


def test_a_receipt_shows_what_was_paid_and_hides_who_paid(shopper: Client, order: Order) -> None:
    payment = PaymentFactory(order=order, paid=True, trade_no="2026110222001499990000004821")
    page = result(shopper, order, **paid(order))
    assert "2026 1102 **** 4821" in page
    assert str(payment.trade_no) not in page
    assert order.email not in page
    assert f"***@{order.email.split('@')[1]}" in page
    assert "data-print" in page


def test_before_the_money_there_is_no_receipt(shopper: Client, order: Order) -> None:
    PaymentFactory(order=order, state=Payment.State.WAITING)
    page = result(shopper, order)
    assert "data-print" not in page
    assert "Receipt sent to" not in page


def test_a_refunded_sum_is_named(shopper: Client, order: Order) -> None:
    page = result(shopper, order, **stands(order, "partly-refunded"))
    assert '<data value="1.00">' in page


def test_a_method_that_was_switched_off_is_still_named(shopper: Client, order: Order) -> None:
    PaymentFactory(order=order, paid=True, method="retired-method")
    assert "retired-method" in result(shopper, order, **paid(order))


def test_the_page_knows_where_to_ask_how_the_order_stands(shopper: Client, order: Order) -> None:
    page = result(shopper, order)
    assert f'data-status-url="/en/orders/{order.number}/status.json"' in page
    assert 'data-live="result"' in page


def test_no_cache_and_no_search_engine_keeps_it(shopper: Client, order: Order) -> None:
    answer = shopper.get(f"/en/orders/{order.number}/result/")
    assert "no-store" in answer["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in answer.content.decode()


def test_what_a_visitor_adds_to_the_address_changes_nothing(shopper: Client, order: Order) -> None:
    plain = result(shopper, order)
    forged = shopper.get(f"/en/orders/{order.number}/result/?trade_status=TRADE_SUCCESS&status=paid").content.decode()
    assert 'data-order-status="awaiting"' in forged
    assert 'data-order-status="awaiting"' in plain


def test_the_buyer_who_logs_in_elsewhere_sees_it(stranger: Client, order: Order, django_user_model: Any) -> None:
    buyer = django_user_model.objects.create_user("buyer")
    Order.objects.filter(pk=order.pk).update(buyer=buyer)
    stranger.force_login(buyer)
    assert stranger.get(f"/en/orders/{order.number}/result/").status_code == 200


@pytest.mark.parametrize("number", ["{}", "10000001000000"])
def test_another_browser_is_told_where_to_look_and_nothing_of_the_order(
    stranger: Client, order: Order, number: str
) -> None:
    number = number.format(order.number)
    answer = stranger.get(f"/en/orders/{number}/result/")
    page = answer.content.decode()
    assert answer.status_code == 404 and "no-store" in answer["Cache-Control"]
    assert f'href="/en/orders/find/?number={number}"' in page
    assert "Go back to the browser in which you ordered" in page
    assert not any(text in page for text in ("data-order-status", order.email, order.name, str(order.total)))


@pytest.mark.parametrize("number", ["1", "x", "1000000100000x", "１００００００１００００００"])
def test_what_is_no_number_is_not_put_into_the_link(stranger: Client, db: None, number: str) -> None:
    answer = stranger.get(f"/en/orders/{number}/result/")
    assert answer.status_code == 404
    assert 'href="/en/orders/find/"' in answer.content.decode()


def test_money_on_its_way_back_is_named(shopper: Client, order: Order) -> None:
    page = result(shopper, order, **paid(order, refunding=Decimal("3.00")))
    assert '<dd><data value="3.00">' in page


def test_without_scripts_a_button_brings_the_latest_state(shopper: Client, order: Order) -> None:
    link = '<noscript><a class="btn" href="">Refresh to see the result</a></noscript>'
    assert link in result(shopper, order)
    assert "http-equiv" not in result(shopper, order)  # a page that reloads by itself takes the reader's place away
    assert link not in result(shopper, order, **paid(order))


def test_who_needs_us_need_not_look_for_the_number(shopper: Client, order: Order, settings: Any) -> None:
    settings.CONTACT_EMAIL = "shop@example.com"
    page = result(shopper, order, **stands(order, "review"))
    assert f'href="mailto:shop@example.com?subject=Order%20{order.number}"' in page
