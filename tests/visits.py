"""Contexts of the browser, each a visitor of its own."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error

STILL = 5_000  # milliseconds


@contextmanager
def visit(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """A context whose pages stand still before it is closed: Chromium may never close one that is moving on."""
    with browser.new_context(**options) as context:
        try:
            yield context
        finally:
            for page in context.pages:
                with suppress(Error):
                    page.goto("about:blank", timeout=STILL)
