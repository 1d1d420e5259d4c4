"""``/gateway.do``: the legacy service by ``service``, the Open Platform by ``method`` (protocol.md D.1)."""

from django.http import HttpRequest, HttpResponse

from simulator import mapi, openapi
from simulator.forms import peek
from simulator.world import World


def gateway(world: World, request: HttpRequest) -> HttpResponse:
    """One request to either generation."""
    body = request.body if request.method == "POST" else b""
    query = request.META.get("QUERY_STRING", "")
    method = peek(query, body, "method")
    if method:
        return openapi.answer(world, request, body, method)
    return mapi.answer(world, request, body, peek(query, body, "service"))
