"""What people do at a meeting by the pages alone, one step a function."""

import asyncio
import re
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.operations.meeting import opinion
from app.operations.phone import Diary, Opinion, Phone
from app.operations.phone_line import PhoneLine
from app.slips.codes import parse_code
from app.web.forms import TOKEN_FIELD
from tests import cast
from tests.browser.axe import axe_on
from tests.browser.conftest import NOT_OURS, Installation

DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 860}, "locale": "zh-CN"}
PRINTED_CODE = re.compile(r"\b(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]\b")
TOKEN = re.compile(rf'name="{TOKEN_FIELD}" value="([^"]+)"')
Desks = Callable[..., Page]


def log_in(page: Page, login: str, password: str = cast.PASSWORD) -> None:
    """Send what the log-in form sends, and leave the page empty: ``test_start`` begins at the form itself."""
    token = TOKEN.findall(page.request.get("/login").text())[0]
    fields = {"login": login, "password": password, TOKEN_FIELD: token}
    answer = page.request.post("/login", form=fields, max_redirects=0)
    assert answer.status == HTTPStatus.SEE_OTHER, login
    prove_when_asked(page, password)


def prove_when_asked(page: Page, password: str) -> None:
    """Give the password again whenever a page asks for it: a meeting takes longer than a proof is good for."""

    def prove() -> None:
        page.get_by_label("口令").fill(password)
        page.get_by_role("button", name="核对并继续办理").click()

    page.add_locator_handler(page.locator("input[name=proof_password]"), prove)


@contextmanager
def organiser_at(browser: Browser, address: str, path: str, *, scripts: bool = True) -> Iterator[Page]:
    """Yield an organiser's desk, opened at ``path``; what the browser complains of fails the test."""
    context = browser.new_context(**DESK, base_url=address, accept_downloads=True, java_script_enabled=scripts)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    log_in(page, "zhangsan")
    page.goto(path)
    yield page
    leave(page)
    assert problems == []


@contextmanager
def desks_at(
    browser: Browser, installation: Installation, passwords: Mapping[str, str] | None = None
) -> Iterator[Desks]:  # fmt: skip
    """Yield what gives each person, by log-in name, a desk of his own, or a phone by its size; he stays logged in.

    ``staff_at`` finds them there. What a browser complains of fails the test.
    """
    desks: dict[str, Page] = {}
    problems: list[str] = []

    def desk(login: str, size: dict[str, Any] = DESK) -> Page:
        if login not in desks:
            context = browser.new_context(**size, base_url=installation.address, accept_downloads=True)
            page = desks[login] = context.new_page()
            BESIDE[context] = desks
            page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
            log_in(page, login, (passwords or {}).get(login, cast.PASSWORD))
        return desks[login]

    yield desk
    for page in desks.values():
        BESIDE.pop(page.context, None)
        page.context.close()
    assert [problem for problem in problems if not any(known in problem for known in NOT_OURS)] == []


SETTLED = """() => Promise.allSettled(
    document.getAnimations()
        .filter((one) => one.effect.getComputedTiming().endTime < Infinity)
        .map((one) => one.finished)
)"""
"""Colours on their way from one to another have the contrast of neither."""


def settle(page: Page) -> None:
    """Wait until all of a page has come, its scripts too, and nothing on it moves; a click waits for its head alone."""
    page.wait_for_load_state()
    page.evaluate(SETTLED)


