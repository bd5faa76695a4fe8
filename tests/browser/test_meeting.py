"""A whole meeting by the pages alone: round, slips, keys, votes, close, count, opening, publication, result."""

import asyncio
import re
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from app.box.shares import SHARE_WORDS
from app.operations.hall import opinion
from app.operations.phone import Diary, Phone
from app.slips.codes import parse_code
from tests import cast
from tests.browser.conftest import Installation

DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 860}, "locale": "zh-CN"}
PRINTED_CODE = re.compile(r"\b(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]\b")
NUMBERED_WORD = re.compile(r"\b(\d{1,2})\.?\s+([a-z]{4,8})\b")
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}


@pytest.fixture
def campaign_id(installation: Installation) -> str:
    with installation.database.writing() as session:
        people = cast.make_cast(session)
        return cast.make_campaign(session, people["zhangsan"])


@pytest.fixture
def desk(browser: Browser, installation: Installation, campaign_id: str) -> Iterator[Page]:
    context = browser.new_context(**DESK, base_url=installation.address, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(15_000)
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    log_in(page, "zhangsan")
    page.goto(f"/campaigns/{campaign_id}")
    yield page
    context.close()
    assert problems == []


def log_in(page: Page, login: str) -> None:
    page.goto("/login")
    page.get_by_label("用户名").fill(login)
    page.get_by_label("口令").fill(cast.PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("button", name="退出")).to_be_visible()


def check(page: Page) -> None:
    """No finding of axe, no sideways scrolling."""
    found = Axe().run(page, options=AXE)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def confirm(page: Page, step: str) -> None:
    """Press an irreversible step and confirm it."""
    page.locator("details.confirm summary").click()
    page.get_by_role("button", name=f"确认{step}").click()


def text_of(pdf: Path, *options: str) -> str:
    return subprocess.run(["pdftotext", *options, pdf, "-"], capture_output=True, check=True).stdout.decode()


def download(page: Page, button: str) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    return Path(waiting.value.path())


def make_round(page: Page) -> str:
    page.get_by_role("link", name="发起测评轮次").click()
    page.get_by_label("允许填写意见建议").check()
    check(page)
    page.get_by_role("button", name="保存").click()
    check(page)
    confirm(page, "冻结测评表")
    expect(page.locator(".round-state-ready")).to_be_visible()
    return page.url.rsplit("/", 1)[-1]


def print_slips(page: Page, round_id: str) -> list[str]:
    page.goto(f"/rounds/{round_id}/slips")
    check(page)
    printed = text_of(download(page, "生成并下载测评票 PDF"), "-raw")
    return [parse_code(code) for code in dict.fromkeys(PRINTED_CODE.findall(printed))]


def hand_out_keys(page: Page, round_id: str) -> list[str]:
    page.goto(f"/rounds/{round_id}/key")
    check(page)
    slips = text_of(download(page, "生成并打印钥匙单"), "-layout")
    page.goto(f"/rounds/{round_id}/key")
    shares = []
    for number, slip in enumerate(slips.split("\f")[:3], start=1):
        words = {int(at): word for at, word in NUMBERED_WORD.findall(slip)}
        share = " ".join(words[at] for at in range(1, SHARE_WORDS + 1))
        page.locator(f"#words-{number}").fill(share)
        page.locator(f"#words-{number}").locator("xpath=ancestor::form").get_by_role("button").first.click()
        shares.append(share)
    check(page)
    return shares


def play(address: str, codes: list[str]) -> Diary:
    """Let phones vote, in a thread of its own: Playwright has an event loop here already."""
    diary = Diary()

    async def hall() -> None:
        async with httpx.AsyncClient(base_url=address, timeout=30, trust_env=False) as client:
            await asyncio.gather(*(Phone(client, code, opinion, diary).vote(0, 0) for code in codes))

    thread = threading.Thread(target=lambda: asyncio.run(hall()))
    thread.start()
    thread.join()
    return diary


def open_the_box(page: Page, round_id: str, shares: list[str]) -> None:
    page.goto(f"/rounds/{round_id}/opening")
    expect(page.get_by_role("alert")).to_contain_text("清点")
    page.goto(f"/rounds/{round_id}/slips")
    page.get_by_role("button", name="保存清点").click()
    page.goto(f"/rounds/{round_id}/opening")
    check(page)
    for share in shares[:2]:
        page.locator("textarea[name=words]").fill(share)
        page.get_by_role("button", name="核对这份钥匙").click()
    check(page)
    page.get_by_role("button", name="开箱", exact=True).click()
    expect(page.locator("a[href$='/scrutiny']").first).to_be_visible()
    page.goto(f"/rounds/{round_id}/scrutiny")
    check(page)


def agree(browser: Browser, installation: Installation, round_id: str) -> None:
    """Let the second person agree to what was asked."""
    context = browser.new_context(**DESK, base_url=installation.address)
    page = context.new_page()
    log_in(page, "lisi")
    page.goto(f"/rounds/{round_id}")
    page.get_by_role("button", name="同意", exact=True).click()
    expect(page.locator(".round-state-published")).to_be_visible()
    context.close()


def read_result(browser: Browser, installation: Installation, round_id: str) -> str:
    """Return what the leader reads."""
    context = browser.new_context(**DESK, base_url=installation.address)
    page = context.new_page()
    log_in(page, "zhaoliu")
    page.goto(f"/results/{round_id}")
    check(page)
    text = page.locator("main").inner_text()
    page.get_by_role("link", name=cast.UNITS[1]).first.click()
    check(page)
    context.close()
    return text


def test_it_works(desk: Page, browser: Browser, installation: Installation) -> None:
    round_id = make_round(desk)
    codes = print_slips(desk, round_id)
    expected = sum(cast.GROUPS.values())
    assert len(codes) > expected
    shares = hand_out_keys(desk, round_id)
    desk.goto(f"/rounds/{round_id}")
    confirm(desk, "开始投票")
    expect(desk.locator(".round-state-open")).to_be_visible()
    desk.goto(f"/rounds/{round_id}/hall")
    check(desk)
    assert len(play(installation.address, codes).cast) == len(codes)
    desk.goto(f"/rounds/{round_id}")
    check(desk)
    confirm(desk, "截止投票")
    open_the_box(desk, round_id, shares)
    desk.goto(f"/rounds/{round_id}/publish")
    check(desk)
    desk.locator("main form button[type=submit]").first.click()
    agree(browser, installation, round_id)
    text = read_result(browser, installation, round_id)
    assert [name for name in cast.UNITS if name in text] == list(cast.UNITS)
    assert str(len(codes)) in text
    assert datetime.now(UTC).strftime("%Y年") in text
