"""The link out of a chat app lets another browser pay one order for half an hour, and shows nothing of its owner."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from orders.models import Order
from orders.tests.factories import OrderFactory
from payments import handover
from payments.tests.factories import PaymentFactory
from payments.tests.test_browsers import DESK, PHONE, QQ, WECHAT, cashier, pay_forms
from payments.tests.test_result_page import paid

pytestmark = pytest.mark.django_db


def link_in(page: str) -> str:
    """The link to take along, as a path."""
    found = re.search(r'data-copy="http://127\.0\.0\.1:8000(/en/orders/\d+/pay/here/[^"]+)"', page)
    assert found, page
    return found[1]


@pytest.fixture
def link(shopper: Client, order: Order) -> str:
    return link_in(cashier(shopper, order, WECHAT))


@pytest.fixture
def handed(stranger: Client, order: Order, link: str) -> Client:
    """Another browser that opened the link."""
    answer = stranger.get(link)
    assert (answer.status_code, answer["Location"]) == (302, f"/en/orders/{order.number}/pay/")
    return stranger


@pytest.mark.parametrize("chat", [WECHAT, QQ])
def test_inside_a_chat_there_is_a_link_to_take_along_and_no_button_to_pay(
    shopper: Client, order: Order, chat: str
) -> None:
    page = cashier(shopper, order, chat)
    assert pay_forms(page) == []
    assert f"{link_in(page)}</p>" in page  # to be copied by hand where no script runs
    assert "<svg" in page and "Tap ··· at the top right." in page
    assert 'id="wait"' not in page


def test_the_link_pays_in_another_browser(handed: Client, order: Order) -> None:
    assert len(pay_forms(cashier(handed, order, PHONE))) == 1
    started = handed.post(f"/en/orders/{order.number}/pay/start/", {"method": "alipay"})
    assert started.status_code == 302 and started["Location"].startswith("http://127.0.0.1:8001/gateway.do?")
    assert handed.post(f"/en/orders/{order.number}/extend/").status_code == 303
    assert handed.get(f"/en/orders/{order.number}/status.json").json()["status"] == "awaiting"
    assert handed.post(f"/en/orders/{order.number}/check/").status_code == 303


PERSONAL = ("name", "phone", "street", "email", "city", "district", "province")


@pytest.mark.parametrize("page", ["pay/", "result/"])
@pytest.mark.parametrize("stage", ["waiting", "paid", "closed"])
def test_nothing_of_the_owner_is_shown(handed: Client, order: Order, page: str, stage: str) -> None:
    if stage == "paid":
        PaymentFactory(order=order, paid=True)
    fields = {"waiting": {}, "paid": paid(order), "closed": {"life": "expired", "goods": "released"}}[stage]
    Order.objects.filter(pk=order.pk).update(**fields)
    html = handed.get(f"/en/orders/{order.number}/{page}", follow=True).content.decode()
    assert order.grouped_number in html and f'<data value="{order.total}">' in html
    shown = [getattr(order, field) for field in PERSONAL] + ["林", "138 **", "l***@", "8000"]
    assert [text for text in shown if text in html.replace("127.0.0.1:8000", "")] == []


@pytest.mark.parametrize("page", ["pay/", "result/"])
def test_no_page_leads_where_this_browser_may_not_go(handed: Client, order: Order, page: str) -> None:
    html = handed.get(f"/en/orders/{order.number}/{page}").content.decode()
    led = set(re.findall(rf'(?:href|action)="/en/orders/{order.number}/([^"?]*)', html))
    assert led <= {"pay/", "pay/start/", "extend/", "check/", "result/"}


FORBIDDEN = [("get", ""), ("post", "again/"), ("post", "cancel/")]


@pytest.mark.parametrize(("verb", "act"), FORBIDDEN)
def test_who_may_only_pay_may_do_nothing_else(handed: Client, order: Order, verb: str, act: str) -> None:
    assert getattr(handed, verb)(f"/en/orders/{order.number}/{act}").status_code == 404
    order.refresh_from_db()
    assert order.life == "placed"


def test_no_other_order_is_opened(handed: Client, own: Callable[[Order], Order]) -> None:
    assert handed.get(f"/en/orders/{own(OrderFactory()).number}/pay/").status_code == 404


def test_the_right_is_not_handed_on(handed: Client, order: Order) -> None:
    assert "/pay/here/" not in cashier(handed, order, WECHAT)


def test_the_owners_own_rights_stay_when_the_link_is_opened_where_it_was_made(
    shopper: Client, order: Order, link: str
) -> None:
    shopper.get(link)
    assert order.street in shopper.get(f"/en/orders/{order.number}/").content.decode()


@pytest.mark.parametrize(("minutes", "status"), [(29, 302), (31, 404)])
def test_the_link_is_good_for_half_an_hour(stranger: Client, link: str, minutes: int, status: int) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
        assert stranger.get(link).status_code == status


def changed(link: str) -> dict[str, str]:
    """The link as somebody might bend it."""
    head, token = link.rstrip("/").rsplit("/", 1)
    stamp, sign = token.split(":")
    swapped = "A" if sign[5] != "A" else "B"
    return {
        "another sign": f"{head}/{stamp}:{sign[:5]}{swapped}{sign[6:]}/",
        "another time": f"{head}/1{stamp}:{sign}/",
        "no sign": f"{head}/{stamp}/",
        "nothing": f"{head}/x/",
        "a colon": f"{head}/:/",
    }


@pytest.mark.parametrize("how", ["another sign", "another time", "no sign", "nothing", "a colon"])
def test_a_bent_link_is_the_404_of_an_order_that_is_not_there(
    stranger: Client, order: Order, link: str, how: str
) -> None:
    bent = changed(link)[how]
    theirs, absent = stranger.get(bent), stranger.get(bent.replace(order.number, "99999999000000"))
    assert (theirs.status_code, absent.status_code) == (404, 404)
    assert theirs.content.replace(order.number.encode(), b"") == absent.content.replace(b"99999999000000", b"")
    assert stranger.get(f"/en/orders/{order.number}/pay/").status_code == 404


def test_a_token_opens_the_order_it_was_made_for_only(stranger: Client, order: Order, link: str) -> None:
    other = OrderFactory()
    assert stranger.get(link.replace(order.number, other.number)).status_code == 404
    assert not handover.holds(other.number, link.rstrip("/").rsplit("/", 1)[1])


def test_looking_at_the_link_begins_no_payment(handed: Client, order: Order) -> None:
    assert not order.payments.exists()


def test_the_link_takes_no_post(stranger: Client, link: str) -> None:
    assert stranger.post(link).status_code == 405


def test_after_the_payment_the_link_leads_to_the_result(stranger: Client, order: Order, link: str) -> None:
    Order.objects.filter(pk=order.pk).update(**paid(order))
    answer = stranger.get(link, follow=True, headers={"User-Agent": DESK})
    assert [where for where, _ in answer.redirect_chain] == [
        f"/en/orders/{order.number}/pay/", f"/en/orders/{order.number}/result/",
    ]  # fmt: skip
    assert 'data-order-status="paid"' in answer.content.decode()
