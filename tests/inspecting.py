"""Looks at pages in a browser as they are laid out: axe, room for fingers, what sticks out, what comes from afar."""

from pathlib import Path
from typing import Any, Literal

import axe_playwright_python
from playwright.sync_api import BrowserContext, Page

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
MEASURES = Path(__file__).with_name("page_checks.js").read_text()
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """
    async (options) => (await axe.run(document, options)).violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary.replaceAll(/\\s+/g, " ")}`))
"""
HEIGHT = 800
JUDGED, SEEN = (360, 1280), (320, 768)
COLOURS = ["color-contrast", "link-in-text-block"]  # the rules that another colour scheme may break
FONT = 16
PATIENCE = 20_000


class Inspector:
    """One page of a browser, used for all: axe and the measures are put into it once for each address."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        context.set_default_timeout(PATIENCE)
        self.origin = origin
        self.page: Page = context.new_page()
        self.protocol = context.new_cdp_session(self.page)
        self.strangers: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", self._requested)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._said)

    def _requested(self, request: Any) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:")):
            self.strangers.append(f"comes from elsewhere: {request.url}")

    def _said(self, message: Any) -> None:
        """A page that is an error page by its status is no error of the page."""
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.errors.append(message.text)

    def complaints(self, path: str, opened: bool = False, mail: bool = False) -> list[str]:
        """All that is wrong with the page there, at every width, in both colour schemes and with text twice as big.

        A mail is built of tables, and what shows it has the landmarks: axe's advice on those is left out.
        """
        self.tags = STANDARD if mail else [*STANDARD, "best-practice"]
        self.strangers.clear()
        self.errors.clear()
        self._resize(JUDGED[0])
        self.page.goto(f"{self.origin}{path}")
        if opened:
            self.page.locator("html[data-opened]").wait_for()
        self.page.evaluate(AXE)
        self.page.evaluate(MEASURES)
        found = [f"{width} px: {words}" for width in JUDGED for words in self._judged(width)]
        found += [f"{width} px: {words}" for width in SEEN for words in self._seen(width)]
        found += [f"{width} px, text twice as big: {words}" for width in JUDGED for words in self._magnified(width)]
        return list(dict.fromkeys(found + self.strangers + self.errors))

    def _judged(self, width: int) -> list[str]:
        found = self._seen(width) + self._measured("tooSmall()")
        found += [f"light: {words}" for words in self._broken("light", {"type": "tag", "values": self.tags})]
        found += [f"dark: {words}" for words in self._broken("dark", {"type": "rule", "values": COLOURS})]
        return found

    def _broken(self, scheme: Literal["light", "dark"], rules: dict[str, Any]) -> list[str]:
        """What axe says of these rules in this colour scheme."""
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found: list[str] = self.page.evaluate(RUN, {"resultTypes": ["violations"], "runOnly": rules})
        return found

    def _seen(self, width: int) -> list[str]:
        self._resize(width)
        return self._measured("tooWide()")

    def _magnified(self, width: int) -> list[str]:
        """As with a browser's own setting for the size of text, which media queries follow."""
        self._resize(width)
        self._font(2 * FONT)
        found = self._measured("tooWide()") + self._measured("cutOff()")
        self._font(FONT)
        return found

    def _font(self, size: int) -> None:
        self.protocol.send("Page.setFontSizes", {"fontSizes": {"standard": size}})

    def _resize(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.page.evaluate("scrollTo(0, 0)")  # what had the focus at another width may lie under the header at this one

    def _measured(self, measure: str) -> list[str]:
        found: list[str] = self.page.evaluate(measure)
        return found
