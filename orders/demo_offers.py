"""What the demo offers beside goods: coupons to try, delivery fees by province, requests for a fapiao."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from orders.models import Coupon, FapiaoRequest
from orders.tax_numbers import check_sign
from shop import fragments
from shop.models import ShippingRate

YEAR = timedelta(days=365)
USUAL = "TEA-10"  # borne by some of the demo's orders
COUPONS: dict[str, dict[str, Any]] = {
    "WELCOME-20": {"value": "20", "minimum": "100", "most_per_buyer": 1},
    USUAL: {"kind": Coupon.Kind.PERCENT, "value": "10"},
    "LAST-3-CUPS": {"value": "50", "minimum": "200", "most_uses": 3, "most_per_buyer": 1},
    "GIFT-100": {"kind": Coupon.Kind.PERCENT, "value": "100", "most_uses": 20},
    "AUTUMN-OVER": {"value": "30", "ends_at": timedelta(days=-1)},
}
# First kilogram, each further one; parcels to the far west and overseas are never free.
FAR = {"新疆维吾尔自治区": (25, 12), "西藏自治区": (25, 12), "香港特别行政区": (35, 15), "澳门特别行政区": (35, 15),
       "台湾省": (45, 20)}  # fmt: skip
BODY = "91330106MA2DEM00"
REQUESTS: dict[int, dict[str, str]] = {  # by the demo's buyer
    0: {"kind": "company", "title": "杭州小雨文化有限公司", "tax_id": f"{BODY}1{check_sign(BODY + '1')}"},
    2: {"kind": "personal", "title": "王海涛", "tax_id": ""},
    5: {"kind": "company", "title": "苏州平江茶舍有限公司", "tax_id": f"{BODY}2{check_sign(BODY + '2')}"},
}
WITH_COUPON = (1, 4, 9)


def seed() -> list[tuple[str, str]]:
    """Makes what is missing; returns the coupons with a word about each."""
    now = timezone.now()
    for code, facts in COUPONS.items():
        ends = now + facts["ends_at"] if "ends_at" in facts else None
        first = {"most_per_buyer": None, "starts_at": now - YEAR} | facts | {"ends_at": ends}
        Coupon.objects.get_or_create(code=code, defaults=first)
    for province, (fee, more) in FAR.items():
        rate = {"fee": fee, "first_grams": 1000, "more_fee": more, "more_grams": 1000}
        ShippingRate.objects.get_or_create(province=province, defaults=rate)
    fragments.forget()
    return [(coupon.code, _words(coupon)) for coupon in Coupon.objects.filter(pk__in=COUPONS).order_by("pk")]


def issue() -> None:
    """Issues the fapiao of every other paid order: the others wait in the queue."""
    for request in FapiaoRequest.objects.standing(FapiaoRequest.State.DUE).select_related("order"):
        if request.order.serial % 2:
            request.issue(f"2533{request.order.serial:016}", by=None)


def coupon_for(buyer: int, subtotal: Decimal) -> Coupon | None:
    """What this buyer of the demo uses."""
    found = Coupon.objects.filter(pk=USUAL).first() if buyer in WITH_COUPON else None
    return found if found and found.discount_on(subtotal) else None


def _words(coupon: Coupon) -> str:
    off = f"{coupon.value:.0f} {'per cent' if coupon.kind == Coupon.Kind.PERCENT else 'yuan'} off"
    least = f" goods worth {coupon.minimum:.0f}" if coupon.minimum else ""
    left = "" if coupon.most_uses is None else f", {coupon.most_uses - coupon.used} uses left"
    return off + least + left + (", over" if coupon.ends_at and coupon.ends_at < timezone.now() else "")
