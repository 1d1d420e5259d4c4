"""Fetches the gateway's bill of a day and compares it with the ledger."""

import argparse
import sys
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.alipay.errors import AlipayError
from payments.reconcile import reconcile, yesterday


class Command(BaseCommand):
    help = "Compares a day's bill with the ledger. Exit 1 where they differ."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, help="YYYY-MM-DD (default: yesterday in China)")

    def handle(self, *args: Any, **options: Any) -> None:
        day = options["day"] or yesterday()
        try:
            tallies = reconcile(day)
        except AlipayError as error:
            raise CommandError(f"No bill of {day} was had: {error}") from None
        if not tallies:
            raise CommandError("No configured method has a bill: PAYMENT_METHODS needs alipay.")
        for name, tally in tallies.items():
            self.stdout.write(
                f"{day} {name}: {tally.lines} lines, {tally.booked} booked from it, {tally.differences} differences"
            )
        if any(tally.differences for tally in tallies.values()):
            sys.exit(1)
