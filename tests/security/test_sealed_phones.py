"""Where scripts run no mark reaches the server in clear (SEC-74): a recording proxy, and the server's whole memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from tests import chromium
from tests.browser.conftest import PHONE
from tests.browser.test_booth import tap
from tests.factories import OpenRound, count_box, make_open_round, make_paper
from tests.postgresql import free_port
from tests.recording import recorder
from tests.security.test_memory import remembered
from tests.servers import ANEW, served

PHONES = 4
CELLS = 24
WRITTEN = "金丝雀写的意见{at}号"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.running() as browser:
        yield browser


@contextmanager
def phones(browser: Browser, address: str, *, scripts: bool) -> Iterator[Page]:
    context = browser.new_context(**PHONE, base_url=address, java_script_enabled=scripts)
    yield context.new_page()
    context.close()


def marks_of(at: int) -> list[int]:
    """Return the marks of a voter: no two voters alike, and no order that anything else has."""
    return [(7 * cell * cell + 3 * at + cell // 3) % 5 for cell in range(CELLS)]


def vote(phone: Page, place: OpenRound, at: int, *, scripts: bool) -> None:
    code = place.codes["residents"][at]
    if scripts:
        phone.goto(f"/v#{code}")
    else:
        phone.goto("/v")
        phone.get_by_label("票码").fill(code)
        phone.get_by_role("button", name="打开测评表").click()
    expect(phone.locator("[data-bar]" if scripts else "[data-ballot]")).to_be_visible()
    tap(phone, [(f"m{cell // 6}-{cell % 6}", mark) for cell, mark in enumerate(marks_of(at))])
    phone.get_by_text("写意见").first.click()
    phone.locator("textarea").first.fill(WRITTEN.format(at=at))
    if scripts:
        phone.locator("[data-switch]").click()
        expect(phone.locator("html")).to_have_attribute("lang", "en")
        phone.locator("[data-next]").click()
        phone.locator("[data-next]").click()
    else:
        phone.get_by_role("button", name="下一步").click()
        phone.get_by_role("button", name="投入票箱").click()
    expect(phone.locator("[data-receipt]")).to_be_visible()


def signs(at: int) -> list[bytes]:
    """Return how the ballot of a voter would look in clear."""
    marks = marks_of(at)
    text = "".join(map(str, marks))
    form = "&".join(f"m{cell // 6}-{cell % 6}={mark}" for cell, mark in enumerate(marks[:6]))
    written = WRITTEN.format(at=at)
    quoted = "".join(f"%{byte:02X}" for byte in written.encode()[:21])
    return [bytes(marks), text.encode(), form.encode(), written.encode(), written.encode("utf-16-le"), quoted.encode()]


@pytest.fixture
def folder(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


def seen(
    browser: Browser, database: Database, settings: Settings, folder: KeyFolder, scratch: Path, *, scripts: bool
) -> tuple[set[bytes], set[bytes]]:
    """Let phones vote; return what of their ballots passed on the line, and what the server's memory holds."""
    paper = make_paper(4, 6)
    place = make_open_round(database, folder, paper, codes_each=PHONES)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    wanted = [sign for at in range(PHONES) for sign in signs(at)]
    with (
        served(settings.data, settings.sqlalchemy_url, scratch, module=ANEW, MANYIDU_BASE_URL=address) as server,
        recorder(port, server.port) as line,
        phones(browser, address, scripts=scripts) as phone,
    ):
        for at in range(PHONES):
            vote(phone, place, at, scripts=scripts)
        memory = remembered(server, wanted)
        passed = line.sent
        assert count_box(database, place.id) == (PHONES, PHONES)
        assert passed.count(b"POST /v/cast") == PHONES
    return {sign for sign in wanted if sign in passed}, memory


def test_no_mark_of_a_phone_that_seals_reaches_the_server(
    browser: Browser, database: Database, settings: Settings, folder: KeyFolder, tmp_path: Path
) -> None:
    assert seen(browser, database, settings, folder, tmp_path, scripts=True) == (set(), set())


def test_it_finds_the_marks_of_phones_that_do_not_seal(
    browser: Browser, database: Database, settings: Settings, folder: KeyFolder, tmp_path: Path
) -> None:
    """The harness can fail: without scripts the server seals, and the page says so."""
    passed, memory = seen(browser, database, settings, folder, tmp_path, scripts=False)
    assert len(passed) >= PHONES
    assert memory
