"""Runs the scheduled and queued jobs until it is told to stop."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand
from huey.consumer import Consumer

from payments import jobs  # noqa: F401  (declares the schedule)
from payments.queue import queue


class Command(BaseCommand):
    help = "Runs the scheduled and queued jobs. Stop it with SIGTERM or Ctrl-C: the job in hand is finished first."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--threads", type=int, default=2, help="jobs at once (default 2)")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("worker ready")
        self.stdout.flush()
        Consumer(queue, workers=options["threads"], graceful_signal="TERM").run()
