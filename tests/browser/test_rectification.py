"""From the flagged unit to the closed order with its retest, by the pages, on the demo."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from app.core.clock import utc_now
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.operations import demo
from tests.browser import played
from tests.browser.conftest import Installation
from tests.browser.steps import (
    DESK,
    Desks,
    check,
    confirm,
    desks_at,
    freeze,
    hand_out_keys,
    open_the_box,
    play,
    print_slips,
)

UNIT = demo.LIAISON_OF
ANGRY, CONTENT = (1, 1, 6, 6), (8, 3, 1, 0.2)
"""How often each grade is given, from the best."""


@pytest.fixture
def made(data: Path) -> demo.Demo:
    """The demo, as its command makes it: before the server, which would act on rounds that are due."""
    settings = Settings(data=data, MANYIDU_DATABASE_URL="")
    database = Database(make_engine(settings.sqlalchemy_url), KeyFolder(data / "keys"))
    found = demo.make(database, KeyFolder(data / "keys"), data, utc_now(), under_way=False)
    database.engine.dispose()
    return found


@pytest.fixture
def desk_of(made: demo.Demo, browser: Browser, installation: Installation) -> Iterator[Desks]:
    """The demo's people, each at a desk of his own."""
    with desks_at(browser, installation, made.passwords) as desk:
        yield desk


def order(page: Page, unit: str = UNIT) -> str:
    """Order a flagged unit; return the path of the order."""
    page.goto("/rectification")
    check(page)
    page.get_by_role("row", name=unit).get_by_role("link", name="责令补课或说明").click()
    check(page)
    page.get_by_label("文号").fill("县委发〔2026〕8号")
    page.get_by_label("责令补课的理由和要求").fill("满意率低于补课线，限期整改")
    page.get_by_role("button", name="责令补课", exact=True).click()
    expect(page.get_by_role("heading", name="补课通知")).to_be_visible()
    check(page)
    return page.url.split("?")[0]


def write_plan(page: Page, home: str, unit: str = UNIT) -> None:
    """Write an incomplete plan first, see what is missing, then complete and submit it."""
    page.goto("/rectification")
    page.locator(f"main a[href='{urlsplit(home).path}']").first.click()
    page.get_by_role("link", name="填写和报送方案").click()
    check(page)
    page.get_by_label("问题（整改内容）").first.fill("下乡演出太少")
    page.get_by_role("button", name="保存并报送").click()
    expect(page.get_by_role("heading", name="报送前还缺")).to_be_visible()
    assert page.get_by_label("问题（整改内容）").first.input_value() == "下乡演出太少"
    fields = {
        "来源": "测评留言", "整改目标": "每个乡镇全年演出不少于四场", "整改措施": "排出全年下乡演出计划，按月公布",
        "责任领导": "钱副局长", "主办单位": unit, "责任人": "孙团长", "公开承诺": "每月下乡演出不少于四场",
    }  # fmt: skip
    for label, text in fields.items():
        page.get_by_label(label, exact=True).first.fill(text)
    page.get_by_label("完成时限").first.fill(utc_now().strftime("%Y-12-31"))
    page.get_by_label("分类").first.select_option("限期整改")
    page.get_by_role("button", name="保存并报送").click()
    expect(page.locator("main")).to_contain_text("待审")


def ask_for_plan(page: Page, unit: str) -> str:
    """Ask one unit for its plan, without an order; return the path of the plan."""
    page.goto("/rectification/campaigns")
    page.get_by_role("link", name="各单位整改方案").first.click()
    page.get_by_role("link", name="要求报送整改方案").click()
    page.get_by_role("link", name="都不选").click()
    expect(page.locator("input[name='units[]']:checked")).to_have_count(0)
    page.get_by_role("button", name="要求选中的单位报送").click()
    expect(page.get_by_role("link", name="到要改的地方")).to_be_visible()
    check(page)
    page.locator("label", has_text=unit).get_by_role("checkbox").check()
    page.get_by_role("button", name="要求选中的单位报送").click()
    expect(page.get_by_role("status")).to_contain_text("已要求 1 个单位报送整改方案")
    page.get_by_role("link", name=unit, exact=True).click()
    check(page)
    return page.url


def work(liaison: Page, supervisor: Page, order_url: str) -> None:
    """Accept the plan, announce, report, accept and complete."""
    supervisor.goto("/rectification")
    supervisor.locator(f"a[href='{urlsplit(order_url).path}#at-plan_submitted']").click()
    supervisor.get_by_role("button", name="审定方案").click()
    announce(liaison, order_url)
    action = report(liaison)
    supervisor.goto(action)
    supervisor.get_by_label("验收", exact=False).first.check()
    supervisor.get_by_role("button", name="提交").click()
    check(supervisor)
    liaison.goto(order_url)
    liaison.get_by_label("完成情况").fill("下乡演出计划已经公布，首月完成四场")
    liaison.get_by_role("button", name="报告完成").click()


