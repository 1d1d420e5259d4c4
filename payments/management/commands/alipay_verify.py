"""Judges one recorded message by the shop's own code: 0 accepted or agreed, 1 not, 2 unreadable."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from payments.alipay.explain import explain
from payments.alipay.record import Unreadable

FILE_LIMIT = 4 * 1024 * 1024


class Command(BaseCommand):
    help = "Verifies a recorded notification or answer, or recomputes a request's signature or a certificate's serial."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a JSON file in the shape of payments/alipay/tests/vectors")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            verdict = explain(read(options["file"]))
        except Unreadable as error:
            self.stderr.write(f"Unreadable: {error}.")
            sys.exit(2)
        self.stdout.write("\n".join(verdict.lines))
        sys.exit(0 if verdict.accepted else 1)


def read(path: Path) -> object:
    """The parsed file. Raises Unreadable."""
    try:
        with path.open("rb") as file:
            return json.loads(file.read(FILE_LIMIT))
    except (OSError, ValueError, RecursionError):
        raise Unreadable("the file is missing, too long or not JSON") from None
