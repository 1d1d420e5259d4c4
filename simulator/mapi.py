"""The legacy gateway (protocol.md A): ``/gateway.do`` by ``service``."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from payments.alipay.signing import canonical
from simulator import trouble
from simulator.forms import UNSIGNED, Form, check_signature, read_form, writable
from simulator.ledger import BUYER_EMAIL, BUYER_ID, Trade
from simulator.mapi_pay import read_order
from simulator.mapi_refund import refund_batch
from simulator.payment import close
from simulator.refusal import Refusal
from simulator.world import STAMP_LIFE, World

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Service:
    """``signed`` is whether the request must carry a signature; ``page`` whether a browser or a server asks."""

    answer: Callable[[World, Form], HttpResponse]
    signed: bool = True
    page: bool = False


def answer(world: World, request: HttpRequest, body: bytes, name: str) -> HttpResponse:
    """One request. A server's question may meet the trouble that a scenario asks for; a browser's page never does."""
    service = SERVICES.get(name)

    def handle() -> HttpResponse:
        return _handle(world, request, body, name, service)

    def system_error() -> HttpResponse:
        return _no(Refusal("SYSTEM_ERROR"), Form({}, "utf-8"))

    return handle() if service is None or service.page else trouble.around(world, handle, system_error)


def _handle(world: World, request: HttpRequest, body: bytes, name: str, service: Service | None) -> HttpResponse:
    note: dict[str, Any] = {"verdict": "accepted"}
    form = Form({}, "utf-8")
    try:
        form = read_form(request.META.get("QUERY_STRING", ""), body, "_input_charset")
        if service is None:
            raise Refusal("ILLEGAL_SERVICE", f"No service of this name: {name[:100]}")
        note |= _checked(world, form, service)
        response = service.answer(world, form)
    except Refusal as refusal:
        note |= {"verdict": str(refusal), **refusal.detail}
        response = _page(request, refusal, form) if not service or service.page else _no(refusal, form)
    note = {"sign": form.get("sign"), "fields": form.fields, "answer": _shown(response, form.charset), **note}
    world.wire.add(world.clock.stamp(), "in", name or "?", request.get_full_path(), **note)
    return response


def _shown(response: HttpResponse, charset: str) -> str:
    """The answer for the log; of a page its address only."""
    if response.headers["Content-Type"].startswith("text/html"):
        return response.headers.get("Location", "(a page for the buyer)")
    return response.content.decode(charset, "replace")


def _checked(world: World, form: Form, service: Service) -> dict[str, str]:
    """Who asks, and whether the signature holds; what the log shall show of it."""
    if not service.signed:
        return {}
    if form.get("partner") != world.merchant.partner:
        raise Refusal("ILLEGAL_PARTNER", "The simulator keeps another partner's account: see --partner.")
    if form.get("sign_type") != world.merchant.signer.sign_type:
        raise Refusal("ILLEGAL_SIGN_TYPE", f"This account signs with {world.merchant.signer.sign_type}, in capitals.")
    return {"canonical": check_signature(form, world.merchant.signer)}


def _page(request: HttpRequest, refusal: Refusal, form: Form) -> HttpResponse:
    """Alipay shows its refusal to the buyer with HTTP 200; ours explains it to the developer."""
    context = {"refusal": refusal, "fields": sorted(form.fields.items()), "charset": form.charset}
    return render(request, "refusal.html", context)


def pay(world: World, form: Form) -> HttpResponse:
    """A.1: a signed request opens the buyer's page; no trade exists yet."""
    order = read_order(world, form)
    known = world.ledger.find(order.out_trade_no, world.clock.now())
    if known and not known.order.same_as(order):
        raise Refusal("TRADE_DATA_MATCH_ERROR", "This out_trade_no exists with another amount or subject.")
    return HttpResponseRedirect(reverse("cashier", args=[world.ledger.remember(order)]))


def notify_verify(world: World, form: Form) -> HttpResponse:
    """A.6: plain ``true``, ``false`` or ``invalid``."""
    if form.get("partner") != world.merchant.partner or not form.get("notify_id"):
        return HttpResponse("invalid", content_type="text/plain")
    good = world.ids.good(form.get("notify_id"), world.clock.now())
    return HttpResponse("true" if good else "false", content_type="text/plain")


