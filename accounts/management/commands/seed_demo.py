"""Fills the demo: goods, staff, members, and orders in every state. Refused where real money moves."""

import logging
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts import demo as members
from orders import demo as orders
from orders import demo_offers as offers
from payments import demo as payments
from shop.demo import catalogue, staff

BAR = 30


class Command(BaseCommand):
    """``manage.py seed_demo``"""

    help = "Makes the demo's goods, staff and orders. Safe to repeat: the second run adds only what is missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--products", type=int, default=0, help="more products, for load tests")
        parser.add_argument("--orders", type=int, default=40, help="orders to spread over the days (40)")
        parser.add_argument("--days", type=int, default=30, help="days to spread them over (30)")
        parser.add_argument("--seed", type=int, default=1, help="another number gives other orders (1)")
        parser.add_argument("--reset", action="store_true", help="empties the shop first, journal and orders too")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is not the demo (DEMO is off): nothing was changed.")
        logging.disable(logging.WARNING)  # the demo's own events are no news
        if options["reset"]:
            self._reset()
        catalogue.seed(self._progress, options["products"])
        coupons = offers.seed()
        unpaid = options["orders"] // 4
        orders.seed(unpaid, options["days"], options["seed"], self._progress)
        payments.seed(options["orders"] - unpaid, options["days"], options["seed"], self._progress)
        offers.issue()
        self._print_logins(staff.seed(), members.seed())
        self._print_coupons(coupons)
        logging.disable(logging.NOTSET)

    def _reset(self) -> None:
        """The tables are made anew: append-only ones refuse to be emptied."""
        for app in ("accounts", "payments", "orders", "shop"):
            call_command("migrate", app, "zero", verbosity=0)
        call_command("migrate", verbosity=0)

    def _progress(self, stage: str, done: int, total: int) -> None:
        """A bar on a terminal, a line at the end of each stage elsewhere."""
        if self.stdout.isatty():
            filled = BAR * done // max(total, 1)
            end = "\n" if done >= total else ""
            self.stdout.write(f"\r{stage:<16} {'█' * filled}{'·' * (BAR - filled)} {done}/{total}", ending=end)
            self.stdout.flush()
        elif done >= total:
            self.stdout.write(f"{stage}: {total}")

    def _print_logins(self, logins: list[tuple[str, str]], shoppers: list[tuple[str, str]]) -> None:
        self.stdout.write(f"Demo ready, {datetime.now():%H:%M}. Staff logins at {settings.SITE_URL}/admin/:")
        for name, password in logins:
            self.stdout.write(f"  {name:<10} {password}")
        self.stdout.write(f"Shoppers with an account, at {settings.SITE_URL}/zh-hans/account/login/:")
        for email, password in shoppers:
            self.stdout.write(f"  {email:<22} {password}")

    def _print_coupons(self, coupons: list[tuple[str, str]]) -> None:
        self.stdout.write("Coupons to try at the checkout:")
        for code, words in coupons:
            self.stdout.write(f"  {code:<22} {words}")
