"""A shop whose SQLite does not wait for the disk at each commit."""

from django.conf import settings

from tests.traceable import application

__all__ = ["application"]

settings.DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
