"""The legacy codes that stand for one product (protocol.md A.9): alipay.mobile.qrcode.manage."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from payments.alipay import amounts, instant, wire
from payments.alipay.instant import InstantAccount

PRODUCT_CODE = "10"


@dataclass(frozen=True, slots=True)
class CodedGoods:
    """What the code sells; ``price`` in yuan."""

    id: str
    name: str
    price: Decimal


def add_url(account: InstantAccount, goods: CodedGoods, now: datetime, notify_url: str, return_url: str = "") -> str:
    """The signed address that makes a code for ``goods``. ``now`` is aware."""
    biz = {
        "goods_info": {"id": goods.id, "name": goods.name, "price": amounts.text(goods.price)},
        "need_address": "F",
        "trade_type": "1",
        "notify_url": notify_url,
    } | ({"return_url": return_url} if return_url else {})
    fields = {
        "method": "add",
        "timestamp": wire.write_time(now),
        "biz_type": PRODUCT_CODE,
        "biz_data": json.dumps(biz, separators=(",", ":")),
    }
    return instant.service_url(account, "alipay.mobile.qrcode.manage", fields)
