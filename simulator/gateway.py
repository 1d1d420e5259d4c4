"""``/gateway.do``: the legacy service by ``service``, the Open Platform by ``method`` (protocol.md D.1)."""

from datetime import UTC
from email.utils import format_datetime

from django.http import HttpRequest, HttpResponse

from simulator import mapi, openapi
from simulator.forms import peek
from simulator.world import World


def gateway(world: World, request: HttpRequest) -> HttpResponse:
    """One request to either generation; the answer's Date is the gateway's own time, skew and all."""
    response = _answer(world, request)
    response.headers["Date"] = format_datetime((world.clock.now() + world.clock.skew).astimezone(UTC), usegmt=True)
    return response


def _answer(world: World, request: HttpRequest) -> HttpResponse:
    body = request.body if request.method == "POST" else b""
    query = request.META.get("QUERY_STRING", "")
    method = peek(query, body, "method")
    if method:
        return openapi.answer(world, request, body, method)
    return mapi.answer(world, request, body, peek(query, body, "service"))
