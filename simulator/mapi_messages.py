"""The legacy service's messages to the merchant: notification (A.5) and way back (A.4)."""

from datetime import datetime

from simulator.forms import address_with, signed
from simulator.ledger import BUYER_EMAIL, BUYER_ID, Trade
from simulator.notify_ids import FOR_A_NOTIFICATION, FOR_A_RETURN
from simulator.world import World


def _common(world: World, trade: Trade, notify_id: str) -> dict[str, str]:
    order = trade.order
    return {
        "notify_time": world.clock.stamp(),
        "notify_type": "trade_status_sync",
        "notify_id": notify_id,
        "out_trade_no": order.out_trade_no,
        "subject": order.subject,
        "payment_type": order.payment_type,
        "trade_no": trade.trade_no,
        "trade_status": trade.status.value,
        "seller_email": world.merchant.seller_email,
        "buyer_email": BUYER_EMAIL,
        "seller_id": world.merchant.partner,
        "buyer_id": BUYER_ID,
        "total_fee": f"{order.total:.2f}",
        **_present(body=order.body[:400], extra_common_param=order.passback),
    }


def _present(**fields: str) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}


def notification(world: World, trade: Trade, wanted_id: str = "", known: bool = True) -> dict[str, str]:
    """The unsigned fields of A.5. ``known`` is whether notify_verify will confirm its id."""
    now = world.clock.now()
    life = FOR_A_NOTIFICATION if known else now - now
    moments = {"gmt_payment": trade.paid_at, "gmt_close": trade.closed_at or trade.finished_at}
    return {
        **_common(world, trade, world.ids.new(now, life, wanted_id)),
        "gmt_create": world.clock.stamp(trade.created),
        **{name: world.clock.stamp(moment) for name, moment in moments.items() if isinstance(moment, datetime)},
        "price": f"{trade.order.total:.2f}",
        "quantity": "1",
        "discount": "0.00",
        "is_total_fee_adjust": "N",
        "use_coupon": "N",
    }


def way_back(world: World, trade: Trade) -> str:
    """The signed address to which the buyer's browser is sent; empty where the merchant named none."""
    order = trade.order
    if not order.return_url:
        return ""
    fields = {
        "is_success": "T",
        "exterface": order.service,
        **_common(world, trade, world.ids.new(world.clock.now(), FOR_A_RETURN)),
    }
    return address_with(order.return_url, signed(fields, order.charset, world.merchant.signer), order.charset)
