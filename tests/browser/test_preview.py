"""The phone form before the freeze: in its frame, at a phone's width, as a voter sees it, and cast nowhere."""

from dataclasses import replace

import pytest
from playwright.sync_api import Browser, FrameLocator, expect

from app.core.acting import Acting
from app.rounds.domain import Layout
from app.rounds.service import RoundDraft
from tests.browser.conftest import Installation
from tests.browser.steps import check, log_in, organiser_at
from tests.cast import MORNING, make_cast, make_draft

DRAFT = RoundDraft("第一轮", "t2", key_needed=1, key_holders=1)
GO_ON = "[data-next]"


def make(installation: Installation, layout: Layout = Layout.LIST) -> str:
    with installation.database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        return make_draft(Acting(session, MORNING, zhang), draft=replace(DRAFT, layout=layout.value))


def mark_all(form: FrameLocator) -> None:
    """Mark the worst grade of everything, with the keyboard."""
    for at in range(form.locator("[data-cell]").count()):
        form.locator("[data-cell]").nth(at).locator("input").first.evaluate("one => one.click()")


@pytest.mark.parametrize("layout", list(Layout))
def test_it_works(browser: Browser, installation: Installation, layout: Layout) -> None:
    round_id = make(installation, layout)
    with organiser_at(browser, installation.address, f"/rounds/{round_id}") as page:
        page.get_by_role("link", name="手机上的样子（预览）").first.click()
        check(page)
        frame = page.locator("iframe")
        assert frame.evaluate("one => one.clientWidth") == 390
        form = page.frame_locator("iframe")
        expect(form.get_by_role("note").first).to_contain_text("预览")
        mark_all(form)
        for _ in range(8):
            if form.locator("[data-review]").is_visible():
                break
            form.locator(GO_ON).focus()
            page.keyboard.press("Enter")
        expect(form.get_by_role("heading", name="请核对")).to_be_visible()
        form.locator(GO_ON).click()
        expect(form.locator("[data-says]")).to_contain_text("投不出票")
        form.locator("[data-switch]").evaluate("one => one.click()")
        expect(form.get_by_role("note").first).to_contain_text("Preview")
        assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    with installation.database.reading() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM round WHERE state = 'draft'").scalar() == 1


def test_without_scripts(browser: Browser, installation: Installation) -> None:
    round_id = make(installation)
    context = browser.new_context(base_url=installation.address, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    log_in(page, "zhangsan")
    page.goto(f"/rounds/{round_id}/phone")
    form = page.frame_locator("iframe")
    expect(form.get_by_role("note").first).to_contain_text("预览")
    expect(form.locator("[data-cell]")).to_have_count(18)
    expect(form.locator(GO_ON)).to_be_disabled()
    context.close()
