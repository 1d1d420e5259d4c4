"""The JSON interface at /sim/api/ for tests and the command line: whatever the panel can do."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from simulator.bills import foreign_line
from simulator.ledger import Order, Trade
from simulator.messages import notice_of, way_back
from simulator.openapi_pay import amount_of
from simulator.payment import close, finish, log_in, paid_version, play
from simulator.refunds import refund
from simulator.refusal import Refusal
from simulator.scenarios import ROWS, SCENARIOS, Forgery, Trouble
from simulator.trouble import KINDS
from simulator.world import PRODUCTS, World

Asked = Mapping[str, Any]
Told = dict[str, Any]
MOST_COPIES = 200
LONGEST_WAIT = 600
FURTHEST = timedelta(days=3660)
WRONG_CALL = (KeyError, ValueError, TypeError, AttributeError, OverflowError, RecursionError)


def api(world: World, request: HttpRequest, name: str) -> HttpResponse:
    """GET reads, POST with a JSON object acts. Refusals are 409 with ``error`` and ``text``; a wrong call is 400."""
    try:
        if request.method == "GET" and name in READS:
            return JsonResponse(READS[name](world))
        if request.method == "POST" and name in ACTS:
            return JsonResponse(ACTS[name](world, _asked(request)))
    except Refusal as refusal:
        return JsonResponse({"error": refusal.code, "text": refusal.text}, status=409)
    except WRONG_CALL as wrong:
        return JsonResponse({"error": "BAD_CALL", "text": f"{type(wrong).__name__}: {wrong}"}, status=400)
    return JsonResponse({"error": "NO_SUCH_CALL", "text": f"GET {sorted(READS)}, POST {sorted(ACTS)}"}, status=404)


def _asked(request: HttpRequest) -> Asked:
    asked = json.loads(request.body or b"{}")
    if not isinstance(asked, dict):
        raise ValueError("a JSON object is expected")
    return asked


def _trade(trade: Trade) -> Told:
    moments = {"created": trade.created, "paid": trade.paid_at, "closed": trade.closed_at, "expires": trade.expires}
    return {
        "out_trade_no": trade.out_trade_no,
        "trade_no": trade.trade_no,
        "status": trade.status.value,
        "total": f"{trade.order.total:.2f}",
        "subject": trade.order.subject,
        "bank": trade.order.bank,
        **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
    }


def _find(world: World, asked: Asked) -> Trade:
    trade = world.ledger.find(str(asked["out_trade_no"]), world.clock.now())
    if trade is None:
        raise Refusal("TRADE_NOT_EXIST", "No buyer has logged in for this number yet.")
    return trade


def _order(world: World, asked: Asked) -> Order:
    number = str(asked["out_trade_no"])
    trade = world.ledger.find(number, world.clock.now())
    order = trade.order if trade else world.ledger.order_of(number)
    if order is None:
        raise Refusal("TRADE_NOT_EXIST", "The shop has not sent a buyer with this number.")
    return order


def trades(world: World) -> Told:
    found = [_trade(trade) for trade in world.ledger.listed(world.clock.now())]
    return {"revision": world.ledger.revision, "trades": found}


def wire(world: World) -> Told:
    return {"wire": [entry.as_dict() for entry in world.wire.listed()]}


def settings(world: World) -> Told:
    return {
        "scenario": world.scenario,
        "product": world.product,
        "speed": world.notifier.speed,
        "trouble": world.trouble.kind if world.trouble else None,
        "pending": world.notifier.pending(),
        "now": world.clock.stamp(),
        "scenarios": {row.number: row.title for row in ROWS},
    }


def set_scenario(world: World, asked: Asked) -> Told:
    """The default of coming payments."""
    world.scenario = SCENARIOS[int(asked["scenario"])].number
    return settings(world)


def set_product(world: World, asked: Asked) -> Told:
    """``advanced`` (refunds possible: TRADE_SUCCESS) or ``basic`` (TRADE_FINISHED at once)."""
    if asked["product"] not in PRODUCTS:
        raise ValueError(f"product is one of {PRODUCTS}")
    world.product = asked["product"]
    return settings(world)


def set_trouble(world: World, asked: Asked) -> Told:
    """How the next ``times`` questions of the merchant's server fail; ``kind`` null ends it."""
    kind = asked["kind"]
    if kind is not None and kind not in KINDS:
        raise ValueError(f"kind is one of {KINDS}")
    times, seconds = int(asked.get("times", 1)), float(asked.get("seconds", 20))
    if times < 1 or not 0 <= seconds <= LONGEST_WAIT:
        raise ValueError(f"times is 1 or more, seconds are 0 to {LONGEST_WAIT}")
    world.trouble = Trouble(kind, times, seconds) if kind else None
    return settings(world)


