"""Every mail as a specimen, from an order that exists nowhere: for staff, translators and the style guide."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from orders.letters import Facts, Letter, write
from orders.models import Order, OrderLine
from shop.templatetags.money import CHINA

AT = datetime(2026, 11, 2, 21, 35, tzinfo=CHINA)
GOODS = {
    "zh-hans": (("明前龙井", "100 克"), ("白瓷对杯", "")),
    "en": (("Longjing green tea", "100 g"), ("White cup pair", "")),
    "ja": (("龍井茶", "100 g"), ("白磁杯一対", "")),
}
SUMS = {"amount": "118.00", "refunded": "118.00", "charged": "424.00"}
# Name: the kind of mail, what it must say of its moment, and what differs about the order.
SPECIMENS: dict[str, tuple[str, Facts, Facts]] = {
    "paid": ("paid", {}, {}),
    "paid-late": ("paid", {}, {"paid_late": True}),
    "paid-free": ("paid", {}, {"discount": Decimal("454.00"), "shipping": Decimal("0.00"), "total": Decimal("0.00")}),
    "shipped": ("shipped", {"company": "顺丰速运", "number": "SF1234567890123"}, {}),
    "refund-part": ("refund-1", SUMS, {}),
    "refund-full": ("refund-1", SUMS | {"amount": "424.00", "refunded": "424.00"}, {}),
    "refund-rest": ("refund-2", SUMS | {"amount": "306.00", "refunded": "424.00"}, {}),
    "late": ("late-1", {"amount": "424.00", "gone": "goods"}, {}),
    "late-coupon": ("late-1", {"amount": "424.00", "gone": "coupon"}, {}),
    "twice": ("twice-1", {"amount": "424.00"}, {}),
    "expired": ("closed", {"life": "expired"}, {}),
    "cancelled": ("closed", {"life": "cancelled"}, {}),
    "code": ("code", {"code": "042 917"}, {}),
}


def specimen(name: str, language: str) -> Letter:
    """One of SPECIMENS in that language. KeyError for a name or language that there is not."""
    kind, facts, changes = SPECIMENS[name]
    return write(kind, _order(language, changes), _lines(language), facts)


def specimens(language: str) -> Iterator[tuple[str, Letter]]:
    """All of them, by name."""
    return ((name, specimen(name, language)) for name in SPECIMENS)


def _order(language: str, changes: Facts) -> Order:
    fields = {
        "number": "10002735481906", "language": language, "email": "lin@example.com", "name": "林小雨",
        "phone": "13800138000", "province": "浙江省", "city": "杭州市", "district": "西湖区", "street": "龙井路 1 号",
        "subtotal": Decimal("454.00"), "shipping": Decimal("0.00"), "discount": Decimal("30.00"),
        "total": Decimal("424.00"), "paid_at": AT,
    }  # fmt: skip
    return Order(**fields | changes)


def _lines(language: str) -> list[OrderLine]:
    """Two cans of tea and a pair of cups."""
    prices = ((2, Decimal("168.00")), (1, Decimal("118.00")))
    return [
        OrderLine(name=name, option=option, quantity=quantity, price=price, total=quantity * price)
        for (name, option), (quantity, price) in zip(GOODS[language], prices, strict=True)
    ]
