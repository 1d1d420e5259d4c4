"""The legacy instant-arrival service (protocol.md A): paying, being told, asking, closing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from payments.alipay import amounts, wire, xml
from payments.alipay.errors import Malformed, Refused, Unknown
from payments.alipay.messages import PayRequest, TradeReport, TradeStatus
from payments.alipay.signing import Signer, canonical, require_signature

UNSIGNED = frozenset({"sign", "sign_type"})
TRADE_NOTIFICATION = "trade_status_sync"
IPV4 = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}")
PASSING_TROUBLE = frozenset({"SYSTEM_ERROR", "SESSION_TIMEOUT", "TRADE_ENGINE_ERROR"})

# protocol.md A.2: cards of either kind, foreign cards, debit cards, company accounts. Case-sensitive.
BANK_CODES = """
BOCB2C ICBCB2C CMB CCB ABC SPDB CIB GDB CMBC COMM CITIC CEBBANK HZCBB2C SHBANK NBBANK SPABANK BJRCB POSTGC BJBANK
fdb101 SDB abc1003 abc1004
CMB-DEBIT CCB-DEBIT ICBC-DEBIT COMM-DEBIT GDB-DEBIT BOC-DEBIT CEB-DEBIT SPDB-DEBIT PSBC-DEBIT SHRCB WZCBB2C-DEBIT
ICBCBTB ABCBTB CCBBTB SPDBB2B
"""
BANKS = frozenset(BANK_CODES.split())


@dataclass(frozen=True, slots=True)
class InstantAccount:
    """A merchant's account at the legacy service. ``charset`` is utf-8 or gbk; ``gateway`` the address asked."""

    partner: str
    signer: Signer
    seller_email: str = ""
    charset: str = "utf-8"
    gateway: str = "https://mapi.alipay.com/gateway.do"


def service_url(account: InstantAccount, service: str, params: Mapping[str, str]) -> str:
    """The signed address of any legacy service; empty parameters are dropped, as they are not signed (0)."""
    given = {"service": service, "partner": account.partner, "_input_charset": account.charset, **params}
    fields = {name: value for name, value in sorted(given.items()) if value}
    fields["sign"] = account.signer.sign(wire.encoded(canonical(fields, UNSIGNED), account.charset))
    fields["sign_type"] = account.signer.sign_type
    return f"{account.gateway}?{wire.write_form(fields, account.charset)}"


def pay_url(account: InstantAccount, request: PayRequest, now: datetime | None = None) -> str:
    """Where the shopper's browser goes to pay: create_direct_pay_by_user (A.1).

    ``it_b_pay`` is sent only where ``now`` is given too: it is relative, in whole minutes, and by contract only.
    Raises Malformed for a bank that is not in ``BANKS``.
    """
    return service_url(
        account,
        "create_direct_pay_by_user",
        {
            "payment_type": "1",
            "out_trade_no": request.out_trade_no,
            "subject": subject(account, request),
            "total_fee": amounts.text(request.amount),
            "seller_id": account.partner,
            "notify_url": request.notify_url,
            "return_url": request.return_url,
            "show_url": request.show_url,
            "exter_invoke_ip": request.shopper_ip if IPV4.fullmatch(request.shopper_ip) else "",
            "it_b_pay": _minutes_left(request.deadline, now),
            **_way_to_pay(request.bank),
        },
    )


def subject(account: InstantAccount, request: PayRequest) -> str:
    """The subject in the account's charset, at most 256 wide (A.1)."""
    return wire.cut(wire.writable(request.subject, account.charset), 256)


def read_notification(account: InstantAccount, body: bytes) -> TradeReport:
    """A trade notification from its raw form (A.5). Raises BadSignature or another Malformed.

    A genuine notification of another kind comes back with status OTHER: it never claims a payment.
    """
    fields = genuine(account, body)
    other_kind = fields.get("notify_type", TRADE_NOTIFICATION) != TRADE_NOTIFICATION
    return report(fields, TradeStatus.OTHER if other_kind else _status(fields))


def read_return(account: InstantAccount, query: bytes) -> TradeReport:
    """The browser's return from its raw query string (A.4). Raises as ``read_notification``."""
    fields = genuine(account, query)
    return report(fields, _status(fields) if fields.get("is_success", "T") == "T" else TradeStatus.OTHER)


def mismatches(account: InstantAccount, report: TradeReport) -> list[str]:
    """``seller`` where the message is not for our account or, in a notification, does not name it (A.5); ``currency``
    where the amount is not in yuan."""
    if report.seller_id:
        ours = report.seller_id == account.partner
    elif report.seller_email:
        ours = report.seller_email.lower() == account.seller_email.lower()
    else:
        ours = not report.notify_id
    wrong = [] if ours else ["seller"]
    return wrong if report.in_yuan else [*wrong, "currency"]


def notify_verify_url(account: InstantAccount, notify_id: str) -> str:
    """The unsigned address that tells whether a notification is Alipay's (A.6)."""
    fields = {"service": "notify_verify", "partner": account.partner, "notify_id": notify_id}
    return f"{account.gateway}?{wire.write_form(fields, account.charset)}"


