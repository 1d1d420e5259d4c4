"""Opens an attempt to pay and builds the address to which the shopper is sent."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from orders.models import Order
from payments import asking, registry
from payments.alipay.errors import AlipayError
from payments.alipay.messages import PayRequest, TradeStatus
from payments.closing import AlreadyPaid, StillOpen, close_attempt
from payments.gateways import Gateway
from payments.models import Payment

FIRST_QUERY_AFTER = timedelta(seconds=45)
# Alipay takes no page that ends within a minute (protocol.md B.3): in the last one it gets more, but less than
# closing.GRACE, after which the order is closed.
SHORTEST, LAST_PAGE = timedelta(seconds=70), timedelta(seconds=90)
MOST_ATTEMPTS = 99


class NotPayable(Exception):
    """The order cannot be paid now; the text tells the shopper why."""


def open_attempt(order: Order, method: str, bank: str = "", *, phone: bool = False) -> Payment:
    """The order's open attempt for ``method``, made if there is none: at most one is open per order.

    Pressing the button again reuses the number, so that the gateway itself refuses to take the money twice. Raises
    NotPayable where the order is not due, its deadline has passed or its attempts are used up.
    """
    product = registry.gateways()[method].product(bank, phone)
    _close_other(order, method, product)
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=order.pk)
        if not order.due:
            raise NotPayable(_("This order does not wait for a payment."))
        if not order.seconds_left():
            raise NotPayable(_("The time to pay has passed."))
        payment = order.payments.filter(state__in=Payment.OPEN).first() or _next_attempt(order, method)
        payment.send(method, bank, product, order.expires_at, timezone.now() + FIRST_QUERY_AFTER)
        order.paying()
    return payment


def _close_other(order: Order, method: str, product: str) -> None:
    """Closes the open attempt at its gateway where its number cannot be used again."""
    old = order.payments.filter(state__in=Payment.OPEN).first()
    if old is None or (_reusable(old, order, method) and (old.product == product or not _begun(old))):
        return
    try:
        close_attempt(old)
    except StillOpen:
        raise NotPayable(_("The first payment page is still open at Alipay. Please try again in a minute.")) from None
    except AlreadyPaid:
        raise NotPayable(_("This order does not wait for a payment.")) from None


def _begun(payment: Payment) -> bool:
    """Whether the gateway says that a buyer has begun a trade under this number: it stays the product that it is.

    Until then the number is free for any, and whoever comes first has it, so that no two pages are paid for one order.
    Where the gateway is silent the number is sent again for the same reason.
    """
    try:
        return asking.ask(payment) != TradeStatus.NOT_EXIST
    except AlipayError:
        return False


def _reusable(payment: Payment, order: Order, method: str) -> bool:
    """A gateway that was told an absolute deadline holds to it, so more time needs a new number (protocol.md B.3)."""
    gateway = registry.gateway(payment.method)
    bound = gateway is None or gateway.absolute_deadline
    return payment.method == method and (not bound or payment.deadline == order.expires_at)


def _next_attempt(order: Order, method: str) -> Payment:
    n = order.payments.count() + 1
    if n > MOST_ATTEMPTS:
        raise NotPayable(_("Too many attempts were made to pay this order. Please contact us."))
    return Payment(
        order=order, n=n, out_trade_no=f"{order.number}{n:02}", method=method, amount=order.total - order.paid_sum,
    )  # fmt: skip


def _page_ends(payment: Payment) -> datetime:
    short = payment.deadline - timezone.now() < SHORTEST
    return payment.deadline + LAST_PAGE if short else payment.deadline


def pay_url(gateway: Gateway, payment: Payment, *, shopper_ip: str = "", phone: bool = False, frame: int = 0) -> str:
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
        deadline=_page_ends(payment),
        bank=payment.bank,
        show_url=cashier,
        quit_url=cashier,
        shopper_ip=shopper_ip,
        phone=phone,
        frame=frame,
    )
    return gateway.start(request)
