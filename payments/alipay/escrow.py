"""The legacy escrow and dual services (protocol.md A.9): the money waits until the buyer confirms the goods."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from payments.alipay import amounts, instant
from payments.alipay.instant import InstantAccount
from payments.alipay.messages import PayRequest


class Carriage(StrEnum):
    """How the goods travel."""

    POST = "POST"
    EXPRESS = "EXPRESS"
    EMS = "EMS"
    DIRECT = "DIRECT"


class CarriagePayer(StrEnum):
    """Who pays the carriage, and when."""

    SELLER = "SELLER_PAY"
    BUYER = "BUYER_PAY"
    BUYER_AFTER_RECEIVE = "BUYER_PAY_AFTER_RECEIVE"


@dataclass(frozen=True, slots=True)
class Logistics:
    """``fee`` in yuan, may be zero."""

    carriage: Carriage
    fee: Decimal
    payer: CarriagePayer


def escrow_url(account: InstantAccount, request: PayRequest, logistics: Logistics, quantity: int = 1) -> str:
    """create_partner_trade_by_buyer; the request's amount is the price of one piece, in yuan."""
    return _trade_url(account, "create_partner_trade_by_buyer", request, logistics, quantity)


def dual_url(account: InstantAccount, request: PayRequest, logistics: Logistics, quantity: int = 1) -> str:
    """trade_create_by_buyer: the buyer chooses between escrow and instant arrival."""
    return _trade_url(account, "trade_create_by_buyer", request, logistics, quantity)


def send_goods_url(
    account: InstantAccount, trade_no: str, company: str, carriage: Carriage, invoice_no: str = ""
) -> str:
    """send_goods_confirm_by_platform: the goods are on their way; answered by ``instant.read_success``."""
    fields = {"trade_no": trade_no, "logistics_name": company, "transport_type": carriage, "invoice_no": invoice_no}
    return instant.service_url(account, "send_goods_confirm_by_platform", fields)


def _trade_url(account: InstantAccount, service: str, request: PayRequest, logistics: Logistics, quantity: int) -> str:
    fields = {
        "payment_type": "1",
        "seller_id": account.partner,
        "out_trade_no": request.out_trade_no,
        "subject": instant.subject(account, request),
        "price": amounts.text(request.amount),
        "quantity": str(quantity),
        "logistics_type": logistics.carriage,
        "logistics_fee": f"{logistics.fee:.2f}",
        "logistics_payment": logistics.payer,
        "notify_url": request.notify_url,
        "return_url": request.return_url,
    }
    return instant.service_url(account, service, fields)
