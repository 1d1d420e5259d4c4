"""What the mails say: the number, the sums, where the money goes; the same in text and HTML, to be read anywhere."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from orders.letters import WRITERS, Letter, write
from orders.models import Order, OutboxMail
from orders.specimens import SPECIMENS, specimen, specimens
from orders.tests.factories import OrderFactory
from tests.wording import Reader

LANGUAGES = ("zh-hans", "en", "ja")
NUMBER = "1000 2735 4819 06"


@pytest.fixture(params=sorted(SPECIMENS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_kind_has_a_specimen() -> None:
    assert {kind.partition("-")[0] for kind, *_ in SPECIMENS.values()} == set(WRITERS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_and_html_say_the_same(name: str, language: str) -> None:
    letter = specimen(name, language)
    text, html = ("".join(words.split()) for words in (letter.text, " ".join(Reader(letter.html).said)))
    lines = ["".join(line.split()) for line in letter.text.splitlines() if line.strip() and "://" not in line]
    parts = [part for line in lines if line != "--" for part in re.split("[:：]|CN¥|¥", line) if part]
    assert [part for part in parts if part not in html] == []
    assert len(text) > 100


def test_the_subject_bears_the_number_but_for_the_code(name: str) -> None:
    """A telephone that is locked shows subjects."""
    letter = specimen(name, "en")
    assert (NUMBER in letter.subject) == (name != "code")
    assert "042" not in letter.subject
    assert NUMBER in letter.text and NUMBER in letter.html


def test_no_mail_loads_anything_or_tells_anybody_that_it_was_read(name: str) -> None:
    html = specimen(name, "en").html
    assert not re.search(r"<(img|link|script|iframe|object|video)\b|src=|url\(|@import|background=", html, re.I)
    assert {link.split("?")[0] for link in re.findall(r'href="([^"]+)"', html)} <= {
        "http://127.0.0.1:8000/en/orders/find/", "http://127.0.0.1:8000/en/",
    }  # fmt: skip


def test_no_link_opens_an_order_by_itself(name: str) -> None:
    """Mails are forwarded, and machines follow their links: what a link opens, everybody opens."""
    letter = specimen(name, "en")
    for link in re.findall(r"https?://[^\s\"<]+", letter.text + letter.html):
        assert re.fullmatch(r"http://127\.0\.0\.1:8000/en/(orders/find/\?number=10002735481906)?", link)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_receipt_adds_up(language: str) -> None:
    sign = "¥" if language == "zh-hans" else "CN¥"
    letter = specimen("paid", language)
    for amount in ("336.00", "118.00", "454.00", "424.00"):
        assert sign + amount in letter.text and sign + amount in letter.html
    assert f"−{sign}30.00" in letter.text and f"−{sign}30.00" in letter.html
    assert ("CN¥" in letter.html) == (language != "zh-hans")


def test_the_receipt_names_the_address(name: str) -> None:
    """Only where goods travel: the other mails carry no address about."""
    with_address = name.startswith(("paid", "shipped", "expired", "cancelled"))
    assert ("13800138000" in specimen(name, "en").text) == with_address


def said(kind: str, facts: dict[str, str], **fields: Any) -> Letter:
    """A mail in English about an order of 424 yuan."""
    order = Order(number="10002735481906", language="en", total=Decimal("424.00"), subtotal=Decimal("424.00"), **fields)
    return write(kind, order, [], facts)


def test_a_part_that_goes_back_is_told_with_what_is_left() -> None:
    text = said("refund-1", {"amount": "8.00", "refunded": "20.00", "charged": "424.00"}).text
    assert "We have returned CN¥8.00 for order" in text and "Part of your payment was refunded" in text
    assert "You paid: CN¥424.00" in text and "Refunded so far: CN¥20.00" in text
    assert "account you paid from" in text and "1 to 3 days" in text


def test_the_last_part_says_that_all_is_back() -> None:
    text = said("refund-2", {"amount": "404.00", "refunded": "424.00", "charged": "424.00"}).text
    assert "all that you paid is back" in text and "Part of" not in text


def test_all_at_once_needs_no_sums_beside_it() -> None:
    text = said("refund-1", {"amount": "424.00", "refunded": "424.00", "charged": "424.00"}).text
    assert "all that you paid is back" in text and "so far" not in text


def test_late_money_that_buys_nothing_is_told_to_go_back() -> None:
    text = said("late-3", {"amount": "424.00"}).text
    assert "arrived after order" in text and "please do not pay again" in text and "account you paid from" in text


def test_late_money_that_still_buys_the_goods_is_a_receipt() -> None:
    letter = said("paid", {}, paid_late=True)
    assert "arrived after the order was closed" in letter.text and "We have received" in letter.subject


def test_an_order_without_a_price_is_thanked_for_and_not_called_paid() -> None:
    letter = specimen("paid-free", "en")
    assert "nothing left to pay" in letter.text and "received your payment" not in letter.text + letter.subject


def test_whatever_shoppers_and_staff_typed_is_text() -> None:
    evil = "<b>x</b>&\r\nBcc: eve@example.com"
    order = Order(number="10002735481906", language="en", total=1, subtotal=1, name=evil, street=evil)
    letter = write("shipped", order, [], {"company": evil, "number": evil})
    assert "<b>" not in letter.html and "&lt;b&gt;" in letter.html
    assert "<b>x</b>&" in letter.text
    assert "\n" not in letter.subject


def test_specimens_touch_no_order(db: None) -> None:
    """They are drawn from nothing, so that anybody who may see the admin may see them."""
    assert [name for name, _ in specimens("ja")] == list(SPECIMENS)
    assert not Order.objects.exists() and not OutboxMail.objects.exists()


# --- when they are written


def mails_of(order: Order) -> list[str]:
    return sorted(order.mails.values_list("kind", flat=True))


def confirmed() -> Order:
    order: Order = OrderFactory(life="confirmed", charged="88.00", pay_status="paid")
    return order


def test_a_parcel_is_told_with_its_number_as_it_left(db: None) -> None:
    order = confirmed()
    assert order.ship("顺丰", "SF1") and not order.ship("顺丰", "SF2")
    assert order.mails.get().facts == {"company": "顺丰", "number": "SF1"}


def test_staff_who_ship_write_the_mail(clerk: Client) -> None:
    order = confirmed()
    clerk.post(f"/admin/orders/order/{order.pk}/change/", {
        "parcel_company": "顺丰", "parcel_number": "SF1", "lines-TOTAL_FORMS": 0, "lines-INITIAL_FORMS": 0,
    } | {f"{prefix}-{part}_FORMS": 0 for prefix in ("events", "mails", "payments", "entries", "incidents")
         for part in ("TOTAL", "INITIAL")})  # fmt: skip
    assert mails_of(order) == ["shipped"]


def test_a_parcel_that_did_not_leave_is_not_told(db: None) -> None:
    order: Order = OrderFactory()
    assert not order.ship("顺丰", "SF1")
    assert mails_of(order) == []


@pytest.mark.parametrize(
    ("life", "by_staff", "said_paid", "mails"),
    [
        ("expired", False, False, []),
        ("cancelled", False, False, []),
        ("cancelled", True, False, ["closed"]),
        ("expired", False, True, ["closed"]),
    ],
)
def test_who_waits_for_news_is_told_that_the_order_is_closed(
    admin_user: Any, life: str, by_staff: bool, said_paid: bool, mails: list[str]
) -> None:
    """Nobody else is: an address that was typed into a form and never paid is not to be written to."""
    order: Order = OrderFactory()
    if said_paid:
        order.confirming()
    assert order.close(life, by=admin_user if by_staff else None)
    assert mails_of(order) == mails
