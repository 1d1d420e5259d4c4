"""The Open Platform's messages to the merchant: notification (B.5) and way back (B.6)."""

import json

from simulator.ledger import BUYER_EMAIL, BUYER_ID, Trade
from simulator.world import World


def notification(world: World, trade: Trade, notify_id: str) -> dict[str, str]:
    """The unsigned fields of B.5; after a refund with its cumulative sum."""
    order, total = trade.order, f"{trade.order.total:.2f}"
    fields = {
        "notify_time": world.clock.stamp(),
        "notify_type": "trade_status_sync",
        "notify_id": notify_id,
        **_app(world, trade),
        "trade_no": trade.trade_no,
        "out_trade_no": trade.out_trade_no,
        "trade_status": trade.status.value,
        "subject": order.subject,
        "body": order.body[:400],
        "passback_params": order.passback,
        "buyer_id": BUYER_ID,
        "buyer_logon_id": BUYER_EMAIL,
        "seller_id": world.merchant.partner,
        "seller_email": world.merchant.seller_email,
        "total_amount": total,
        "receipt_amount": total,
        "invoice_amount": total,
        "buyer_pay_amount": total,
        "point_amount": "0.00",
        "gmt_create": world.clock.stamp(trade.created),
        "gmt_payment": world.clock.stamp(trade.paid_at) if trade.paid_at else "",
        "gmt_close": world.clock.stamp(trade.closed_at) if trade.closed_at else "",
        "fund_bill_list": json.dumps([{"amount": total, "fundChannel": "ALIPAYACCOUNT"}], separators=(",", ":")),
        **_refund(world, trade),
    }
    return {name: value for name, value in fields.items() if value}


def _refund(world: World, trade: Trade) -> dict[str, str]:
    if not trade.refunds:
        return {}
    last = trade.refunds[-1]
    when = f"{world.clock.stamp(last.when)}.{last.when.microsecond // 1000:03d}"
    return {"refund_fee": f"{trade.refunded:.2f}", "gmt_refund": when, "out_biz_no": last.request_no}


def _app(world: World, trade: Trade) -> dict[str, str]:
    app_id = world.merchant.app_id
    return {"app_id": app_id, "auth_app_id": app_id, "charset": trade.order.charset, "version": "1.0"}


def way_back(world: World, trade: Trade) -> dict[str, str]:
    """The unsigned fields of B.6: no trade_status, so it can never prove a payment."""
    return {
        **_app(world, trade),
        "method": f"{trade.order.service}.return",
        "out_trade_no": trade.out_trade_no,
        "trade_no": trade.trade_no,
        "total_amount": f"{trade.order.total:.2f}",
        "seller_id": world.merchant.partner,
        "timestamp": world.clock.stamp(),
    }
