"""What search engines read beside the page: JSON-LD after schema.org (rule G36)."""

import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shop.models import Variant
from shop.sheet import Sheet
from shop.shipping import shipping_span

CONTEXT = "https://schema.org"
COUNTRY = "CN"
RETURN_DAYS = 7
SAFE = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def script(data: Any) -> SafeString:
    """JSON that can stand inside a script element: nothing in it can close the element."""
    text = json.dumps(data, ensure_ascii=False).translate(SAFE)
    return mark_safe(text)  # noqa: S308 the three signs that HTML knows are escaped


def home() -> list[SafeString]:
    """Who runs the shop, and the shop itself."""
    name, address = _("Leaf, Paper & Clay"), settings.SITE_URL + reverse("shop:home")
    organization = {
        "@context": CONTEXT,
        "@type": "Organization",
        "@id": f"{settings.SITE_URL}/#organization",
        "name": settings.COMPANY_NAME or name,
        "url": settings.SITE_URL + "/",
        "logo": settings.SITE_URL + static("img/share.jpg"),
    }
    if settings.CONTACT_EMAIL:
        organization["email"] = settings.CONTACT_EMAIL
    site = {"@context": CONTEXT, "@type": "WebSite", "name": name, "url": address, "inLanguage": get_language()}
    return [script(organization), script(site | {"publisher": {"@id": organization["@id"]}})]


def product(sheet: Sheet, variants: Sequence[Variant]) -> SafeString:
    """The product with an offer for each variant."""
    return script({
        "@context": CONTEXT,
        "@type": "Product",
        "name": sheet.name,
        "description": sheet.about,
        "image": [settings.SITE_URL + address for shot in sheet.shots for address in shot.shared],
        "sku": variants[0].sku,
        "brand": {"@type": "Brand", "name": _("Leaf, Paper & Clay")},
        "offers": [_offer(sheet, variant, len(variants) > 1) for variant in variants],
    })  # fmt: skip


def _offer(sheet: Sheet, variant: Variant, one_of_many: bool) -> dict[str, Any]:
    state = "InStock" if variant.sellable > 0 else "OutOfStock"
    return {
        "@type": "Offer",
        "sku": variant.sku,
        "price": f"{variant.price:.2f}",
        "priceCurrency": "CNY",
        "availability": f"{CONTEXT}/{state}",
        "itemCondition": f"{CONTEXT}/NewCondition",
        "url": settings.SITE_URL + sheet.url + (f"?variant={variant.pk}" if one_of_many else ""),
        "shippingDetails": _delivery(variant),
        "hasMerchantReturnPolicy": _returns(sheet.returnable),
    }


def _delivery(variant: Variant) -> dict[str, Any]:
    """What it costs at most, and that it leaves within a day; how long it is on the way we do not know."""
    most = f"{shipping_span(variant.price, variant.weight_grams).highest:.2f}"
    handling = {"@type": "QuantitativeValue", "minValue": 0, "maxValue": 1, "unitCode": "DAY"}
    return {
        "@type": "OfferShippingDetails",
        "shippingRate": {"@type": "MonetaryAmount", "maxValue": most, "currency": "CNY"},
        "shippingDestination": {"@type": "DefinedRegion", "addressCountry": COUNTRY},
        "deliveryTime": {"@type": "ShippingDeliveryTime", "handlingTime": handling},
    }


def _returns(returnable: bool) -> dict[str, Any]:
    policy = {"@type": "MerchantReturnPolicy", "applicableCountry": COUNTRY}
    if not returnable:
        return policy | {"returnPolicyCategory": f"{CONTEXT}/MerchantReturnNotPermitted"}
    return policy | {
        "returnPolicyCategory": f"{CONTEXT}/MerchantReturnFiniteReturnWindow",
        "merchantReturnDays": RETURN_DAYS,
        "returnMethod": f"{CONTEXT}/ReturnByMail",
        "merchantReturnLink": settings.SITE_URL + reverse("content:page", args=["delivery"]),
    }


def breadcrumbs(trail: Sequence[tuple[str, str]]) -> SafeString:
    """The way from the home page, which goes without saying, as (name, address) pairs."""
    steps = [(_("Home"), reverse("shop:home")), *trail]
    items = [
        {"@type": "ListItem", "position": n, "name": name, "item": settings.SITE_URL + address}
        for n, (name, address) in enumerate(steps, 1)
    ]
    return script({"@context": CONTEXT, "@type": "BreadcrumbList", "itemListElement": items})
