"""Few tries in a while: one counter for everything that can be guessed or sent too often."""

import time
from hashlib import blake2b

from django.core.cache import caches

# A counter is one number: when its window ends (seconds, above) and the tries so far (below). One value and one INCR
# therefore tell both, and no reader can see the one without the other.
TRIES = 10**8
TOO_MANY = "too_many_tries"  # the code of a form's fault that only waiting mends


def allow(name: str, key: str, tries: int, seconds: int) -> int:
    """Counts a try of ``key`` at ``name``. 0: go ahead. Else ``tries`` were had in ``seconds``: seconds still to wait.

    The window begins with the first try; tries that are refused do not make it longer. Counters live in the cache
    "throttle" (``CACHE_URL``), so with the memory of each process every process counts for itself.
    """
    cache, now = caches["throttle"], int(time.time())
    place = f"{name}:{blake2b(key.encode(errors='replace'), digest_size=16).hexdigest()}"
    cache.add(place, (now + seconds) * TRIES, seconds)
    try:
        ends, count = divmod(cache.incr(place), TRIES)
    except ValueError:  # it ran out between the two statements
        ends, count = 0, 0
    if ends <= now:
        cache.set(place, (now + seconds) * TRIES + 1, seconds)
        return 0
    return ends - now if count > tries else 0
