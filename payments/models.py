"""Attempts to pay, the journal of gateway messages, the ledger, refunds and incidents."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models import ZERO, Order, money
from shop import prepared

METHOD_NAMES = {"alipay": _("Alipay"), "alipay-instant": _("Alipay (instant arrival)")}


class Payment(models.Model):
    """One attempt to pay an order. Succeeded can be reached from every state; nothing leaves it."""

    class State(models.TextChoices):
        CREATED = "created", _("created")
        SENT = "sent", _("sent to the gateway")
        WAITING = "waiting", _("waiting for the buyer")
        SUCCEEDED = "succeeded", _("succeeded")
        CLOSED = "closed", _("closed")
        FAILED = "failed", _("failed")

    OPEN = (State.CREATED, State.SENT, State.WAITING)

    # Found by the first column of payment_attempt_once.
    order = models.ForeignKey(Order, models.PROTECT, db_index=False, related_name="payments", verbose_name=_("order"))
    n = models.PositiveSmallIntegerField(_("attempt"))
    out_trade_no = models.CharField(_("our trade number"), max_length=16)
    method = models.CharField(_("method"), max_length=20)
    bank = models.CharField(_("bank"), max_length=20, blank=True)
    product = models.CharField(_("gateway's product"), max_length=30, default="", db_default="", blank=True)
    amount = money(_("amount"))
    deadline = models.DateTimeField(_("deadline"))
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.CREATED)
    trade_no = models.CharField(_("gateway's trade number"), max_length=64, null=True, blank=True)
    charged = money(_("paid in"), default=ZERO)
    refund_reserved = money(_("refunds asked for"), default=ZERO)
    refunded = money(_("refunded"), default=ZERO)
    buyer = models.CharField(_("buyer's account"), max_length=100, blank=True)
    failure = models.CharField(_("why it failed"), max_length=120, blank=True)
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    queries = models.PositiveSmallIntegerField(_("times asked"), default=0)
    next_query_at = models.DateTimeField(_("ask next"), null=True, blank=True)

    class Meta:
        ordering = ["order", "n"]
        verbose_name = _("payment attempt")
        verbose_name_plural = _("payment attempts")
        indexes = [
            models.Index(fields=["next_query_at"], condition=Q(next_query_at__isnull=False), name="payment_to_query")
        ]
        constraints = [
            models.UniqueConstraint(fields=["order", "n"], name="payment_attempt_once"),
            models.UniqueConstraint(fields=["out_trade_no"], name="payment_number_once"),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state__in=["created", "sent", "waiting"]),
                name="payment_one_open_per_order",
            ),
            models.UniqueConstraint(
                fields=["method", "trade_no"], condition=Q(trade_no__isnull=False), name="payment_trade_no_once"
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("refund_reserved"), refund_reserved__lte=F("charged")),
                name="payment_refunds_within_charge",
            ),
            models.CheckConstraint(
                condition=Q(state="succeeded", charged__gt=0, trade_no__isnull=False)
                | (~Q(state="succeeded") & Q(charged=0)),
                name="payment_succeeded_means_charged",
            ),
        ]

    def __str__(self) -> str:
        return self.out_trade_no

    @property
    def method_name(self) -> str:
        """How the shopper paid, in the reader's words; also of a method that was switched off."""
        return str(METHOD_NAMES.get(self.method, self.method))

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    def send(self, method: str, bank: str, product: str, deadline: datetime, next_query_at: datetime) -> None:
        """Notes that the shopper is about to be sent to the gateway; saves.

        ``product`` is empty once the number went out for several: a buyer may then begin a trade as any of them.
        """
        self.product = product if self.state == self.State.CREATED or self.product == product else ""
        self.method, self.bank, self.deadline = method, bank, deadline
        self.next_query_at = next_query_at
        if self.state == self.State.CREATED:
            self.state = self.State.SENT
        self.save()

    def succeed(self, trade_no: str, buyer: str, paid_at: datetime | None) -> None:
        """Notes that the money was paid; saves. Nothing leaves this state."""
        self.state = self.State.SUCCEEDED
        self.trade_no, self.buyer = trade_no, buyer[:100]
        self.charged = self.amount
        self.paid_at = paid_at or timezone.now()
        self.next_query_at = None
        prepared.update(self, "state", "trade_no", "buyer", "charged", "paid_at", "next_query_at")

    @property
    def refundable(self) -> Decimal:
        """What can still be asked back."""
        return self.charged - self.refund_reserved

    def reserve_refund(self, amount: Decimal) -> None:
        """Sets money aside for a refund, or frees it again (negative amount); saves."""
        self.refund_reserved += amount
        self.save(update_fields=["refund_reserved"])

    def pay_back(self, amount: Decimal) -> None:
        """Notes that reserved money went back; saves."""
        self.refunded += amount
        self.save(update_fields=["refunded"])


