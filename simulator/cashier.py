"""The buyer's page: log in, pay, be refused by the bank, or give up. Plain forms; works without JavaScript."""

from random import Random
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from simulator.banks import BANK_NAMES
from simulator.ledger import Order, Trade
from simulator.messages import way_back
from simulator.payment import log_in, play
from simulator.refusal import Refusal
from simulator.scenarios import ROWS, SCENARIOS, Scenario
from simulator.world import World

SIDE = 25  # modules of a small QR code
BY_BUTTON = {"refuse": SCENARIOS[7], "abandon": SCENARIOS[6]}


def cashier(world: World, request: HttpRequest, token: str) -> HttpResponse:
    """One page whose address is the buyer's ticket; a POST carries the button in ``act``."""
    order = world.ledger.orders.get(token)
    if order is None:
        refusal = Refusal("SESSION_TIMEOUT", "This payment page is no longer known. Start again from the shop.")
        return render(request, "refusal.html", {"refusal": refusal}, status=404)
    if request.method == "POST":
        return _act(world, request, token, order)
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET", "POST"])
    return _page(world, request, order)


def frame(world: World, request: HttpRequest, token: str, width: int) -> HttpResponse:
    """A QR code for the merchant's own page (``qr_pay_mode`` 4). Pressing it stands for scanning it with a phone."""
    if token not in world.ledger.orders:
        refusal = Refusal("SESSION_TIMEOUT", "This payment page is no longer known. Start again from the shop.")
        return render(request, "refusal.html", {"refusal": refusal}, status=404)
    return render(request, "code.html", {"token": token, "width": width, "dots": dots(token)})


def dots(token: str) -> list[tuple[int, int]]:
    """Where the likeness of a code for ``token`` is black, outside its three corners. No scanner can read it."""
    random = Random(token)  # noqa: S311 - a picture
    free = [(x, y) for x in range(SIDE) for y in range(SIDE) if not (y < 8 and (x < 8 or x > SIDE - 9))]
    return [(x, y) for x, y in free if not (x < 8 and y > SIDE - 9) and random.random() < 0.5]


def _page(world: World, request: HttpRequest, order: Order) -> HttpResponse:
    now = world.clock.now()
    trade = world.ledger.find(order.out_trade_no, now)
    seconds = int((trade.expires - now).total_seconds()) if trade and trade.expires else 0
    context = {
        **_shown(world, order, trade),
        "seconds": seconds,
        "ends": trade.expires if trade else None,
        "scenarios": ROWS,
        "scenario": world.scenario,
    }
    return render(request, "cashier.html", context)


def _shown(world: World, order: Order, trade: Trade | None) -> dict[str, Any]:
    return {
        "order": order,
        "trade": trade,
        "bank": BANK_NAMES.get(order.bank, ""),
        "seller": world.merchant.seller_email,
        "back": way_back(world, trade) if trade and trade.paid else "",
    }


def _act(world: World, request: HttpRequest, token: str, order: Order) -> HttpResponse:
    act = request.POST.get("act", "")
    try:
        if act == "login":
            log_in(world, order)
            return HttpResponseRedirect(reverse("cashier", args=[token]))
        scenario = BY_BUTTON.get(act) or _wanted(world, request, act)
        played = play(world, order, scenario)
    except Refusal as refusal:
        return render(request, "refusal.html", {"refusal": refusal})
    if played.address:
        return HttpResponseRedirect(played.address)
    return render(request, "outcome.html", {**_shown(world, order, played.trade), "outcome": played.outcome})


def _wanted(world: World, request: HttpRequest, act: str) -> Scenario:
    """The scenario chosen on the page; the default where none is named."""
    number = request.POST.get("scenario", "")
    try:
        if act == "pay":
            return world.chosen(int(number) if number else None)
    except (KeyError, ValueError):
        pass
    raise Refusal("ILLEGAL_ARGUMENT", "act is login, pay, refuse or abandon; scenario is a number of the list.")