def read_notify_verify(status: int, body: bytes) -> bool:
    """True only for 200 and exactly ``true``; ``false`` and ``invalid`` are no; all else raises Unknown (A.6)."""
    if status != 200 or body not in (b"true", b"false", b"invalid"):
        raise Unknown("no clear answer about the notification")
    return body == b"true"


def query_url(account: InstantAccount, out_trade_no: str) -> str:
    """The signed address of single_trade_query (A.9)."""
    return service_url(account, "single_trade_query", {"out_trade_no": out_trade_no})


def read_query(account: InstantAccount, body: bytes) -> TradeReport:
    """What single_trade_query answered (A.9); status NOT_EXIST where Alipay knows no such trade.

    Raises Refused, or Unknown where the answer is unreadable, passing trouble, or a success that is not signed.
    """
    root = _answer(account, body)
    if _refusal(root) == "TRADE_NOT_EXIST":
        return TradeReport(out_trade_no=_echo(root, "out_trade_no"), status=TradeStatus.NOT_EXIST)
    _raise_refusal(root)
    try:
        fields = _signed_trade(account, root)
        return report(fields, _status(fields))
    except Malformed as error:
        raise Unknown(f"the answer cannot be trusted: {error}") from None


def close_url(account: InstantAccount, out_trade_no: str) -> str:
    """The signed address of close_trade; our number is called out_order_no here (A.9)."""
    return service_url(account, "close_trade", {"out_order_no": out_trade_no})


def read_close(account: InstantAccount, body: bytes) -> None:
    """Returns only where the trade was closed (A.9). Raises Refused or Unknown."""
    read_success(account, body)


def read_success(account: InstantAccount, body: bytes) -> Element:
    """The answer of a service that says is_success T. Raises Refused or Unknown."""
    root = _answer(account, body)
    _raise_refusal(root)
    return root


def _way_to_pay(bank: str) -> Mapping[str, str]:
    if not bank:
        return {"paymethod": "directPay"}
    if bank not in BANKS:
        raise Malformed("unknown bank code")
    return {"paymethod": "bankPay", "defaultbank": bank}


def _minutes_left(deadline: datetime | None, now: datetime | None) -> str:
    if deadline is None or now is None:
        return ""
    minutes = int((deadline - now).total_seconds() // 60)
    return f"{min(max(minutes, 1), 15 * 24 * 60)}m"


def genuine(account: InstantAccount, raw: bytes) -> dict[str, str]:
    """The decoded fields of any signed legacy message, from its raw form or query. Raises as ``read_notification``."""
    fields = wire.read_form(raw, account.charset)
    require_signature(account.signer, fields, account.charset, UNSIGNED)
    return fields


def _status(fields: Mapping[str, str]) -> TradeStatus:
    return TradeStatus(fields.get("trade_status", ""))


def report(fields: Mapping[str, str], status: TradeStatus) -> TradeReport:
    """The report of a trade from its decoded, verified fields. Raises Malformed for a bad amount."""
    total = fields.get("total_fee")
    return TradeReport(
        out_trade_no=fields.get("out_trade_no", ""),
        status=status,
        amount=None if total is None else amounts.parse(total),
        trade_no=fields.get("trade_no", ""),
        seller_id=fields.get("seller_id", ""),
        seller_email=fields.get("seller_email", ""),
        notify_id=fields.get("notify_id", ""),
        notify_type=fields.get("notify_type", ""),
        refund_status=fields.get("refund_status", ""),
        begun_at=wire.read_time(fields.get("gmt_create", "")),
        paid_at=wire.read_time(fields.get("gmt_payment", "")),
        buyer=fields.get("buyer_email") or fields.get("buyer_id", ""),
        fields=fields,
    )


def _answer(account: InstantAccount, body: bytes) -> Element:
    try:
        return xml.parse(body, account.charset)
    except Malformed as error:
        raise Unknown(f"the answer cannot be read: {error}") from None


def _refusal(root: Element) -> str:
    """The error code of an answer; empty where it says is_success T."""
    said = root.findtext("is_success", "")
    return "" if said == "T" else root.findtext("error", "") or "NO_ANSWER"


def _raise_refusal(root: Element) -> None:
    code = _refusal(root)
    if code in PASSING_TROUBLE or code == "NO_ANSWER":
        raise Unknown(f"the gateway answered {code}")
    if code:
        raise Refused(code)


def _echo(root: Element, name: str) -> str:
    return next((param.text or "" for param in root.iterfind("request/param") if param.get("name") == name), "")


def _signed_trade(account: InstantAccount, root: Element) -> dict[str, str]:
    trade = root.find("response/trade")
    if trade is None:
        raise Malformed("no trade")
    fields = xml.children(trade)
    seal = {"sign": root.findtext("sign", ""), "sign_type": root.findtext("sign_type", account.signer.sign_type)}
    require_signature(account.signer, {**fields, **seal}, account.charset, UNSIGNED)
    return fields
