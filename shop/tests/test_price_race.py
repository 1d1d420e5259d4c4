"""Two variants of a product get new prices at once: the product bears the lower of the new ones.

Of PostgreSQL only: SQLite has one writer at a time, so there the broken build would do no harm either.
"""

from decimal import Decimal
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from shop.models import Product, Variant
from shop.tests.factories import VariantFactory

PATIENCE = 30
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


def somebody_waits() -> bool:
    """For what this transaction holds."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


def price(variant: Variant, yuan: str, begun: Event) -> None:
    try:
        begun.set()
        variant.price = Decimal(yuan)
        variant.save()
    finally:
        connection.close()


def collide(first: Variant, second: Variant) -> None:
    """The second is priced while the first, which is priced already, is not committed yet."""
    begun = Event()
    other = Thread(target=price, args=(second, "80.00", begun))
    with transaction.atomic():
        first.price = Decimal("90.00")
        first.save()
        other.start()
        assert begun.wait(PATIENCE)
        while other.is_alive() and not somebody_waits():
            other.join(0.01)
    other.join(PATIENCE)


if connection.vendor == "postgresql":

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("build", ["ours", "without the lock"])
    def test_the_lower_of_two_new_prices_stays(build: str, monkeypatch: pytest.MonkeyPatch) -> None:
        if build != "ours":
            monkeypatch.setattr("shop.models.variant._lock", lambda products: None)
        first = VariantFactory(price="60.00")
        collide(first, VariantFactory(product=first.product, price="70.00"))
        assert (Product.objects.get().lowest_price == Decimal("80.00")) == (build == "ours")