def announce(page: Page, home: str) -> None:
    """Make the commitments of an accepted plan public, from the page on which it is dealt with."""
    page.goto(home)
    page.get_by_role("link", name="预览要公示的内容").click()
    check(page)
    expect(page.get_by_role("heading", name="谁能看到，在哪里看到")).to_be_visible()
    page.get_by_label("以上内容和姓名可以向所有人公开，有关人员已经知道").check()
    page.get_by_role("button", name="公示并开始整改").click()
    expect(page.get_by_role("status")).to_contain_text("承诺已公示，开始整改")
    check(page)


def report(page: Page) -> str:
    """Begin the first open action of the ledger and report it completed; return its path."""
    page.goto("/rectification/ledger?show=open")
    check(page)
    page.locator("a[href^='/rectification/actions/']").first.click()
    check(page)
    action = page.url
    for event, text in (("开始整改", ""), ("报告完成", "已演出十二场，名单附后")):
        page.goto(action)
        page.get_by_label(event, exact=True).check()
        page.get_by_label("说明", exact=True).fill(text)
        page.get_by_role("button", name="提交").click()
    return action


def commitments(browser: Browser, installation: Installation, page: Page) -> None:
    """Anybody reads what was promised, without a log-in."""
    path = page.locator("a[href^='/commitments/']").first.get_attribute("href") or ""
    context = browser.new_context(**DESK, base_url=installation.address)
    public = context.new_page()
    public.goto(path)
    expect(public.locator("main")).to_contain_text("每月下乡演出不少于四场")
    check(public)
    context.close()


def retest(
    page: Page, order_url: str, address: str, grades: Sequence[float], installation: Installation | None = None
) -> None:
    """Hold another vote, with these weights of the grades, and enter its result.

    Slips, keys and the opening are played in the installation if it is at hand, else done by the pages.
    """
    page.goto(order_url)
    page.get_by_role("button", name="建立复测轮次").click()
    page.get_by_role("link", name="复测轮次").click()
    round_id = page.url.rsplit("/", 1)[-1]
    freeze(page)
    if installation:
        codes, shares = played.prepare(installation, round_id)
    else:
        codes = print_slips(page, round_id, is_checked=False)
        shares = hand_out_keys(page, round_id, is_checked=False)
    page.goto(f"/rounds/{round_id}")
    confirm(page, "开始投票")
    opinion = [*grades, 0.2, 0.2, 0.2]
    assert len(play(address, codes, lambda _unit, _item, count: opinion[:count]).cast) == len(codes)
    page.goto(f"/rounds/{round_id}")
    confirm(page, "截止投票")
    if installation:
        played.open_it(installation, round_id, shares)
    else:
        open_the_box(page, round_id, shares, is_checked=False)
    page.goto(f"/rounds/{round_id}/publish")
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("#ledger")).to_contain_text("有效")
    page.goto(order_url)
    page.get_by_role("button", name="登记复测结果").click()
    check(page)


def order_again(page: Page) -> None:
    """Order the unit once more, from the board."""
    page.goto("/rectification")
    page.get_by_role("link", name="组织者再次责令补课").click()
    page.get_by_label("文号").fill("县委发〔2026〕12号")
    page.get_by_label("责令补课的理由和要求").fill("复测仍未达标，再次限期整改")
    page.get_by_role("button", name="再次责令补课").click()
    check(page)


def test_it_works(desk_of: Desks, browser: Browser, installation: Installation) -> None:
    organiser, liaison, supervisor = desk_of("zhangsan"), desk_of("wujiu"), desk_of("zhengshi")
    order_url = order(organiser)
    write_plan(liaison, order_url)
    work(liaison, supervisor, order_url)
    commitments(browser, installation, liaison)
    retest(organiser, order_url, installation.address, ANGRY, installation)
    expect(organiser.locator("main")).to_contain_text("建议挂牌督办")
    order_again(organiser)
    write_plan(liaison, order_url)
    work(liaison, supervisor, order_url)
    retest(organiser, order_url, installation.address, CONTENT, installation)
    expect(organiser.locator("main")).to_contain_text("已办结")
    expect(organiser.get_by_role("heading", name="两次结果")).to_have_count(2)
    expect(organiser.get_by_role("heading", name="历次补课")).to_be_visible()
