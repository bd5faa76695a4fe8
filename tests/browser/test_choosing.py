"""A form over 700 units and lists of 整改 in Chromium: without scripts, by the keyboard, on a phone and at a desk."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.rectification.models import UnitPlan
from tests.browser.conftest import Installation
from tests.browser.steps import DESK, check, log_in, look_for
from tests.cast import make_cast
from tests.many import store_many
from tests.rectification.flagged import later, make_action, make_ledger

UNITS = 700
WIDTHS = {1366: 860, 390: 844}


@pytest.fixture(scope="module", params=WIDTHS)
def kept_page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """The page of a desk that one test hands on to the next."""
    size = {"viewport": {"width": request.param, "height": WIDTHS[request.param]}, "java_script_enabled": False}
    context = browser.new_context(**{**DESK, **size}, base_url=address)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(kept_page: Page, installation: Installation) -> Page:
    kept_page.context.clear_cookies()
    kept_page.goto(f"{installation.address}/healthz")
    return kept_page


BEYOND = """() => [...document.querySelectorAll("main button.btn, main a.btn, main input.form-control")]
  .filter((one) => one.getClientRects().length)
  .filter((one) => {
    const { right, width, height } = one.getBoundingClientRect();
    return right > innerWidth || width <= (2 * height) / 3;
  })
  .map((one) => one.outerHTML)"""


def fits(page: Page) -> None:
    """Nothing to be pressed or typed into stands beyond the window, and its words stand in one line."""
    assert page.evaluate(BEYOND) == []


def test_units_are_chosen_page_by_page_and_asked(page: Page, installation: Installation) -> None:
    database = installation.database
    with database.writing() as session:
        make_cast(session)
    store_many(database, 1, 1, UNITS)
    log_in(page, "zhangsan")
    page.goto("/rectification/campaigns/c0/plans")
    fits(page)
    page.get_by_role("link", name="要求报送整改方案").click()
    expect(page.locator("#f-units legend")).to_contain_text("已选 700 个")
    fits(page)
    page.get_by_label("单位名称").press("Enter")
    expect(page.locator("#f-units legend")).to_contain_text("已选 700 个")
    with database.reading() as session:
        assert session.query(UnitPlan).count() == 0, "nobody was looked for, and nobody is asked"
    page.get_by_role("button", name="全不选").click()
    expect(page.locator("#f-units legend")).to_contain_text("已选 0 个")
    page.get_by_label("要求（可以不填）").fill("先易后难")
    page.locator("label", has_text=re.compile("^被测评单位7$")).get_by_role("checkbox").check()
    page.get_by_role("button", name="下一页").click()
    look_for(page, "单位名称", "单位６９")
    expect(page.locator("#f-units input[type=checkbox]")).to_have_count(11)
    page.get_by_role("button", name="查到的全选").click()
    expect(page.locator("#f-units legend")).to_contain_text("已选 12 个")
    expect(page.locator("#f-units")).to_contain_text("没有列出的还选中了 1 个")
    fits(page)
    expect(page.get_by_label("要求（可以不填）")).to_have_value("先易后难")
    page.get_by_role("button", name="要求选中的单位报送").click()
    expect(page.get_by_role("status")).to_contain_text("已要求 12 个单位报送整改方案")
    with database.reading() as session:
        assert session.query(UnitPlan).count() == 12


def test_enter_saves_in_every_field_but_the_one_that_looks_for_units(page: Page, installation: Installation) -> None:
    with installation.database.writing() as session:
        make_cast(session)
    store_many(installation.database, 1, 1, UNITS)
    log_in(page, "zhangsan")
    page.goto("/rectification/campaigns/c0/issues")
    page.get_by_label("问题来源").select_option("audit")
    look_for(page, "单位名称", "单位699")
    expect(page.locator("#f-units input[type=checkbox]")).to_have_count(1)
    page.locator("#f-units input[type=checkbox]").check()
    page.get_by_label("问题", exact=True).fill("账目不清")
    page.get_by_label("问题", exact=True).press("Enter")
    expect(page.get_by_role("status")).to_contain_text("问题已登记")
    expect(page.get_by_role("link", name="账目不清")).to_be_visible()


def test_with_scripts_enter_looks_again_for_what_was_looked_for(browser: Browser, installation: Installation) -> None:
    """All is typed that an issue needs; in a field of its own the key enters it still."""
    with installation.database.writing() as session:
        make_cast(session)
    store_many(installation.database, 1, 1, UNITS)
    context = browser.new_context(**DESK, base_url=installation.address)
    page = context.new_page()
    log_in(page, "zhangsan")
    page.goto("/rectification/campaigns/c0/issues")
    page.get_by_label("问题来源").select_option("audit")
    page.get_by_label("问题", exact=True).fill("账目不清")
    page.locator("#f-units input[type=checkbox]").first.check()
    for legend in ("已选 1 个", "已选 2 个"):
        page.get_by_label("单位名称").press("Enter")
        expect(page.locator("#f-units legend")).to_contain_text(legend)
        expect(page.get_by_label("问题", exact=True)).to_have_value("账目不清")
        page.locator("#f-units input[type=checkbox]").nth(1).check()
    page.get_by_label("问题", exact=True).press("Enter")
    expect(page.get_by_role("status")).to_contain_text("问题已登记")
    context.close()


def test_the_four_lists_are_searched_by_the_keyboard(page: Page, installation: Installation) -> None:
    owners = ("阿依古丽·买买提", *("孙科长" for _ in range(24)))
    actions = (make_action(problem=f"第{n}件", owner=owner, due=later(n + 1)) for n, owner in enumerate(owners))
    make_ledger(installation.database, *actions)
    log_in(page, "zhengshi")
    for path, lines in (("/rectification/lists", 4), ("/rectification/ledger", 1)):
        page.goto(path)
        fits(page)
        page.get_by_label("单位、责任人或台账里的字").fill("阿依古丽买买提")
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="1-1", exact=True)).to_have_count(lines)
        expect(page.get_by_role("link", name="1-2", exact=True)).to_have_count(0)
        expect(page.get_by_label("单位、责任人或台账里的字")).to_have_value("阿依古丽买买提")
        page.get_by_label("单位、责任人或台账里的字").fill("没有的")
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_contain_text("没有符合这些条件的整改事项")
        page.get_by_role("link", name="清除筛选").last.click()
        expect(page.get_by_role("link", name="1-2", exact=True)).to_have_count(lines)


def test_nothing_of_it_is_hard_to_reach(browser: Browser, installation: Installation) -> None:
    """With scripts, for axe is one."""
    make_ledger(installation.database, *(make_action(problem=f"第{n}件", due=later(n + 1)) for n in range(25)))
    store_many(installation.database, 1, 1, 120, first=70)
    context = browser.new_context(**DESK, base_url=installation.address)
    page = context.new_page()
    log_in(page, "zhangsan")
    paths = ("plans", "plans?pick=all", "issues")
    for path in ("/rectification/lists?q=第1", *(f"/rectification/campaigns/c70/{each}" for each in paths)):
        page.goto(path)
        check(page)
    context.close()
