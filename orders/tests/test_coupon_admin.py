"""Staff write coupons; how often one was used is not theirs to write."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from orders.models import Coupon
from orders.tests.factories import CouponFactory, OrderFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/orders/coupon/"
SHEET = {
    "code": "AUTUMN-7X2", "kind": "amount", "value": "20.00", "minimum": "0.00", "starts_at_0": "2026-11-01",
    "starts_at_1": "00:00:00", "ends_at_0": "", "ends_at_1": "", "most_uses": "", "most_per_buyer": "1", "active": "on",
}  # fmt: skip


@pytest.fixture
def manager(hire: Callable[..., Client]) -> Client:
    browser = hire("manager", "view_coupon", "add_coupon", "change_coupon", "delete_coupon")
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return browser


def faults(browser: Client, address: str, sheet: dict[str, Any]) -> dict[str, list[str]]:
    """What the page that came back complains about."""
    answer = browser.post(address, sheet)
    assert answer.status_code == 200
    return dict(answer.context["adminform"].form.errors)


def test_a_coupon_is_made(manager: Client) -> None:
    assert manager.post(f"{LIST}add/", SHEET | {"code": " autumn-７ｘ２ "}).status_code == 302
    coupon = Coupon.objects.get()
    assert (coupon.code, coupon.used, coupon.most_uses, coupon.most_per_buyer) == ("AUTUMN-7X2", 0, None, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [("code", ""), ("code", "AB"), ("code", "A B!"), ("code", "-AB"), ("code", "X" * 25), ("value", "0"),
     ("value", "-1"), ("value", "1.234"), ("minimum", "-1"), ("most_uses", "-1"), ("ends_at_0", "2026-10-01"),
     ("kind", "free")],
)  # fmt: skip
def test_nonsense_is_told_at_its_field(manager: Client, field: str, value: str) -> None:
    sheet = SHEET | {field: value} | ({"ends_at_1": "00:00:00"} if field == "ends_at_0" else {})
    assert field.removesuffix("_0") in faults(manager, f"{LIST}add/", sheet)
    assert not Coupon.objects.exists()


def test_more_than_all_of_it_is_too_much(manager: Client) -> None:
    told = faults(manager, f"{LIST}add/", SHEET | {"kind": "percent", "value": "101"})
    assert told == {"__all__": ["Enter a value of a cent at least, and of 100 per cent at most."]}


def test_a_code_is_given_once(manager: Client) -> None:
    CouponFactory(code="AUTUMN-7X2", value="1.00")
    assert "code" in faults(manager, f"{LIST}add/", SHEET | {"code": "autumn-7x2"})
    assert Coupon.objects.get().value == 1


def test_saving_does_not_undo_what_shoppers_used_meanwhile(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    coupon = CouponFactory(code="AUTUMN-7X2")
    saved = Coupon.save

    def save(self: Coupon, *words: Any, **options: Any) -> None:
        Coupon.objects.update(used=3)
        saved(self, *words, **options)

    monkeypatch.setattr(Coupon, "save", save)
    manager.post(f"{LIST}{coupon.pk}/change/", SHEET | {"value": "9.00", "used": "0"})
    coupon.refresh_from_db()
    assert (coupon.value, coupon.used) == (9, 3)


def test_the_limit_cannot_be_put_below_what_was_used(manager: Client) -> None:
    coupon = CouponFactory(most_uses=10, used=5)
    assert faults(manager, f"{LIST}{coupon.pk}/change/", SHEET | {"most_uses": "4"}) == {
        "most_uses": ["It was used 5 times."]
    }
    assert manager.post(f"{LIST}{coupon.pk}/change/", SHEET | {"most_uses": "5"}).status_code == 302


def test_code_and_count_stay_as_they_are(manager: Client) -> None:
    coupon = CouponFactory(code="SPRING", used=2)
    manager.post(f"{LIST}SPRING/change/", SHEET | {"code": "OTHER", "used": "0", "active": ""})
    coupon.refresh_from_db()
    assert (coupon.pk, coupon.used, coupon.active, Coupon.objects.count()) == ("SPRING", 2, False, 1)


def test_the_list_says_what_each_takes_off_and_how_often_it_did(manager: Client) -> None:
    CouponFactory(value="20.00", used=3, most_uses=10)
    CouponFactory(kind="percent", value="12.50")
    html = manager.get(LIST).content.decode()
    assert "CN¥20.00" in html or "¥20.00" in html
    assert "12.5 %" in html and "3 / 10" in html and "0 / ∞" in html


def test_one_that_was_used_is_not_deleted(manager: Client) -> None:
    coupon = CouponFactory(used=1)
    OrderFactory(coupon=coupon, discount="8.00", total="80.00")
    assert manager.post(f"{LIST}{coupon.pk}/delete/", {"post": "yes"}).status_code == 403
    unused = CouponFactory()
    assert manager.post(f"{LIST}{unused.pk}/delete/", {"post": "yes"}).status_code == 302
    assert list(Coupon.objects.all()) == [coupon]


def test_staff_without_the_right_see_none(clerk: Client) -> None:
    CouponFactory()
    assert clerk.get(LIST).status_code == 403
