"""What the Open Platform demands of page.pay and wap.pay (protocol.md B.3)."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from simulator.clock import CHINA
from simulator.forms import CONTROL, Form, callable_address, writable
from simulator.ledger import Order
from simulator.periods import END_OF_THE_DAY, LONGEST, minutes_of
from simulator.refusal import Refusal
from simulator.world import World

WAP = "alipay.trade.wap.pay"
PRODUCT_CODES: Mapping[str, str] = {
    "alipay.trade.page.pay": "FAST_INSTANT_TRADE_PAY",
    WAP: "QUICK_WAP_WAY",
}
NUMBER = re.compile(r"[A-Za-z0-9_]{1,64}")
AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
FRAME = "4"
QR_MODES = ("", "0", "1", "2", "3", FRAME)
WIDTH = re.compile(r"[1-9][0-9]{1,3}")
FORBIDDEN = set("/=&")
SOONEST, LATEST = timedelta(minutes=1), timedelta(days=15)


def read_order(world: World, form: Form, method: str, biz: Mapping[str, Any]) -> Order:
    """The order in a page.pay or wap.pay request. Raises Refusal with the first rule that is broken."""
    # JSON's escapes may name what the charset of the trade's messages lacks
    texts = {name: writable(str(value), form.charset) for name, value in biz.items()}
    _check(world, form, method, texts)
    minutes = _minutes(texts.get("timeout_express", ""), method)
    order = Order(
        out_trade_no=texts["out_trade_no"],
        total=amount_of(texts.get("total_amount", ""), "total_amount"),
        subject=texts["subject"],
        charset=form.charset,
        notify_url=form.get("notify_url"),
        return_url=form.get("return_url"),
        body=texts.get("body", ""),
        passback=texts.get("passback_params", ""),
        minutes=minutes,
        until=_until(world, texts.get("time_expire", "")) or _counted(world, method, texts["out_trade_no"], minutes),
        service=method,
    )
    known = world.ledger.find(order.out_trade_no, world.clock.now())
    if known and not known.order.same_as(order):
        raise Refusal("ACQ.CONTEXT_INCONSISTENT", "This out_trade_no exists with another content.")
    return order


def _check(world: World, form: Form, method: str, texts: Mapping[str, str]) -> None:
    if any(CONTROL.search(value) for value in texts.values()):
        raise _wrong("A value holds a control character.")
    if not NUMBER.fullmatch(texts.get("out_trade_no", "")):
        raise _wrong("out_trade_no is 1 to 64 letters, digits or underscores.")
    if not 1 <= len(texts.get("subject", "")) <= 256 or set(texts["subject"]) & FORBIDDEN:
        raise _wrong("subject is needed, at most 256 long, without / = &.")
    if texts.get("product_code") != PRODUCT_CODES[method]:
        raise _wrong(f"product_code is {PRODUCT_CODES[method]}.")
    if texts.get("seller_id", world.merchant.partner) != world.merchant.partner:
        raise Refusal("ACQ.INVALID_RECEIVE_ACCOUNT", "seller_id is the app's own PID, or left out.")
    if texts.get("qr_pay_mode", "") not in QR_MODES:
        raise _wrong("qr_pay_mode is 0 to 4.")
    if texts.get("qr_pay_mode") == FRAME and not WIDTH.fullmatch(texts.get("qrcode_width", "")):
        raise _wrong("qr_pay_mode 4 wants qrcode_width, in pixels.")
    for name in ("notify_url", "return_url"):
        if form.get(name) and not callable_address(form.get(name)):
            raise _wrong(f"{name} is not on this machine. The simulator calls loopback addresses only.")


def amount_of(text: str, name: str) -> Decimal:
    """Yuan, 0.01 to 100000000.00. Raises Refusal."""
    if not AMOUNT.fullmatch(text) or not Decimal("0.01") <= Decimal(text) <= Decimal("100000000"):
        raise _wrong(f"{name} is 0.01 to 100000000.00 yuan, two decimals.")
    return Decimal(text).quantize(Decimal("0.01"))


def _until(world: World, stamp: str) -> str:
    if not stamp:
        return ""
    try:
        moment = datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S")
    except ValueError:
        raise _wrong("time_expire is yyyy-MM-dd HH:mm:ss.") from None
    if not SOONEST <= moment.replace(tzinfo=CHINA) - world.clock.now() <= LATEST:
        raise _wrong("time_expire is 1 minute to 15 days ahead.")
    return f"{moment}"


def _minutes(period: str, method: str) -> int | None:
    try:
        return minutes_of(period, least=5 if method == WAP else 1)
    except ValueError as rule:
        raise _wrong(f"timeout_express is {rule}.") from None


def _counted(world: World, method: str, number: str, minutes: int | None) -> str:
    """page.pay counts the period from the first request with this number; wap.pay from the buyer's login."""
    if method == WAP or minutes == END_OF_THE_DAY:
        return ""
    first = world.ledger.first_request(number)
    if first and first.until:
        return first.until
    return f"{world.clock.now() + timedelta(minutes=minutes or LONGEST):%Y-%m-%d %H:%M:%S}"


def _wrong(text: str) -> Refusal:
    return Refusal("ACQ.INVALID_PARAMETER", text)
