"""Reads pages as a machine does: by the fixed words of the outside contract."""

import json
import re
from typing import Any

from django.http import HttpResponse


def text(answer: HttpResponse) -> str:
    """The page."""
    return answer.content.decode()


def names(answer: HttpResponse) -> list[str]:
    """The products of a list, in order."""
    return re.findall(r'<h3><a href="[^"]*/p/[^"]+">([^<]+)</a></h3>', text(answer))


def fact(answer: HttpResponse, name: str) -> str:
    """The value of the one element with ``data-<name>``."""
    values = re.findall(rf'data-{name}="([^"]*)"', text(answer))
    assert len(values) == 1, values
    return str(values[0])


def amounts(answer: HttpResponse) -> list[str]:
    """All amounts on the page, as numbers."""
    return re.findall(r'<data value="([^"]+)">', text(answer))


def field(answer: HttpResponse, name: str) -> str:
    """The value of the first field of this name."""
    found = re.search(rf'name="{name}"[^>]*?value="([^"]*)"', text(answer))
    assert found, name
    return found[1]


def graph(answer: HttpResponse) -> list[dict[str, Any]]:
    """What search engines read."""
    return [
        json.loads(data) for data in re.findall(r'<script type="application/ld\+json">(.*?)</script>', text(answer))
    ]
