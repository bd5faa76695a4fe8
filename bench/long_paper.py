"""How long a tap on a long paper takes to be seen, on a processor six times slower, in the slowest of the layouts.

Chromium says it itself: the time from the event to the paint that shows what came of it, in steps of 8 ms.
"""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from shutil import which

from playwright.sync_api import Browser, sync_playwright

from app.core import migrate
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.rounds.domain import Layout
from bench.first_load import PHONE, paper, served, tell
from tests import postgresql
from tests.factories import make_open_round

SLOWER_PROCESSOR = 6
TAPS = 30
UNITS, ITEMS = 63, 5
WATCH = """() => { window.taps = []; new PerformanceObserver(list => list.getEntries().forEach(one => {
  if (one.name === "pointerup" || one.name === "click") window.taps.push([one.startTime, one.duration]);
})).observe({ type: "event", durationThreshold: 16 }); }"""


def taps(browser: Browser, address: str, code: str) -> list[float]:
    """Return the milliseconds of each tap, those under 16 ms as 16; ends where taps gave no marks or no times."""
    context = browser.new_context(**PHONE, base_url=address)
    page = context.new_page()
    page.goto(f"/v#{code}")
    page.wait_for_selector("[data-bar]:not([hidden])")
    tools = context.new_cdp_session(page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_PROCESSOR})
    page.evaluate(WATCH)
    cells = page.locator("[data-cell]:visible")
    for at in range(TAPS):
        if at >= cells.count():
            page.locator("[data-next]").click()
        cells.nth(at % cells.count()).locator("label").nth(at % ITEMS).click()
    page.wait_for_timeout(1_000)
    seen: dict[float, float] = {}
    for start, duration in page.evaluate("window.taps"):
        seen[start] = max(duration, seen.get(start, 0))
    marks = int(page.locator("[data-filled]").inner_text())
    context.close()
    if marks != TAPS or not seen:
        sys.exit(f"long_paper: {TAPS} taps gave {marks} marks, and the browser told the time of {len(seen)}")
    return sorted([16.0] * max(0, TAPS - len(seen)) + list(seen.values()))


def measure(browser: Browser, layout: Layout) -> float:
    """Return the 95th percentile of one layout, in milliseconds."""
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch)
        settings = Settings(data=data, base_url=f"http://127.0.0.1:{postgresql.free_port()}")
        engine = make_engine(settings.sqlalchemy_url)
        migrate.upgrade(engine)
        keys = KeyFolder(data / "keys")
        laid_out = replace(paper(UNITS, ITEMS), layout=layout)
        place = make_open_round(Database(engine, keys), keys, laid_out, 1)
        engine.dispose()
        with served(settings):
            times = taps(browser, settings.base_url, place.codes["residents"][0])
    print(f"{layout}: {', '.join(f'{time:.0f}' for time in times)} ms", file=sys.stderr)
    return times[int(len(times) * 0.95)]


def main() -> None:
    """Measure the three layouts and tell of the slowest."""
    path = which("chromium") or which("chromium-browser") or which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        tell("long_paper_tap_ms", max(measure(browser, layout) for layout in Layout), "ms")
        browser.close()


if __name__ == "__main__":
    main()
