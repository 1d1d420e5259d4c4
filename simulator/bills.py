"""The daily bill: a zip of GBK tables behind an address that dies after 30 s (protocol.md B.4, D.11)."""

import csv
import io
import re
import secrets
import zipfile
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.http import HttpRequest, HttpResponse

from simulator.ledger import BUYER_EMAIL, Trade
from simulator.refusal import Refusal
from simulator.world import World

LIFE = timedelta(seconds=30)
WORDS = {"trade": "业务明细", "signcustomer": "财务明细"}
COLUMNS = (
    *("支付宝交易号", "商户订单号", "业务类型", "商品名称", "创建时间", "完成时间", "门店编号", "门店名称", "操作员"),
    *("终端号", "对方账户", "订单金额（元）", "商家实收（元）", "支付宝红包（元）", "集分宝（元）", "支付宝优惠（元）"),
    *("商家优惠（元）", "券核销金额（元）", "券名称", "商家红包消费金额（元）", "卡消费金额（元）"),
    *("退款批次号/请求号", "服务费（元）", "分润（元）", "备注"),
)
Row = dict[str, str]


def prepare(world: World, day: str, kind: str = "trade") -> str:
    """Makes the bill of ``day`` (or month) and returns its token; empty where nothing was traded. Raises Refusal."""
    if not _on_the_calendar(day):
        raise Refusal("isv.invalid-parameter", "bill_date is yyyy-MM-dd or yyyy-MM.")
    rows = [row for trade in world.ledger.listed(world.clock.now()) for row in _rows(world, trade, day)]
    rows = [row for row in rows if row["商户订单号"] not in world.bill_without] + world.bill_extra
    if not rows:
        return ""
    token = secrets.token_urlsafe(16)
    world.bills[token] = (world.clock.now() + LIFE, _packed(world, day, WORDS[kind], rows))
    return token


def _on_the_calendar(day: str) -> bool:
    try:
        date.fromisoformat(day if len(day) == 10 else f"{day}-01")
    except ValueError:
        return False
    return bool(re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", day, re.ASCII))


def download(world: World, request: HttpRequest, token: str) -> HttpResponse:
    """The zip, while its address lives."""
    ends, packed = world.bills.get(token, (world.clock.now(), b""))
    if ends <= world.clock.now():
        return HttpResponse("The address is no longer valid.", status=403)
    return HttpResponse(packed, content_type="application/zip")


def foreign_line(world: World, number: str, amount: Decimal) -> Row:
    """A payment that no trade of ours explains."""
    when = world.clock.stamp()
    return line(f"{when[:4]}{number:>024}", number, "交易", amount, when)


def line(trade_no: str, number: str, kind: str, amount: Decimal, when: str, **more: str) -> Row:
    """One line of the table; a refund's amount is negative."""
    return {
        "支付宝交易号": f"{trade_no}\t",
        "商户订单号": number,
        "业务类型": kind,
        "完成时间": when,
        "对方账户": BUYER_EMAIL,
        "订单金额（元）": f"{amount:.2f}",
        "商家实收（元）": f"{amount:.2f}",
        **more,
    }


def _rows(world: World, trade: Trade, day: str) -> list[Row]:
    def on_the_day(moment: datetime | None) -> bool:
        return moment is not None and world.clock.stamp(moment).startswith(day)

    rows = []
    names = {"商品名称": trade.order.subject, "创建时间": world.clock.stamp(trade.created)}
    if on_the_day(trade.paid_at):
        stamp = world.clock.stamp(trade.paid_at)
        rows.append(line(trade.trade_no, trade.out_trade_no, "交易", trade.order.total, stamp, **names))
    for refund in filter(lambda refund: on_the_day(refund.when), trade.refunds):
        more = {**names, "退款批次号/请求号": refund.request_no}
        stamp = world.clock.stamp(refund.when)
        rows.append(line(trade.trade_no, trade.out_trade_no, "退款", -refund.amount, stamp, **more))
    return rows


def _packed(world: World, day: str, word: str, rows: list[Row]) -> bytes:
    """Both tables; entry names and content are GBK, as Alipay's are."""
    name = f"{world.merchant.partner}0156_{day.replace('-', '')}_{word}"
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(GbkName(f"{name}.csv"), _table(world, rows).encode("gbk", "replace"))
        archive.writestr(GbkName(f"{name}(汇总).csv"), "#支付宝业务汇总查询\r\n".encode("gbk"))
    return memory.getvalue()


class GbkName(zipfile.ZipInfo):
    """An entry whose name is GBK without the UTF-8 flag, as Alipay's are: zipfile itself would write UTF-8."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def _table(world: World, rows: list[Row]) -> str:
    text = io.StringIO()
    head = ("支付宝业务明细查询", f"账号：[{world.merchant.partner}0156]", "起始日期", "业务明细列表")
    text.writelines(f"#{word}\r\n" for word in head)
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    text.writelines(("#业务明细列表结束\r\n", f"#合计：{len(rows)}笔\r\n"))
    return text.getvalue()