def query_timestamp(world: World, form: Form) -> HttpResponse:
    """A.3: the key against phishing, good for half a minute."""
    if form.get("partner") != world.merchant.partner:
        raise Refusal("ILLEGAL_PARTNER", "The simulator keeps another partner's account: see --partner.")
    key = secrets.token_urlsafe(24)
    world.stamps[key] = world.clock.now() + STAMP_LIFE
    inner = f"<timestamp><encrypt_key>{escape(key)}</encrypt_key></timestamp>"
    return _xml(f"<is_success>T</is_success>{_echo(form)}<response>{inner}</response>", form)


def single_trade_query(world: World, form: Form) -> HttpResponse:
    """A.9: the trade with every field signed."""
    known = _trade_fields(world, _found(world, form, "out_trade_no"))
    # the trade may have been made in a charset with more characters than this question's
    fields = {name: writable(value, form.charset) for name, value in known.items() if value}
    sign = world.merchant.signer.sign(canonical(fields, UNSIGNED).encode(form.charset))
    rows = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
    tail = f"<sign>{escape(sign)}</sign><sign_type>{world.merchant.signer.sign_type}</sign_type>"
    return _xml(f"<is_success>T</is_success>{_echo(form)}<response><trade>{rows}</trade></response>{tail}", form)


def close_trade(world: World, form: Form) -> HttpResponse:
    """A.9: closes the unpaid trade; here the merchant's number is called out_order_no."""
    close(world, _found(world, form, "out_order_no"))
    return _xml("<is_success>T</is_success>", form)


def refund_nopwd(world: World, form: Form) -> HttpResponse:
    """A.9: the answer says only that the batch was taken."""
    refund_batch(world, form)
    return _xml("<is_success>T</is_success>", form)


def _found(world: World, form: Form, number_field: str) -> Trade:
    number = form.get("trade_no") or form.get(number_field)
    if not number:
        raise Refusal("ILLEGAL_ARGUMENT", f"trade_no or {number_field} is needed.")
    trade = world.ledger.find(number, world.clock.now())
    if trade is None:
        raise Refusal("TRADE_NOT_EXIST", "No buyer has logged in for this number yet.")
    return trade


def _trade_fields(world: World, trade: Trade) -> dict[str, str]:
    def when(moment: datetime | None) -> str:
        return world.clock.stamp(moment) if moment else ""

    total = f"{trade.order.total:.2f}"
    return {
        "body": trade.order.body,
        "buyer_email": BUYER_EMAIL,
        "buyer_id": BUYER_ID,
        "discount": "0.00",
        "flag_trade_locked": "0",
        "gmt_close": when(trade.closed_at or trade.finished_at),
        "gmt_create": when(trade.created),
        "gmt_last_modified_time": when(trade.changed_at),
        "gmt_payment": when(trade.paid_at),
        "is_total_fee_adjust": "F",
        "operator_role": "B",
        "out_trade_no": trade.out_trade_no,
        "payment_type": trade.order.payment_type,
        "price": total,
        "quantity": "1",
        "refund_status": "REFUND_SUCCESS" if trade.refunds else "",
        "seller_email": world.merchant.seller_email,
        "seller_id": world.merchant.partner,
        "subject": trade.order.subject,
        "to_buyer_fee": f"{trade.refunded:.2f}",
        "to_seller_fee": total if trade.paid else "0.00",
        "total_fee": total,
        "trade_no": trade.trade_no,
        "trade_status": trade.status.value,
        "use_coupon": "F",
    }


def _echo(form: Form) -> str:
    rows = (
        f"<param name={quoteattr(name)}>{escape(value)}</param>"
        for name, value in form.fields.items()
        if name not in UNSIGNED
    )
    return f"<request>{''.join(rows)}</request>"


def _no(refusal: Refusal, form: Form) -> HttpResponse:
    return _xml(f"<is_success>F</is_success><error>{escape(refusal.code)}</error>", form)


def _xml(inner: str, form: Form) -> HttpResponse:
    text = f'<?xml version="1.0" encoding="{form.charset}"?>\n<alipay>{inner}</alipay>'
    return HttpResponse(text.encode(form.charset), content_type=f"text/xml; charset={form.charset}")


SERVICES: Mapping[str, Service] = {
    "create_direct_pay_by_user": Service(pay, page=True),
    "notify_verify": Service(notify_verify, signed=False),
    "query_timestamp": Service(query_timestamp, signed=False),
    "single_trade_query": Service(single_trade_query),
    "close_trade": Service(close_trade),
    "refund_fastpay_by_platform_nopwd": Service(refund_nopwd),
}
