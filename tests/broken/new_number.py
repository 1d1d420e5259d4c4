"""Refunds that are sent again under another number when in doubt."""

from itertools import count
from os import getpid
from typing import Any

from payments import repay
from payments.alipay.messages import RefundReport
from payments.models import Refund
from payments.open_gateway import OpenGateway

numbers = count(1)
_refund = OpenGateway.refund


def refund(self: OpenGateway, payment: Any, row: Refund) -> RefundReport:
    """The number is made when it is sent, not when the refund is."""
    row.out_request_no = f"{payment.out_trade_no}{getpid()}{next(numbers)}"
    return _refund(self, payment, row)


OpenGateway.refund = refund
repay._ask_then_put = repay._put
