"""The legacy service's refund without password: a batch is taken, the notification tells what became of it (A.9)."""

import re
from decimal import Decimal

from simulator.forms import Form, callable_address, signed
from simulator.ledger import Trade
from simulator.notifier import Notice
from simulator.notify_ids import FOR_A_NOTIFICATION
from simulator.refunds import move_back
from simulator.refusal import Refusal
from simulator.world import World

BATCH_NO = re.compile(r"([0-9]{8})(?!000$)[0-9A-Za-z]{3,24}")
ITEM = re.compile(r"([^^|$#]+)\^([0-9]{1,9}\.[0-9]{2})\^([^^|$#]*)")
STAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
LARGEST = 1000
REASON_BYTES = 256
WORDS = {
    "ACQ.TRADE_NOT_EXIST": "TRADE_NOT_EXISTS",
    "ACQ.TRADE_HAS_FINISHED": "TRADE_HAS_FINISHED",
    "ACQ.TRADE_HAS_CLOSE": "TRADE_HAS_CLOSED",
    "ACQ.TRADE_STATUS_ERROR": "TRADE_STATUS_ERROR",
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL": "REFUND_AMOUNT_NOT_VALID",
}
Item = tuple[str, Decimal]


def refund_batch(world: World, form: Form) -> None:
    """Takes a batch and does its refunds. Raises Refusal where the batch as a whole is wrong."""
    items = _items(form)
    _check(world, form, items)
    with world.lock:
        if form.get("batch_no") in world.batches or world.ledger.has_refund(form.get("batch_no")):
            raise Refusal("DUPLICATE_BATCH_NO", "Each batch has a number of its own.")
        world.batches.add(form.get("batch_no"))
    results = [(item, _result(world, item, form.get("batch_no"))) for item in items]
    if form.get("notify_url"):
        world.notifier.schedule(_notice(world, form, results))


def _items(form: Form) -> list[Item]:
    matches = [ITEM.fullmatch(text) for text in form.get("detail_data").split("#")]
    items = [(match[1], Decimal(match[2])) for match in matches if match]
    reasons = [match[3].encode(form.charset) for match in matches if match]
    if len(items) < len(matches) or any(len(reason) > REASON_BYTES for reason in reasons):
        raise Refusal("DETAIL_DATA_FORMAT_ERROR", "trade_no^amount^reason, items joined by #, no ^ | $ # in a reason.")
    return items


def _check(world: World, form: Form, items: list[Item]) -> None:
    batch = BATCH_NO.fullmatch(form.get("batch_no"))
    if not batch:
        raise Refusal("BATCH_NO_FORMAT_ERROR", "batch_no is the date in 8 digits and 3 to 24 letters or digits.")
    if batch[1] != f"{world.clock.now():%Y%m%d}":
        raise Refusal("REFUND_DATE_ERROR", "batch_no begins with today's date in China.")
    if not STAMP.fullmatch(form.get("refund_date")):
        raise Refusal("REFUND_DATE_ERROR", "refund_date is yyyy-MM-dd HH:mm:ss.")
    if len(items) > LARGEST:
        raise Refusal("BATCH_NUM_EXCEED_LIMIT", f"At most {LARGEST} refunds in a batch.")
    if form.get("batch_num") != str(len(items)):
        raise Refusal("BATCH_NUM_NOT_EQUAL_TOTAL", "batch_num is the number of items.")
    if len({trade_no for trade_no, _ in items}) < len(items):
        raise Refusal("DUBL_TRADE_NO_IN_SAME_BATCH", "A trade stands in a batch once.")
    if form.get("notify_url") and not callable_address(form.get("notify_url")):
        raise Refusal("ILLEGAL_ARGUMENT", "notify_url is not on this machine.")


def _result(world: World, item: Item, batch_no: str) -> str:
    """SUCCESS or the error word of one refund; only Alipay's own number finds the trade."""
    trade = world.ledger.find(item[0], world.clock.now())
    if trade is None or trade.trade_no != item[0]:
        return "TRADE_NOT_EXISTS"
    return _moved(world, trade, item[1], batch_no)


def _moved(world: World, trade: Trade, amount: Decimal, batch_no: str) -> str:
    if amount <= 0:
        return "REFUND_AMOUNT_NOT_VALID"
    try:
        move_back(world, trade, amount, batch_no)
    except Refusal as refusal:
        return WORDS[refusal.code]
    return "SUCCESS"


def _notice(world: World, form: Form, results: list[tuple[Item, str]]) -> Notice:
    fields = {
        "notify_time": world.clock.stamp(),
        "notify_type": "batch_refund_notify",
        "notify_id": world.ids.new(world.clock.now(), FOR_A_NOTIFICATION),
        "batch_no": form.get("batch_no"),
        "success_num": str(sum(code == "SUCCESS" for _, code in results)),
        "result_details": "#".join(f"{trade_no}^{amount:.2f}^{code}" for (trade_no, amount), code in results),
    }
    return Notice(form.get("notify_url"), signed(fields, form.charset, world.merchant.signer), form.charset)
