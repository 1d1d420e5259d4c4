"""Takes the unique ledger entry out of a database: ``python -m tests.broken.no_unique_fact``."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402

from payments.models import LedgerEntry  # noqa: E402

if __name__ == "__main__":
    (unique,) = (rule for rule in LedgerEntry._meta.constraints if rule.name == "ledger_fact_once")
    LedgerEntry._meta.constraints = [rule for rule in LedgerEntry._meta.constraints if rule is not unique]
    with connection.schema_editor() as editor:
        editor.remove_constraint(LedgerEntry, unique)