def check(page: Page) -> None:
    """No finding of axe once nothing moves, no sideways scrolling."""
    settle(page)
    found = axe_on(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def _check(page: Page, *, wanted: bool) -> None:
    if wanted:
        check(page)


def confirm(page: Page, step: str) -> None:
    """Press an irreversible step and confirm it."""
    page.locator("details.confirm summary").click()
    page.get_by_role("button", name=f"确认{step}").click()


def freeze(page: Page) -> None:
    """Freeze a round, or ask for it, on the page that shows what is fixed and how small groups will look."""
    page.get_by_role("link", name="冻结测评表").click()
    check(page)
    page.locator("form[action$='/freeze'] button").click()


def text_of(pdf: Path, *options: str) -> str:
    return subprocess.run(["pdftotext", *options, pdf, "-"], capture_output=True, check=True).stdout.decode()


def download(page: Page, button: str) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    return Path(waiting.value.path())


def print_slips(page: Page, round_id: str, *, is_checked: bool = True) -> list[str]:
    page.goto(f"/rounds/{round_id}/slips")
    _check(page, wanted=is_checked)
    page.get_by_label("只在这台电脑上试用").check()
    printed = text_of(download(page, "生成并下载测评票 PDF"), "-raw")
    return [parse_code(code) for code in dict.fromkeys(PRINTED_CODE.findall(printed))]


HOLDERS = ("zhangsan", "lisi", "wangwu")


def hand_out_keys(page: Page, round_id: str, holders: int = 3, *, is_checked: bool = True) -> list[str]:
    """Name the holders; let each draw and read back in a log-in of his own; return their signs.

    ``is_checked``: whether axe looks at the pages as well, here and below; once for each page is enough.
    """
    page.goto(f"/rounds/{round_id}/key")
    for place, login in enumerate(HOLDERS[:holders]):
        chosen = page.locator("select[name='holder[]']").nth(place)
        option = chosen.locator("option", has_text=f"{cast.PEOPLE[login][0]}（")
        chosen.select_option(value=option.get_attribute("value"))
    _check(page, wanted=is_checked)
    page.get_by_role("button", name="指定持有人").click()
    shares = [draw_and_read_back(page, round_id, is_checked=is_checked)]
    for login in HOLDERS[1:holders]:
        other = staff_at(page, login)
        shares.append(draw_and_read_back(other, round_id, is_checked=is_checked))
    page.goto(f"/rounds/{round_id}/key")
    expect(page.get_by_text("票箱钥匙已生成")).to_be_visible()
    _check(page, wanted=is_checked)
    return shares


BESIDE: dict[BrowserContext, dict[str, Page]] = {}
"""The desks of others beside one that a test works at."""


def staff_at(page: Page, login: str) -> Page:
    """Return the desk of another member of staff, in a browser of his own.

    He logs in when he first comes, and stays logged in until ``page`` is left: starting a browser costs more than
    all that he does.
    """
    desks = BESIDE.setdefault(page.context, {})
    if login not in desks:
        browser = page.context.browser
        assert browser is not None
        address = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
        desks[login] = browser.new_context(**DESK, base_url=address).new_page()
        log_in(desks[login], login)
    return desks[login]


def leave(page: Page) -> None:
    """Close a desk, and those beside it."""
    for other in BESIDE.pop(page.context, {}).values():
        other.context.close()
    page.context.close()


def draw_and_read_back(page: Page, round_id: str, *, is_checked: bool = True) -> str:
    """Return the signs that the page shows to its holder, once; axe needs scripts to check the page."""
    page.goto(f"/rounds/{round_id}/key")
    page.get_by_role("button", name="抽取我的钥匙单").click()
    signs = page.locator("[data-sign]")
    expect(signs.last).not_to_be_empty()
    share = " ".join(signs.all_inner_texts())
    _check(page, wanted=is_checked)
    page.get_by_role("link", name="去核对").click()
    settle(page)
    page.locator("textarea").fill(share)
    _check(page, wanted=is_checked)
    page.get_by_role("button", name="核对", exact=True).click()
    expect(page.get_by_text("您的钥匙单已核对")).to_be_visible()
    return share


def play(address: str, codes: list[str], think: Opinion = opinion) -> Diary:
    """Let phones vote, in a thread of its own: Playwright has an event loop here already."""
    diary = Diary()

    async def hall() -> None:
        line = PhoneLine(address)
        await asyncio.gather(*(Phone(line, code, think, diary).vote(0, 0) for code in codes))
        line.close()

    thread = threading.Thread(target=lambda: asyncio.run(hall()))
    thread.start()
    thread.join()
    return diary


def count_as_second(page: Page, round_id: str, *, is_checked: bool = True) -> None:
    """Count by hand beside the organiser, once wrong and then as he did."""
    page.goto(f"/rounds/{round_id}/slips")
    fields = page.locator("input[name^='spare-'], input[name^='back-']")
    for place in range(fields.count()):
        fields.nth(place).fill("0")
    page.locator("input[name^='present-']").first.fill("5")
    page.get_by_role("button", name="保存清点").click()
    expect(page.get_by_role("alert")).to_contain_text("两人数目不同")
    _check(page, wanted=is_checked)
    page.locator("input[name^='present-']").first.fill("")
    page.get_by_role("button", name="保存清点").click()
    expect(page.get_by_role("alert")).to_have_count(0)


def bring(page: Page, share: str) -> None:
    """Bring a secret to the waiting opening: the page seals it, and sends it when that is done."""
    settle(page)
    brought = page.locator("[data-mark].done")
    before = brought.count()
    page.locator("#words").fill(share)
    page.get_by_role("button", name="核对这份钥匙").click()
    expect(brought).to_have_count(before + 1)


def open_the_box(page: Page, round_id: str, shares: list[str], *, is_checked: bool = True) -> None:
    page.goto(f"/rounds/{round_id}/opening")
    expect(page.get_by_role("alert")).to_contain_text("清点")
    page.goto(f"/rounds/{round_id}/slips")
    page.get_by_role("button", name="保存清点").click()
    if len(shares) > 1:
        other = staff_at(page, "lisi")
        count_as_second(other, round_id, is_checked=is_checked)
    page.goto(f"/rounds/{round_id}/opening")
    _check(page, wanted=is_checked)
    page.get_by_role("button", name="开始开箱").click()
    expect(page.locator("#words")).to_be_visible()
    _check(page, wanted=is_checked)
    bring(page, shares[0])
    expect(page.locator("[data-mark].done")).to_have_count(1)
    for share in shares[1:2]:
        other = staff_at(page, "lisi")
        other.goto(f"/rounds/{round_id}/opening")
        expect(other.locator("[data-mark].done")).to_have_count(1)
        bring(other, share)
    expect(page.get_by_text("钥匙已齐")).to_be_visible()
    _check(page, wanted=is_checked)
    page.get_by_role("button", name="开箱", exact=True).click()
    expect(page.locator("a[href$='/scrutiny']").first).to_be_visible()
    page.goto(f"/rounds/{round_id}/scrutiny")
    _check(page, wanted=is_checked)


def look_for(page: Page, label: str, text: str) -> None:
    """Type into the field that searches a list, and press the key."""
    page.get_by_label(label).fill(text)
    page.get_by_label(label).press("Enter")
