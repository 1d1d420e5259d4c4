"""Closes the unpaid orders whose time has passed."""

from typing import Any

from django.core.management.base import BaseCommand

from payments.closing import expire_due


class Command(BaseCommand):
    help = (
        "Asks the gateway about each unpaid order past its deadline, closes the trade there and gives the goods back."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{expire_due()} orders closed")
