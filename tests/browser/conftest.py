"""A running server and a headless Chromium at phone size; both stopped by the test."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from app.core.clock import utc_now
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import build_api, wrap
from app.office.workshop import Workshop
from tests import chromium, postgresql

expect.set_options(timeout=30_000)  # as long as Playwright waits for everything else: a busy machine is no fault
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "locale": "zh-CN"}
NOT_OURS = ("Permissions-Policy header", "Failed to load resource")
"""Complaints about a feature that this browser does not know, and about answers that a test makes fail."""


@dataclass(frozen=True)
class Installation:
    """A throw-away installation that answers at ``address``."""

    address: str
    database: Database
    key_folder: KeyFolder
    server: uvicorn.Server


@pytest.fixture
def data(tmp_path: Path, sqlite_template: Path) -> Path:
    """The folder of an installation with an empty database, before its server starts."""
    folder = tmp_path / "data"
    folder.mkdir()
    copyfile(sqlite_template, folder / "manyidu.sqlite3")
    return folder


@pytest.fixture
def installation(data: Path, workshop: Workshop) -> Iterator[Installation]:
    """A running server."""
    port = postgresql.free_port()
    settings = Settings(data=data, MANYIDU_DATABASE_URL="", base_url=f"http://127.0.0.1:{port}")
    app = wrap(build_api(settings, utc_now, workshop=workshop), settings)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", access_log=False, server_header=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.02)
    database = Database(make_engine(settings.sqlalchemy_url), KeyFolder(data / "keys"))
    yield Installation(settings.base_url, database, KeyFolder(data / "keys"), server)
    database.engine.dispose()
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, as the system brings it, for the modules that one worker runs on end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.PATH, args=chromium.ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def phone(browser: Browser, installation: Installation) -> Iterator[Page]:
    """A phone's page; the test fails on any error, refused script or request to elsewhere."""
    yield from _page(browser, installation, {})


@pytest.fixture
def old_phone(browser: Browser, installation: Installation) -> Iterator[Page]:
    """The same with scripts off."""
    yield from _page(browser, installation, {"java_script_enabled": False})


@pytest.fixture
def another_phone(browser: Browser, installation: Installation) -> Iterator[BrowserContext]:
    """A phone that shares no storage with the first."""
    context = browser.new_context(**PHONE, base_url=installation.address)
    yield context
    context.close()


def _page(browser: Browser, installation: Installation, options: dict[str, Any]) -> Iterator[Page]:
    context = browser.new_context(**PHONE, base_url=installation.address, **options)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.on("request", lambda sent: problems.append(sent.url) if not _own(sent.url, installation) else None)
    yield page
    context.close()
    assert [problem for problem in problems if not any(known in problem for known in NOT_OURS)] == []


def _own(url: str, installation: Installation) -> bool:
    return url.startswith((installation.address, "data:"))
