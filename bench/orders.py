"""``python -m bench.orders METHOD COUNT``: places that many orders, sends each to the gateway, prints what to tell."""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()

from orders.checkout import Quote, place  # noqa: E402
from orders.forms import new_key  # noqa: E402
from payments.attempts import open_attempt  # noqa: E402
from payments.models import Payment  # noqa: E402
from shop.cart import CartLine  # noqa: E402
from shop.models import Variant  # noqa: E402

CONTACT = {
    "name": "陈静", "phone": "13800138000", "province": "浙江省", "city": "杭州市", "district": "西湖区",
    "street": "文三路 90 号 3 幢 502", "email": "bench@example.com", "note": "",
}  # fmt: skip


def sent(quote: Quote, method: str) -> Payment:
    """The attempt of a new order."""
    return open_attempt(place(quote, CONTACT, key=new_key()), method)


def main(method: str, count: int) -> None:
    """A line for each attempt: its number and its amount in yuan. Each order is of two other goods."""
    lines = [CartLine(variant, 1, variant.price, 1) for variant in Variant.objects.on_sale().select_related("product")]
    for first in range(count):
        goods = [lines[2 * first % len(lines)], lines[(2 * first + 1) % len(lines)]]
        payment = sent(Quote(goods, []), method)
        print(payment.out_trade_no, payment.amount)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
