"""A shop that takes the goods off the shelf first and writes the order in a transaction of its own."""

from typing import Any
from uuid import uuid4

from django.db import transaction

import tests.dying  # noqa: F401 - the points of death
from config.wsgi import application
from orders import checkout
from orders.checkout import Quote
from orders.models import Order

__all__ = ["application"]

_place = checkout.place


def place(quote: Quote, contact: dict[str, str], *, key: str, **options: Any) -> Order:
    """Two transactions where one is needed."""
    with transaction.atomic():
        for line in quote.lines:
            line.variant.hold(line.quantity, uuid4().hex)
    checkout.goods.hold = lambda *words: []
    return _place(quote, contact, key=key, **options)


checkout.place = place
