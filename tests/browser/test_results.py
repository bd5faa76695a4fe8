"""What a reader of a result sees first: the answers lie on the first screen, whatever the number of units."""

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from app.publication.domain import Scope
from tests.browser.axe import axe_on
from tests.browser.conftest import Installation
from tests.browser.steps import log_in, settle
from tests.cast import make_cast
from tests.publication import counted

SCREEN, PHONE = ViewportSize(width=1366, height=860), ViewportSize(width=390, height=844)
MOST_OF_A_PHONE = 6_500
"""Pixels of the page of 63 units on a phone; it was 12,560 with a card for each unit."""
BOTTOMS = """() => [...document.querySelectorAll(
  ".overall-numbers > div, .overall-names a, .overall-row, .overall-row rect, .overall-row line, .line-key"
)].map(one => Math.ceil(one.getBoundingClientRect().bottom))"""
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
COLUMNS = "cells => cells.filter(cell => cell.offsetParent !== null).length"


def shown(browser: Browser, installation: Installation, size: ViewportSize, units: tuple[str, ...]) -> Page:
    """Open the result of a round over the units as a leader does."""
    with installation.database.writing() as session:
        make_cast(session)
    votes = counted.make_votes(counted.make_paper(units))
    round_id = counted.store_published(installation.database, votes, Scope.LEADERS, Scope.ORGANISERS)
    page = browser.new_context(base_url=installation.address, locale="zh-CN", viewport=size).new_page()
    log_in(page, "zhangsan")
    page.goto(f"/results/{round_id}", wait_until="networkidle")
    return page


SIXTY_THREE = tuple(f"市第{place + 1}个单位委员会办公室" for place in range(63))


@pytest.mark.parametrize("units", [counted.UNITS, SIXTY_THREE], ids=["8", "63"])
def test_the_answers_are_on_the_first_screen(
    browser: Browser, installation: Installation, units: tuple[str, ...]
) -> None:
    page = shown(browser, installation, SCREEN, units)
    bottoms = page.evaluate(BOTTOMS)
    rows = page.locator(".overall-row").count()
    named = page.locator(".overall-names a").count()
    counts = {code: page.locator(f"a.overall-{code}").inner_text() for code in ("remedial", "attention", "met")}
    words = page.locator(".overall-numbers").inner_text()
    page.locator("a.overall-remedial").click()
    settle(page)
    picked = page.locator(".result-table tbody tr").count()
    found = axe_on(page)
    page.context.close()
    assert max(bottoms) <= SCREEN["height"]
    assert rows == len(units)
    assert named == int(counts["remedial"]) + int(counts["attention"])
    assert sum(map(int, counts.values())) == len(units)
    assert "参评率" in words
    assert "回收率" in words
    assert picked == int(counts["remedial"]) > 0
    assert found.violations_count == 0, found.generate_report()


def test_a_phone_shows_a_short_row_for_each_unit(browser: Browser, installation: Installation) -> None:
    page = shown(browser, installation, PHONE, SIXTY_THREE)
    height, over = page.evaluate("document.documentElement.scrollHeight"), page.evaluate(OVER)
    row = page.locator(".result-table tbody tr").first
    cells = row.locator("td, th").evaluate_all(COLUMNS)
    page.get_by_text("展开各等次占比").click()
    all_cells = page.locator(".result-table tbody tr").first.locator("td, th").evaluate_all(COLUMNS)
    page.fill("input[name=q]", "第63个")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=*")
    names = page.locator(".result-table tbody th").all_inner_texts()
    page.context.close()
    assert height <= MOST_OF_A_PHONE
    assert over == 0
    assert cells == 4, "name, rate, verdict, bar"
    assert all_cells > cells
    assert names == [SIXTY_THREE[62]]
