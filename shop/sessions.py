"""Sessions in the database, read and written by one prepared statement each: every act with the cart waits for them.

They are Django's own otherwise. Its statements are built anew each time, and the one that writes has a transaction
of its own around it: on PostgreSQL three ways to the server in place of one.
"""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.utils import timezone

from shop import prepared


class SessionStore(db.SessionStore):
    """A visitor's session."""

    def _get_session_from_db(self) -> Session | None:
        """The row, unless it is too old; a key without one is forgotten, so that nobody can choose their own."""
        found = next(iter(prepared.fetch(Session, session_key=self.session_key)), None)
        if found and found.expire_date > timezone.now():
            return found
        self._session_key = None
        return None

    def save(self, must_create: bool = False) -> None:
        """Writes the session; one that was deleted meanwhile, as by a logout, does not come back to life."""
        if self.session_key is None or must_create:
            super().save(must_create)
        elif not prepared.update(self.create_model_instance(dict(self.items())), "session_data", "expire_date"):
            raise UpdateError
