"""Who may do what with an order: every address of every order, for everybody from a stranger to the member it is of."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation
from pytest_django import Settings

from orders.models import Order
from orders.tests.factories import OrderFactory
from payments.models import Payment

pytestmark = pytest.mark.django_db
ABSENT = "10000001000000"
# Nobody's, theirs to pay (a link out of a chat app), found by number and contact, proved by the code from the mail,
# placed in this browser, placed by this member.
WHO = ("stranger", "handed", "found", "proved", "placed", "member")
# Address and method: the status for each of them. What would change the order leads a finder to the code (303).
RIGHTS: dict[tuple[str, str], tuple[int, int, int, int, int, int]] = {
    ("orders:detail", "get"): (404, 404, 200, 200, 200, 200),
    ("orders:status", "get"): (404, 200, 200, 200, 200, 200),
    ("orders:again", "post"): (404, 404, 303, 303, 303, 303),
    ("orders:code", "get"): (404, 404, 200, 303, 303, 303),
    ("orders:code", "post"): (404, 404, 422, 303, 303, 303),
    ("orders:send_code", "post"): (404, 404, 303, 303, 303, 303),
    ("payments:cashier", "get"): (404, 200, 200, 200, 200, 200),
    ("payments:result", "get"): (404, 200, 200, 200, 200, 200),
    ("payments:start", "post"): (404, 400, 400, 400, 400, 400),
    ("payments:take_over", "get"): (404, 404, 404, 404, 404, 404),
    ("payments:extend", "post"): (404, 303, 303, 303, 303, 303),
    ("payments:check", "post"): (404, 303, 303, 303, 303, 303),
    ("payments:scan", "post"): (404, 302, 302, 302, 302, 302),
    ("orders:address", "get"): (404, 404, 303, 200, 200, 200),
    ("orders:address", "post"): (404, 404, 303, 422, 422, 422),
    ("payments:ask_refund", "get"): (404, 404, 303, 303, 303, 303),
    ("payments:ask_refund", "post"): (404, 404, 303, 303, 303, 303),
    ("accounts:offer", "post"): (404, 404, 303, 303, 303, 303),  # it has a buyer already
    ("payments:cancel", "post"): (404, 404, 303, 303, 303, 303),
}
SEES_ALL = ("proved", "placed", "member")
KEYS = {"handed": "orders_handed", "found": "orders_found", "proved": "orders_proved", "placed": "orders"}


def addresses(patterns: Any = None, names: tuple[str, ...] = ()) -> Iterator[str]:
    """The names of all addresses with an order's number in them."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver) and one.namespace != "admin":
            yield from addresses(one.url_patterns, (*names, *([one.namespace] if one.namespace else ())))
        elif isinstance(one, URLPattern) and "number" in one.pattern.converters:
            yield ":".join((*names, str(one.name)))


@pytest.fixture
def theirs(settings: Settings) -> Order:
    """A member's order that waits for its money; every way to pay is switched on."""
    settings.ALIPAY_QR_FRAME = True
    order: Order = OrderFactory(buyer=User.objects.create_user("lin"))
    return order


@pytest.fixture
def browser_of(theirs: Order) -> Callable[[str], Client]:
    """The browser of one of WHO."""

    def make(who: str) -> Client:
        browser = Client()
        if who == "member":
            browser.force_login(User.objects.get(username="lin"))
        elif who in KEYS:
            session = browser.session
            session[KEYS[who]] = [theirs.number]
            session.save()
        return browser

    return make


def at(name: str, number: str) -> str:
    with translation.override("en"):
        more = ["forged:token"] if name == "payments:take_over" else []
        return reverse(name, args=[number, *more])


def private(order: Order) -> list[str]:
    return [order.phone, order.email, order.street, order.name]


def test_every_address_of_an_order_is_thought_of_here() -> None:
    """One that comes later must say who may open it."""
    assert set(addresses()) == {name for name, _ in RIGHTS}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(("name", "method"), RIGHTS)
def test_everybody_may_what_is_written_here(
    browser_of: Callable[[str], Client], theirs: Order, name: str, method: str, who: str
) -> None:
    answer = getattr(browser_of(who), method)(at(name, theirs.number))
    assert answer.status_code == RIGHTS[name, method][WHO.index(who)]
    if who not in SEES_ALL:
        assert [word for word in private(theirs) if word in answer.content.decode()] == []


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(("name", "method"), RIGHTS)
def test_a_number_of_nobody_answers_everybody_like_a_strangers(
    browser_of: Callable[[str], Client], theirs: Order, name: str, method: str, who: str
) -> None:
    absent = getattr(browser_of(who), method)(at(name, ABSENT))
    strange = getattr(browser_of("stranger"), method)(at(name, theirs.number))
    assert (absent.status_code, strange.status_code) == (404, 404)
    if who != "member":  # whose pages greet them
        texts = [answer.content.decode() for answer in (absent, strange)]
        assert texts[0].replace(ABSENT, "#") == texts[1].replace(theirs.number, "#")


@pytest.mark.parametrize("who", WHO)
def test_only_who_sees_all_of_it_gives_it_up(browser_of: Callable[[str], Client], theirs: Order, who: str) -> None:
    answer = browser_of(who).post(at("payments:cancel", theirs.number))
    theirs.refresh_from_db()
    assert theirs.life == ("cancelled" if who in SEES_ALL else "placed")
    if who == "found":
        assert answer["Location"] == at("orders:code", theirs.number)


@pytest.mark.parametrize("who", WHO)
def test_only_who_sees_all_of_it_asks_for_money_back(
    browser_of: Callable[[str], Client], theirs: Order, who: str
) -> None:
    Order.objects.update(life="confirmed", charged="88.00", pay_status="paid")
    answer = browser_of(who).post(at("payments:ask_refund", theirs.number), {"reason": "other", "words": "x"})
    theirs.refresh_from_db()
    assert bool(theirs.refund_asked_at) == (who in SEES_ALL), answer.content.decode()


@pytest.mark.parametrize("who", ["handed", "found"])
def test_who_does_not_see_all_of_it_is_offered_no_way_to_give_it_up(
    browser_of: Callable[[str], Client], theirs: Order, who: str
) -> None:
    browser = browser_of(who)
    for name in ("orders:detail", "payments:cashier", "payments:result"):
        assert at("payments:cancel", theirs.number) not in browser.get(at(name, theirs.number)).content.decode()


@pytest.mark.parametrize("who", WHO[1:])
def test_whoever_pays_it_pays_the_same_sum_for_the_same_order(
    browser_of: Callable[[str], Client], theirs: Order, who: str
) -> None:
    """Paying is nobody's harm, so it asks for no second proof."""
    answer = browser_of(who).post(at("payments:start", theirs.number), {"method": "alipay", "amount": "0.01"})
    assert answer.status_code == 302 and "gateway.do" in answer["Location"]
    assert Payment.objects.get().amount == theirs.total


@pytest.mark.parametrize("state", ["paid", "shipped", "closed"])
@pytest.mark.parametrize("who", ["handed", "found"])
def test_what_is_private_stays_so_however_the_order_stands(
    browser_of: Callable[[str], Client], theirs: Order, who: str, state: str
) -> None:
    paid = {"charged": "88.00", "pay_status": "paid"}
    stands = {
        "paid": {"life": "confirmed"} | paid,
        "shipped": {"life": "shipped"} | paid,
        "closed": {"life": "expired"},
    }
    Order.objects.update(**stands[state])
    for name, method in RIGHTS:
        if method == "get":
            html = browser_of(who).get(at(name, theirs.number), follow=True).content.decode()
            assert [word for word in private(theirs) if word in html] == [], name
