"""How the parts of ``seed_demo`` tell how far they are."""

from collections.abc import Callable

# (stage in words, done so far, to do in all)
Progress = Callable[[str, int, int], None]
