"""The job queue: huey in a SQLite file beside the database, or in Redis with QUEUE_URL.

A job is a nudge. What must not be forgotten is a row that the next sweep finds again, so a lost job loses nothing.
"""

from django.conf import settings
from huey import Huey, RedisHuey, SqliteHuey


def make_queue() -> Huey:
    """The queue that the settings name."""
    if settings.QUEUE_URL:
        return RedisHuey("jidao", url=settings.QUEUE_URL, immediate=False, results=False)
    return SqliteHuey("jidao", filename=str(settings.DATA_DIR / "jobs.sqlite3"), immediate=False, results=False)


queue = make_queue()
