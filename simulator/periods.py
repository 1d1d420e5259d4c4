"""How long a buyer has to pay, as both generations write it: a whole number with m, h or d, or 1c (A.1, B.3)."""

import re

PERIOD = re.compile(r"([0-9]{1,5})([mhd])")
MINUTES = {"m": 1, "h": 60, "d": 1440}
LONGEST = 15 * 1440
END_OF_THE_DAY = 0


def minutes_of(period: str, least: int = 1) -> int | None:
    """Minutes from ``least`` to 15 days; 0 for ``1c``, the end of the day; None where none is named. Or ValueError."""
    if period in ("", "1c"):
        return END_OF_THE_DAY if period else None
    match = PERIOD.fullmatch(period)
    minutes = int(match[1]) * MINUTES[match[2]] if match else 0
    if not least <= minutes <= LONGEST:
        raise ValueError(f"a whole number with m, h or d from {least}m to 15d, or 1c")
    return minutes