class GatewayMessage(models.Model):
    """The journal: every message from and to a gateway, with its verdict. Append-only.

    ``body`` is the raw message up to BODY_LIMIT bytes, keys and signatures of ours never in it.
    """

    BODY_LIMIT = 16_384

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        REPEAT = "repeat", _("repeat")
        STALE = "stale", _("nothing due")
        FORGED = "forged", _("forged")
        MISMATCH = "mismatch", _("does not match")
        UNKNOWN_TRADE = "unknown-trade", _("unknown trade")
        ERROR = "error", _("error")

    at = models.DateTimeField(_("when"), default=timezone.now)
    method = models.CharField(_("method"), max_length=20)
    kind = models.CharField(_("kind"), max_length=14)
    outgoing = models.BooleanField(_("asked by us"), default=False)
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, blank=True, related_name="messages", verbose_name=_("attempt")
    )
    out_trade_no = models.CharField(_("our trade number"), max_length=64, blank=True)
    body = models.BinaryField(_("raw message"), blank=True)
    headers = models.JSONField(_("headers"), default=dict, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)
    took_ms = models.PositiveIntegerField(_("milliseconds"), default=0)
    signature_ok = models.BooleanField(_("signature holds"), null=True)
    checks = models.JSONField(_("the four checks"), default=dict, blank=True)
    verdict = models.CharField(_("verdict"), max_length=13, choices=Verdict.choices)
    note = models.CharField(_("why"), max_length=200, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("gateway message")
        verbose_name_plural = _("payment journal")
        indexes = [models.Index(fields=["out_trade_no"], name="message_number")]

    def __str__(self) -> str:
        return f"{self.kind} {self.out_trade_no} {self.get_verdict_display()}"


class LedgerEntry(models.Model):
    """A fact about money. Append-only; unique by the gateway's own reference, so nothing counts twice."""

    class Kind(models.TextChoices):
        CHARGE = "charge", _("charge")
        REFUND = "refund", _("refund")
        CORRECTION = "correction", _("correction")

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="entries", verbose_name=_("attempt"))
    order = models.ForeignKey(Order, models.PROTECT, related_name="entries", verbose_name=_("order"))
    method = models.CharField(_("method"), max_length=20)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    amount = money(_("amount"))
    reference = models.CharField(_("gateway's reference"), max_length=64)
    # Neither is ever deleted, and nobody asks which entry came of a message.
    message = models.ForeignKey(
        GatewayMessage, models.PROTECT, null=True, blank=True, db_index=False, related_name="+",
        verbose_name=_("told by"),
    )  # fmt: skip
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        constraints = [
            models.UniqueConstraint(fields=["method", "kind", "reference"], name="ledger_fact_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount} {self.reference}"


class Refund(models.Model):
    """Money going back. ``out_request_no`` is fixed when the row is made, before any call to the gateway."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("requested")
        SENT = "sent", _("sent")
        SUCCEEDED = "succeeded", _("succeeded")
        FAILED = "failed", _("failed")
        UNKNOWN = "unknown", _("outcome unknown")

    class Source(models.TextChoices):
        STAFF = "staff", _("staff")
        LATE = "late", _("paid after closing")
        DUPLICATE = "duplicate", _("paid twice")
        CONSOLE = "console", _("made at Alipay")

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds", verbose_name=_("attempt"))
    out_request_no = models.CharField(_("request number"), max_length=64, unique=True)
    amount = money(_("amount"))
    reason = models.CharField(_("reason"), max_length=200)
    source = models.CharField(_("source"), max_length=9, choices=Source.choices)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.REQUESTED)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_query_at = models.DateTimeField(_("ask next"), null=True, blank=True)
    failure = models.CharField(_("gateway's answer"), max_length=120, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        indexes = [
            models.Index(fields=["next_query_at"], condition=Q(next_query_at__isnull=False), name="refund_to_query")
        ]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive")]

    def __str__(self) -> str:
        return self.out_request_no

    @property
    def reason_told(self) -> str:
        """Why, as the shopper reads it: what staff wrote, else the source in the reader's words."""
        return self.reason if self.source == self.Source.STAFF else self.get_source_display()

    def settle(self) -> None:
        """The money went back; saves. Nothing leaves this state."""
        self.state, self.settled_at, self.next_query_at = self.State.SUCCEEDED, timezone.now(), None
        self.save()

    def fail(self, answer: str) -> None:
        """The gateway refused for good; saves."""
        self.state, self.failure, self.next_query_at = self.State.FAILED, answer[:120], None
        self.save()


class Incident(models.Model):
    """Something a person must look at; one open per kind and subject."""

    kind = models.CharField(_("kind"), max_length=30)
    subject = models.CharField(_("subject"), max_length=64)
    order = models.ForeignKey(
        Order, models.PROTECT, null=True, blank=True, related_name="incidents", verbose_name=_("order")
    )
    detail = models.TextField(_("what happened"), blank=True)
    next_step = models.CharField(_("next step"), max_length=200)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("resolved by")
    )
    why = models.CharField(_("how it was resolved"), max_length=200, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("incident")
        verbose_name_plural = _("needs attention")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=Q(resolved_at__isnull=True), name="incident_one_open_per_subject"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"


class GatewayCertificate(models.Model):
    """A certificate of Alipay's that came after the configured one, as fetched; whether to trust it is asked anew."""

    serial = models.CharField(_("serial number"), max_length=32, unique=True)
    pem = models.TextField(_("certificate"))
    added_at = models.DateTimeField(_("fetched"), default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("gateway certificate")
        verbose_name_plural = _("gateway certificates")

    def __str__(self) -> str:
        return self.serial


class JobRun(models.Model):
    """When each scheduled job last ran, and how it ended."""

    name = models.CharField(_("job"), max_length=40, unique=True)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    failure = models.CharField(_("why it failed"), max_length=200, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("job")
        verbose_name_plural = _("jobs")

    def __str__(self) -> str:
        return self.name
