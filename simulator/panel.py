"""The panel at /sim/: trades, what to do with them, and the wire log."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from simulator import api
from simulator.refusal import Refusal
from simulator.scenarios import ROWS
from simulator.trouble import KINDS
from simulator.world import PRODUCTS, World

SHOWN_WIRE = 100


def panel(world: World, request: HttpRequest) -> HttpResponse:
    """The whole state on one page."""
    context = {
        "world": world,
        "trades": world.ledger.listed(world.clock.now()),
        "wire": world.wire.listed()[:SHOWN_WIRE],
        "scenarios": ROWS,
        "kinds": KINDS,
        "products": PRODUCTS,
    }
    return render(request, "panel.html", context)


def act(world: World, request: HttpRequest, name: str) -> HttpResponse:
    """One button of the panel: the same acts as the JSON interface, filled from the form."""
    asked = {key: value for key, value in request.POST.items() if value}
    try:
        api.ACTS[name](world, asked)
    except Refusal as refusal:
        return _refused(request, refusal, 200)
    except api.WRONG_CALL:
        return _refused(request, Refusal("ILLEGAL_ARGUMENT", "The panel does not know this button or its values."), 400)
    return HttpResponseRedirect(reverse("panel"))


def _refused(request: HttpRequest, refusal: Refusal, status: int) -> HttpResponse:
    return render(request, "refusal.html", {"refusal": refusal, "panel": True}, status=status)
