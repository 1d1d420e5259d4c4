"""Orders for the demo. Those that money has touched are made by payments, from ``make_order``."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone, translation

from orders import demo_offers, goods
from orders.checkout import Quote, place
from orders.models import ZERO, Order
from shop.cart import CartLine
from shop.models import Variant

BATCH = 50
KEPT = 4  # units that the demo's orders leave on the shelf, for visitors
AMONG = 60  # the first variants, so that a shop with thousands is seeded as fast
WAITING = timedelta(minutes=10)
BUYERS = (
    ("林小雨", "浙江省", "杭州市", "西湖区", "龙井路 1 号", "zh-hans"),
    ("陈静", "上海市", "上海市", "徐汇区", "武康路 210 号 2 楼", "zh-hans"),
    ("王海涛", "广东省", "广州市", "越秀区", "北京路 88 号", "zh-hans"),
    ("李芳", "四川省", "成都市", "锦江区", "春熙路 15 号", "zh-hans"),
    ("赵子轩", "北京市", "北京市", "东城区", "东四十条 22 号", "zh-hans"),
    ("刘思思", "江苏省", "苏州市", "姑苏区", "平江路 60 号", "zh-hans"),
    ("周明", "福建省", "厦门市", "思明区", "中山路 7 号", "zh-hans"),
    ("吴桐", "陕西省", "西安市", "碑林区", "书院门 31 号", "zh-hans"),
    ("Emma Clarke", "上海市", "上海市", "静安区", "愚园路 361 弄 5 号", "en"),
    ("Daniel Brandt", "北京市", "北京市", "朝阳区", "三里屯路 19 号", "en"),
    ("田中美咲", "辽宁省", "大连市", "中山区", "人民路 12 号", "ja"),
    ("佐藤健", "江苏省", "无锡市", "滨湖区", "太湖大道 2000 号", "ja"),
)
ADDRESS = ("name", "province", "city", "district", "street")


def seed(count: int, days: int, seed: int, progress: Callable[[str, int, int], None]) -> None:
    """Makes ``count`` orders over the last ``days``: one in five waits for its money, the others were closed unpaid.

    The same ``seed`` gives the same orders; those that are there already are left as they are.
    """
    for first in range(0, count, BATCH):
        with transaction.atomic():
            for n in range(first, min(first + BATCH, count)):
                _one(n, days, seed)
        progress("Orders", min(first + BATCH, count), count)


def make_order(key: str, placed_at: datetime, random: Random) -> Order | None:
    """An order as the checkout makes it, held goods and all; None where ``key`` was made before or goods are few.

    ``key`` is any text; with it and the state of ``random`` the order is the same each time.
    """
    checkout_key = hashlib.sha256(key.encode()).hexdigest()[:32]
    lines = _lines(random)
    buyer = random.randrange(len(BUYERS))
    *address, language = BUYERS[buyer]
    contact = dict(zip(ADDRESS, address, strict=True)) | {
        "phone": f"13800138{buyer:03}",
        "email": f"buyer{buyer + 1}@shop.example",
    }
    coupon = demo_offers.coupon_for(buyer, sum((line.total for line in lines), ZERO))
    quote = Quote(lines, [], contact["province"], coupon)
    if not lines or Order.objects.filter(checkout_key=checkout_key).exists():
        return None
    with translation.override(language):
        return place(quote, contact, key=checkout_key, fapiao=demo_offers.REQUESTS.get(buyer), now=placed_at)


def _one(n: int, days: int, seed: int) -> None:
    random = Random(f"{seed}-{n}")  # noqa: S311 - the demo's orders are meant to be the same each time
    waits = n % 5 == 0
    ago = WAITING * random.random() if waits else timedelta(minutes=random.randrange(60, max(61, days * 1440)))
    order = make_order(f"unpaid-{seed}-{n}", timezone.now() - ago, random)
    if order is None or waits:
        return
    goods.release(order)
    if n % 4 == 1:
        order.close(Order.Life.CANCELLED, at=order.placed_at + timedelta(minutes=4), why="changed my mind")
    else:
        order.close(Order.Life.EXPIRED, at=order.expires_at)


def _lines(random: Random) -> list[CartLine]:
    """One to three variants of which enough are left."""
    variants = Variant.objects.on_sale().select_related("product").prefetch_related("product__pictures").order_by("pk")
    enough = [variant for variant in variants[:AMONG] if variant.sellable > KEPT and variant.price > 1]
    chosen = random.sample(enough, min(len(enough), random.choice((1, 1, 2, 3))))
    return [CartLine(variant, random.choice((1, 1, 1, 2)), variant.price) for variant in chosen]
