"""Compares the gateway's bill of a day with ledger and journal: what only one side knows is settled or raised.

A payment that the bill tells of and we do not is booked by the one road, like a notification that came very late. A
bill tells of all trades of an account, whichever service made them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from orders.models import ZERO
from payments import registry
from payments.alipay.messages import BillLine, TradeReport, TradeStatus
from payments.alipay.wire import CHINA
from payments.gateways import Gateway
from payments.incidents import raise_incident
from payments.judge import Judgement, judge
from payments.models import GatewayMessage, LedgerEntry, Payment, Refund
from payments.refunds import book, notice_console
from payments.settle import act

Kind = LedgerEntry.Kind
CLOCKS_DIFFER = timedelta(minutes=10)
CONSOLE = "refunded at Alipay's console"


@dataclass(slots=True)
class Tally:
    """What came of comparing one day: lines read, facts booked, differences raised."""

    lines: int = 0
    booked: int = 0
    differences: int = 0


def reconcile(day: date) -> dict[str, Tally]:
    """Reconciles ``day`` (Beijing time) for every configured method. Raises Refused or Unknown where no bill is had."""
    return {
        name: compare(gateway, gateway.bill(day), day)
        for name, gateway in registry.gateways().items()
        if gateway.has_bill
    }


def compare(gateway: Gateway, bill: Iterable[BillLine], day: date) -> Tally:
    """Holds the bill's lines against the ledger, then the ledger of that day against the bill."""
    tally = Tally()
    seen: set[str] = set()
    for line in sorted(bill, key=lambda line: line.kind == "refund"):  # a refund finds its payment booked
        tally.lines += 1
        seen |= {line.trade_no, line.request_no}
        _take(gateway, line, tally)
    _missing(gateway, day, seen, tally)
    return tally


def _take(gateway: Gateway, line: BillLine, tally: Tally) -> None:
    if line.kind == "trade":
        _take_charge(gateway, line, tally)
    elif line.kind == "refund":
        _take_refund(gateway, line, tally)


def _take_charge(gateway: Gateway, line: BillLine, tally: Tally) -> None:
    known = LedgerEntry.objects.filter(kind=Kind.CHARGE, reference=line.trade_no).first()
    if known and known.amount == line.amount:
        return
    report = TradeReport(
        out_trade_no=line.out_trade_no, status=TradeStatus.TRADE_SUCCESS, amount=line.amount, trade_no=line.trade_no,
        paid_at=line.finished_at,
    )  # fmt: skip
    judgement = _judge(gateway, report)
    message = _journal(gateway, line, judgement.verdict, judgement.payment)
    tally.booked += judgement.verdict == GatewayMessage.Verdict.ACCEPTED
    tally.differences += judgement.verdict != GatewayMessage.Verdict.ACCEPTED
    act(judgement, report, message)


def _judge(gateway: Gateway, report: TradeReport) -> Judgement:
    """By the method that made the trade, where it is one of ours."""
    judgement = judge(gateway, report)
    maker = registry.gateway(judgement.payment.method) if judgement.payment else None
    return judgement if maker in (None, gateway) else judge(maker, report)


def _take_refund(gateway: Gateway, line: BillLine, tally: Tally) -> None:
    payment = Payment.objects.filter(trade_no=line.trade_no).first()
    if payment is None:
        tally.differences += 1
        _journal(gateway, line, GatewayMessage.Verdict.UNKNOWN_TRADE, None)
        raise_incident("unknown-refund", line.request_no or line.trade_no, f"The bill says {line.amount} went back.")
    else:
        refund = payment.refunds.filter(out_request_no__in=_numbers(line), amount=line.amount).first()
        if refund is None:
            tally.booked += notice_console(payment, *_told_of_console(gateway, line, payment))
        elif refund.state != Refund.State.SUCCEEDED:
            tally.booked += book(refund, _journal(gateway, line, GatewayMessage.Verdict.ACCEPTED, payment))


def _told_of_console(gateway: Gateway, line: BillLine, payment: Payment) -> tuple[Decimal, GatewayMessage]:
    """The sum of all lines, of this bill and earlier ones, about refunds of ``payment`` that we did not ask for.

    Each line is journalled once, however often its bill is read: the journal is what remembers them.
    """
    told = GatewayMessage.objects.filter(kind="bill", payment=payment, note=CONSOLE)
    message = told.filter(body=_text(line)).first() or _journal(
        gateway, line, GatewayMessage.Verdict.ACCEPTED, payment, CONSOLE
    )
    return sum((Decimal(bytes(each.body).rpartition(b" ")[2].decode()) for each in told), ZERO), message


def _numbers(line: BillLine) -> list[str]:
    """Our number of a refund as the bill may write it: the legacy service puts the day before it (protocol.md A.9)."""
    return [line.request_no, line.request_no[8:]]


def _missing(gateway: Gateway, day: date, seen: set[str], tally: Tally) -> None:
    """What we booked on that day and the bill does not tell.

    Clocks may differ, so what we booked around midnight may stand in the bill of either day: it is looked for at the
    beginning of a day, in its bill and then in that of the day before.
    """
    midnight = datetime.combine(day, time.min, CHINA)
    begin, end = midnight - CLOCKS_DIFFER, midnight + timedelta(days=1) - CLOCKS_DIFFER
    ours = LedgerEntry.objects.filter(method__in=_billed_with(gateway)).filter(
        Q(kind=Kind.CHARGE, payment__paid_at__gte=begin, payment__paid_at__lt=end)
        | Q(kind=Kind.REFUND, at__gte=begin, at__lt=end)
    )
    told = Q(reference__in=seen) | Q(kind=Kind.REFUND, payment__trade_no__in=seen)
    before: set[str] | None = None
    for entry in ours.exclude(told).select_related("order", "payment"):
        if _moment(entry) < midnight + CLOCKS_DIFFER:
            before = _told_by(gateway.bill(day - timedelta(days=1))) if before is None else before
            if before & {entry.reference, entry.payment.trade_no}:
                continue
        tally.differences += 1
        detail = f"The bill of {day} does not tell of this {entry.kind} of {entry.amount}."
        raise_incident("missing-in-bill", entry.reference, detail, entry.order)


def _moment(entry: LedgerEntry) -> datetime:
    """When the gateway counts it, as far as we were told."""
    return (entry.kind == Kind.CHARGE and entry.payment.paid_at) or entry.at


def _told_by(bill: Iterable[BillLine]) -> set[str]:
    """The numbers by which a bill names its trades and refunds."""
    return {number for line in bill for number in (line.trade_no, line.request_no) if number}


def _billed_with(gateway: Gateway) -> list[str]:
    """The methods whose trades stand in this gateway's bill: those of the same account."""
    return [name for name, other in registry.gateways().items() if other.pid == gateway.pid]


def _journal(gateway: Gateway, line: BillLine, verdict: str, payment: Payment | None, note: str = "") -> GatewayMessage:
    return GatewayMessage.objects.create(
        method=gateway.method, kind="bill", outgoing=True, payment=payment, out_trade_no=line.out_trade_no[:64],
        body=_text(line), signature_ok=True, verdict=verdict, note=note,
    )  # fmt: skip


def _text(line: BillLine) -> bytes:
    at = line.finished_at.isoformat() if line.finished_at else "-"
    return f"{line.kind} {line.trade_no} {line.out_trade_no} {line.request_no} {at} {line.amount}".encode()


def yesterday() -> date:
    """The day whose bill is ready: it is made in the morning after (protocol.md B.4)."""
    return timezone.now().astimezone(CHINA).date() - timedelta(days=1)
