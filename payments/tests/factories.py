"""Attempts to pay, and what was said about them."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from orders.tests.factories import OrderFactory
from payments.models import GatewayMessage, Incident, LedgerEntry, Payment


class PaymentFactory(DjangoModelFactory):
    """An open attempt for the order's whole total."""

    class Meta:
        model = Payment

    order = factory.LazyFunction(OrderFactory)
    n = factory.LazyAttribute(lambda payment: payment.order.payments.count() + 1)
    out_trade_no = factory.LazyAttribute(lambda payment: f"{payment.order.number}{payment.n:02}")
    method = "alipay-instant"
    amount = factory.LazyAttribute(lambda payment: payment.order.total)
    deadline = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=30))
    state = Payment.State.SENT

    class Params:
        paid = factory.Trait(
            state=Payment.State.SUCCEEDED,
            trade_no=factory.Sequence(lambda n: f"20261102220014{n:014}"),
            charged=factory.SelfAttribute("amount"),
            buyer="lin@example.com",
            paid_at=factory.LazyFunction(timezone.now),
        )


class MessageFactory(DjangoModelFactory):
    """A notification that was taken for true."""

    class Meta:
        model = GatewayMessage

    method = "alipay-instant"
    kind = "notify"
    payment = factory.SubFactory(PaymentFactory)
    out_trade_no = factory.SelfAttribute("payment.out_trade_no")
    body = b"trade_status=TRADE_SUCCESS&total_fee=88.00&buyer_email=lin%40example.com&sign=0123456789abcdef"
    signature_ok = True
    verdict = GatewayMessage.Verdict.ACCEPTED


class EntryFactory(DjangoModelFactory):
    """The charge of a paid attempt."""

    class Meta:
        model = LedgerEntry

    payment = factory.SubFactory(PaymentFactory, paid=True)
    order = factory.SelfAttribute("payment.order")
    method = "alipay-instant"
    kind = LedgerEntry.Kind.CHARGE
    amount = factory.SelfAttribute("payment.amount")
    reference = factory.SelfAttribute("payment.trade_no")


class IncidentFactory(DjangoModelFactory):
    """An amount that does not match."""

    class Meta:
        model = Incident

    kind = "mismatch"
    order = factory.LazyFunction(OrderFactory)
    subject = factory.LazyAttribute(lambda incident: incident.order.number)
    detail = "It says 0.01, we expect 88.00."
    next_step = "Compare the journal message with the order."
