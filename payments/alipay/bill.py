"""The daily bill: a zip of GBK tables (protocol.md B.4), read in bounded memory."""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from zlib import error as ZlibError

from payments.alipay import amounts, wire
from payments.alipay.errors import Malformed
from payments.alipay.messages import BillLine

UNPACKED_LIMIT = 64 * 1024 * 1024
ENTRY_LIMIT = 20
UTF8_NAME = 0x800
DETAIL, SUMMARY = "业务明细", "汇总"
TRADE_NO, OUT_TRADE_NO, KIND, FINISHED = "支付宝交易号", "商户订单号", "业务类型", "完成时间"
AMOUNT, REQUEST_NO = "订单金额（元）", "退款批次号/请求号"
KINDS = {"交易": "trade", "退款": "refund"}


def read_bill(packed: bytes) -> list[BillLine]:
    """The lines of the trade bill. ``kind`` is trade, refund, or Alipay's own word; amounts are positive yuan.

    Raises Malformed for anything that is not such a bill, among it one that unpacks beyond 64 MiB.
    """
    return [_line(row) for row in _rows(_table(packed))]


def _table(packed: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            return wire.decoded(_unpack(archive, _detail(archive)), "gb18030")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ZlibError):
        raise Malformed("this is not a bill: the zip cannot be read") from None


def _detail(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    entries = archive.infolist()
    found = [entry for entry in entries[:ENTRY_LIMIT] if DETAIL in _name(entry) and SUMMARY not in _name(entry)]
    if len(found) != 1 or len(entries) > ENTRY_LIMIT:
        raise Malformed("this is not a bill: it has not exactly one table of details")
    return found[0]


def _name(entry: zipfile.ZipInfo) -> str:
    """The entry's name; without the UTF-8 flag the module reads GBK bytes as cp437."""
    return entry.filename if entry.flag_bits & UTF8_NAME else entry.filename.encode("cp437").decode("gbk", "replace")


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    # The header's size is the sender's claim, so the bytes themselves are counted.
    with archive.open(entry) as unpacked:
        data = unpacked.read(UNPACKED_LIMIT + 1)
    if len(data) > UNPACKED_LIMIT:
        raise Malformed("the bill is too long")
    return data


def _rows(table: str) -> Iterator[Mapping[str, str]]:
    header: list[str] = []
    try:
        for cells in csv.reader(io.StringIO(table, newline="")):
            row = [cell.strip() for cell in cells]
            if not any(row) or row[0].startswith("#"):
                continue
            if header:
                yield dict(zip(header, row, strict=False))
            header = header or row
    except csv.Error:
        raise Malformed("this is not a bill: the table cannot be read") from None


def _line(row: Mapping[str, str]) -> BillLine:
    try:
        return BillLine(
            trade_no=row[TRADE_NO],
            out_trade_no=row[OUT_TRADE_NO],
            kind=KINDS.get(row[KIND], row[KIND]),
            amount=_amount(row[AMOUNT]),
            finished_at=wire.read_time(row.get(FINISHED, "")),
            request_no=row.get(REQUEST_NO, ""),
        )
    except KeyError:
        raise Malformed("this is not a bill: a column is missing") from None


def _amount(text: str) -> Decimal:
    """Refunds are written negative."""
    return amounts.parse(text.removeprefix("-"))
