"""From the log-in to a printed rehearsal slip, for every kind of vote: at most twelve decisions, without scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from app.campaigns.domain import Objects
from app.campaigns.kinds import KINDS, Kind
from app.core.acting import Acting
from tests import pdf_pages
from tests.browser.axe import axe_on
from tests.browser.conftest import Installation
from tests.browser.steps import DESK, log_in, organiser_at
from tests.cast import MORNING, PASSWORD, make_cast, make_ready

MOST_DECISIONS = 12
PHONE = ViewportSize(width=390, height=844)
OBJECTS = {
    Objects.UNIT: ("县文化馆", "县图书馆"),
    Objects.PERSON: ("张甲一", "李乙二"),
    Objects.PROJECT: ("城乡供水工程", "农村公路改造"),
    Objects.DOCUMENT: ("领导班子分析检查报告",),
}
RUNS_OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Organiser:
    """Somebody at a page who counts what he decides: each field that he fills in and each thing that he presses."""

    def __init__(self, page: Page) -> None:
        self.page, self.decisions = page, 0

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label).fill(text)
        self.decisions += 1

    def press(self, role: str, name: str) -> None:
        found = self.page.get_by_role("link" if role == "link" else "button", name=name).first
        found.click()
        self.decisions += 1

    def tick(self, label: str) -> None:
        self.page.get_by_label(label).check()
        self.decisions += 1


@pytest.fixture(scope="module")
def kept_page(browser: Browser, address: str) -> Iterator[Page]:
    """The page of a desk that one test hands on to the next, with scripts off."""
    context = browser.new_context(**DESK, base_url=address, accept_downloads=True, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(kept_page: Page, installation: Installation) -> Page:
    """The desk of somebody who is not logged in yet."""
    with installation.database.writing() as session:
        make_cast(session)
    kept_page.context.clear_cookies()
    return kept_page


def print_rehearsal(organiser: Organiser, kind: Kind) -> Path:
    """Go from the log-in to the PDF of rehearsal slips."""
    page = organiser.page
    page.goto("/login")
    organiser.fill("用户名", "zhangsan")
    organiser.fill("口令", PASSWORD)
    organiser.press("button", "登录")
    organiser.press("link", "新办一次测评")
    organiser.press("link", kind.name)
    if not kind.title:
        organiser.fill("活动名称", "民主测评")
    organiser.fill("主办单位", "某县文化局")
    if kind.body:
        organiser.fill(f"{kind.body.noun}的名称", "某县文化局领导班子")
    organiser.fill("测评对象", "\n".join(OBJECTS[kind.objects]))
    organiser.fill("参评人员和人数", "参评人员 24")
    organiser.press("button", "建立活动")
    organiser.press("button", "演练：印几张演练票")
    organiser.tick("只在这台电脑上试用，仍按这个地址印")
    with page.expect_download() as download:
        organiser.press("button", "生成并下载测评票 PDF")
    return Path(download.value.path())


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.key) for kind in KINDS.values()])
def test_it_works(page: Page, kind: Kind) -> None:
    organiser = Organiser(page)
    printed = print_rehearsal(organiser, kind)
    assert "演练" in pdf_pages.text(printed.read_bytes())
    needed = organiser.decisions - 1  # the address that leads nowhere is this machine's alone
    assert needed <= MOST_DECISIONS


def test_the_pages_fit_a_phone_and_the_keyboard(page: Page, browser: Browser, installation: Installation) -> None:
    print_rehearsal(Organiser(page), KINDS["leaders"])
    with organiser_at(browser, installation.address, "/campaigns") as desk:
        read(desk)


def read(page: Page) -> None:
    """Look at the pages of a start at a phone's width, and choose a kind by the keyboard."""
    page.set_viewport_size(PHONE)
    for path in ("/campaigns/new", "/campaigns/new?kind=leaders", "/campaigns"):
        page.goto(path)
        assert page.evaluate(RUNS_OVER) == 0, path
        found = axe_on(page)
        assert found.violations_count == 0, found.generate_report()
    page.goto("/campaigns/new")
    link = page.get_by_role("link", name=KINDS["leaders"].name)
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("测评对象")).to_be_visible()


def test_what_a_print_was_refused_for_is_forgotten_when_it_prints(browser: Browser, installation: Installation) -> None:
    with installation.database.writing() as session:
        round_id = make_ready(Acting(session, MORNING, make_cast(session)["zhangsan"]))
    context = browser.new_context(**DESK, base_url=installation.address, accept_downloads=True)
    desk = context.new_page()
    log_in(desk, "zhangsan")
    desk.goto(f"/rounds/{round_id}/slips")
    button = desk.get_by_role("button", name="生成并下载测评票 PDF")
    button.click()
    expect(desk.get_by_role("alert")).to_contain_text("没有印")
    desk.get_by_label("只在这台电脑上试用，仍按这个地址印").check()
    with desk.expect_download():
        button.click()
    expect(desk.get_by_role("alert")).to_have_count(0)
    expect(desk.get_by_text("已生成并下载")).to_be_visible()
    context.close()
