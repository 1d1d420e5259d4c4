"""What a shopper does before an order is there: fills the cart, reads the form, sends it."""

import re
from typing import Any

from django.test import Client

from orders.models import Order
from shop.models import Variant

CHECKOUT = "/en/checkout/"
ADDRESS = {
    "name": "林小雨", "phone": "13800138000", "province": "浙江省", "city": "杭州市", "district": "西湖区",
    "street": "龙井路 1 号", "email": "lin@example.com", "note": "",
}  # fmt: skip


def take(shopper: Client, variant: Variant, quantity: int = 1) -> None:
    """Puts units into the cart."""
    answer = shopper.post("/en/cart/add/", {"variant": variant.pk, "quantity": quantity})
    assert answer.status_code == 303, answer.content.decode()


def form_of(page: Any) -> dict[str, str]:
    """The hidden fields of the checkout page."""
    html = page.content.decode()
    return dict(re.findall(r'name="(checkout_key|shown)" value="([^"]*)"', html))


def filled(shopper: Client, **changed: Any) -> dict[str, Any]:
    """The checkout form as this shopper sees it now, with an address in it."""
    return {**form_of(shopper.get(CHECKOUT)), **ADDRESS, **changed}


def buy(shopper: Client, variant: Variant, quantity: int = 1, **changed: Any) -> Order:
    """The whole way to an order that waits for its money."""
    take(shopper, variant, quantity)
    answer = shopper.post(CHECKOUT, filled(shopper, **changed))
    assert answer.status_code == 303, answer.content.decode()
    return Order.objects.get(number=answer["Location"].split("/")[3])
