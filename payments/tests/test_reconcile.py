"""The day's bill against the ledger: what one side lacks is booked or raised."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from payments import refunds, registry, repay
from payments.alipay.errors import Refused
from payments.alipay.wire import read_time
from payments.models import Incident, LedgerEntry, Payment, Refund
from payments.proofs import PROOFS
from payments.tests.alipay_double import AlipayDouble, tell
from payments.tests.factories import PaymentFactory
from payments.tests.open_double import OpenDouble, answer, packed_bill, told

pytestmark = pytest.mark.django_db
BILL = "alipay.data.dataservice.bill.downloadurl.query"
DAY = "2026-11-23"


def attempt(method: str) -> Payment:
    """Sent to the gateway some minutes before the bill says that it was paid."""
    payment: Payment = PaymentFactory(method=method, created_at=read_time(f"{DAY} 11:50:00"))
    return payment


def line(payment: Payment, kind: str = "交易", **changes: str) -> dict[str, str]:
    return {
        "支付宝交易号": f"2026112322002{payment.pk:015}", "商户订单号": payment.out_trade_no, "业务类型": kind,
        "完成时间": f"{DAY} 12:00:00", "订单金额（元）": f"{'-' if kind == '退款' else ''}{payment.amount:.2f}",
    } | changes  # fmt: skip


def lay_out(platform: OpenDouble, *lines: dict[str, str]) -> None:
    platform.answers[BILL] = answer(BILL, bill_download_url=f"{platform.url}?service=bill")
    platform.answers["bill"] = (200, packed_bill(list(lines)))


def reconcile(capsys: Any) -> tuple[int, str]:
    try:
        call_command("reconcile", day=date.fromisoformat(DAY))
    except SystemExit as end:
        return int(str(end.code)), capsys.readouterr().out
    return 0, capsys.readouterr().out


def paid(platform: OpenDouble, **changes: str) -> Payment:
    payment = attempt("alipay")
    tell(told(payment, **changes), "alipay")
    payment.refresh_from_db()
    return payment


def test_a_day_that_agrees_has_no_difference(platform: OpenDouble, capsys: Any) -> None:
    lay_out(platform, line(paid(platform)))
    assert reconcile(capsys) == (0, f"{DAY} alipay: 1 lines, 0 booked from it, 0 differences\n")


def test_a_payment_only_the_bill_knows_is_booked(platform: OpenDouble, capsys: Any) -> None:
    payment = attempt("alipay")
    lay_out(platform, line(payment))
    assert reconcile(capsys)[0] == 0
    payment.refresh_from_db()
    assert payment.order.status == "paid"
    assert [finding for proof in PROOFS for finding in proof()] == []


def test_a_payment_the_bill_does_not_know_is_raised(platform: OpenDouble, capsys: Any) -> None:
    payment = paid(platform, gmt_payment=f"{DAY} 11:59:58")
    lay_out(platform)
    assert reconcile(capsys)[0] == 1
    assert Incident.objects.get().subject == payment.trade_no


def test_a_line_of_an_unknown_order_is_raised(platform: OpenDouble, capsys: Any) -> None:
    stranger = PaymentFactory.build(pk=7, out_trade_no="9999999999999901", amount=5)
    lay_out(platform, line(stranger, **{"订单金额（元）": "5.00"}))
    assert reconcile(capsys)[0] == 1
    incident = Incident.objects.get()
    assert (incident.kind, "5.00, under our number 9999999999999901" in incident.detail) == ("unknown-trade", True)


def test_another_amount_in_the_bill_is_raised(platform: OpenDouble, capsys: Any) -> None:
    payment = paid(platform)
    lay_out(platform, line(payment, **{"订单金额（元）": "1.00"}))
    assert reconcile(capsys)[0] == 1
    assert Incident.objects.get().kind == "mismatch"


def test_a_refund_made_at_alipay_is_booked_from_the_bill(platform: OpenDouble, capsys: Any) -> None:
    payment = paid(platform)
    lay_out(platform, line(payment), line(payment, "退款", **{"退款批次号/请求号": "console-1"}))
    assert reconcile(capsys)[0] == 0
    assert (Refund.objects.get().source, Payment.objects.get().order.status) == ("console", "refunded")
    assert [finding for proof in PROOFS for finding in proof()] == []


def test_the_same_bill_twice_books_once(platform: OpenDouble, capsys: Any) -> None:
    payment = attempt("alipay")
    lay_out(platform, line(payment), line(payment, "退款", **{"退款批次号/请求号": "console-1"}))
    assert [reconcile(capsys)[0], reconcile(capsys)[0]] == [0, 0]
    assert sorted(LedgerEntry.objects.values_list("kind", flat=True)) == ["charge", "refund"]


REQUEST_NO = "退款批次号/请求号"


def test_a_bill_tells_of_the_old_services_payments_too(platform: OpenDouble, capsys: Any) -> None:
    payment = attempt("alipay-instant")
    lay_out(platform, line(payment))
    assert reconcile(capsys)[0] == 0
    payment.refresh_from_db()
    assert payment.order.status == "paid"
    assert reconcile(capsys) == (0, f"{DAY} alipay: 1 lines, 0 booked from it, 0 differences\n")


def old_payment(platform: OpenDouble, capsys: Any) -> Payment:
    """Paid by the old service, as a bill told."""
    payment = attempt("alipay-instant")
    lay_out(platform, line(payment))
    reconcile(capsys)
    payment.refresh_from_db()
    return payment


def test_a_missing_payment_of_the_old_service_is_raised(platform: OpenDouble, capsys: Any) -> None:
    payment = old_payment(platform, capsys)
    lay_out(platform)
    assert reconcile(capsys)[0] == 1
    assert Incident.objects.get().subject == payment.trade_no


def test_another_accounts_payments_are_not_missed(platform: OpenDouble, capsys: Any, settings: Settings) -> None:
    old_payment(platform, capsys)
    settings.ALIPAY_INSTANT = replace(settings.ALIPAY_INSTANT, partner="2088000000000777")
    registry.gateways.cache_clear()
    lay_out(platform)
    assert reconcile(capsys)[0] == 0


def test_a_refund_of_ours_is_known_by_its_batch_number(platform: OpenDouble, capsys: Any) -> None:
    payment = old_payment(platform, capsys)
    refund = refunds.request(payment, payment.amount / 2, "chipped", Refund.Source.STAFF)
    back = line(
        payment, "退款", **{REQUEST_NO: f"20261123{refund.out_request_no}", "订单金额（元）": f"-{refund.amount}"}
    )
    lay_out(platform, line(payment), back)
    booked = [reconcile(capsys)[1].split("lines, ")[1][:8] for _ in range(2)]
    assert booked == ["1 booked", "0 booked"]
    assert [(known.source, known.state) for known in Refund.objects.all()] == [("staff", "succeeded")]


def test_consoles_refund_numbers_are_unique_within_a_trade_only(platform: OpenDouble, capsys: Any) -> None:
    payments = [paid(platform), paid(platform)]
    lines = [line(payment, kind, **{REQUEST_NO: "HZ01"}) for payment in payments for kind in ("交易", "退款")]
    lay_out(platform, *lines)
    assert [reconcile(capsys)[0], reconcile(capsys)[0]] == [0, 0]
    assert [payment.order.status for payment in Payment.objects.all()] == ["refunded", "refunded"]


def test_a_day_without_trades_is_a_day(platform: OpenDouble, capsys: Any) -> None:
    platform.answers[BILL] = answer(BILL, bill_file_code="EMPTY_DATA_WITH_BILL_FILE")
    assert reconcile(capsys)[0] == 0


@pytest.mark.parametrize("bill", [b"", b"PK\x03\x04broken", b"<html>"])
def test_a_bill_that_cannot_be_read_changes_nothing(platform: OpenDouble, capsys: Any, bill: bytes) -> None:
    lay_out(platform)
    platform.answers["bill"] = (200, bill)
    with pytest.raises(CommandError):
        reconcile(capsys)


def test_a_silent_gateway_is_said_plainly(platform: OpenDouble, capsys: Any) -> None:
    platform.answers[BILL] = (502, b"")
    with pytest.raises(CommandError, match="No bill of"):
        reconcile(capsys)


def test_without_the_open_platform_there_is_no_bill(alipay: AlipayDouble, settings: Settings) -> None:
    settings.PAYMENT_METHODS = ["alipay-instant"]
    with pytest.raises(CommandError, match="PAYMENT_METHODS"):
        call_command("reconcile", day=timezone.now().date())


def refund_line(payment: Payment, number: str, amount: str) -> dict[str, str]:
    return line(payment, "退款", **{"退款批次号/请求号": number, "订单金额（元）": f"-{amount}"})


@pytest.mark.parametrize("told_first", [["20.00"], ["40.00"], ["20.00", "40.00"], ["40.00", "20.00"], []])
def test_two_alike_console_refunds_are_booked_once_each(
    platform: OpenDouble, capsys: Any, told_first: list[str]
) -> None:
    payment = paid(platform)
    for total in told_first:
        tell(told(payment, refund_fee=total, out_biz_no=f"console-{total}"), "alipay")
    lay_out(
        platform, refund_line(payment, "console-1", "20.00"), refund_line(payment, "console-2", "20.00"), line(payment)
    )
    assert [reconcile(capsys)[0], reconcile(capsys)[0]] == [0, 0]
    payment.refresh_from_db()
    assert payment.refunded == Decimal("40.00")
    assert [finding for proof in PROOFS for finding in proof()] == []


def test_a_console_refund_told_under_the_number_of_ours_is_booked_beside_it(platform: OpenDouble) -> None:
    payment = paid(platform)
    ours = refunds.request(payment, Decimal("30.00"), "cracked", Refund.Source.STAFF)
    echo = told(payment, refund_fee="50.00", out_biz_no=ours.out_request_no)
    assert [tell(echo, "alipay"), tell(echo, "alipay")] == [(200, "success")] * 2
    assert refunds.book(ours)
    payment.refresh_from_db()
    assert payment.refunded == Decimal("50.00")


def test_a_refund_of_ours_that_was_refused_and_then_done_is_booked(platform: OpenDouble, capsys: Any) -> None:
    payment = paid(platform)
    ours = refunds.request(payment, Decimal("30.00"), "cracked", Refund.Source.STAFF)
    repay._refused(ours, Refused("ACQ.TRADE_NOT_ALLOW_REFUND"), timezone.now())
    lay_out(platform, line(payment), refund_line(payment, ours.out_request_no, "30.00"))
    assert reconcile(capsys)[0] == 0
    payment.refresh_from_db()
    assert (payment.refunded, payment.refund_reserved) == (Decimal("30.00"), Decimal("30.00"))
    assert [finding for proof in PROOFS for finding in proof()] == []


def test_one_done_after_all_needs_a_person_where_its_money_is_promised(platform: OpenDouble, capsys: Any) -> None:
    payment = paid(platform)
    ours = refunds.request(payment, Decimal("30.00"), "cracked", Refund.Source.STAFF)
    repay._refused(ours, Refused("ACQ.TRADE_NOT_ALLOW_REFUND"), timezone.now())
    refunds.request(payment, Decimal("88.00"), "cracked", Refund.Source.STAFF)
    lay_out(platform, line(payment), refund_line(payment, ours.out_request_no, "30.00"))
    reconcile(capsys)
    assert Incident.objects.filter(kind="unknown-refund", subject=ours.out_request_no).exists()
