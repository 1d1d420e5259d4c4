"""A shop that gives a lock no time at all."""

from tests.impatient import DATABASE, application

__all__ = ["application"]

if DATABASE["ENGINE"].endswith("sqlite3"):
    DATABASE["OPTIONS"]["timeout"] = 0
else:
    DATABASE["OPTIONS"]["options"] = "-c lock_timeout=1ms"
