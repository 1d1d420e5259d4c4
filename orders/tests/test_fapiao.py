"""A fapiao is asked for at the checkout, told with the order, and issued by staff: once, and only for money we hold."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client

from orders import goods
from orders.models import FapiaoRequest, Order
from orders.tests.buying import CHECKOUT, buy, filled, take
from orders.tests.factories import FapiaoFactory, OrderFactory
from shop.models import Variant
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
QUEUE = "/admin/orders/fapiaorequest/"
COMPANY = {"fapiao": "company", "fapiao_title": "杭州茶纸器有限公司", "tax_id": "9133 0100 7996 5505 8b"}
PERSON = {"fapiao": "personal", "fapiao_title": "林小雨", "tax_id": ""}


@pytest.fixture
def cup() -> Variant:
    variant: Variant = VariantFactory()
    return variant


def paid(order: Order, **facts: Any) -> None:
    """As the road for money leaves it."""
    goods.commit(order)
    Order.objects.filter(pk=order.pk).update(
        **{"life": "confirmed", "charged": order.total, "pay_status": "paid"} | facts
    )


def states() -> list[str]:
    """The state of each request, which the database must say alike."""
    found = [request.state for request in FapiaoRequest.objects.select_related("order").order_by("pk")]
    for state in FapiaoRequest.State.values:
        standing = FapiaoRequest.objects.standing(state).count()
        assert standing == found.count(state), state
    return found


# --- asking for it


def test_nobody_has_to_ask_for_one(shopper: Client, cup: Variant) -> None:
    order = buy(shopper, cup)
    assert not FapiaoRequest.objects.exists()
    assert "Fapiao" not in shopper.get(f"/en/orders/{order.number}/").content.decode()


def test_a_company_asks(shopper: Client, cup: Variant) -> None:
    order = buy(shopper, cup, **COMPANY)
    asked = FapiaoRequest.objects.get()
    assert (asked.order, asked.kind, asked.title, asked.tax_id) == (
        order, "company", "杭州茶纸器有限公司", "91330100799655058B",
    )  # fmt: skip
    assert (asked.number, asked.issued_at, asked.issued_by) == ("", None, None)


def test_a_person_needs_no_number(shopper: Client, cup: Variant) -> None:
    buy(shopper, cup, **PERSON | {"tax_id": "not for me"})
    assert (FapiaoRequest.objects.get().kind, FapiaoRequest.objects.get().tax_id) == ("personal", "")


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"fapiao": ""}, "fapiao", "Choose whom the fapiao is for, or empty its title and tax number"),
        ({"fapiao": "state"}, "fapiao", "Choose a person or a company"),
        ({"fapiao_title": " \u3000"}, "fapiao_title", "Enter the title of the fapiao"),
        ({"fapiao_title": "司" * 101}, "fapiao_title", "Shorten this to 100 characters"),
        ({"tax_id": ""}, "tax_id", "Enter the tax number of the company"),
        ({"tax_id": "123"}, "tax_id", "The tax number has 15 to 20 digits and letters"),
        ({"tax_id": "1" * 41}, "tax_id", "Shorten this to 40 characters"),
        ({"tax_id": "91330100799655058C"}, "tax_id", "A character of the tax number is wrong"),
    ],
)
def test_each_fault_is_told_and_all_that_was_typed_stays(
    shopper: Client, cup: Variant, changed: dict[str, str], field: str, words: str
) -> None:
    take(shopper, cup)
    answer = shopper.post(CHECKOUT, filled(shopper, **COMPANY | changed))
    html = answer.content.decode()
    assert answer.status_code == 422 and not Order.objects.exists()
    assert f'<a href="#{field}">{words}' in html and f'id="{field}-error"' in html
    fold = html[: html.index("I need a fapiao")].rpartition("<details")[2]
    assert " open" in fold, "a fault is not hidden"
    if "fapiao_title" not in changed:
        assert 'value="杭州茶纸器有限公司"' in html


def test_it_is_offered_again_with_the_next_order(shopper: Client, cup: Variant) -> None:
    buy(shopper, cup, **COMPANY)
    take(shopper, cup)
    html = shopper.get(CHECKOUT).content.decode()
    assert 'name="fapiao" value="company" checked' in html and 'value="杭州茶纸器有限公司"' in html


def test_no_order_no_request(shopper: Client, cup: Variant, monkeypatch: pytest.MonkeyPatch) -> None:
    take(shopper, cup)
    form = filled(shopper, **COMPANY)
    monkeypatch.setattr("orders.goods.hold", lambda *words: words)
    assert shopper.post(CHECKOUT, form).status_code == 409
    assert not FapiaoRequest.objects.exists() and not Order.objects.exists()


@pytest.mark.parametrize(
    "forged", [{"number": "1"}, {"issued_at": "2026-01-01"}, {"state": "issued"}, {"issued_by": "1"}]
)
def test_a_shopper_issues_none(shopper: Client, cup: Variant, forged: dict[str, str]) -> None:
    buy(shopper, cup, **COMPANY | forged)
    assert (FapiaoRequest.objects.get().number, FapiaoRequest.objects.get().issued_at) == ("", None)


@pytest.mark.parametrize(
    "wrong", [{"kind": "company", "tax_id": ""}, {"number": "25117"}, {"issued_at": "2026-11-02T00:00Z"}]
)
def test_the_database_keeps_a_request_whole(wrong: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        FapiaoFactory(**wrong)


def test_the_order_page_tells_it_to_the_buyer_and_less_to_who_found_it(
    shopper: Client, stranger: Client, cup: Variant
) -> None:
    order = buy(shopper, cup, **COMPANY)
    html = shopper.get(f"/en/orders/{order.number}/").content.decode()
    assert "杭州茶纸器有限公司" in html and "91330100799655058B" in html and "waits for the payment" in html
    stranger.post("/en/orders/find/", {"number": order.number, "contact": order.email})
    found = stranger.get(f"/en/orders/{order.number}/").content.decode()
    assert "waits for the payment" in found and "91330100799655058B" not in found


# --- how it stands


def test_how_it_stands_follows_from_the_order() -> None:
    orders = [FapiaoFactory().order for _ in range(5)]
    paid(orders[1])
    orders[2].close(Order.Life.CANCELLED)
    paid(orders[3], pay_status="refunded", refunded=orders[3].total)
    paid(orders[4], pay_status="part-refunded", refunded="1.00")
    assert states() == ["waiting", "due", "dropped", "dropped", "due"]


def test_money_that_goes_back_after_issuing_calls_for_a_reversal() -> None:
    orders = [FapiaoFactory().order for _ in range(3)]
    for order in orders:
        paid(order)
        assert order.fapiao.issue("25117", by=None)
    Order.objects.filter(pk=orders[1].pk).update(pay_status="part-refunded", refunded="1.00")
    Order.objects.filter(pk=orders[2].pk).update(pay_status="refunded", refunded=orders[2].total)
    assert states() == ["issued", "reverse", "reverse"]


def test_what_cost_nothing_has_nothing_to_issue() -> None:
    FapiaoFactory(order=OrderFactory(life="confirmed", subtotal="0", total="0", pay_status="paid"))
    assert states() == ["dropped"]


def test_it_is_issued_once_and_only_when_due() -> None:
    asked = FapiaoFactory()
    assert not asked.issue("25117", by=None)
    paid(asked.order)
    assert asked.issue("25117", by=None) and not FapiaoRequest.objects.get().issue("25118", by=None)
    assert FapiaoRequest.objects.get().number == "25117"
    assert [event.detail for event in asked.order.events.filter(kind="fapiao")] == [{"number": "25117"}]


# --- the queue of staff


@pytest.fixture
def issuer(hire: Callable[..., Client]) -> Client:
    browser = hire("issuer", "view_fapiaorequest", "change_fapiaorequest")
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return browser


def test_staff_see_what_is_due_and_issue_it(issuer: Client) -> None:
    due, waiting = FapiaoFactory(title="杭州茶纸器有限公司"), FapiaoFactory(title="等待付款")
    paid(due.order)
    html = issuer.get(QUEUE, {"state": "due"}).content.decode()
    assert due.title in html and waiting.title not in html and due.order.number in html
    assert issuer.post(f"{QUEUE}{due.pk}/change/", {"number": "25117000"}).status_code == 302
    due.refresh_from_db()
    assert (due.number, due.issued_by.username, due.state) == ("25117000", "issuer", "issued")
    assert due.issued_at is not None


def test_an_empty_number_issues_nothing(issuer: Client) -> None:
    due = FapiaoFactory()
    paid(due.order)
    answer = issuer.post(f"{QUEUE}{due.pk}/change/", {"number": ""}, follow=True)
    assert "Enter the number of the fapiao" in answer.content.decode()
    assert states() == ["due"]


@pytest.mark.parametrize("spoilt", [{"title": "其他"}, {"tax_id": "1" * 15}, {"kind": "personal"}, {"order": "1"}])
def test_what_the_buyer_asked_for_is_not_staffs_to_change(issuer: Client, spoilt: dict[str, str]) -> None:
    due = FapiaoFactory(kind="company", title="杭州茶纸器有限公司", tax_id="91330100799655058B")
    paid(due.order)
    issuer.post(f"{QUEUE}{due.pk}/change/", {"number": "25117"} | spoilt)
    asked = FapiaoRequest.objects.get()
    assert (asked.kind, asked.title, asked.tax_id, asked.order) == ("company", due.title, due.tax_id, due.order)


def issued(number: str) -> FapiaoRequest:
    """A paid order's fapiao that staff have issued."""
    asked: FapiaoRequest = FapiaoFactory()
    paid(asked.order)
    assert asked.issue(number, by=None)
    return asked


