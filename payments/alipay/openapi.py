"""The Open Platform (protocol.md B): paying, being told, asking, closing, refunding, the bill's address."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from payments.alipay import amounts, answers, wire
from payments.alipay.certificates import Certificates
from payments.alipay.errors import BadSignature, Malformed, Refused, Unknown
from payments.alipay.messages import PayRequest, RefundReport, TradeReport, TradeStatus
from payments.alipay.signing import Signer, canonical, require_signature

UNSIGNED_REQUEST = frozenset({"sign"})
UNSIGNED_NOTIFICATION = frozenset({"sign", "sign_type", "alipay_cert_sn"})
TRADE_NOTIFICATION = "trade_status_sync"
PAGE_PAY, WAP_PAY = "alipay.trade.page.pay", "alipay.trade.wap.pay"
QUERY, CLOSE = "alipay.trade.query", "alipay.trade.close"
REFUND, REFUND_QUERY = "alipay.trade.refund", "alipay.trade.fastpay.refund.query"
CERTIFICATE = "alipay.open.app.alipaycert.download"
BILL = "alipay.data.dataservice.bill.downloadurl.query"
NOT_EXIST = "ACQ.TRADE_NOT_EXIST"
EMPTY_BILL = "EMPTY_DATA_WITH_BILL_FILE"


def nobody(serial: str) -> Signer | None:
    """No certificate follows the configured one."""
    return None


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """An app of a merchant. ``seller_id`` is the merchant's PID. Serials and certificates are set in certificate mode
    only; there ``newer`` gives the signer of a certificate of Alipay's that came after, or of the last of them to "".
    """

    app_id: str
    signer: Signer
    seller_id: str = ""
    charset: str = "utf-8"
    gateway: str = "https://openapi.alipay.com/gateway.do"
    app_cert_sn: str = ""
    root_cert_sn: str = ""
    alipay_cert_sn: str = ""
    certificates: Certificates | None = None
    newer: Callable[[str], Signer | None] = nobody


def signed_query(account: OpenAccount, method: str, now: datetime, biz: Mapping[str, Any], **more: str) -> str:
    """The signed, urlencoded parameters of any request (B.2). ``now`` is aware; ``more`` as notify_url, return_url."""
    given = {
        "app_id": account.app_id,
        "method": method,
        "charset": account.charset,
        "sign_type": account.signer.sign_type,
        "timestamp": wire.write_time(now),
        "version": "1.0",
        "biz_content": json.dumps({name: value for name, value in biz.items() if value}, separators=(",", ":")),
        "app_cert_sn": account.app_cert_sn,
        "alipay_root_cert_sn": account.root_cert_sn,
        **more,
    }
    fields = {name: value for name, value in sorted(given.items()) if value}
    fields["sign"] = account.signer.sign(wire.encoded(canonical(fields, UNSIGNED_REQUEST), account.charset))
    return wire.write_form(fields, account.charset)


def call_url(account: OpenAccount, method: str, now: datetime, biz: Mapping[str, Any], **more: str) -> str:
    """The address that carries a whole signed request."""
    return f"{account.gateway}?{signed_query(account, method, now, biz, **more)}"


def product_code(phone: bool) -> str:
    """The product behind page.pay or wap.pay. A number that is sent as the other one again, once a trade was begun
    under it, is refused: ACQ.CONTEXT_INCONSISTENT (B.9)."""
    return "QUICK_WAP_WAY" if phone else "FAST_INSTANT_TRADE_PAY"


def pay_url(account: OpenAccount, request: PayRequest, now: datetime) -> str:
    """Where the shopper's browser goes to pay: page.pay, or wap.pay on a phone (B.3)."""
    biz = {
        "subject": wire.cut(re.sub(r"[/=&]", " ", " ".join(request.subject.split())), 256),
        "out_trade_no": request.out_trade_no,
        "total_amount": amounts.text(request.amount),
        "product_code": product_code(request.phone),
        "time_expire": wire.write_time(request.deadline) if request.deadline else "",
        "quit_url": request.quit_url if request.phone else "",
        "qr_pay_mode": "4" if request.frame else "",
        "qrcode_width": request.frame,
    }
    method = WAP_PAY if request.phone else PAGE_PAY
    return call_url(account, method, now, biz, notify_url=request.notify_url, return_url=request.return_url)