def move_clock(world: World, asked: Asked) -> Told:
    """``forward`` skips seconds; ``skew`` shows the merchant a clock that is so many seconds wrong."""
    forward = timedelta(seconds=float(asked.get("forward", 0)))
    skew = timedelta(seconds=float(asked.get("skew", world.clock.skew.total_seconds())))
    if forward < timedelta():
        raise ValueError("time runs forward")
    if world.clock.forward + forward > FURTHEST or abs(skew) > FURTHEST:
        raise ValueError(f"the clock is at most {FURTHEST.days} days wrong")
    world.clock.skew = skew
    world.clock.advance(forward.total_seconds())
    return settings(world)


def login(world: World, asked: Asked) -> Told:
    return _trade(log_in(world, _order(world, asked)))


def pay(world: World, asked: Asked) -> Told:
    """Plays a scenario for a trade; ``return_url`` is where the buyer's browser would now go."""
    number = asked.get("scenario")
    played = play(world, _order(world, asked), world.chosen(None if number is None else int(number)))
    return {**_trade(played.trade), "outcome": played.outcome.value, "return_url": played.address}


def close_one(world: World, asked: Asked) -> Told:
    return _trade(close(world, _find(world, asked)))


def finish_one(world: World, asked: Asked) -> Told:
    """The time for refunds is over: TRADE_FINISHED, and its notification."""
    trade = finish(world, _find(world, asked))
    world.notifier.schedule(notice_of(world, trade))
    return _trade(trade)


def come_back(world: World, asked: Asked) -> Told:
    """A freshly signed way back for the trade as it stands."""
    return {"return_url": way_back(world, _find(world, asked))}


def notify(world: World, asked: Asked) -> Told:
    """Sends a notification now, ``copies`` times, without retries; the merchant's answers.

    ``fields`` are changed before signing, ``after`` after it, ``drop`` leaves fields out, ``key`` signs with another
    MD5 key, ``unknown_id`` lets notify_verify deny it, ``pretend_paid`` speaks of an unpaid trade as paid.
    """
    trade = _find(world, asked)
    if asked.get("pretend_paid"):
        trade = paid_version(world, trade)
    notice = notice_of(world, trade, _forgery(asked), str(asked.get("notify_id", "")))
    if not notice.url:
        raise Refusal("ILLEGAL_ARGUMENT", "The merchant named no notify_url.")
    copies = int(asked.get("copies", 1))
    if not 1 <= copies <= MOST_COPIES:
        raise ValueError(f"copies is 1 to {MOST_COPIES}")
    answers = world.notifier.send_copies(notice, copies, bool(asked.get("parallel")))
    return {
        "notify_id": notice.notify_id,
        "answers": [{"status": answer.status, "body": answer.body} for answer in answers],
    }


def _forgery(asked: Asked) -> Forgery:
    def texts(name: str) -> dict[str, str]:
        return {str(key): str(value) for key, value in dict(asked.get(name, {})).items()}

    drop = tuple(str(name) for name in asked.get("drop", ()))
    return Forgery(
        fields=texts("fields"),
        after=texts("after"),
        drop=drop,
        key=str(asked.get("key", "")),
        unknown_id=bool(asked.get("unknown_id")),
    )


def refund_one(world: World, asked: Asked) -> Told:
    """A refund made in Alipay's own console: the shop learns of it by the notification only."""
    amount = amount_of(str(asked["amount"]), "amount")
    trade, moved = refund(world, _find(world, asked), amount, str(asked.get("request_no", "")))
    return {**_trade(trade), "refunded": f"{trade.refunded:.2f}", "moved": moved}


def change_bill(world: World, asked: Asked) -> Told:
    """Coming bills lack the numbers ``without`` and have a line over ``amount`` for each number in ``extra``."""
    world.bill_without = frozenset(str(number) for number in asked.get("without", ()))
    amount = amount_of(str(asked.get("amount", "1.00")), "amount")
    world.bill_extra = [foreign_line(world, str(number), amount) for number in asked.get("extra", ())]
    return settings(world)


def reset(world: World, asked: Asked) -> Told:
    world.reset()
    return settings(world)


READS: Mapping[str, Callable[[World], Told]] = {"trades": trades, "wire": wire, "settings": settings}
ACTS: Mapping[str, Callable[[World, Asked], Told]] = {
    "scenario": set_scenario,
    "product": set_product,
    "trouble": set_trouble,
    "clock": move_clock,
    "login": login,
    "pay": pay,
    "close": close_one,
    "finish": finish_one,
    "return": come_back,
    "refund": refund_one,
    "bill": change_bill,
    "notify": notify,
    "reset": reset,
}
