"""A running server and a headless Chromium at phone size; both stopped by the test."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.core.clock import utc_now
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import build_api, wrap
from app.office.workshop import Workshop
from tests import chromium

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


@pytest.fixture(scope="package")
def listener() -> Iterator[socket.socket]:
    """What one server after another listens on: a browser that is kept finds each at one address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture(scope="package")
def address(listener: socket.socket) -> str:
    """Where each server answers."""
    return "http://127.0.0.1:{1}".format(*listener.getsockname())


@pytest.fixture
def installation(data: Path, workshop: Workshop, listener: socket.socket, address: str) -> Iterator[Installation]:
    """A running server."""
    settings = Settings(data=data, MANYIDU_DATABASE_URL="", base_url=address)
    app = wrap(build_api(settings, utc_now, workshop=workshop), settings)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, server_header=False))
    thread = threading.Thread(target=server.run, args=([listener.dup()],))
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
    with chromium.running() as browser:
        yield browser


@pytest.fixture
def fresh_phone(browser: Browser, installation: Installation) -> Iterator[Page]:
    """A phone's page; the test fails on any error, refused script or request to elsewhere."""
    yield from _page(browser, installation, {})


@pytest.fixture
def phone(fresh_phone: Page) -> Page:
    """The same, but where a module hands one phone on."""
    return fresh_phone


@pytest.fixture(scope="module")
def kept_phone(browser: Browser, address: str) -> Iterator[Page]:
    """The page of a phone that the tests of a module hand on: to begin anew takes three times as long as to load."""
    context = browser.new_context(**PHONE, base_url=address)
    yield context.new_page()
    context.close()


@pytest.fixture
def same_phone(kept_phone: Page, installation: Installation) -> Iterator[Page]:
    """``phone`` for modules whose tests leave no more behind than what is put back here."""
    kept_phone.set_viewport_size(PHONE["viewport"])
    kept_phone.emulate_media(color_scheme="light", reduced_motion="no-preference")
    kept_phone.context.clear_cookies()
    kept_phone.goto("/healthz")
    kept_phone.evaluate("localStorage.clear(); sessionStorage.clear()")
    with _watched(kept_phone, installation):
        yield kept_phone
    kept_phone.unroute_all()


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
    with _watched(page, installation):
        yield page
        context.close()


@contextmanager
def _watched(page: Page, installation: Installation) -> Iterator[None]:
    """Fail on what a page complains of and on what it asks of others."""
    problems: list[str] = []
    watched: dict[str, Callable[[Any], None]] = {
        "pageerror": lambda error: problems.append(str(error)),
        "console": lambda said: problems.append(said.text) if said.type == "error" else None,
        "request": lambda sent: problems.append(sent.url) if not _own(sent.url, installation) else None,
    }
    for event, told in watched.items():
        page.on(event, told)  # type: ignore[call-overload]
    yield
    for event, told in watched.items():
        page.remove_listener(event, told)
    assert [problem for problem in problems if not any(known in problem for known in NOT_OURS)] == []


def _own(url: str, installation: Installation) -> bool:
    return url.startswith((installation.address, "data:"))
