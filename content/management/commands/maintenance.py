"""Closes the shop to shoppers and opens it again."""

import re
from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from content import maintenance

CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)


class Command(BaseCommand):
    """``manage.py maintenance on --until 22:00``, ``off``, or nothing to ask."""

    help = "Closes the shop to shoppers (on) and opens it (off). Payments, health checks and the back office stay open."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("state", nargs="?", choices=["on", "off"])
        parser.add_argument("--until", default="", metavar="HH:MM", help="what visitors are told, in China time")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["state"] == "on":
            maintenance.close(_next(options["until"]) if options["until"] else None)
        elif options["state"] == "off":
            maintenance.open_again()
        self.stdout.write(_said())


def _next(clock: str) -> datetime:
    """The next time that clocks in China show this."""
    match = CLOCK.fullmatch(clock)
    if not match:
        raise CommandError("--until: write hours and minutes, for example 22:00.")
    now = timezone.localtime()
    then = now.replace(hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0)
    return then if then > now else then + timedelta(days=1)


def _said() -> str:
    if not maintenance.is_closed():
        return "The shop is open."
    end = maintenance.ends_at()
    return f"The shop is closed{f' until {timezone.localtime(end):%Y-%m-%d %H:%M}' if end else ''}."
