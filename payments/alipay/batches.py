"""The legacy batches (protocol.md A.9): many refunds or transfers in one text, and what became of them."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from payments.alipay import amounts, instant, wire
from payments.alipay.errors import Malformed
from payments.alipay.instant import InstantAccount

REFUND_NOTIFICATION, TRANSFER_NOTIFICATION = "batch_refund_notify", "batch_trans_notify"
LARGEST = 1000
REASON_BYTES = 256
SEPARATORS = re.compile(r"[\^|$#]")
BATCH_NO = re.compile(r"[0-9]{8}(?!000$)[0-9A-Za-z]{3,24}")


@dataclass(frozen=True, slots=True)
class RefundItem:
    """One refund of a batch, in yuan; ``trade_no`` is Alipay's number, not ours."""

    trade_no: str
    amount: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class RefundResult:
    """What became of one refund: ``code`` is SUCCESS or an error code."""

    trade_no: str
    amount: Decimal
    code: str

    @property
    def done(self) -> bool:
        return self.code == "SUCCESS"


@dataclass(frozen=True, slots=True)
class TransferItem:
    """One transfer of a batch, in yuan; ``serial`` is our number for it."""

    serial: str
    account: str
    name: str
    amount: Decimal
    note: str


@dataclass(frozen=True, slots=True)
class TransferResult:
    """What became of one transfer; ``detail`` are the further parts, as they came."""

    serial: str
    account: str
    amount: Decimal
    done: bool
    detail: tuple[str, ...]


def refund_page_url(
    account: InstantAccount, batch_no: str, items: Sequence[RefundItem], now: datetime, notify_url: str
) -> str:
    """refund_fastpay_by_platform_pwd: a page where the merchant types his payment password. ``now`` is aware.

    Raises ValueError for a batch number that is not today's date and 3 to 24 letters or digits, and for items that
    the service would refuse.
    """
    fields = _refund_fields(batch_no, items, now, notify_url) | {"seller_user_id": account.partner}
    return instant.service_url(account, "refund_fastpay_by_platform_pwd", fields)


def refund_call_url(
    account: InstantAccount, batch_no: str, items: Sequence[RefundItem], now: datetime, notify_url: str
) -> str:
    """refund_fastpay_by_platform_nopwd, server to server. Its answer only takes the batch; the notification tells."""
    fields = _refund_fields(batch_no, items, now, notify_url) | {"use_freeze_amount": "N", "return_type": "xml"}
    return instant.service_url(account, "refund_fastpay_by_platform_nopwd", fields)


def read_refund_notification(account: InstantAccount, body: bytes) -> tuple[str, list[RefundResult]]:
    """The batch number and the results. Raises BadSignature or another Malformed."""
    fields = _notification(account, body, REFUND_NOTIFICATION)
    details = fields.get("result_details", "")
    return fields.get("batch_no", ""), [_refund_result(text) for text in details.split("#") if text]


def transfer_page_url(
    account: InstantAccount, batch_no: str, items: Sequence[TransferItem], payer: str, now: datetime, notify_url: str
) -> str:
    """batch_trans_notify: a page where the merchant pays all ``items``; ``payer`` is his account's name.

    Raises ValueError as ``refund_page_url``.
    """
    _check_items(items, [item.serial for item in items], [text for item in items for text in (item.name, item.note)])
    fields = {
        "account_name": payer,
        "email": account.seller_email,
        "batch_no": batch_no,
        "batch_num": str(len(items)),
        "batch_fee": f"{sum((item.amount for item in items), Decimal(0)):.2f}",
        "pay_date": now.astimezone(wire.CHINA).strftime("%Y%m%d"),
        "detail_data": "|".join(
            f"{item.serial}^{item.account}^{item.name}^{amounts.text(item.amount)}^{item.note}" for item in items
        ),
        "notify_url": notify_url,
    }
    return instant.service_url(account, "batch_trans_notify", fields)


def read_transfer_notification(account: InstantAccount, body: bytes) -> tuple[str, list[TransferResult]]:
    """The batch number and the results. Raises BadSignature or another Malformed."""
    fields = _notification(account, body, TRANSFER_NOTIFICATION)
    results = [
        _transfer_result(text, done)
        for name, done in (("success_details", True), ("fail_details", False))
        for text in fields.get(name, "").split("|")
        if text
    ]
    return fields.get("batch_no", ""), results


def _refund_fields(batch_no: str, items: Sequence[RefundItem], now: datetime, notify_url: str) -> dict[str, str]:
    moment = wire.write_time(now)
    if not BATCH_NO.fullmatch(batch_no) or not batch_no.startswith(moment[:10].replace("-", "")):
        raise ValueError("a batch number is today's date and 3 to 24 letters or digits, not 000")
    _check_items(items, [item.trade_no for item in items], [item.reason for item in items])
    return {
        "batch_no": batch_no,
        "batch_num": str(len(items)),
        "refund_date": moment,
        "detail_data": "#".join(f"{item.trade_no}^{amounts.text(item.amount)}^{item.reason}" for item in items),
        "notify_url": notify_url,
    }


def _check_items(items: Collection[object], numbers: Sequence[str], texts: Sequence[str]) -> None:
    if not 1 <= len(items) <= LARGEST:
        raise ValueError(f"a batch has 1 to {LARGEST} items")
    if len(set(numbers)) != len(numbers):
        raise ValueError("a number comes twice in the batch")
    if any(SEPARATORS.search(text) or len(text.encode()) > REASON_BYTES for text in texts):
        raise ValueError("a text of an item is too long or holds one of ^ | $ #")


def _notification(account: InstantAccount, body: bytes, kind: str) -> dict[str, str]:
    fields = instant.genuine(account, body)
    if fields.get("notify_type") != kind:
        raise Malformed("this is another kind of notification")
    return fields


def _refund_result(text: str) -> RefundResult:
    # What follows $ tells of the fee's refund, which the refund's own result does not depend on.
    parts = text.partition("$")[0].split("^")
    if len(parts) != 3:
        raise Malformed("a result has not three parts")
    return RefundResult(parts[0], amounts.parse(parts[1]), parts[2])


def _transfer_result(text: str, done: bool) -> TransferResult:
    parts = text.split("^")
    if len(parts) < 4:
        raise Malformed("a result has too few parts")
    return TransferResult(parts[0], parts[1], amounts.parse(parts[3]), done, tuple(parts[4:]))
