"""What a phone fetches from the scan to the paper, heads included, and after how long the paper can be used.

Chromium says what came over the wire: bodies as sent, and the heads of the answers. Used is the paper once its script
has run and it has been painted, at 400 ms a request, 400 kbit/s and a processor four times slower (median of five).
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import which
from typing import Any

import uvicorn
from playwright.sync_api import Browser, Request, sync_playwright

from app.core import migrate
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import create_app
from app.rounds.domain import Paper, PaperUnit, layout_for
from bench.serving import running
from tests import postgresql
from tests.factories import make_open_round, make_paper
from tests.papers import asked

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "locale": "zh-CN"}
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
SLOWER_PROCESSOR = 4
ATTEMPTS = 5
PLACES = ("城关", "河西", "东山", "柳林", "石桥", "新店", "白沙")
HOUSES = ("镇卫生院", "中心小学", "司法所", "财政所", "派出所", "供电所", "国土资源所", "农业服务中心", "文化站")
WATCH = """new MutationObserver(() => {
  if (!window.used && document.querySelector("[data-bar]:not([hidden])")) {
    window.used = -1;
    requestAnimationFrame(() => setTimeout(() => { window.used = Date.now(); }));
  }
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["hidden"] });"""


@dataclass(frozen=True)
class Seen:
    """Requests, bytes on the wire, and the seconds until the paper can be used."""

    requests: int
    wire: int
    seconds: float


def paper(units: int, items: int) -> Paper:
    """Return a paper with remarks; the units have names as long as they are in a county."""
    names = [place + house for house in HOUSES for place in PLACES]
    named = tuple(PaperUnit(f"u{at}", names[at]) for at in range(units))
    return replace(asked(make_paper(units, items), units=named), layout=layout_for("", units, items, remarks=True))


@contextmanager
def served(settings: Settings) -> Iterator[None]:
    """Run the product on a thread, as ``manyidu serve`` would."""
    port = int(settings.base_url.rsplit(":", 1)[1])
    config = uvicorn.Config(
        create_app(settings), port=port, log_level="critical", access_log=False, server_header=False
    )
    with running(config):
        yield


def visit(browser: Browser, address: str, code: str, *, slow: bool) -> Seen:
    """Scan a slip with a phone that has never been here."""
    context = browser.new_context(**PHONE, base_url=address)
    page = context.new_page()
    page.add_init_script(WATCH)
    if slow:
        tools = context.new_cdp_session(page)
        tools.send("Network.enable")
        tools.send("Network.emulateNetworkConditions", SLOW)
        tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_PROCESSOR})
    requests: list[Request] = []
    page.on("requestfinished", lambda request: requests.append(request))  # noqa: PLW0108 - playwright marks the handler
    started = time.time()
    page.goto(f"/v#{code}")
    page.wait_for_selector("[data-bar]:not([hidden])")
    page.wait_for_load_state("networkidle")
    used = page.evaluate("window.used") / 1000 - started
    seen = Seen(*_wire([request for request in requests if request.url.startswith(address)], verbose=not slow), used)
    context.close()
    return seen


def _wire(requests: list[Request], *, verbose: bool) -> tuple[int, int]:
    """Return how many requests reached the server, and the bytes of their answers, heads included."""
    sizes = [(request.url, request.sizes()) for request in requests]
    fetched = [(url, size) for url, size in sizes if size["responseBodySize"] >= 0]  # the others are from its cache
    for url, size in fetched if verbose else ():
        print(f"{size} {url}", file=sys.stderr)
    return len(fetched), sum(size["responseHeadersSize"] + size["responseBodySize"] for _, size in fetched)


def measure(browser: Browser, units: int, items: int) -> None:
    """Print the figures of one size of paper."""
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch)
        settings = Settings(data=data, base_url=f"http://127.0.0.1:{postgresql.free_port()}")
        engine = make_engine(settings.sqlalchemy_url)
        migrate.upgrade(engine)
        keys = KeyFolder(data / "keys")
        place = make_open_round(Database(engine, keys), keys, paper(units, items), ATTEMPTS + 1)
        engine.dispose()
        codes = place.codes["residents"]
        with served(settings):
            once = visit(browser, settings.base_url, codes[0], slow=False)
            slow = [visit(browser, settings.base_url, code, slow=True).seconds for code in codes[1:]]
    size = f"{units}x{items}"
    print(f"{size}: usable after {', '.join(f'{seconds:.2f}' for seconds in slow)} s", file=sys.stderr)
    tell(f"first_load_requests/{size}", once.requests, "")
    tell(f"first_load_kb/{size}", once.wire / 1000, "kB")
    tell(f"first_use_s/{size}", statistics.median(slow), "s")


def tell(figure: str, value: float, unit: str) -> None:
    """Print one figure."""
    print(json.dumps({"figure": figure, "value": round(value, 2), "unit": unit}), flush=True)


def on_both_papers(measured: Callable[[Browser, int, int], None]) -> None:
    """Measure a short paper and a long one in a browser."""
    path = which("chromium") or which("chromium-browser") or which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        measured(browser, 8, 6)
        measured(browser, 63, 5)
        browser.close()


def main() -> None:
    """Measure both."""
    on_both_papers(measure)


if __name__ == "__main__":
    main()