def read_notification(account: OpenAccount, body: bytes) -> TradeReport:
    """A trade notification from its raw form (B.5). Raises BadSignature or another Malformed.

    A genuine notification of another kind comes back with status OTHER: it never claims a payment.
    """
    fields = _genuine(account, body)
    other_kind = fields.get("notify_type", TRADE_NOTIFICATION) != TRADE_NOTIFICATION
    return _report(fields, TradeStatus.OTHER if other_kind else TradeStatus(fields.get("trade_status", "")))


def read_return(account: OpenAccount, query: bytes) -> TradeReport:
    """The browser's return (B.6). It carries no trade_status and so never proves a payment: status OTHER."""
    return _report(_genuine(account, query), TradeStatus.OTHER)


def mismatches(account: OpenAccount, report: TradeReport) -> list[str]:
    """Which of ``seller`` and ``app`` are not ours, or not named in a notification (B.5, "Alipay's own checklist"); and
    ``currency`` where the amount is not in yuan."""
    told = bool(report.notify_id)
    sellers, apps = {report.seller_id}, {report.app_id, report.fields.get("auth_app_id", report.app_id)}
    checks = {"seller": (sellers, {account.seller_id}), "app": (apps, {account.app_id})}
    wrong = [name for name, (theirs, ours) in checks.items() if theirs != ours and (told or theirs != {""})]
    return wrong if report.in_yuan else [*wrong, "currency"]


def query_url(account: OpenAccount, out_trade_no: str, now: datetime) -> str:
    """The address of alipay.trade.query (B.4)."""
    return call_url(account, QUERY, now, {"out_trade_no": out_trade_no})


def read_query(account: OpenAccount, body: bytes) -> TradeReport:
    """What alipay.trade.query answered; status NOT_EXIST where no trade is known, which is usual before the shopper
    logged in (B.3). Raises Refused or Unknown."""
    try:
        fields = _answer(account, QUERY, body)
        return _report(fields, TradeStatus(fields.get("trade_status", "")))
    except Refused as refusal:
        if refusal.code != NOT_EXIST:
            raise
        return TradeReport(out_trade_no="", status=TradeStatus.NOT_EXIST)
    except Malformed as error:
        raise Unknown(f"the answer cannot be trusted: {error}") from None


def close_url(account: OpenAccount, out_trade_no: str, now: datetime) -> str:
    """The address of alipay.trade.close (B.4)."""
    return call_url(account, CLOSE, now, {"out_trade_no": out_trade_no})


def read_close(account: OpenAccount, body: bytes) -> None:
    """Returns only where the unpaid trade was closed. Raises Refused or Unknown."""
    _answer(account, CLOSE, body)


def refund_url(account: OpenAccount, out_trade_no: str, request_no: str, amount: Decimal, now: datetime) -> str:
    """The address of alipay.trade.refund, ``amount`` in yuan. The same ``request_no`` is the same refund (B.4)."""
    biz = {"refund_amount": amounts.text(amount), "out_trade_no": out_trade_no, "out_request_no": request_no}
    return call_url(account, REFUND, now, biz)


def read_refund(account: OpenAccount, body: bytes, request_no: str) -> RefundReport:
    """What alipay.trade.refund answered. Done only where this call moved money; a repeat must be asked about (B.4)."""
    fields = _answer(account, REFUND, body)
    return RefundReport(
        request_no=request_no,
        done=fields.get("fund_change") == "Y",
        total_refunded=_amount(fields, "refund_fee"),
        trade_no=fields.get("trade_no", ""),
        fields=fields,
    )


def refund_query_url(account: OpenAccount, out_trade_no: str, request_no: str, now: datetime) -> str:
    """The address of alipay.trade.fastpay.refund.query; ask at least 10 s after the refund (B.4)."""
    return call_url(account, REFUND_QUERY, now, {"out_trade_no": out_trade_no, "out_request_no": request_no})


def read_refund_query(account: OpenAccount, body: bytes, request_no: str) -> RefundReport:
    """What is known of a refund: done only at REFUND_SUCCESS; code 10000 alone means nothing (B.4)."""
    fields = _answer(account, REFUND_QUERY, body)
    if fields.get("out_request_no", request_no) != request_no:
        raise Unknown("the answer belongs to another refund")
    return RefundReport(
        request_no=request_no,
        done=fields.get("refund_status") == "REFUND_SUCCESS",
        amount=_amount(fields, "refund_amount"),
        trade_no=fields.get("trade_no", ""),
        fields=fields,
    )


