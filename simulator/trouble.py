"""The gateway's own failures when a merchant's server asks it (protocol.md D.9)."""

import time
from collections.abc import Callable

from django.http import HttpResponse

from simulator.scenarios import Trouble
from simulator.world import World

KINDS = ("500", "500-after-work", "slow", "garbage")


def around(world: World, work: Callable[[], HttpResponse]) -> HttpResponse:
    """``work``'s answer, unless trouble is due. After work: the effect happened, but the merchant does not learn it."""
    trouble = world.take_trouble()
    return work() if trouble is None else _failing(world, trouble, work)


def _failing(world: World, trouble: Trouble, work: Callable[[], HttpResponse]) -> HttpResponse:
    world.wire.add(world.clock.stamp(), "in", "trouble", trouble.kind, verdict="as the scenario wants it")
    if trouble.kind == "slow":
        time.sleep(trouble.seconds)
        return work()
    if trouble.kind == "500-after-work":
        work()
    if trouble.kind == "garbage":
        return HttpResponse("<html><body>系统繁忙 System busy</body></html>")
    return HttpResponse("", status=500)
