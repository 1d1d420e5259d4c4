"""Makes the search index say what the products say."""

from typing import Any

from django.core.management.base import BaseCommand

from shop import search_index


class Command(BaseCommand):
    """``manage.py reindex``"""

    help = "Mends the search index. Safe to repeat and while the shop is open: what is right already is left alone."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Search entries changed: {search_index.mend()}")
