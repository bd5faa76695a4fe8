"""How long the first seal of a phone takes, on a processor six times slower and a page that was never open before.

``first_seal_ms``: the first seal of all, with nothing made ahead and no self-test before it (median of five pages).
``cast_to_wire_ms``: from the touch on 投入票箱 to the request that carries the envelope, by somebody who marked the
whole paper at once and leaves the phone no idle moment to make the key in (median of five).
"""

import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from app.box.seal import SEALED_OVERHEAD
from app.core import migrate
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from bench.first_load import PHONE, on_both_papers, paper, served, tell
from tests import postgresql
from tests.factories import OpenRound, count_box, make_open_round

SLOWER_PROCESSOR = 6
ATTEMPTS = 5
SEAL = """async () => {
  const { dataset } = document.getElementById("ballot");
  const { seal, unhex } = await import("/static/js/hpke.js");
  const primitives = await import("/static/vendor/sealing/primitives.min.js");
  const ballot = new Uint8Array(35 + Number(dataset.units) * Number(dataset.items) + Number(dataset.remarkBytes));
  const started = performance.now();
  const sealed = seal(primitives, unhex(dataset.key), new Uint8Array(120), ballot);
  return [performance.now() - started, sealed.length - ballot.length];
}"""
MARK = """() => {
  for (const row of document.querySelectorAll("[data-cell]")) row.querySelector("input").click();
  document.addEventListener("click", (touch) => { window.touched = touch.timeStamp; }, { capture: true });
}"""
ON_THE_WIRE = """() => {
  const sent = performance.getEntriesByType("resource").find((one) => one.name.endsWith("/v/cast"));
  return sent ? sent.startTime - window.touched : null;
}"""


def scanned(browser: Browser, address: str, code: str) -> tuple[BrowserContext, Page]:
    """Open a paper with a phone that has never been here."""
    context = browser.new_context(**PHONE, base_url=address)
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_PROCESSOR})
    page.goto(f"/v#{code}")
    page.wait_for_selector("[data-bar]:not([hidden])")
    return context, page


def sealed_alone(browser: Browser, address: str, code: str) -> float:
    """Return the milliseconds of one seal; ends where nothing was sealed."""
    context, page = scanned(browser, address, code)
    milliseconds, more = page.evaluate(SEAL)
    context.close()
    if more != SEALED_OVERHEAD:
        sys.exit(f"first_seal: what was sealed is {more} bytes longer than the ballot")
    return float(milliseconds)


def cast_at_once(browser: Browser, address: str, code: str) -> float:
    """Return the milliseconds from the touch to the request; ends where no ballot left."""
    context, page = scanned(browser, address, code)
    page.evaluate(MARK)
    page.locator("[data-next]").click()
    page.get_by_role("button", name="投入票箱").click()
    page.wait_for_selector("[data-receipt]")
    milliseconds = page.evaluate(ON_THE_WIRE)
    context.close()
    if milliseconds is None:
        sys.exit("first_seal: no request carried a ballot")
    return float(milliseconds)


def measure(browser: Browser, units: int, items: int) -> None:
    """Print the figures of one size of paper."""
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch)
        settings = Settings(data=data, base_url=f"http://127.0.0.1:{postgresql.free_port()}")
        engine = make_engine(settings.sqlalchemy_url)
        migrate.upgrade(engine)
        keys = KeyFolder(data / "keys")
        database = Database(engine, keys)
        place = make_open_round(database, keys, paper(units, items), 2 * ATTEMPTS)
        codes = place.codes["residents"]
        with served(settings):
            alone = [sealed_alone(browser, settings.base_url, code) for code in codes[:ATTEMPTS]]
            at_once = [cast_at_once(browser, settings.base_url, code) for code in codes[ATTEMPTS:]]
        _check(database, place)
        engine.dispose()
    for figure, times in (("first_seal_ms", alone), ("cast_to_wire_ms", at_once)):
        print(f"{figure}/{units}x{items}: {', '.join(f'{time:.0f}' for time in times)}", file=sys.stderr)
        tell(f"{figure}/{units}x{items}", statistics.median(times), "ms")


def _check(database: Database, place: OpenRound) -> None:
    """End where the box does not hold what was cast: a seal that nobody took would be no figure."""
    if (held := count_box(database, place.id)) != (ATTEMPTS, ATTEMPTS):
        sys.exit(f"first_seal: {ATTEMPTS} ballots were cast, and the box holds {held}")


def main() -> None:
    """Measure a short paper and a long one."""
    on_both_papers(measure)


if __name__ == "__main__":
    main()
