"""The demo's categories, products, stock and pictures. Seeding twice changes nothing the second time."""

import hashlib
import io
import shutil
import tomllib
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from PIL import Image

from shop import fragments, pictures, search_index
from shop.demo.progress import Progress
from shop.models import Attribute, Category, Picture, Product, StockMovement, Trait, Variant

HERE = Path(__file__).parent
LANGUAGES = ("", "_en", "_ja")
BATCH = 500


def seed(progress: Progress, extra: int = 0) -> None:
    """Makes what is missing; ``extra`` more products are for load tests."""
    with (HERE / "catalogue.toml").open("rb") as file:
        data = tomllib.load(file)
    with transaction.atomic():
        categories: dict[str, Category] = {}
        for position, entry in enumerate(data["category"]):
            categories[entry["slug"]] = _category(entry, position, categories.get(entry.get("parent", "")))
        traits = _traits(data["attribute"])
        for done, entry in enumerate(data["product"], 1):
            _product(entry, categories[entry["category"]], timezone.now(), traits)
            progress("Products", done, len(data["product"]))
    _extra(extra, progress)
    new = Product.objects.filter(Q(search_entry=None) | Q(slug__in=[entry["slug"] for entry in data["product"]]))
    search_index.update(new.values_list("pk", flat=True))
    fragments.forget()


def _texts(entry: dict[str, Any], *fields: str) -> dict[str, str]:
    """``name = [zh, en, ja]`` as the three columns of it."""
    return {
        field + language: text
        for field in fields
        for language, text in zip(LANGUAGES, entry.get(field, ("", "", "")), strict=True)
    }


def _category(entry: dict[str, Any], position: int, parent: Category | None) -> Category:
    values = _texts(entry, "name", "intro") | {"position": position, "parent": parent}
    return Category.objects.update_or_create(slug=entry["slug"], defaults=values)[0]


def _traits(entries: list[dict[str, Any]]) -> dict[str, Trait]:
    """The attributes' traits by the words that products name them with."""
    traits: dict[str, Trait] = {}
    for position, entry in enumerate(entries):
        values = _texts(entry, "name") | {"position": position, "on_card": entry.get("card", False)}
        attribute, _ = Attribute.objects.update_or_create(slug=entry["slug"], defaults=values)
        for place, trait in enumerate(entry["trait"]):
            key = {"attribute": attribute, "slug": trait["slug"]}
            values = _texts(trait, "name") | {"position": place}
            traits[f"{entry['slug']}.{trait['slug']}"], _ = Trait.objects.update_or_create(**key, defaults=values)
    return traits


def _product(entry: dict[str, Any], category: Category, now: datetime, traits: dict[str, Trait]) -> None:
    values = _texts(entry, "name", "summary", "description") | {"category": category}
    values["returnable_7d"] = entry.get("returnable", True)
    first = values | {"published_from": now - timedelta(days=entry["age"])}
    product, new = Product.objects.update_or_create(slug=entry["slug"], defaults=values, create_defaults=first)
    product.traits.set(traits[name] for name in entry.get("traits", []))
    if not new:
        return
    for position, variant in enumerate(entry["variant"]):
        _variant(product, variant, position)
    if entry.get("picture", True):
        Picture.objects.create(product=product, stem=_picture(entry["slug"]), **_texts(entry, "alt"))
    if entry.get("close_up", False):
        alt = dict(zip(("alt", "alt_en", "alt_ja"), ("近看", "Close-up", "近くから"), strict=True))
        Picture.objects.create(product=product, stem=_close_up(entry["slug"]), position=1, **alt)


def _variant(product: Product, entry: dict[str, Any], position: int) -> None:
    variant = Variant.objects.create(
        product=product,
        sku=entry["sku"],
        position=position,
        price=Decimal(entry["price"]),
        was_price=Decimal(entry["was"]) if "was" in entry else None,
        weight_grams=entry["grams"],
        **_texts(entry, "option"),
    )
    if entry["stock"]:
        variant.adjust(entry["stock"], reason="opening stock")


def _picture(slug: str) -> str:
    """Copies the renditions below the media folder; returns their stem, which names their content."""
    sources = {width: HERE / "pictures" / f"{slug}-{width}.webp" for width in Picture.WIDTHS}
    digest = hashlib.sha256(sources[max(sources)].read_bytes()).hexdigest()[:10]
    stem = f"demo/{slug}-{digest}"
    for width, source in sources.items():
        target = settings.MEDIA_ROOT / f"{stem}-{width}.webp"
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copyfile(source, target)
    with Image.open(sources[max(sources)]) as picture:
        pictures.store_shared(picture.convert("RGB"), stem)
    return stem


def _close_up(slug: str) -> str:
    """The middle of the large rendition, as a picture of its own."""
    with Image.open(HERE / "pictures" / f"{slug}-1200.webp") as whole:
        middle = whole.crop((290, 360, 910, 980))
    file = io.BytesIO()
    middle.save(file, "PNG")
    file.seek(0)
    return pictures.store(file)


def _extra(count: int, progress: Progress) -> None:
    """Products for load tests, spread over the categories; numbered, so that a second run adds only what is missing."""
    there = Product.objects.filter(slug__startswith="load-").count()
    categories = list(Category.objects.filter(children__isnull=True))
    stems = list(Picture.objects.filter(stem__startswith="demo/").values_list("stem", flat=True))
    for start in range(there, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        with transaction.atomic():
            _batch(numbers, categories, stems)
        progress("More products", numbers.stop, count)


def _batch(numbers: range, categories: list[Category], stems: list[str]) -> None:
    then = timezone.now() - timedelta(days=500)
    products = Product.objects.bulk_create(
        Product(
            slug=f"load-{n:06}", category=categories[n % len(categories)], published_from=then - timedelta(minutes=n),
            name=f"样品 {n:06}", name_en=f"Sample {n:06}", name_ja=f"見本 {n:06}", summary="供负载测试用的商品。",
        )
        for n in numbers
    )  # fmt: skip
    variants = Variant.objects.bulk_create(
        Variant(product=product, sku=f"LOAD-{n:06}", price=Decimal(5 + n % 400), on_hand=100)
        for n, product in zip(numbers, products, strict=True)
    )
    StockMovement.objects.bulk_create(
        StockMovement(
            variant=variant, kind="adjust", quantity=100, on_hand_change=100, reserved_change=0, reason="load"
        )
        for variant in variants
    )
    Picture.objects.bulk_create(
        Picture(product=product, stem=stems[n % len(stems)], alt=product.name)
        for n, product in zip(numbers, products, strict=True)
    )
