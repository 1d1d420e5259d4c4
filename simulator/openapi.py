"""The Open Platform's gateway (protocol.md B): ``/gateway.do`` by ``method``, JSON answers signed on their raw text."""

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from payments.alipay.signing import RsaSigner
from simulator import bills, refunds, trouble
from simulator.clock import CHINA
from simulator.forms import Form, check_signature, read_form
from simulator.ledger import BUYER_EMAIL, BUYER_ID, Trade
from simulator.merchant import Merchant
from simulator.openapi_pay import FRAME, amount_of, read_order
from simulator.payment import close
from simulator.refusal import Refusal
from simulator.world import World

Biz = Mapping[str, Any]
Told = dict[str, Any]
CLOCKS_MAY_DIFFER = timedelta(minutes=15)
TURNS = itertools.count()
MISSING, INVALID = ("40001", "Missing Required Arguments"), ("40002", "Invalid Arguments")
BUSINESS = ("40004", "Business Failed")
NEEDED = {"app_id": "app-id", "sign_type": "signature-type", "timestamp": "timestamp", "version": "version"}


@dataclass(frozen=True, slots=True)
class Question:
    """A checked request of the merchant's server."""

    world: World
    biz: Biz
    address: str

    def text(self, name: str) -> str:
        value = self.biz.get(name, "")
        return value if isinstance(value, str) else json.dumps(value)


def answer(world: World, request: HttpRequest, body: bytes, method: str) -> HttpResponse:
    """One request; pages are for browsers, the rest may meet trouble."""

    def handle() -> HttpResponse:
        return _handle(world, request, body, method)

    def system_error() -> HttpResponse:
        failure = _failure(BUSINESS, Refusal("ACQ.SYSTEM_ERROR", "System error."))
        return _json(failure, Form({}, "utf-8"), method, world.merchant)

    return handle() if method in PAGES else trouble.around(world, handle, system_error)


def _handle(world: World, request: HttpRequest, body: bytes, method: str) -> HttpResponse:
    form = Form({}, "utf-8")
    note: dict[str, Any] = {"verdict": "accepted"}
    try:
        form = _read(request, body)
        note["canonical"] = _checked(world, form, method)
        _check_time(world, form.get("timestamp"))
        response = _answered(world, request, form, method, _biz(form))
    except Refusal as refusal:
        note |= {"verdict": str(refusal), **refusal.detail}
        response = _refused(request, refusal, form, method)
    shown = response.headers.get("Location") or ("(page)" if method in PAGES else response.content.decode(form.charset))
    note = {"sign": form.get("sign"), "fields": form.fields, "answer": shown, **note}
    world.wire.add(world.clock.stamp(), "in", method, request.get_full_path(), **note)
    return response


def _read(request: HttpRequest, body: bytes) -> Form:
    try:
        return read_form(request.META.get("QUERY_STRING", ""), body, "charset")
    except Refusal as refusal:
        raise Refusal("isv.invalid-parameter", refusal.text) from None


def _checked(world: World, form: Form, method: str) -> str:
    """The signed string. The order of the checks is the gateway's: who, what, how, then when."""
    for name, word in NEEDED.items():
        if not form.get(name):
            raise Refusal(f"isv.missing-{word}", f"{name} is missing.")
    if form.get("app_id") != world.merchant.app_id:
        raise Refusal("isv.invalid-app-id", "The simulator keeps another app's account: see --app-id.")
    if method not in PAGES and method not in METHODS:
        raise Refusal("isv.invalid-method", "No method of this name.")
    if form.get("sign_type") != world.merchant.app.sign_type:
        raise Refusal("isv.invalid-signature-type", f"This app signs with {world.merchant.app.sign_type}.")
    return _signature(form, world.merchant.app)


def _signature(form: Form, signer: RsaSigner) -> str:
    try:
        return check_signature(form, signer, {"sign"})
    except Refusal as refusal:
        word = "invalid" if form.get("sign") else "missing"
        raise Refusal(f"isv.{word}-signature", refusal.text, **refusal.detail) from None


def _check_time(world: World, stamp: str) -> None:
    try:
        sent = datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
    except ValueError:
        raise Refusal("isv.invalid-timestamp", "timestamp is yyyy-MM-dd HH:mm:ss in China's time.") from None
    if abs(world.clock.now() - sent) > CLOCKS_MAY_DIFFER:
        raise Refusal("isv.invalid-timestamp", "timestamp is far from the gateway's clock, which shows China's time.")


def _biz(form: Form) -> Biz:
    try:
        biz = json.loads(form.get("biz_content"))
    except (ValueError, RecursionError):
        biz = None
    if not isinstance(biz, dict):
        raise Refusal("isv.invalid-parameter", "biz_content is a JSON object.")
    return biz


def _answered(world: World, request: HttpRequest, form: Form, method: str, biz: Biz) -> HttpResponse:
    if method in PAGES:
        token = world.ledger.remember(read_order(world, form, method, biz))
        if str(biz.get("qr_pay_mode")) == FRAME:
            return HttpResponseRedirect(reverse("frame", args=[token, int(biz["qrcode_width"])]))
        return HttpResponseRedirect(reverse("cashier", args=[token]))
    try:
        told = {"code": "10000", "msg": "Success"}
        told |= METHODS[method](Question(world, biz, request.build_absolute_uri("/")))
    except Refusal as refusal:
        told = _failure(BUSINESS, refusal)
    return _json(told, form, method, world.merchant)


def _failure(kind: tuple[str, str], refusal: Refusal) -> Told:
    return {"code": kind[0], "msg": kind[1], "sub_code": refusal.code, "sub_msg": refusal.text}


