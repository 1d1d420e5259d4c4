"""What search engines read on a product page: JSON-LD after schema.org (rule G36)."""

import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from shop.models import Variant
from shop.sheet import Sheet

SAFE = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def script(data: Any) -> SafeString:
    """JSON that can stand inside a script element: nothing in it can close the element."""
    text = json.dumps(data, ensure_ascii=False).translate(SAFE)
    return mark_safe(text)  # noqa: S308 the three signs that HTML knows are escaped


def product(sheet: Sheet, variants: Sequence[Variant]) -> dict[str, Any]:
    """The product with an offer for each variant."""
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": sheet.name,
        "description": sheet.summary or sheet.name,
        "image": [settings.SITE_URL + shot.large for shot in sheet.shots],
        "sku": variants[0].sku,
        "offers": [_offer(sheet, variant) for variant in variants],
    }


def _offer(sheet: Sheet, variant: Variant) -> dict[str, Any]:
    state = "InStock" if variant.sellable > 0 else "OutOfStock"
    return {
        "@type": "Offer",
        "sku": variant.sku,
        "price": f"{variant.price:.2f}",
        "priceCurrency": "CNY",
        "availability": f"https://schema.org/{state}",
        "itemCondition": "https://schema.org/NewCondition",
        "url": settings.SITE_URL + sheet.url,
    }


def breadcrumbs(trail: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The way from the home page, as (name, address) pairs."""
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": n, "name": name, "item": settings.SITE_URL + address}
            for n, (name, address) in enumerate(trail, 1)
        ],
    }
