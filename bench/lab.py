"""``python -m bench.lab``: what a phone on a slow network waits for, page by page, against the limits (G06, G07).

A shop as in production (gunicorn, hashed and compressed static files) and the demo's goods; a browser of 360 pixels at
double density, the network throttled as "Slow 4G", its CPU four times slower. Each page is opened three times with an
empty cache; the median counts. Ends with 1 where a limit is broken.
"""

import gzip
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browsing import ADDRESS
from tests.shopper import PHONE, Shopper
from tests.stack import ROOT, Database, Stack

RUNS = 3
# Chrome's own "Slow 4G": 1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back.
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
CPU = 4
KILO = 1024
LIMITS = {"LCP, ms": 2500, "CLS": 0.02, "TBT, ms": 150, "html": 15 * KILO, "css": 12 * KILO, "js": 10 * KILO}
PICTURES = {"home": 200 * KILO, "list": 250 * KILO, "product": 120 * KILO}
OTHER_PICTURES = 40 * KILO
KINDS = {"Document": "html", "Stylesheet": "css", "Script": "js", "Image": "pictures"}
SETTLED = 1500  # milliseconds without news, so that late shifts and paints count
OBSERVE = """
    window.seen = { lcp: 0, cls: 0, tbt: 0 };
    const watch = (type, note) =>
        new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
    watch("largest-contentful-paint", (entry) => { seen.lcp = entry.startTime; });
    watch("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value; });
    watch("longtask", (entry) => { seen.tbt += Math.max(0, entry.duration - 50); });
"""


def opened(browser: Browser, address: str, cookies: Any) -> dict[str, float]:
    """One opening of a page by a phone that was never there: times in ms, sizes in bytes as they went over the wire."""
    phone: dict[str, Any] = {**PHONE, "locale": "zh-CN"}
    with browser.new_context(**phone) as context:
        context.add_cookies(cookies)
        page = context.new_page()
        page.add_init_script(OBSERVE)
        protocol = context.new_cdp_session(page)
        sizes = listen(protocol)
        protocol.send("Network.emulateNetworkConditions", NETWORK)
        protocol.send("Emulation.setCPUThrottlingRate", {"rate": CPU})
        answer = page.goto(address, wait_until="load")
        page.wait_for_timeout(SETTLED)
        seen = page.evaluate("seen")
        # Compressing pages is the proxy's part, so it is reckoned here.
        sizes["html"] = len(gzip.compress(answer.body())) if answer else 0
    return {"LCP, ms": seen["lcp"], "CLS": seen["cls"], "TBT, ms": seen["tbt"], **sizes}


def listen(protocol: Any) -> Counter[str]:
    """Bytes by kind, counted while the page loads."""
    sizes: Counter[str] = Counter(dict.fromkeys((*KINDS.values(), "other"), 0))
    kinds: dict[str, str] = {}

    def began(event: Any) -> None:
        kinds[event["requestId"]] = KINDS.get(event["type"], "other")

    def ended(event: Any) -> None:
        sizes[kinds.get(event["requestId"], "other")] += int(event["encodedDataLength"])

    protocol.send("Network.enable")
    protocol.on("Network.responseReceived", began)
    protocol.on("Network.loadingFinished", ended)
    return sizes


def pages(shopper: Shopper) -> dict[str, str]:
    """The addresses to open, in the state that a purchase brings them to."""
    page, home = shopper.page, shopper.home
    add(page, f"{home}p/plum-vase/")
    found = {name: home + path for name, path in {
        "home": "", "list": "c/all/", "product": "p/celadon-gaiwan/", "cart": "cart/", "checkout": "checkout/",
    }.items()}  # fmt: skip
    number = ordered(page, home)
    add(page, f"{home}p/plum-vase/")  # the order has emptied the cart
    return found | {"cashier": f"{home}orders/{number}/pay/", "result": f"{home}orders/{number}/result/"}


def add(page: Page, product: str) -> None:
    """Puts a product into the cart."""
    page.goto(product)
    with page.expect_response("**/cart/add/"):
        page.locator("#add").click()


def ordered(page: Page, home: str) -> str:
    """Places the order of what is in the cart and returns its number."""
    page.goto(f"{home}checkout/")
    for name, value in ADDRESS.items():
        field = page.locator(f"[name={name}]")
        field.select_option(value) if name == "province" else field.fill(value)
    page.locator('main form .btn.main[type="submit"]').last.click()
    page.wait_for_url("**/pay/")
    return page.url.split("/orders/")[1][:14]


def measured(browser: Browser, stack: Stack) -> dict[str, dict[str, float]]:
    """The medians by page."""
    with browser.new_context() as context:
        shopper = Shopper(context, stack, language="zh-hans")
        addresses = pages(shopper)
        cookies = context.cookies()
    rows = {}
    for name, address in addresses.items():
        runs = [opened(browser, address, cookies) for _ in range(RUNS)]
        rows[name] = {column: statistics.median(run[column] for run in runs) for column in runs[0]}
    return rows


def report(rows: dict[str, dict[str, float]]) -> bool:
    """Prints the table; whether every limit holds. What breaks one bears a star."""
    columns = [*LIMITS, "pictures"]
    print("page      " + "".join(f"{column:>12}" for column in columns))
    well = True
    for name, row in rows.items():
        limits = LIMITS | {"pictures": PICTURES.get(name, OTHER_PICTURES)}
        broken = {column for column in columns if row[column] > limits[column]}
        cells = (f"{row[column]:.3f}" if column == "CLS" else f"{row[column]:.0f}" for column in columns)
        marked = (cell + ("*" if column in broken else " ") for column, cell in zip(columns, cells, strict=True))
        print(f"{name:10}" + "".join(f"{cell:>12}" for cell in marked))
        well = well and not broken
    print("limit     " + "".join(f"{LIMITS.get(column, OTHER_PICTURES):>11} " for column in columns))
    return well


def main() -> None:
    """Builds the static files, starts the shop, measures, tells."""
    environment = {"DEMO": "1", "ENV_FILE": os.devnull, "PYTHONWARNINGS": "ignore"}
    hashed = ROOT / "staticfiles"
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"],
        cwd=ROOT, env={**os.environ, **environment}, check=True,
    )  # fmt: skip
    seeded = [["manage.py", "migrate", "-v0", "--skip-checks"], ["manage.py", "seed_demo", "--orders", "0"]]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        with Stack(Database(Path(folder), seeded), Path(folder) / "data", simulator=True) as stack:
            well = report(measured(browser, stack))
        browser.close()
    shutil.rmtree(hashed)  # else the developer's next change of a style sheet would not show
    hashed.mkdir()
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
