"""The legacy service's messages to the merchant: notification (A.5) and way back (A.4)."""

from simulator.ledger import BUYER_EMAIL, BUYER_ID, Trade
from simulator.notify_ids import FOR_A_RETURN
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


def notification(world: World, trade: Trade, notify_id: str) -> dict[str, str]:
    """The unsigned fields of A.5."""
    moments = {"gmt_payment": trade.paid_at, "gmt_close": trade.closed_at or trade.finished_at}
    return {
        **_common(world, trade, notify_id),
        "gmt_create": world.clock.stamp(trade.created),
        **{name: world.clock.stamp(moment) for name, moment in moments.items() if moment},
        "price": f"{trade.order.total:.2f}",
        "quantity": "1",
        "discount": "0.00",
        "is_total_fee_adjust": "N",
        "use_coupon": "N",
        **_refund(world, trade),
    }


def _refund(world: World, trade: Trade) -> dict[str, str]:
    if not trade.refunds:
        return {}
    return {"refund_status": "REFUND_SUCCESS", "gmt_refund": world.clock.stamp(trade.refunds[-1].when)}


def way_back(world: World, trade: Trade) -> dict[str, str]:
    """The unsigned fields of A.4."""
    notify_id = world.ids.new(world.clock.now(), FOR_A_RETURN)
    return {"is_success": "T", "exterface": trade.order.service, **_common(world, trade, notify_id)}
