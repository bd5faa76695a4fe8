"""A demo of its own, and a camera that takes pictures of its pages at phone, desk and hall size."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Page

from scripts.pictures.palette import keep
from tests.browser.steps import prove_when_asked

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "docs" / "screenshots"
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 860}}
HALL: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}}
START_SECONDS = 60


def free_port() -> int:
    """Return a loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def demo(folder: Path) -> Iterator[str]:
    """Serve a fresh demo and yield its address."""
    port = free_port()
    command = [sys.executable, "-m", "app", "demo", "--data", str(folder), "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as server:
        try:
            url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + START_SECONDS
            while not _answers(url):
                if server.poll() is not None or time.monotonic() > deadline:
                    sys.exit("the demo did not start")
                time.sleep(0.2)
            yield url
        finally:
            server.terminate()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url + "/healthz", trust_env=False).is_success
    except httpx.TransportError:
        return False


class Camera:
    """Takes pictures of a demo as any of its people."""

    def __init__(self, browser: Browser, url: str, data: Path) -> None:
        self.browser = browser
        self.url = url
        self.data = data
        self.told = json.loads((data / "demo.json").read_text("utf-8"))
        self.codes = [codes[0] for codes in self.told["codes"].values()]
        self.round = f"/rounds/{self.told['round_id']}"
        self.desks: dict[str, Page] = {}

    def shoot(self, page: Page, name: str, *, full: bool = True) -> None:
        """Keep a picture; the whole page unless it is about what is seen first."""
        page.wait_for_load_state("networkidle")
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        keep(page.screenshot(full_page=full), TARGET / f"{name}.webp")
        print(name)

    def anybody(self, size: dict[str, Any], locale: str = "zh-CN", **options: object) -> Page:
        """Return a page of somebody without a log-in."""
        return self._context(size, locale, **options).new_page()

    def at(self, login: str, size: dict[str, Any]) -> Page:
        """Return a page of that size in which ``login`` is logged in."""
        page = self.anybody(size)
        page.goto("/login")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", self.told["passwords"][login])
        page.click("main button[type=submit]")
        prove_when_asked(page, self.told["passwords"][login])
        return page

    def desk(self, login: str) -> Page:
        """Return the one desk of ``login``, logged in at the first call."""
        if login not in self.desks:
            self.desks[login] = self.at(login, DESK)
        return self.desks[login]

    def _context(self, size: dict[str, Any], locale: str, **options: object) -> BrowserContext:
        return self.browser.new_context(locale=locale, base_url=self.url, **size, **options)  # type: ignore[arg-type]
