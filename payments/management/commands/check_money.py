"""Proves the money and stock invariants over the whole database."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from payments.proofs import PROOFS


class Command(BaseCommand):
    help = "Proves the invariants of docs/model.md. Exit 1 and a list if one is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for proof in PROOFS:
            findings = list(proof())
            broken += len(findings)
            self.stdout.write(f"{'broken' if findings else 'holds '}  {proof.__name__.replace('_', ' ')}")
            for finding in findings:
                self.stdout.write(f"        {finding}")
        if broken:
            sys.exit(1)
