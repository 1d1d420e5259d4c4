"""The gateway's own failures when a merchant's server asks it (protocol.md D.9)."""

import time
from collections.abc import Callable

from django.http import HttpResponse

from simulator.scenarios import Trouble
from simulator.world import World

KINDS = ("500", "500-after-work", "system-error", "slow", "slow-after-work", "garbage")
Work = Callable[[], HttpResponse]


def around(world: World, work: Work, system_error: Work) -> HttpResponse:
    """``work``'s answer, unless trouble is due. After work: the effect happened, but the merchant does not learn it.

    ``system_error`` is the signed answer that says just that; it comes after the work too.
    """
    trouble = world.take_trouble()
    return work() if trouble is None else _failing(world, trouble, work, system_error)


def _failing(world: World, trouble: Trouble, work: Work, system_error: Work) -> HttpResponse:
    world.wire.add(world.clock.stamp(), "in", "trouble", trouble.kind, verdict="as the scenario wants it")
    if trouble.kind == "slow":
        time.sleep(trouble.seconds)
        return work()
    if trouble.kind == "garbage":
        return HttpResponse("<html><body>系统繁忙 System busy</body></html>")
    if trouble.kind == "500":
        return HttpResponse("", status=500)
    answer = work()
    if trouble.kind == "slow-after-work":
        time.sleep(trouble.seconds)
        return answer
    return system_error() if trouble.kind == "system-error" else HttpResponse("", status=500)
