"""Sixty-three liaisons as an organiser makes them: list, preview, take over, printable sheet; few decisions."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from app.accounts.models import Staff
from app.campaigns import service as campaigns
from tests import cast
from tests.browser.conftest import Installation
from tests.browser.steps import organiser_at
from tests.browser.test_desk_pages import UNMARKED
from tests.cast import MORNING
from tests.office.sheets import made

LIAISONS = 63
MOST_DECISIONS = 6
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def desk(browser: Browser, installation: Installation) -> Iterator[Page]:
    """An organiser at the page of liaisons of a campaign of 63 units."""
    with installation.database.writing() as session:
        zhang = cast.make_cast(session)["zhangsan"]
        campaign_id = campaigns.create_campaign(session, MORNING, zhang, "群众满意度测评", "某县文化局")
        names = [f"第{number}单位甲" for number in range(LIAISONS)]
        campaigns.add_units(session, MORNING, zhang, campaign_id, names)
    with organiser_at(browser, installation.address, f"/campaigns/{campaign_id}/liaisons") as page:
        yield page


def test_it_works(desk: Page, installation: Installation) -> None:
    rows = [[f"联络员{number}甲", f"第{number}单位甲"] for number in range(LIAISONS)]
    listed = FilePayload(name="名单.xlsx", mimeType=XLSX, buffer=made.listed([["姓名", "单位"], *rows]))
    decisions = 0
    desk.locator("main a[href$='/liaisons/import']").first.click()
    decisions += 1
    desk.get_by_label("Excel 文件").set_input_files(listed)
    decisions += 1
    desk.get_by_role("button", name="预览").click()
    expect(desk.get_by_text("列是这样认出来的")).to_be_visible()
    assert desk.evaluate(UNMARKED) == []
    decisions += 1
    expect(desk.get_by_role("heading", name=f"人员（{LIAISONS} 人）")).to_be_visible()
    desk.get_by_role("button", name="确认，建立账号").click()
    decisions += 1
    strips = desk.locator(".link-strip")
    expect(strips).to_have_count(LIAISONS)
    assert decisions <= MOST_DECISIONS
    expect(desk.get_by_role("button", name="打印")).to_be_visible()
    links = re.findall(r"/welcome/([\w-]+)", " ".join(strips.all_text_contents()))
    assert len(set(links)) == LIAISONS
    desk.emulate_media(media="print")
    expect(strips.first).to_be_visible()
    expect(desk.get_by_role("button", name="打印")).to_be_hidden()
    with installation.database.reading() as session:
        assert session.query(Staff).filter(Staff.login.like("lly%")).count() == LIAISONS
