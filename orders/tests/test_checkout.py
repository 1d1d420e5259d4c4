"""From the cart to an order, as a browser without scripts does it."""

import re
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from orders.checkout import Quote, place
from orders.models import Order
from orders.tests.buying import ADDRESS, CHECKOUT, buy, filled, form_of, take
from orders.tests.factories import OrderFactory
from shop.cart import CartLine
from shop.models import StockMovement, Variant
from shop.tests.factories import PictureFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cup() -> Variant:
    """88 yuan, ten on the shelf."""
    variant: Variant = VariantFactory()
    return variant


def test_an_empty_cart_goes_back_to_the_cart(shopper: Client) -> None:
    answer = shopper.get(CHECKOUT)
    assert answer["Location"] == "/en/cart/"
    assert shopper.post(CHECKOUT)["Location"] == "/en/cart/"
    assert not Order.objects.exists()


class Fields(HTMLParser):
    """The names of the controls that a page shows without anything being unfolded."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.folded = 0
        self.names: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.folded += tag == "details"
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden" and not self.folded:
            self.names.append(str(given["name"]))

    def handle_endtag(self, tag: str) -> None:
        self.folded -= tag == "details"


def test_the_page_asks_for_seven_things_and_no_more(shopper: Client, cup: Variant) -> None:
    take(shopper, cup)
    html = shopper.get(CHECKOUT).content.decode()
    assert Fields(html).names == ["name", "phone", "province", "city", "district", "street", "email"]
    assert html.count("<option value=") == 35
    assert " required" not in html and 'type="number"' not in html


def test_the_rest_is_folded_away_until_it_is_asked_for(shopper: Client, cup: Variant) -> None:
    take(shopper, cup)
    html = shopper.get(CHECKOUT).content.decode()
    assert html.count("<details") == 4 and not re.search(r"<details[^>]* open", html)
    wrong = shopper.post(CHECKOUT, filled(shopper, note="ring twice", phone="1")).content.decode()
    assert Fields(wrong).names == Fields(html).names and "ring twice</textarea>" in wrong
    assert len(re.findall(r"<details[^>]* open", wrong)) == 1


def test_what_is_agreed_to_is_linked_beside_the_button(shopper: Client, cup: Variant) -> None:
    take(shopper, cup)
    html = shopper.get(CHECKOUT).content.decode()
    end = html[html.index("Place order · ") : html.index("</form>")]
    assert 'href="/en/help/terms/"' in end and 'href="/en/help/privacy/"' in end


def test_placing_an_order_goes_to_the_cashier_and_empties_the_cart(shopper: Client, cup: Variant) -> None:
    take(shopper, cup)
    answer = shopper.post(CHECKOUT, filled(shopper))
    order = Order.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/en/orders/{order.number}/pay/")
    assert shopper.get(CHECKOUT)["Location"] == "/en/cart/"


def test_the_order_has_its_sums_its_address_and_its_deadline(shopper: Client, cup: Variant) -> None:
    order = buy(shopper, cup, 2, note="ring twice")
    assert (order.subtotal, order.shipping, order.total) == (Decimal("176.00"), Decimal("12.00"), Decimal("188.00"))
    assert (order.name, order.phone, order.province, order.note) == ("林小雨", "13800138000", "浙江省", "ring twice")
    assert 29 * 60 < order.seconds_left() <= 30 * 60
    assert (order.status, order.language) == ("awaiting", "en")


def test_shipping_is_free_from_the_threshold_on(shopper: Client, cup: Variant) -> None:
    assert buy(shopper, cup, 3).total == Decimal("264.00")


def test_lines_stay_as_they_were_bought(shopper: Client, cup: Variant) -> None:
    PictureFactory(product=cup.product, stem="products/green-cup")
    order = buy(shopper, cup)
    Variant.objects.update(price="99.00", sku="OTHER")
    type(cup.product).objects.update(name="改名", name_en="Renamed")
    line = order.lines.get()
    assert (line.name, line.sku, line.price) == (cup.product.name_en, cup.sku, Decimal("88.00"))
    page = shopper.get(f"/en/orders/{order.number}/").content.decode()
    assert cup.product.name_en in page and "green-cup-400.webp" in page and "Renamed" not in page


def test_names_are_kept_in_the_language_of_the_order(shopper: Client, cup: Variant) -> None:
    take(shopper, cup)
    form = filled(shopper)
    shopper.post("/zh-hans/checkout/", form)
    order = Order.objects.get()
    assert (order.language, order.lines.get().name) == ("zh-hans", cup.product.name)


def test_the_stock_is_held_by_movements_that_name_the_line(shopper: Client, cup: Variant) -> None:
    order = buy(shopper, cup, 3)
    cup.refresh_from_db()
    assert (cup.on_hand, cup.reserved, cup.sellable) == (10, 3, 7)
    movement = StockMovement.objects.get(kind="hold")
    assert (movement.reference, movement.quantity) == (f"{order.number}-1", 3)


def test_the_first_line_of_the_timeline_says_placed(shopper: Client, cup: Variant) -> None:
    event = buy(shopper, cup).events.get()
    assert (event.kind, event.detail) == ("placed", {"total": "100.00"})


def test_a_form_sent_twice_is_one_order(shopper: Client, cup: Variant) -> None:
    take(shopper, cup)
    form = filled(shopper)
    answers = {shopper.post(CHECKOUT, form)["Location"] for _ in range(5)}
    assert len(answers) == 1 and Order.objects.count() == 1
    cup.refresh_from_db()
    assert cup.reserved == 1


def test_sent_twice_at_once_the_second_meets_the_first_at_its_insert(cup: Variant) -> None:
    """Both had read the cart and looked for a twin before either was written."""
    quote = Quote([CartLine(cup, 1, cup.price)], [])
    first, second = (place(quote, ADDRESS, key="0" * 32) for _ in range(2))
    assert first == second and Order.objects.count() == 1
    cup.refresh_from_db()
    assert cup.reserved == 1


def test_a_clash_that_is_no_twin_is_not_hidden(cup: Variant, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = OrderFactory(variant=cup)
    monkeypatch.setattr("orders.numbers.allot", lambda: (taken.serial, taken.number))
    with pytest.raises(IntegrityError):
        place(Quote([CartLine(cup, 1, cup.price)], []), ADDRESS, key="0" * 32)


def test_a_key_that_is_not_ours_is_not_used(shopper: Client, cup: Variant) -> None:
    order = buy(shopper, cup, checkout_key="my-own-key")
    assert len(order.checkout_key) == 32


def test_the_shopper_who_placed_it_may_see_it_and_a_stranger_may_not(
    shopper: Client, stranger: Client, cup: Variant
) -> None:
    order = buy(shopper, cup)
    assert shopper.get(f"/en/orders/{order.number}/").status_code == 200
    assert stranger.get(f"/en/orders/{order.number}/").status_code == 404


def test_prices_states_and_numbers_in_the_form_are_ignored(shopper: Client, cup: Variant) -> None:
    forged = {
        "price": "0.01", "unit_price": "0.01", "total": "0.01", "subtotal": "0.01", "shipping": "-5", "discount": "87",
        "amount": "0.01", "currency": "JPY", "status": "paid", "pay_status": "paid", "life": "confirmed",
        "charged": "100.00", "number": "10000001000000", "serial": "1", "is_staff": "1", "quantity": "0",
    }  # fmt: skip
    take(shopper, cup)
    assert shopper.post(CHECKOUT, filled(shopper, **forged)).status_code == 303
    order = Order.objects.get()
    assert (order.total, order.discount, order.charged) == (Decimal("100.00"), 0, 0)
    assert (order.status, order.lines.get().price) == ("awaiting", Decimal("88.00"))
    assert order.number != "10000001000000"


def test_the_address_is_offered_again_for_the_next_order(shopper: Client, cup: Variant) -> None:
    buy(shopper, cup)
    take(shopper, cup)
    html = shopper.get(CHECKOUT).content.decode()
    assert 'value="林小雨"' in html and '<option value="浙江省" selected>' in html and "龙井路 1 号</textarea>" in html


def test_goods_that_cannot_be_returned_want_a_tick(shopper: Client) -> None:
    seal = VariantFactory(product=ProductFactory(name_en="Carved seal", returnable_7d=False))
    take(shopper, seal)
    refused = shopper.post(CHECKOUT, filled(shopper))
    assert refused.status_code == 422
    assert "Confirm that you know" in refused.content.decode()
    assert shopper.post(CHECKOUT, filled(shopper, no_return="on")).status_code == 303


def test_an_order_has_a_highest_worth(shopper: Client) -> None:
    take(shopper, VariantFactory(price="100000000.00"), 1)
    assert shopper.post(CHECKOUT, filled(shopper)).status_code == 303
    take(shopper, VariantFactory(price="100000000.01"), 1)
    refused = shopper.post(CHECKOUT, filled(shopper))
    assert (refused.status_code, Order.objects.count()) == (422, 1)
    assert "at most CN¥100,000,000.00" in refused.content.decode()


def test_twenty_unpaid_orders_of_one_address_are_enough(shopper: Client, cup: Variant) -> None:
    OrderFactory.create_batch(20, email="lin@example.com")
    take(shopper, cup)
    refused = shopper.post(CHECKOUT, filled(shopper, email="LIN@example.com"))
    assert refused.status_code == 422
    assert "20 unpaid orders" in refused.content.decode()
    assert shopper.post(CHECKOUT, filled(shopper, email="other@example.com")).status_code == 303


def test_twenty_unpaid_orders_of_one_browser_are_enough(shopper: Client, cup: Variant) -> None:
    session = shopper.session
    session["orders"] = [order.number for order in OrderFactory.create_batch(20, email="a@example.com")]
    session.save()
    take(shopper, cup)
    assert shopper.post(CHECKOUT, filled(shopper)).status_code == 422


def test_the_page_is_kept_by_no_cache_and_no_search_engine(shopper: Client, cup: Variant) -> None:
    take(shopper, cup)
    page = shopper.get(CHECKOUT)
    assert "no-store" in page["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in page.content.decode()


def test_without_the_token_nothing_is_ordered(cup: Variant) -> None:
    careful = Client(enforce_csrf_checks=True)
    assert careful.post(CHECKOUT, {"name": "x"}).status_code == 403


def test_a_fault_while_placing_keeps_the_address(
    shopper: Client, cup: Variant, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(shopper, cup)
    form = filled(shopper, street="half typed")
    shopper.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("orders.checkout_views.place", lambda *words, **options: 1 / 0)
        assert shopper.post(CHECKOUT, form).status_code == 500
    assert not Order.objects.exists()
    assert "half typed</textarea>" in shopper.get(CHECKOUT).content.decode()


def test_placing_takes_few_statements(
    shopper: Client, cup: Variant, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    take(shopper, cup)
    take(shopper, VariantFactory())
    form = filled(shopper)
    with django_assert_max_num_queries(30):
        assert shopper.post(CHECKOUT, form).status_code == 303


def test_each_rendered_form_has_its_own_key(shopper: Client, cup: Variant) -> None:
    take(shopper, cup)
    keys = {form_of(shopper.get(CHECKOUT))["checkout_key"] for _ in range(3)}
    assert len(keys) == 3


def test_a_members_e_mail_gives_no_hint_that_it_is_known(shopper: Client, cup: Variant) -> None:
    User.objects.create_user("lin", "lin@example.com", "a long password")
    take(shopper, cup)
    pages = [
        re.sub(r'(checkout_key|csrfmiddlewaretoken)" value="[^"]*"', "", shopper.post(CHECKOUT, form).content.decode())
        for form in (filled(shopper, phone="1"), filled(shopper, phone="1", email="nobody@example.com"))
    ]
    assert pages[0].replace("lin@example.com", "nobody@example.com") == pages[1]
    assert buy(shopper, cup, email="lin@example.com").buyer is None
