"""A shop that waits one second for a lock, and can be told to stand still: ``gunicorn tests.impatient``."""

from django.conf import settings

from tests.traceable import application

__all__ = ["application"]

DATABASE = settings.DATABASES["default"]
if DATABASE["ENGINE"].endswith("sqlite3"):
    DATABASE["OPTIONS"]["timeout"] = 1
else:
    DATABASE["OPTIONS"]["options"] = "-c lock_timeout=1s -c idle_in_transaction_session_timeout=60s"
