"""Alipay as a small exact model: trades, what was said of them, and what can go wrong on the line. No sockets.

Both services run over one ledger of trades. The model plays by protocol.md and never doubts itself, so that the shop's
books can be held against it.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.db import connection

from payments.alipay.errors import Unknown
from payments.alipay.sandbox import APP_ID, PARTNER, SELLER_EMAIL
from payments.alipay.transport import Answer
from payments.alipay.wire import CHINA, write_time
from payments.tests.alipay_double import Reply, form, md5_sign
from payments.tests.open_double import packed_bill, rsa2

ZERO = Decimal("0.00")
OPEN, LEGACY = "alipay", "alipay-instant"
WAITING, SUCCESS, FINISHED, CLOSED = "WAIT_BUYER_PAY", "TRADE_SUCCESS", "TRADE_FINISHED", "TRADE_CLOSED"
UNSIGNED_ANSWERS = ("alipay.trade.query", "alipay.trade.refund", "alipay.trade.fastpay.refund.query")
BOUNDARIES = ("SAVEPOINT", "RELEASE", "ROLLBACK")


class Killed(BaseException):
    """The process died here: nothing catches it, and what was not committed is gone."""


@contextmanager
def dying(world: "Alipay", at: int) -> Iterator[None]:
    """The process dies at the ``at``-th point: each statement and each call has one before and one after it.

    The ends of transactions have none: an open transaction that a death rolls back ends at the point before.
    """
    left = at

    def point() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed

    def statement(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(BOUNDARIES):
            return execute(sql, params, many, context)
        point()
        result = execute(sql, params, many, context)
        point()
        return result

    world.point = point
    try:
        with connection.execute_wrapper(statement):
            yield
    except Killed:
        pass
    finally:
        world.point = lambda: None


@dataclass
class Trade:
    """One trade at Alipay. ``refunds`` are sums by request number; those that the shop did not ask for begin with c."""

    method: str
    out_trade_no: str
    trade_no: str
    amount: Decimal
    expires: datetime
    product: str = ""
    status: str = WAITING
    paid_at: datetime | None = None
    refunds: dict[str, Decimal] = field(default_factory=dict)
    refunded_at: dict[str, datetime] = field(default_factory=dict)

    @property
    def refunded(self) -> Decimal:
        return sum(self.refunds.values(), ZERO)

    @property
    def left(self) -> Decimal:
        return self.amount - self.refunded


@dataclass
class Notice:
    """A notification as it was signed when the fact happened; sent as often as the network pleases."""

    trade: Trade
    body: bytes
    notify_id: str
    paid: bool
    refunded: Decimal
    request_no: str = ""
    taken: bool = False


@dataclass
class Link:
    """An address to which the shop sent the shopper: what Alipay learns from it."""

    method: str
    out_trade_no: str
    amount: Decimal
    expires: datetime
    product: str


class Alipay:
    """The gateway behind ``Transport``. ``weather``: well, silent, unsigned (lies), or the answer is lost."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.weather = "well"
        self.refuses_refunds = ""
        self.point: Callable[[], None] = lambda: None
        self.links: list[Link] = []
        self.trades: dict[str, Trade] = {}
        self.notices: list[Notice] = []
        self.console = 0

    def get(self, url: str, limit: int = 0) -> Answer:
        """What the shop asks; dies, answers, or leaves it in the dark."""
        self.point()
        fields = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        name = fields.get("method") or fields.get("service", "")
        if self.weather == "silent":
            raise Unknown("silent")
        status, body = self.lie(name) if self.weather == "unsigned" else self.answer(name, fields)
        self.point()
        if self.weather == "lost":
            raise Unknown("the answer was lost")
        return Answer(status, body, 1)

    def lie(self, name: str) -> Reply:
        """A stranger on the line, who has no key, says that all is paid."""
        if name in UNSIGNED_ANSWERS:
            node = {"code": "10000", "trade_status": SUCCESS, "fund_change": "Y", "refund_status": "REFUND_SUCCESS"}
            return 200, json.dumps({name.replace(".", "_") + "_response": node}).encode()
        if name == "single_trade_query":
            trade = f"<trade><trade_status>{SUCCESS}</trade_status></trade>"
            return 200, f"<alipay><is_success>T</is_success><response>{trade}</response></alipay>".encode()
        return 500, b""

    def answer(self, name: str, fields: dict[str, str]) -> Reply:
        if name == "bill-file":
            return 200, packed_bill(self.bill_lines(date.fromisoformat(fields["day"])))
        if name.startswith("alipay."):
            biz = json.loads(fields["biz_content"])
            members: dict[str, Any] = getattr(self, "open_" + name.rpartition("trade.")[2].replace(".", "_"))(biz)
            return signed(name, members)
        reply: Reply = getattr(self, "legacy_" + name)(fields)
        return reply

    # What the Open Platform answers.

    def open_query(self, biz: dict[str, str]) -> dict[str, str]:
        trade = self.trades.get(biz["out_trade_no"])
        if trade is None:
            return refusal("ACQ.TRADE_NOT_EXIST")
        paid = {"send_pay_date": write_time(trade.paid_at)} if trade.paid_at else {}
        return {
            "out_trade_no": trade.out_trade_no, "trade_no": trade.trade_no, "trade_status": trade.status,
            "total_amount": f"{trade.amount:.2f}",
        } | paid  # fmt: skip

    def open_close(self, biz: dict[str, str]) -> dict[str, str]:
        trade = self.trades.get(biz["out_trade_no"])
        if trade is None or trade.status != WAITING:
            return refusal("ACQ.TRADE_STATUS_ERROR" if trade else "ACQ.TRADE_NOT_EXIST")
        self.close(trade)
        return {"out_trade_no": trade.out_trade_no, "trade_no": trade.trade_no}

    def open_refund(self, biz: dict[str, str]) -> dict[str, str]:
        trade, number = self.trades[biz["out_trade_no"]], biz["out_request_no"]
        if number in trade.refunds:
            return {"fund_change": "N", "refund_fee": f"{trade.refunded:.2f}"}
        problem = self.objection(trade, Decimal(biz["refund_amount"]))
        if problem:
            return refusal(problem)
        self.give_back(trade, number, Decimal(biz["refund_amount"]))
        return {"fund_change": "Y", "refund_fee": f"{trade.refunded:.2f}"}

    def open_fastpay_refund_query(self, biz: dict[str, str]) -> dict[str, str]:
        number = biz["out_request_no"]
        amount = self.trades[biz["out_trade_no"]].refunds.get(number)
        done = {"refund_status": "REFUND_SUCCESS", "refund_amount": f"{amount:.2f}", "out_request_no": number}
        return done if amount else {}

    def open_alipay_data_dataservice_bill_downloadurl_query(self, biz: dict[str, str]) -> dict[str, str]:
        return {"bill_download_url": f"http://bill.example/?service=bill-file&day={biz['bill_date']}"}

    # What the legacy service answers.

    def legacy_notify_verify(self, fields: dict[str, str]) -> Reply:
        live = any(notice.notify_id == fields["notify_id"] and not notice.taken for notice in self.notices)
        return 200, b"true" if live else b"false"

    def legacy_single_trade_query(self, fields: dict[str, str]) -> Reply:
        trade = self.trades.get(fields["out_trade_no"])
        if trade is None:
            return told("F", "<error>TRADE_NOT_EXIST</error>")
        facts = self.facts(trade)
        inner = "".join(f"<{name}>{value}</{name}>" for name, value in facts.items())
        sign = f"<sign>{md5_sign(facts)}</sign><sign_type>MD5</sign_type>"
        return told("T", f"<response><trade>{inner}</trade></response>{sign}")

    def legacy_close_trade(self, fields: dict[str, str]) -> Reply:
        trade = self.trades.get(fields["out_order_no"])
        if trade is None or trade.status != WAITING:
            return told("F", "<error>TRADE_STATUS_NOT_AVAILD</error>")
        self.close(trade)
        return told("T")

    def legacy_refund_fastpay_by_platform_nopwd(self, fields: dict[str, str]) -> Reply:
        trade_no, amount, _reason = fields["detail_data"].split("^")
        trade = next(trade for trade in self.trades.values() if trade.trade_no == trade_no)
        number, code = fields["batch_no"][8:], self.objection(trade, Decimal(amount)) or "SUCCESS"
        if number in trade.refunds:
            return told("F", "<error>DUPLICATE_BATCH_NO</error>")
        self.say_batch(trade, fields["batch_no"], Decimal(amount), code)
        if code == "SUCCESS":
            self.give_back(trade, number, Decimal(amount))
        return told("T")

    # What happens at Alipay.

    def visit(self, link: Link) -> None:
        """The shopper logs in: only now does the trade exist (B.3)."""
        if link.out_trade_no not in self.trades and self.now() < link.expires:
            self.trades[link.out_trade_no] = Trade(
                link.method, link.out_trade_no, f"2026112322{len(self.trades):018}", link.amount, link.expires,
                link.product,
            )  # fmt: skip

    def pay(self, link: Link) -> None:
        """The shopper pays, where the trade waits for it: as another product its page is refused (B.9)."""
        trade = self.trades.get(link.out_trade_no)
        if trade and trade.status == WAITING and self.now() < trade.expires and trade.product == link.product:
            trade.status, trade.paid_at = SUCCESS, self.now()
            self.say(trade)

    def close(self, trade: Trade) -> None:
        trade.status = CLOSED
        self.say(trade)

    def finish(self, trade: Trade) -> None:
        if trade.status == SUCCESS:
            trade.status = FINISHED
            self.say(trade)

    def tidy(self) -> None:
        """Trades that nobody paid in time are closed."""
        for trade in self.trades.values():
            if trade.status == WAITING and self.now() >= trade.expires:
                self.close(trade)

    def refund_at_console(self, trade: Trade, amount: Decimal) -> None:
        if not self.objection(trade, amount):
            self.console += 1
            self.give_back(trade, f"c{self.console}", amount)

    def objection(self, trade: Trade, amount: Decimal) -> str:
        """Why no money goes back now; empty where it does."""
        if trade.status == FINISHED:
            return "ACQ.TRADE_HAS_FINISHED"
        if trade.status != SUCCESS or amount > trade.left:
            return "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
        return self.refuses_refunds

    def give_back(self, trade: Trade, number: str, amount: Decimal) -> None:
        trade.refunds[number], trade.refunded_at[number] = amount, self.now()
        if not trade.left:
            trade.status = CLOSED
        self.say(trade, number)

    # What Alipay says by itself.

    def facts(self, trade: Trade) -> dict[str, str]:
        """The legacy service's fields; a refund's sum is none of them."""
        back = {"refund_status": "REFUND_SUCCESS", "gmt_refund": write_time(self.now())} if trade.refunds else {}
        paid = {"gmt_payment": write_time(trade.paid_at)} if trade.paid_at else {}
        return {
            "trade_status": trade.status, "trade_no": trade.trade_no, "out_trade_no": trade.out_trade_no,
            "total_fee": f"{trade.amount:.2f}", "seller_id": PARTNER, "seller_email": SELLER_EMAIL,
        } | back | paid  # fmt: skip

    def say(self, trade: Trade, request_no: str = "") -> None:
        notify_id = f"n{len(self.notices)}"
        head = {"notify_time": write_time(self.now()), "notify_type": "trade_status_sync", "notify_id": notify_id}
        body = (self.open_words if trade.method == OPEN else self.legacy_words)(trade, head, request_no)
        paid = trade.paid_at is not None
        self.notices.append(Notice(trade, body, notify_id, paid, trade.refunded))

    def legacy_words(self, trade: Trade, head: dict[str, str], request_no: str) -> bytes:
        fields = head | self.facts(trade)
        return form({**fields, "sign": md5_sign(fields), "sign_type": "MD5"})

    def open_words(self, trade: Trade, head: dict[str, str], request_no: str) -> bytes:
        back = {"refund_fee": f"{trade.refunded:.2f}", "out_biz_no": request_no} if trade.refunds else {}
        paid = {"gmt_payment": write_time(trade.paid_at)} if trade.paid_at else {}
        fields = {
            "app_id": APP_ID, "charset": "utf-8", "version": "1.0", "out_trade_no": trade.out_trade_no,
            "trade_status": trade.status, "trade_no": trade.trade_no, "total_amount": f"{trade.amount:.2f}",
            "seller_id": PARTNER,
        } | head | back | paid  # fmt: skip
        text = "&".join(f"{name}={fields[name]}" for name in sorted(fields) if fields[name])
        return form({**fields, "sign": rsa2(text), "sign_type": "RSA2"})

    def say_batch(self, trade: Trade, batch_no: str, amount: Decimal, code: str) -> None:
        notify_id = f"n{len(self.notices)}"
        fields = {
            "notify_time": write_time(self.now()), "notify_type": "batch_refund_notify", "notify_id": notify_id,
            "batch_no": batch_no, "success_num": "1", "result_details": f"{trade.trade_no}^{amount}^{code}",
        }  # fmt: skip
        body = form({**fields, "sign": md5_sign(fields), "sign_type": "MD5"})
        self.notices.append(Notice(trade, body, notify_id, False, ZERO, batch_no[8:]))

    def bill_lines(self, day: date) -> list[dict[str, str]]:
        """The account's refunds and payments in Beijing's day, those of the legacy service among them."""
        trades = [trade for trade in self.trades.values() if trade.paid_at]
        facts = [
            (trade, "退款", -amount, billed_as(trade, number), trade.refunded_at[number])
            for trade in trades
            for number, amount in trade.refunds.items()
        ]
        facts += [(trade, "交易", trade.amount, "", trade.paid_at) for trade in trades]
        return [
            {
                "支付宝交易号": trade.trade_no, "商户订单号": trade.out_trade_no, "业务类型": kind,
                "完成时间": write_time(at), "订单金额（元）": f"{amount:.2f}", "退款批次号/请求号": number,
            }
            for trade, kind, amount, number, at in facts
            if at and at.astimezone(CHINA).date() == day
        ]  # fmt: skip


