"""A shop that writes to its database for every page that somebody looks at."""

from django.core.signals import request_started

from config.wsgi import application
from orders.models import Order
from tests.impatient import DATABASE

__all__ = ["application"]


def note(**request: object) -> None:
    """Before the page."""
    Order.objects.update(needs_review=False)


DATABASE["CONN_MAX_AGE"] = 0  # no page fails for a connection that an earlier one lost
request_started.connect(note)
