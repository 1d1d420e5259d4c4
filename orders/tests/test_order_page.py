"""The page of an order: what was bought, where it goes, what happened, and what can be done."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from orders.models import Order
from orders.tests.buying import buy
from orders.tests.factories import OrderFactory, put_in
from shop.models import Product, Variant
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db


def page(browser: Client, order: Order) -> str:
    """Its HTML."""
    answer = browser.get(f"/en/orders/{order.number}/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_it_shows_number_goods_sums_and_address(shopper: Client) -> None:
    order = buy(shopper, VariantFactory(product__name_en="Tea plate"), 2, note="<script>alert(1)</script>")
    html = page(shopper, order)
    for text in (order.grouped_number, "Tea plate", "× 2", '<data value="188.00">CN¥188.00</data>', "龙井路 1 号"):
        assert text in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_the_number_is_read_in_groups() -> None:
    assert Order(number="10002735481906").grouped_number == "1000 2735 4819 06"


def test_while_it_waits_it_can_be_paid_or_given_more_time(shopper: Client, order: Order) -> None:
    html = page(shopper, order)
    assert f'href="/en/orders/{order.number}/pay/"' in html and f'action="/en/orders/{order.number}/extend/"' in html


@pytest.mark.parametrize("fields", [{"life": "expired"}, {"expires_at": timezone.now() - timedelta(seconds=1)}])
def test_what_is_over_cannot_be_paid(shopper: Client, order: Order, fields: dict[str, object]) -> None:
    Order.objects.filter(pk=order.pk).update(**fields)
    html = page(shopper, order)
    assert "/pay/" not in html and "/extend/" not in html and "/again/" in html


def test_the_timeline_tells_what_happened_in_order(shopper: Client, order: Order) -> None:
    order.extend()
    order.close(Order.Life.EXPIRED)
    html = page(shopper, order)
    places = [html.index(words) for words in ("Order placed", "More time to pay", "Closed: not paid in time")]
    assert places == sorted(places)


def test_notes_among_staff_are_not_in_the_timeline(shopper: Client, order: Order) -> None:
    order.record("staff-note", text="looks odd")
    assert "looks odd" not in page(shopper, order) and "staff-note" not in page(shopper, order)


def test_the_parcels_number_is_shown(shopper: Client, order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(life="confirmed", charged="88.00", pay_status="paid")
    order.ship("顺丰", "SF1234567890")
    assert "SF1234567890" in page(shopper, order)


def test_buying_again_fills_the_cart_with_what_is_still_sold(shopper: Client, order: Order) -> None:
    line = order.lines.get()
    answer = shopper.post(f"/en/orders/{order.number}/again/")
    assert (answer.status_code, answer["Location"]) == (303, "/en/cart/")
    assert shopper.session["cart"] == {str(line.variant_id): [1, "88.00"]}


def test_buying_again_tells_what_is_not_sold_any_more(shopper: Client, order: Order) -> None:
    put_in(order, VariantFactory(product__name_en="Second cup"), 2)
    Product.objects.filter(variants=order.lines.get(position=1).variant).update(published_until=timezone.now())
    shopper.post(f"/en/orders/{order.number}/again/")
    html = shopper.get("/en/cart/").content.decode()
    assert "Some of these goods are not on sale any more." in html and "Second cup" in html


def test_buying_again_wants_a_post(shopper: Client, order: Order) -> None:
    assert shopper.get(f"/en/orders/{order.number}/again/").status_code == 405


@pytest.mark.parametrize("language", ["zh-hans", "ja"])
def test_the_page_exists_in_every_language(shopper: Client, order: Order, language: str) -> None:
    assert shopper.get(f"/{language}/orders/{order.number}/").status_code == 200


def test_more_time_is_given_ten_times_and_not_after_the_deadline(order: Order) -> None:
    assert [order.extend() for _ in range(11)] == [True] * 10 + [False]
    late = OrderFactory(expires_at=timezone.now())
    assert not late.extend()
    assert late.events.count() == 1


def test_two_presses_of_more_time_at_once_count_once(order: Order) -> None:
    same = Order.objects.get(pk=order.pk)
    assert (order.extend(), same.extend()) == (True, False)


def test_a_closed_order_is_not_closed_again(order: Order) -> None:
    assert order.close(Order.Life.EXPIRED)
    assert not order.close(Order.Life.CANCELLED)
    assert order.life == "expired"


def test_only_a_paid_order_is_shipped_and_only_a_shipped_one_completed(order: Order) -> None:
    assert not order.ship("顺丰", "SF1") and not order.complete()
    Order.objects.filter(pk=order.pk).update(life="confirmed", charged="88.00", pay_status="paid")
    assert order.ship("顺丰", "SF1") and order.complete()
    assert [event.kind for event in order.events.all()] == ["placed", "shipped", "completed"]


def test_nothing_is_shipped_while_its_money_goes_back(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(life="confirmed", charged="88.00", pay_status="paid", refunding="88.00")
    assert not order.ship("顺丰", "SF1")


def test_acts_on_an_order_that_is_over_leave_it_as_it_is(order: Order) -> None:
    order.close(Order.Life.EXPIRED)
    before = Order.objects.values().get(pk=order.pk)
    order.confirming()
    order.paying()
    assert Order.objects.values().get(pk=order.pk) == before


def test_a_variant_in_an_order_cannot_be_deleted(order: Order) -> None:
    with pytest.raises(Exception, match="protected"):
        Variant.objects.all().delete()


def timeline(shopper: Client, order: Order) -> list[tuple[str, bool]]:
    """The steps of the timeline, and whether each bears a time."""
    steps = page(shopper, order).split('<ol class="timeline">')[1].split("</ol>")[0].split("</li>")[:-1]
    return [(re.findall(r'"strong">([^<]+)<', step)[0], "<time" in step) for step in steps]


def test_what_is_still_to_come_is_in_the_timeline_without_a_time(shopper: Client, order: Order) -> None:
    assert timeline(shopper, order) == [
        ("Order placed", True), ("Payment", False), ("Shipping", False), ("Arrival", False),
    ]  # fmt: skip


BRANCHES = {
    "confirmed": ["Shipping", "Arrival"],
    "shipped": ["Arrival"],
    "completed": [],
    "expired": [],
    "cancelled": [],
}


@pytest.mark.parametrize("life", BRANCHES)
def test_each_branch_shows_its_own_way_ahead(shopper: Client, order: Order, life: str) -> None:
    Order.objects.filter(pk=order.pk).update(life=life)
    assert [label for label, behind in timeline(shopper, order) if not behind] == BRANCHES[life]


@pytest.mark.parametrize("fields", [{"refunding": "88.00"}, {"refunded": "88.00", "pay_status": "refunded"}])
def test_an_order_whose_money_goes_back_has_nothing_ahead(
    shopper: Client, order: Order, fields: dict[str, str]
) -> None:
    Order.objects.filter(pk=order.pk).update(**{"life": "confirmed", "charged": "88.00", "pay_status": "paid"} | fields)
    order.record("refunded", amount="88.00", request="1")
    assert timeline(shopper, order)[1:] == [("Refunded · CN¥88.00", True)]


def test_the_parcels_number_can_be_copied(shopper: Client, order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(life="confirmed", charged="88.00", pay_status="paid")
    order.ship("顺丰", "SF1234567890")
    assert 'data-copy="SF1234567890"' in page(shopper, order)


@pytest.mark.parametrize(("address", "link"), [("shop@example.com", "mailto:shop@example.com?subject=Order%20{}"),
                                               ("", "/en/help/contact/")])  # fmt: skip
def test_who_writes_to_us_need_not_look_for_the_number(
    shopper: Client, order: Order, settings: Settings, address: str, link: str
) -> None:
    settings.CONTACT_EMAIL = address
    assert f'href="{link.format(order.number)}"' in page(shopper, order)


def test_while_there_is_time_the_ways_out_are_there_too(shopper: Client, order: Order) -> None:
    acts = ("/address/", "/cancel/")
    assert all(act in page(shopper, order) for act in acts)
    Order.objects.filter(pk=order.pk).update(life="confirmed", charged="88.00", pay_status="paid")
    assert not any(act in page(shopper, order) for act in acts)
    assert "data-print" in page(shopper, order)


def test_after_the_last_more_time_there_is_no_button_for_it(shopper: Client, order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(extensions=10)
    assert "/extend/" not in page(shopper, order)


def test_while_a_payment_is_confirmed_nothing_leads_to_a_second_one(shopper: Client, order: Order) -> None:
    order.confirming()
    html = page(shopper, order)
    assert "Please do not pay again." in html
    assert f'class="btn main" href="/en/orders/{order.number}/result/"' in html
    assert f'href="/en/orders/{order.number}/pay/"' not in html and "/extend/" not in html


def test_after_the_deadline_the_first_button_leads_to_the_result(shopper: Client, order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    html = page(shopper, order)
    assert "The time to pay has passed." in html
    assert f'class="btn main" href="/en/orders/{order.number}/result/"' in html


SAID = {
    "needs_review": ({"needs_review": True}, "Please do not pay again: we will write to you"),
    "paid": ({"life": "confirmed", "charged": "88.00", "pay_status": "paid"}, "We ship within 24 hours."),
    "refunding": (
        {"life": "confirmed", "charged": "88.00", "pay_status": "paid", "refunding": "88.00"},
        "The money goes back to the account you paid from, usually within 1 to 3 days.",
    ),
    "expired": ({"life": "expired", "goods": "released"}, "A payment that still arrives is returned automatically."),
}


@pytest.mark.parametrize("state", SAID)
def test_each_state_says_what_comes_next(shopper: Client, order: Order, state: str) -> None:
    fields, words = SAID[state]
    Order.objects.filter(pk=order.pk).update(**fields)
    assert words in page(shopper, order)


def test_the_parcel_is_named_before_the_goods(shopper: Client, order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(life="confirmed", charged="88.00", pay_status="paid")
    order.ship("顺丰", "SF1234567890")
    html = page(shopper, order)
    assert html.index("SF1234567890") < html.index('id="goods"')
