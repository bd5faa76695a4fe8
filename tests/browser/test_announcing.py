"""Announcing in the hall as it is done: two machines, keys of a presenter, the word readable from the last row."""

from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.axe import axe_on
from tests.browser.conftest import Installation
from tests.browser.steps import log_in, settle
from tests.cast import make_cast
from tests.publication import counted
from tests.publication.test_announcing import PROJECTS, people, votes

PROJECTOR = ViewportSize(width=1920, height=1080)
LARGE = 120
"""Pixels of a sign that the last row of a hall reads."""
OVER = "[document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight]"

MOST_BESIDE = """() => {
    const told = text => Object.assign(document.createElement('p'), {className: 'told-place', textContent: text});
    document.querySelector('.told-word').after(
        told('已公布的结果连续两次不达标 · 限期整改'), told('上次：需补课 9.1%（2025年度满意度测评 · 第一轮）'));
    for (const part of document.querySelectorAll('.told-one section:not(:has(.told-place))'))
        part.append(told('各项合计 99.9%（分别四舍五入，不作凑整）'));
}"""
"""Adds what may stand beside the word and each item of an object: last time, what follows, notes on sums."""


def opened(browser: Browser, installation: Installation, path: str, *, scripts: bool = True) -> tuple[Page, str]:
    """Open a page of a published round as its organiser does on the hall's machine."""
    with installation.database.writing() as session:
        make_cast(session)
    round_id = counted.store_published(installation.database, votes(people()), "public")
    context = browser.new_context(
        base_url=installation.address, locale="zh-CN", viewport=PROJECTOR, java_script_enabled=scripts
    )
    page = context.new_page()
    log_in(page, "zhangsan")
    page.goto(path.format(round_id))
    return page, round_id


def test_it_works(browser: Browser, installation: Installation) -> None:
    page, round_id = opened(browser, installation, "/rounds/{}/announce")
    screen = page.context.new_page()
    screen.goto(f"/rounds/{round_id}/hall")
    assert screen.locator("main").inner_text().count("已结束") == 1
    page.keyboard.press("ArrowRight")
    page.get_by_text("大屏上是标题").wait_for()
    settle(page)
    page.keyboard.press("PageDown")
    page.get_by_text("第 1 项").wait_for()
    screen.get_by_role("heading", name=PROJECTS[0]).wait_for()
    settle(screen)
    word = screen.locator(".told-word")
    size = word.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    over, found = screen.evaluate(OVER), axe_on(screen)
    screen.keyboard.press("PageDown")
    screen.get_by_role("heading", name=PROJECTS[1]).wait_for()
    settle(screen)
    screen.keyboard.press("ArrowLeft")
    screen.get_by_role("heading", name=PROJECTS[0]).wait_for()
    page.context.close()
    assert size >= LARGE
    assert max(over) <= 0
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", ["/rounds/{}/announce", "/rounds/{}/announce/screen"])
def test_no_script_is_needed(browser: Browser, installation: Installation, path: str) -> None:
    page, round_id = opened(browser, installation, "/rounds/{}/announce", scripts=False)
    page.get_by_role("button", name="开始宣布").click()
    page.goto(path.format(round_id))
    page.get_by_role("button", name="下一项").press("Enter")
    page.goto(f"/rounds/{round_id}/announce/screen")
    page.get_by_role("heading", name=PROJECTS[0]).wait_for()
    page.context.close()


def test_an_object_of_several_items_is_seen_whole(browser: Browser, installation: Installation) -> None:
    with installation.database.writing() as session:
        make_cast(session)
    paper = counted.make_paper(PROJECTS, {"全体组成人员": 46}, scheme=people().scheme)
    several = replace(paper, remarks=False, remark_bytes=0)
    round_id = counted.store_published(
        installation.database, counted.make_votes(several, share=1.0, remarks=0), "public"
    )
    context = browser.new_context(base_url=installation.address, locale="zh-CN", viewport=PROJECTOR)
    screen = context.new_page()
    log_in(screen, "zhangsan")
    screen.goto(f"/rounds/{round_id}/announce")
    screen.keyboard.press("ArrowRight")
    screen.get_by_text("大屏上是标题").wait_for()
    settle(screen)
    screen.keyboard.press("PageDown")
    screen.get_by_text("第 1 项").wait_for()
    screen.goto(f"/rounds/{round_id}/announce/screen")
    settle(screen)
    items = screen.locator("section h3").count()
    expect(screen.get_by_role("heading", name=PROJECTS[0])).to_be_in_viewport(ratio=1)
    expect(screen.locator(".told-word")).to_be_in_viewport(ratio=1)
    size = screen.locator(".told-word").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    over, found = screen.evaluate(OVER), axe_on(screen)
    screen.evaluate(MOST_BESIDE)
    most = screen.evaluate(OVER)
    context.close()
    assert max(most) <= 0
    assert items > 1
    assert size >= LARGE
    assert max(over) <= 0
    assert found.violations_count == 0, found.generate_report()