def test_a_number_typed_wrong_is_put_right_and_both_are_on_record(issuer: Client) -> None:
    asked = issued("25117")
    before = FapiaoRequest.objects.get()
    assert issuer.post(f"{QUEUE}{asked.pk}/change/", {"number": "25171"}).status_code == 302
    after = FapiaoRequest.objects.get()
    assert (after.number, after.state, after.issued_at) == ("25171", "issued", before.issued_at)
    event = asked.order.events.get(kind="fapiao-corrected")
    assert (event.detail, str(event.by)) == ({"was": "25117", "number": "25171"}, "issuer")


@pytest.mark.parametrize("number", ["", "25117"])
def test_no_number_and_the_same_number_correct_nothing(issuer: Client, number: str) -> None:
    asked = issued("25117")
    issuer.post(f"{QUEUE}{asked.pk}/change/", {"number": number})
    assert FapiaoRequest.objects.get().number == "25117"
    assert not asked.order.events.filter(kind="fapiao-corrected").exists()


def test_of_two_who_correct_at_once_the_second_is_told(issuer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = issued("25117")
    assert not asked.correct("25110", "25171", by=None)
    monkeypatch.setattr(FapiaoRequest, "correct", lambda *words, **options: False)
    answer = issuer.post(f"{QUEUE}{asked.pk}/change/", {"number": "25171"}, follow=True)
    assert "The number was not changed" in answer.content.decode()
    assert FapiaoRequest.objects.get().number == "25117"


def test_one_to_be_reversed_keeps_the_number_that_is_to_be_reversed(issuer: Client) -> None:
    asked = issued("25117")
    Order.objects.update(refunded=1)
    issuer.post(f"{QUEUE}{asked.pk}/change/", {"number": "99999"})
    assert FapiaoRequest.objects.get().number == "25117"


def test_an_order_refunded_meanwhile_is_told(issuer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    due = FapiaoFactory()
    paid(due.order)
    monkeypatch.setattr(FapiaoRequest, "issue", lambda *words, **options: False)
    answer = issuer.post(f"{QUEUE}{due.pk}/change/", {"number": "25117"}, follow=True)
    assert "It is not to be issued any more" in answer.content.decode()


def test_it_is_found_by_number_title_and_tax_number(issuer: Client) -> None:
    asked = FapiaoFactory(kind="company", title="杭州茶纸器有限公司", tax_id="91330100799655058B")
    FapiaoFactory(title="林小雨")
    for term in (asked.order.number, "茶纸器", asked.tax_id):
        html = issuer.get(QUEUE, {"q": term}).content.decode()
        assert asked.title in html and "林小雨" not in html


def test_who_may_only_look_issues_nothing(hire: Callable[..., Client]) -> None:
    due = FapiaoFactory()
    paid(due.order)
    viewer = hire("viewer", "view_fapiaorequest")
    assert viewer.get(QUEUE).status_code == 200
    assert viewer.post(f"{QUEUE}{due.pk}/change/", {"number": "25117"}).status_code == 403
    assert hire("nobody").get(QUEUE).status_code == 403
    assert states() == ["due"]


def test_none_is_added_or_deleted_by_hand(admin_client: Client) -> None:
    asked = FapiaoFactory()
    assert admin_client.get(f"{QUEUE}add/").status_code == 403
    assert admin_client.post(f"{QUEUE}{asked.pk}/delete/", {"post": "yes"}).status_code == 403
