"""A table of what an operator wants to know at once."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from payments.diagnosis import EXAMINATIONS, Finding

WORDS = {"ok": "  ok  ", "warn": " WARN ", "fail": " FAIL "}


class Command(BaseCommand):
    help = "Examines configuration, database, keys, gateway, clock, disk and worker. Exit 1 where something fails."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        failed = False
        for examine in EXAMINATIONS:
            try:
                for finding in examine():
                    failed |= finding.level == "fail"
                    self._print(finding)
            except DatabaseError:
                failed = True
                self._print(Finding("fail", examine.__name__, "the database does not answer this question"))
        if failed:
            sys.exit(1)

    def _print(self, finding: Finding) -> None:
        self.stdout.write(f"[{WORDS[finding.level]}] {finding.what:<22} {finding.words}")
