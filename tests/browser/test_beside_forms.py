"""Lists that stand beside a form are searched and leafed through, with scripts and without: what is typed stays."""

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Locator, Page, expect

from app.publication.models import ReaderToken
from tests.browser.conftest import Installation
from tests.browser.steps import DESK, log_in, look_for
from tests.cast import make_cast
from tests.many import store_many
from tests.opinions.collected import make_opinions, merged
from tests.rectification.pages.test_search import store_issues, store_orders


@pytest.fixture(scope="module", params=[True, False], ids=["scripts", "plain"])
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """The page of a desk that one test hands on to the next."""
    context = browser.new_context(**DESK, base_url=address, java_script_enabled=request.param)
    yield context.new_page()
    context.close()


def arrive(page: Page, installation: Installation) -> None:
    page.context.clear_cookies()
    with installation.database.writing() as session:
        make_cast(session)
    log_in(page, "zhangsan")


def test_a_token_is_typed_while_units_are_looked_for(page: Page, installation: Installation) -> None:
    store_many(installation.database, 30, 0, 3)
    arrive(page, installation)
    page.goto("/tokens")
    page.get_by_label("名称", exact=True).fill("县政务公开网")
    page.get_by_label("有效天数").fill("31")
    page.get_by_label("只读到下面所选单位的结果").check()
    for campaign, unit in (("第 17 次", "被测评单位2"), ("第 25 次", "被测评单位3")):
        look_for(page, "单位不在下面的，先查找活动", campaign)
        found = page.locator("details.result-more")
        expect(found).to_have_count(1)
        expect(found).to_contain_text(f"{campaign}活动")
        if not found.evaluate("one => one.open"):
            found.locator("summary").click()
        found.get_by_label(unit).check()
    page.get_by_role("button", name="全部显示").click()
    page.get_by_role("button", name="下一页").click()
    expect(page.locator("input[name='units[]']:checked")).to_have_count(2)
    for label, value in (("名称", "县政务公开网"), ("有效天数", "31")):
        expect(page.get_by_label(label, exact=True)).to_have_value(value)
    page.get_by_label("名称", exact=True).press("Enter")
    expect(page.get_by_role("status")).to_contain_text("只在这里显示这一次")
    expect(page.locator("input[type=search]")).to_have_count(0)
    page.get_by_role("link", name="已保存好，回到令牌列表").click()
    with installation.database.reading() as session:
        (token,) = session.scalars(sa.select(ReaderToken)).all()
        assert (token.label, sorted(json.loads(token.unit_ids))) == ("县政务公开网", ["u17-1", "u25-2"])


def test_an_issue_is_typed_while_others_are_looked_for(page: Page, installation: Installation) -> None:
    store_orders(installation.database, 1)
    store_issues(installation.database, 62)
    arrive(page, installation)
    page.goto("/rectification/campaigns/c0/issues")
    page.get_by_label("问题", exact=True).fill("账目不清")
    page.get_by_label("问题来源").select_option("audit")
    page.get_by_label("被测评单位3").check()
    page.get_by_role("button", name="下一页").click()
    expect(page.get_by_role("link", name="第 61 个问题")).to_be_visible()
    look_for(page, "问题、依据或者单位", "反馈〔7〕")
    expect(page.locator("#issues tbody tr")).to_have_count(1)
    expect(page.get_by_label("问题", exact=True)).to_have_value("账目不清")
    page.get_by_label("问题", exact=True).press("Enter")
    expect(page.get_by_role("status")).to_contain_text("问题已登记")
    page.get_by_label("问题、依据或者单位").fill("账目不清")
    page.get_by_role("button", name="查找").first.click()
    expect(page.locator("#issues tbody tr")).to_contain_text("被测评单位3")


def test_an_opinion_is_typed_while_others_are_looked_for(page: Page, installation: Installation) -> None:
    campaign_id = make_opinions(installation.database, [f"第{number}条意见" for number in range(60)])
    log_in(page, "zhangsan")
    page.goto(f"/campaigns/{campaign_id}/opinions")
    page.get_by_label("编号", exact=True).fill("99")
    page.get_by_label("意见", exact=True).fill("停车位太少")
    look_for(page, "编号、单位或意见里的字", "第7条")
    expect(page.locator("#opinions tbody tr")).to_have_count(1)
    page.get_by_role("button", name="全部显示").click()
    page.get_by_role("button", name="下一页").click()
    expect(page.locator("#opinions tbody tr")).to_have_count(10)
    expect(page.get_by_label("意见", exact=True)).to_have_value("停车位太少")
    page.get_by_label("编号", exact=True).press("Enter")
    expect(page.get_by_role("status")).to_contain_text("意见已录入")


def test_units_are_typed_while_one_is_looked_for(page: Page, installation: Installation) -> None:
    store_many(installation.database, 1, 0, 30)
    arrive(page, installation)
    page.goto("/campaigns/c0/units")
    page.get_by_label("第 3 个单位的名称").fill("县文化馆")
    look_for(page, "单位名称里的字", "单位17")
    expect(page.get_by_role("link", name="17 被测评单位17", exact=True)).to_be_visible()
    expect(page.get_by_label("第 3 个单位的名称")).to_have_value("县文化馆")
    page.get_by_label("第 3 个单位的名称").press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    page.goto("/campaigns/c0/units")
    expect(page.get_by_label("第 3 个单位的名称")).to_have_value("县文化馆")


def issues(page: Page) -> Locator:
    return page.locator(".merge-places li")


def test_opinions_are_ticked_while_issues_are_looked_for(page: Page, installation: Installation) -> None:
    database = installation.database
    campaign_id = make_opinions(database, [f"第{number}条意见" for number in range(60)])
    for number in range(12):
        merged(database, campaign_id, f"第{number}个问题", number)
    log_in(page, "zhangsan")
    page.goto(f"/campaigns/{campaign_id}/opinions/merge")
    for text in ("第20条意见", "第30条意见"):
        page.get_by_label(text).check()
    page.get_by_label("或新建问题，名称为").fill("停车难")
    look_for(page, "问题名称", "11个")
    expect(issues(page)).to_have_count(3)
    look_for(page, "编号、单位或意见里的字", "第30条")
    expect(page.locator(".merge-list li")).to_have_count(1)
    expect(issues(page)).to_have_count(3)
    expect(page.get_by_label("或新建问题，名称为")).to_have_value("停车难")
    page.get_by_label("或新建问题，名称为").press("Enter")
    expect(page.locator(".merge-list li")).to_have_count(0)
    expect(page.get_by_label("问题名称")).to_have_value("11个")
    page.get_by_label("问题名称").fill("停车难")
    page.get_by_role("button", name="查找").first.click()
    expect(issues(page).nth(1)).to_contain_text("停车难 2")
