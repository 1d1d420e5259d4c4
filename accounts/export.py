"""Everything the shop holds on a member, as plain data to take away."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.forms import model_to_dict

from accounts.models import SavedCart
from orders.models import Address, Order, OrderEvent
from payments.models import Payment, Refund

ORDER = (
    "number", "language", "email", "name", "phone", "province", "city", "district", "street", "note", "subtotal",
    "shipping", "discount", "coupon_id", "total", "charged", "refunded", "life", "pay_status", "placed_at", "paid_at",
    "shipped_at", "parcel_company", "parcel_number",
)  # fmt: skip
LINE = ("sku", "name", "option", "price", "quantity", "total")
FAPIAO = ("kind", "title", "tax_id", "number")
PAYMENT = ("out_trade_no", "method", "amount", "state", "trade_no", "created_at", "paid_at")
REFUND = ("out_request_no", "amount", "reason", "state", "created_at", "settled_at")


def everything_about(user: User) -> dict[str, Any]:
    """Account, addresses, cart and orders of ``user``, with what was paid and returned."""
    saved = SavedCart.objects.filter(user_id=user.pk).first()
    return {
        "account": {
            "name": user.first_name, "email": user.email, "joined": user.date_joined,
            "last_login": user.last_login,
            "emails": list(EmailAddress.objects.filter(user_id=user.pk).values("email", "verified", "primary")),
        },
        "addresses": [address.contact | {"default": address.is_default} for address in Address.objects.of(user)],
        "saved_cart": saved.units if saved else {},
        "orders": [_order(order) for order in _orders(user)],
    }  # fmt: skip


def _orders(user: User) -> QuerySet[Order]:
    return (
        Order.objects.filter(buyer_id=user.pk)
        .prefetch_related("lines", "events", "payments__refunds")
        .select_related("fapiao")
    )


def _order(order: Order) -> dict[str, Any]:
    return {name: getattr(order, name) for name in ORDER} | {
        "lines": [model_to_dict(line, LINE) for line in order.lines.all()],
        "events": [_event(event) for event in order.events.all()],
        "fapiao": model_to_dict(order.fapiao, FAPIAO) if hasattr(order, "fapiao") else None,
        "payments": [_payment(payment) for payment in order.payments.all()],
    }


def _event(event: OrderEvent) -> dict[str, Any]:
    """What happened; of its details those that the member wrote."""
    written = {"reason": event.detail["reason"]} if event.kind == "refund-asked" and "reason" in event.detail else {}
    return {"at": event.at, "what": event.kind} | written


def _payment(payment: Payment) -> dict[str, Any]:
    return {name: getattr(payment, name) for name in PAYMENT} | {
        "refunds": [_refund(refund) for refund in payment.refunds.all()]
    }


def _refund(refund: Refund) -> dict[str, Any]:
    return {name: getattr(refund, name) for name in REFUND}
