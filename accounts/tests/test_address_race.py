"""Many addresses saved and made the default at once: one is the default and no request fails.

Of PostgreSQL only: SQLite has one writer at a time, so there the broken build would do no harm either.
"""

from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection

from accounts.tests.living import ADDRESS, join
from orders.models import Address

AT_ONCE, ROUNDS = 8, 5


def collide(user: User) -> int:
    """How many of those who save at once are refused by the database."""
    gate, refused = Barrier(AT_ONCE), []

    def save(n: int) -> None:
        gate.wait()
        try:
            address = Address.objects.keep(user, ADDRESS | {"street": str(n)})
            assert address
            address.make_default()
        except IntegrityError as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [Thread(target=save, args=(n,)) for n in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(refused)


if connection.vendor == "postgresql":

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("build", ["ours", "without the lock"])
    def test_there_is_one_default_and_nobody_fails(build: str, monkeypatch: pytest.MonkeyPatch) -> None:
        if build != "ours":
            monkeypatch.setattr("orders.models.address._alone_with", lambda user: None)
        members = [join(f"member{n}@example.com") for n in range(ROUNDS)]
        refused = sum(collide(user) for user in members)
        assert Address.objects.filter(is_default=True).count() == ROUNDS
        assert (refused > 0) == (build != "ours")
