"""The legacy overseas service (protocol.md A.9): priced in a foreign currency or in yuan, settled abroad."""

from datetime import datetime
from decimal import Decimal

from payments.alipay import amounts, instant, wire
from payments.alipay.instant import InstantAccount
from payments.alipay.messages import PayRequest

PRODUCT = "NEW_OVERSEAS_SELLER"
COMPACT_TIME = "%Y%m%d%H%M%S"


def pay_url(account: InstantAccount, request: PayRequest, currency: str, *, in_yuan: bool = False) -> str:
    """create_forex_trade, or create_forex_trade_wap on a phone.

    The request's amount is in ``currency``, or in yuan where ``in_yuan``. ``quit_url`` serves as the merchant_url
    that the phone service wants.
    """
    fields = {
        "out_trade_no": request.out_trade_no,
        "subject": instant.subject(account, request),
        "currency": currency,
        "rmb_fee" if in_yuan else "total_fee": amounts.text(request.amount),
        "product_code": PRODUCT,
        "notify_url": request.notify_url,
        "return_url": request.return_url,
        "merchant_url": request.quit_url if request.phone else "",
    }
    return instant.service_url(account, "create_forex_trade_wap" if request.phone else "create_forex_trade", fields)


def refund_url(
    account: InstantAccount, out_trade_no: str, request_no: str, amount: Decimal, currency: str, now: datetime
) -> str:
    """forex_refund of ``amount`` in ``currency``; the same ``request_no`` is the same refund. ``now`` is aware.

    Answered by ``instant.read_success``.
    """
    fields = {
        "out_return_no": request_no,
        "out_trade_no": out_trade_no,
        "return_amount": amounts.text(amount),
        "currency": currency,
        "gmt_return": now.astimezone(wire.CHINA).strftime(COMPACT_TIME),
        "product_code": PRODUCT,
    }
    return instant.service_url(account, "forex_refund", fields)
