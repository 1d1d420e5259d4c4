"""``python -m bench.shelves``: fills the shop's database with many products and tells how long its lists take then."""

import argparse
import os
import random
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from statistics import median
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.cache import cache  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from shop import search, search_index  # noqa: E402
from shop.models import Category, Product, Variant  # noqa: E402

BATCH = 1000
COLOURS = ("青 白 黑 红 紫 蓝 绿 黄 灰 金", "celadon,white,black,red,purple,blue,green,yellow,grey,golden")
STUFFS = (
    "瓷 陶 竹 木 铜 铁 锡 漆 玉 石 龙 云 山 水 花",
    "porcelain,clay,bamboo,wooden,copper,iron,pewter,lacquer,jade,stone,dragon,cloud,hill,water,flower",
)
THINGS = (
    "茶壶 茶杯 盖碗 茶盘 茶罐 香炉 花瓶 笔筒 砚台 信笺 书签 台历 杯垫 茶匙 茶巾",
    "teapot,tea cup,gaiwan,tea tray,tea caddy,incense burner,vase,brush pot,ink stone,letter paper,bookmark,calendar,"
    "coaster,tea spoon,tea cloth",
)
SENTENCES = [
    ("景德镇手工制作，薄胎透光，釉色温润，适合日常饮茶待客使用。",
     "Made by hand in Jingdezhen with thin walls and a warm glaze, for daily tea with friends and guests at home."),
    ("产自福建武夷山，匠人一件一件拉坯成型，窑温一千三百度。",
     "From the hills of Fujian, thrown one by one on the wheel and fired at thirteen hundred degrees for two days."),
    ("礼盒包装，附赠说明书与保养手册，七天无理由退换。",
     "It comes in a box with a booklet on how to use it and care for it; send it back within seven days."),
    ("容量一百五十毫升，口沿外撇不烫手，可用洗碗机清洗。",
     "Holds one hundred and fifty ml; the flared rim stays cool to the fingers and it is safe in the dishwasher."),
]  # fmt: skip
TERMS = [
    "青龙茶壶", "SKU-000777", "青瓷茶壶", "celadon teapot", "茶壶", "sku-0", "景德镇", "tea", "te", "青", "色", "茶の",
    "龙の茶壶", "青色茶壶石质青瓷茶壶", "the and it a in of to", "it in is a on and", "景德镇 福建 礼盒 容量",
    "sku-0 景德镇 福建 礼盒 容量", "made hills box holds", "it in is a on and from made box holds",
    "te po ga ce re bl ye co ir ja st cl hi wa fl", "a b c d e f g h i j k l m n o p q r s t u v w x y z",
    "made by hand in with thin walls and a warm glaze for daily tea with",
    "made hand hills fujian box booklet holds hundred flared rim stays cool safe",
    "景德镇手工制作薄胎透光釉色温润适合日常饮茶待客使用产自福建武夷山匠人一件一件拉坯成型窑温一千三百度没有",
    "景德镇 手工 制作 薄胎 透光 釉色 温润 适合 日常 饮茶 待客 使用 福建 没有",
]  # fmt: skip
SEARCHES = [
    "色", "色&page=2", "色&page=41", "景德镇手工", "tea", "tea&page=2", "茶壶&page=2", "没有的东西",
    "the and it a in of to",
    "made by hand in with thin walls and a warm glaze for daily tea with",
]  # fmt: skip
LISTS = [
    "", "?page=2", "?page=400", "?sort=cheap", "?sort=cheap&page=400", "?sort=dear", "?sort=name", "?stock=1",
    "?stock=1&sort=cheap", "?band=100-200", "?band=300-", "?band=0-100&sort=cheap", "?band=100-200&stock=1&sort=dear",
]  # fmt: skip


def fill(count: int) -> None:
    """So many products of mixed texts; numbered, so that a second run adds only what is missing."""
    shelves = list(Category.objects.filter(children__isnull=True))
    for start in range(Product.objects.filter(slug__startswith="big-").count(), count, BATCH):
        chance = random.Random(start)
        with transaction.atomic():
            products = Product.objects.bulk_create(
                _product(number, shelves[number % len(shelves)], chance) for number in range(start, start + BATCH)
            )
            Variant.objects.bulk_create(_variant(start + at, product) for at, product in enumerate(products))
            search_index.update([product.pk for product in products])


def _product(number: int, shelf: Category, chance: random.Random) -> Product:
    (colour, colour_en), (stuff, stuff_en), (thing, thing_en) = (
        chance.choice(list(zip(chinese.split(), english.split(","), strict=True)))
        for chinese, english in (COLOURS, STUFFS, THINGS)
    )
    said = chance.sample(SENTENCES, chance.choice([2, 3, 3]))
    english, japanese = number % 3 > 0, number % 4 == 0
    return Product(
        category=shelf, slug=f"big-{number}", published_from=timezone.now() - timedelta(minutes=30 + 7 * number),
        name=f"{colour}{stuff}{thing}", summary=f"{colour}色{thing}，{stuff}质。",
        name_en=f"{colour_en} {stuff_en} {thing_en}".capitalize() if english else "",
        name_ja=f"{colour}{stuff}の{thing}" if japanese else "",
        description="".join(chinese for chinese, _english in said),
        description_en=" ".join(text for _chinese, text in said) if english else "",
    )  # fmt: skip


def _variant(number: int, product: Product) -> Variant:
    return Variant(product=product, sku=f"SKU-{number:06}", price=Decimal(5 + number * 7 % 400), on_hand=number % 9)


def measured(act: Callable[[], Any], times: int) -> str:
    """Medians in milliseconds: what passed, and the CPU of this process."""
    act()
    passed, spent = [], []
    for _again in range(times):
        clock, cpu = time.perf_counter(), time.process_time()
        act()
        passed.append(time.perf_counter() - clock)
        spent.append(time.process_time() - cpu)
    return f"{1000 * median(passed):8.1f} ms {1000 * median(spent):8.1f} CPU"


def tell(times: int) -> None:
    """A line for each search of the index alone and for each page, drawn anew each time."""
    for term in TERMS:
        print(measured(lambda term=term: search.find(term), times), len(search.find(term)), term)  # type: ignore[misc]
    client = Client(headers={"host": "127.0.0.1"})
    addresses = [f"/en/s/?q={query}" for query in SEARCHES]
    shelves: Sequence[str] = ["all", *Category.objects.filter(parent=None).values_list("slug", flat=True)[:1]]
    addresses += ["/en/", *(f"/en/c/{shelf}/{query}" for shelf in shelves for query in LISTS)]
    for address in addresses:
        print(measured(lambda address=address: _page(client, address), times), address)  # type: ignore[misc]


def _page(client: Client, address: str) -> None:
    cache.clear()
    if client.get(address).status_code != 200:
        raise SystemExit(f"bench: {address} did not answer 200")


def main() -> None:
    """Fills, lets the database take stock of itself, and measures."""
    parser = argparse.ArgumentParser("python -m bench.shelves", description=__doc__)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=7)
    given = parser.parse_args()
    fill(given.products)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    tell(given.times)


if __name__ == "__main__":
    main()
