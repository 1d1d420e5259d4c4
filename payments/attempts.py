"""Opens an attempt to pay, builds the address the shopper is sent to, and asks the gateway how an attempt stands."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from orders.models import Order
from payments import journal, registry
from payments.alipay.errors import AlipayError, Refused
from payments.alipay.messages import PayRequest
from payments.gateways import Gateway
from payments.judge import judge
from payments.models import GatewayMessage, Payment
from payments.settle import act

FIRST_QUERY_AFTER = timedelta(seconds=45)
MOST_ATTEMPTS = 99
Answer = TypeVar("Answer")


class NotPayable(Exception):
    """The order cannot be paid now; the text tells the shopper why."""


def open_attempt(order: Order, method: str, bank: str = "") -> Payment:
    """The order's open attempt for ``method``, made if there is none: at most one is open per order.

    Pressing the button again reuses the number, so that the gateway itself refuses to take the money twice. Raises
    NotPayable where the order is not due, its deadline has passed or its attempts are used up.
    """
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=order.pk)
        if not order.due:
            raise NotPayable(_("This order does not wait for a payment."))
        if not order.seconds_left():
            raise NotPayable(_("The time to pay has passed."))
        payment = order.payments.filter(state__in=Payment.OPEN).first() or _next_attempt(order, method)
        payment.send(method, bank, order.expires_at, timezone.now() + FIRST_QUERY_AFTER)
    return payment


def _next_attempt(order: Order, method: str) -> Payment:
    n = order.payments.count() + 1
    if n > MOST_ATTEMPTS:
        raise NotPayable(_("Too many attempts were made to pay this order. Please contact us."))
    return Payment(
        order=order, n=n, out_trade_no=f"{order.number}{n:02}", method=method, amount=order.total - order.paid_sum,
    )  # fmt: skip


def pay_url(gateway: Gateway, payment: Payment, *, shopper_ip: str = "", phone: bool = False) -> str:
    """The gateway's signed address for ``payment``. Addresses follow from SITE_URL, never from the request."""
    with translation.override(payment.order.language):
        subject = _("Order %(number)s") % {"number": payment.order.number}
        cashier = settings.SITE_URL + reverse("payments:cashier", args=[payment.order.number])
    request = PayRequest(
        out_trade_no=payment.out_trade_no,
        amount=payment.amount,
        subject=subject,
        notify_url=settings.SITE_URL + reverse("notify", args=[payment.method]),
        return_url=settings.SITE_URL + reverse("return", args=[payment.method]),
        deadline=payment.deadline,
        bank=payment.bank,
        show_url=cashier,
        quit_url=cashier,
        shopper_ip=shopper_ip,
        phone=phone,
    )
    return gateway.start(request)


def ask(payment: Payment) -> None:
    """Asks the gateway how ``payment`` stands and settles what it says. Raises Refused or Unknown (and journals it)."""
    gateway = gateway_of(payment)
    started = time.monotonic()
    report = journalled(payment, "query", lambda: gateway.query(payment.out_trade_no))
    judgement = judge(gateway, report)
    message = journal.asked(payment, "query", judgement.verdict, started, report=report, note=judgement.failed)
    act(judgement, report, message)


def gateway_of(payment: Payment) -> Gateway:
    """The gateway that ``payment`` was sent to. Raises Refused where its method is switched off."""
    gateway = registry.gateway(payment.method)
    if gateway is None:
        raise Refused("METHOD_NOT_CONFIGURED", payment.method)
    return gateway


def journalled(payment: Payment, kind: str, question: Callable[[], Answer]) -> Answer:
    """Puts a question to the gateway; a refusal or silence is journalled and raised again."""
    started = time.monotonic()
    try:
        return question()
    except AlipayError as error:
        journal.asked(payment, kind, GatewayMessage.Verdict.ERROR, started, note=str(error))
        raise
