"""Allots order numbers and prints them: ``python -m tests.allotting 500``. A race test runs several at once."""

import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db.models import Max  # noqa: E402

from orders import numbers  # noqa: E402
from orders.models import Serial  # noqa: E402


def highest_plus_one() -> tuple[int, str]:
    """The mistake that the race must catch: read the highest, add one; the suffix follows from it."""
    serial = settings.ORDER_NUMBER_START + (Serial.objects.aggregate(highest=Max("pk"))["highest"] or 0)
    time.sleep(0.001)
    Serial.objects.create()
    return serial, f"{serial:08d}{serial % 1000:06d}"


if __name__ == "__main__":
    allot = highest_plus_one if "--broken" in sys.argv else numbers.allot
    for _ in range(int(sys.argv[1])):
        print(*allot())