def billed_as(trade: Trade, number: str) -> str:
    """The legacy service knows a refund by its batch number, which begins with the day."""
    day = trade.refunded_at[number].astimezone(CHINA).strftime("%Y%m%d")
    return day + number if trade.method == LEGACY and not number.startswith("c") else number


def signed(name: str, members: dict[str, Any]) -> Reply:
    """A synchronous answer of the Open Platform."""
    node = json.dumps({"code": "10000", "msg": "Success"} | members)
    return 200, f'{{"{name.replace(".", "_")}_response":{node},"sign":"{rsa2(node)}"}}'.encode()


def refusal(sub_code: str) -> dict[str, str]:
    """The members with which the Open Platform says no."""
    return {"code": "40004", "msg": "Business Failed", "sub_code": sub_code}


def told(success: str, rest: str = "") -> Reply:
    """An XML answer of the legacy service."""
    return 200, f"<alipay><is_success>{success}</is_success>{rest}</alipay>".encode()


def read_link(url: str, now: datetime) -> Link:
    """What Alipay reads in the address of the pay button."""
    fields = dict(parse_qsl(urlsplit(url).query))
    if "biz_content" not in fields:
        expires = now + timedelta(days=15)
        return Link(LEGACY, fields["out_trade_no"], Decimal(fields["total_fee"]), expires, fields["service"])
    biz = json.loads(fields["biz_content"])
    expires = datetime.strptime(biz["time_expire"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
    return Link(OPEN, biz["out_trade_no"], Decimal(biz["total_amount"]), expires, biz["product_code"])