def _refused(request: HttpRequest, refusal: Refusal, form: Form, method: str) -> HttpResponse:
    """The gateway's own refusals are not signed."""
    if method in PAGES:
        context = {"refusal": refusal, "fields": sorted(form.fields.items()), "charset": form.charset}
        return render(request, "refusal.html", context)
    kind = MISSING if refusal.code.startswith("isv.missing-") else INVALID
    return _json(_failure(kind, refusal), form, "error", None)


def _json(told: Told, form: Form, method: str, merchant: Merchant | None) -> HttpResponse:
    """The node's text is signed as it is sent, slashes escaped; the order of the members alternates (B.7, D.8)."""
    node = _node(told, form.charset).replace("/", "\\/")
    members = [f'"{method.replace(".", "_")}_response":{node}']
    if merchant and merchant.cert_sn:
        members.append(f'"alipay_cert_sn":"{merchant.cert_sn}"')
    if merchant:
        members.append(f'"sign":"{merchant.app.sign(node.encode(form.charset))}"')
    ordered = members if next(TURNS) % 2 else reversed(members)
    text = "{" + ",".join(ordered) + "}"
    return HttpResponse(text.encode(form.charset), content_type=f"application/json;charset={form.charset}")


def _node(told: Told, charset: str) -> str:
    """The members as text; what the charset lacks is escaped."""
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return json.dumps(told, separators=(",", ":"))
    return text


def _found(question: Question) -> Trade:
    number = question.text("trade_no") or question.text("out_trade_no")
    trade = question.world.ledger.find(number, question.world.clock.now()) if number else None
    if trade is None:
        raise Refusal("ACQ.TRADE_NOT_EXIST", "No buyer has logged in for this number yet.")
    return trade


def _names(trade: Trade) -> Told:
    return {"trade_no": trade.trade_no, "out_trade_no": trade.out_trade_no}


def query(question: Question) -> Told:
    """alipay.trade.query."""
    trade, total = _found(question), f"{_found(question).order.total:.2f}"
    told = {
        **_names(trade),
        "buyer_logon_id": BUYER_EMAIL,
        "buyer_user_id": BUYER_ID,
        "trade_status": trade.status.value,
        "subject": trade.order.subject,
        "total_amount": total,
        "receipt_amount": total if trade.paid_at else "0.00",
        "buyer_pay_amount": total if trade.paid_at else "0.00",
        "invoice_amount": total if trade.paid_at else "0.00",
        "point_amount": "0.00",
    }
    return told | ({"send_pay_date": question.world.clock.stamp(trade.paid_at)} if trade.paid_at else {})


def close_trade(question: Question) -> Told:
    """alipay.trade.close: only a trade that waits for the buyer."""
    try:
        return _names(close(question.world, _found(question)))
    except Refusal as refusal:
        code = refusal.code if refusal.code.startswith("ACQ.") else "ACQ.REASON_TRADE_STATUS_INVALID"
        raise Refusal(code, refusal.text) from None


def refund(question: Question) -> Told:
    """alipay.trade.refund: ``refund_fee`` is the cumulative sum, ``fund_change`` whether this call moved money."""
    amount = amount_of(question.text("refund_amount"), "refund_amount")
    number = question.text("out_request_no")
    if len(number) > 64 or len(question.text("refund_reason")) > 256:
        raise Refusal("ACQ.INVALID_PARAMETER", "out_request_no is at most 64 long, refund_reason at most 256.")
    trade, moved = refunds.refund(question.world, _found(question), amount, number)
    done = refunds.known(trade, number or trade.out_trade_no)
    return {
        **_names(trade),
        "buyer_logon_id": BUYER_EMAIL,
        "gmt_refund_pay": question.world.clock.stamp(done.when if done else None),
        "fund_change": "Y" if moved else "N",
        "refund_fee": f"{trade.refunded:.2f}",
        "send_back_fee": f"{amount:.2f}" if moved else "0.00",
    }


def refund_query(question: Question) -> Told:
    """alipay.trade.fastpay.refund.query: without refund_status where no such refund was made."""
    trade, number = _found(question), question.text("out_request_no")
    known = refunds.known(trade, number)
    if known is None:
        return {}
    told = {
        **_names(trade),
        "out_request_no": number,
        "total_amount": f"{trade.order.total:.2f}",
        "refund_amount": f"{known.amount:.2f}",
        "refund_status": "REFUND_SUCCESS",
    }
    wanted = "gmt_refund_pay" in question.text("query_options")
    return told | ({"gmt_refund_pay": question.world.clock.stamp(known.when)} if wanted else {})


def bill_address(question: Question) -> Told:
    """alipay.data.dataservice.bill.downloadurl.query: an address that lives 30 s."""
    if question.text("bill_type") not in bills.WORDS:
        raise Refusal("isv.invalid-parameter", "bill_type is trade or signcustomer.")
    token = bills.prepare(question.world, question.text("bill_date"), question.text("bill_type"))
    if not token:
        return {"bill_download_url": "", "bill_file_code": "EMPTY_DATA_WITH_BILL_FILE"}
    return {"bill_download_url": question.address.rstrip("/") + reverse("bill", args=[token])}


PAGES = frozenset({"alipay.trade.page.pay", "alipay.trade.wap.pay"})
METHODS: Mapping[str, Callable[[Question], Told]] = {
    "alipay.trade.query": query,
    "alipay.trade.close": close_trade,
    "alipay.trade.refund": refund,
    "alipay.trade.fastpay.refund.query": refund_query,
    "alipay.data.dataservice.bill.downloadurl.query": bill_address,
}
