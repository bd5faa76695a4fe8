"""评议 by the pages: the document on the phone before the marks, and the revised one with what it answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.opinions.domain import Kind
from app.opinions.service import Wish, do
from tests import cast
from tests.browser import played
from tests.browser.conftest import Installation
from tests.browser.steps import check, confirm, freeze, organiser_at, play
from tests.opinions.collected import acting, ids, make_opinions

UNIT = cast.UNITS[1]
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def desk(browser: Browser, installation: Installation) -> Iterator[Page]:
    """An organiser's desk; opinions were collected and merged before."""
    campaign_id = make_opinions(installation.database, two_person=False)
    with installation.database.writing() as session:
        chosen = ids(session, campaign_id)
        do(acting(session), campaign_id, Wish(Kind.NEW_ISSUE, (chosen[0], chosen[2]), words="窗口服务态度"))
        do(acting(session), campaign_id, Wish(Kind.NEW_ISSUE, (chosen[1], chosen[3]), words="办事效率"))
    with organiser_at(browser, installation.address, f"/campaigns/{campaign_id}") as page:
        yield page


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """The report that is rated."""
    path = tmp_path / "分析检查报告.pdf"
    path.write_bytes(PDF)
    return path


def make_round(page: Page, report: Path) -> str:
    """Make a round about the report and freeze it; return its id."""
    page.get_by_role("link", name="发起测评轮次").click()
    page.get_by_label("轮次名称").fill("分析检查报告评议")
    page.get_by_label("测评表").select_option("t1")
    for field in ("开箱需要几份", "一共分成几份"):
        page.get_by_label(field).select_option("2")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="评议一份文档").click()
    check(page)
    page.get_by_label("哪个单位的文档").select_option(label=UNIT)
    page.get_by_label("文档", exact=True).set_input_files(report)
    page.get_by_role("button", name="附上文档").click()
    expect(page.get_by_role("link", name="分析检查报告.pdf")).to_be_visible()
    check(page)
    page.get_by_role("link", name="回到轮次").click()
    freeze(page)
    expect(page.locator(".round-state-ready")).to_be_visible()
    return page.url.rsplit("/", 1)[-1]


def read_and_rate(phone: Page, code: str) -> None:
    """Open the document before the marks, then rate it."""
    phone.goto(f"/v#{code}")
    expect(phone.get_by_role("heading", name="请先看这份文档")).to_be_visible()
    check(phone)
    with phone.expect_download() as waiting:
        phone.get_by_role("button", name="打开文档").click()
    assert waiting.value.suggested_filename == "分析检查报告.pdf"
    assert Path(waiting.value.path()).read_bytes() == PDF
    expect(phone.locator("[data-unit]")).to_have_count(1)
    for cell in phone.locator("[data-cell]").all():
        cell.locator("label").first.click()
    phone.locator("[data-next]").click()
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()


def revise(page: Page, report: Path) -> None:
    """Add the revised report with the issue that it answers."""
    page.get_by_text("上传修改后的文档").click()
    page.get_by_label("文档（PDF 或 Word").set_input_files(report)
    page.get_by_label("窗口服务态度").check()
    page.get_by_label("怎样回应的").fill("增加了第三部分第二条，明确窗口服务的要求。")
    page.locator("#documents").get_by_role("button", name="上传").click()


def test_it_works(desk: Page, phone: Page, report: Path, installation: Installation) -> None:
    round_id = make_round(desk, report)
    codes, shares = played.prepare(installation, round_id)
    desk.goto(f"/rounds/{round_id}")
    confirm(desk, "开始投票")
    read_and_rate(phone, codes[0])
    assert len(play(installation.address, codes[1:]).cast) == len(codes) - 1
    desk.goto(f"/rounds/{round_id}")
    confirm(desk, "截止投票")
    played.open_it(installation, round_id, shares)
    desk.goto(f"/rounds/{round_id}/publish")
    desk.locator("main form button[type=submit]").first.click()
    desk.goto(f"/results/{round_id}")
    check(desk)
    revise(desk, report)
    documents = desk.locator("#documents")
    expect(documents.get_by_role("row")).to_have_count(3)
    expect(documents.get_by_role("link", name="窗口服务态度")).to_have_attribute("href", "#" + _place(desk, "窗口服务"))
    expect(documents).to_contain_text("最新一版还没有回应：办事效率")
    expect(desk.get_by_role("heading", name="各单位总体评价")).to_be_visible()
    check(desk)


def _place(page: Page, title: str) -> str:
    """Return where the page lists an issue."""
    return page.locator("li[id^=issue-]", has_text=title).get_attribute("id") or ""
