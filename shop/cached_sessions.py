"""The same sessions where all processes share a cache: reading one costs no statement."""

from django.contrib.sessions.backends import cached_db

from shop import sessions


class SessionStore(cached_db.SessionStore, sessions.SessionStore):
    """A visitor's session, written through the cache to the database."""
