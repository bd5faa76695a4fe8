"""Take all pictures of docs/screenshots anew: drive every screen of a fresh demo in headless Chromium."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from scripts.pictures import booth, meeting, remedy, results
from scripts.pictures.camera import DESK, ROOT, TARGET, Camera, demo
from scripts.pictures.palette import weigh
from tests import chromium

PHONES = "100"


def main() -> None:
    """Take them in the order in which things happen."""
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch, demo(Path(scratch)) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=chromium.ARGUMENTS)
        camera = Camera(browser, url, Path(scratch))
        page = camera.anybody(DESK)
        page.goto("/login")
        camera.shoot(page, "login", full=False)
        booth.take(camera)
        command = [sys.executable, "-m", "app", "hall", "--round", "demo", "--phones", PHONES, "--url", url]
        subprocess.run([*command, "--data", scratch, "--seconds", "5"], cwd=ROOT, check=True)
        remedy.take(camera)
        meeting.take(camera)
        results.take(camera)
        meeting.auditor(camera)
        browser.close()
    weigh(TARGET)


if __name__ == "__main__":
    main()