def bill_url(account: OpenAccount, day: date, now: datetime) -> str:
    """The address that asks for the trade bill of ``day``, ready the morning after (B.4)."""
    return call_url(account, BILL, now, {"bill_type": "trade", "bill_date": day.isoformat()})


def read_bill_url(account: OpenAccount, body: bytes) -> str:
    """Where to download the bill within 30 s; empty for a day without trades. Raises Refused or Unknown."""
    fields = _answer(account, BILL, body)
    return "" if fields.get("bill_file_code") == EMPTY_BILL else fields.get("bill_download_url", "")


def certificate_url(account: OpenAccount, serial: str, now: datetime) -> str:
    """The address of alipay.open.app.alipaycert.download (B.8)."""
    return call_url(account, CERTIFICATE, now, {"alipay_cert_sn": serial})


def read_certificate(account: OpenAccount, body: bytes) -> str:
    """The certificate in PEM, whoever signed the answer: only its own chain can tell whether it is Alipay's.

    Raises Refused or Unknown.
    """
    content = str(answers.read_unverified(CERTIFICATE, body, account.charset).get("alipay_cert_content", ""))
    try:
        return base64.b64decode(content, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise Unknown("the answer holds no certificate") from None


def _genuine(account: OpenAccount, raw: bytes) -> dict[str, str]:
    """The verified fields. Blanks are dropped by some of Alipay's signers and kept by others (B.5): both are taken."""
    fields = wire.read_form(raw, account.charset)
    serial = fields.get("alipay_cert_sn", "")
    try:
        _require(_signer(account, serial), account.charset, fields)
    except BadSignature:
        # A return names no certificate (B.6); a message that names one was tried by that one.
        last = None if serial else account.newer("")
        if last is None:
            raise
        _require(last, account.charset, fields)
    return fields


def _require(signer: Signer, charset: str, fields: Mapping[str, str]) -> None:
    try:
        require_signature(signer, fields, charset, UNSIGNED_NOTIFICATION)
    except BadSignature:
        if "" not in fields.values():
            raise
        require_signature(signer, fields, charset, UNSIGNED_NOTIFICATION, keep_empty=True)


def _signer(account: OpenAccount, serial: str) -> Signer:
    """Who must have signed what names this certificate (B.8). Raises BadSignature where it is none that we trust."""
    if not account.alipay_cert_sn or serial in ("", account.alipay_cert_sn):
        return account.signer
    newer = account.newer(serial)
    if newer is None:
        raise BadSignature("it names a certificate that is neither the configured one nor known to follow it")
    return newer


def _answer(account: OpenAccount, method: str, body: bytes) -> dict[str, str]:
    members = answers.read(lambda serial: _signer(account, serial), method, body, account.charset)
    return answers.fields_of(members)


def _amount(fields: Mapping[str, str], name: str) -> Decimal | None:
    try:
        return amounts.parse(fields[name]) if name in fields else None
    except Malformed as error:
        raise Unknown(f"the answer cannot be trusted: {error}") from None


def _report(fields: Mapping[str, str], status: TradeStatus) -> TradeReport:
    total, refunded = fields.get("total_amount"), fields.get("refund_fee")
    return TradeReport(
        out_trade_no=fields.get("out_trade_no", ""),
        status=status,
        amount=None if total is None else amounts.parse(total),
        trade_no=fields.get("trade_no", ""),
        seller_id=fields.get("seller_id", ""),
        seller_email=fields.get("seller_email", ""),
        app_id=fields.get("app_id", ""),
        notify_id=fields.get("notify_id", ""),
        notify_type=fields.get("notify_type", ""),
        refunded=amounts.parse(refunded) if refunded else Decimal("0.00"),
        refund_request_no=fields.get("out_request_no") or fields.get("out_biz_no", ""),
        refund_status=fields.get("refund_status", ""),
        begun_at=wire.read_time(fields.get("gmt_create", "")),
        paid_at=wire.read_time(fields.get("gmt_payment") or fields.get("send_pay_date", "")),
        buyer=fields.get("buyer_logon_id") or fields.get("buyer_id") or fields.get("buyer_user_id", ""),
        fields=fields,
    )
