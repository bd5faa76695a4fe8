"""The rule on the composite score as it is typed and read: on a desk and on a narrow screen, in both languages."""

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser.axe import axe_on
from tests.browser.conftest import Installation
from tests.browser.steps import log_in, settle
from tests.cast import make_campaign, make_cast
from tests.publication.test_composite_words import judged, stored
from tests.publication.test_composites import paper

WIDTHS = (390, 1280)
OVER = "document.documentElement.scrollWidth - innerWidth"


def opened(browser: Browser, installation: Installation, width: int) -> Page:
    size = ViewportSize(width=width, height=844)
    context = browser.new_context(base_url=installation.address, locale="zh-CN", viewport=size)
    page = context.new_page()
    log_in(page, "zhangsan")
    return page


@pytest.mark.parametrize("width", WIDTHS)
def test_it_works(browser: Browser, installation: Installation, width: int) -> None:
    """Typed, refused with the step named and all kept, mended, said in words."""
    with installation.database.writing() as session:
        campaign_id = make_campaign(session, make_cast(session)["zhangsan"])
    page = opened(browser, installation, width)
    page.goto(f"/campaigns/{campaign_id}/composite")
    page.fill("[name=label-1]", "全体")
    page.select_option("[name=source-1]", "vote:")
    page.fill("[name=weight-1]", "100")
    page.get_by_text("判定规则：按得分下结论").click()
    page.select_option("[name=step-1-sign-1]", ">=")
    page.fill("[name=step-1-number-1]", "90")
    page.fill("[name=step-1-word]", "优秀")
    page.get_by_role("button", name="保存综合评价").click()
    page.get_by_role("alert").get_by_text("第 2 档没有写判定用语").wait_for()
    kept = page.input_value("[name=step-1-word]"), page.is_visible("[name=rest-word]")
    page.fill("[name=rest-word]", "一般")
    settle(page)
    over, found = page.evaluate(OVER), axe_on(page)
    page.get_by_role("button", name="保存综合评价").click()
    page.get_by_text("综合评价得分达到 90 分（含）的，为“优秀”；其余的为“一般”。").wait_for()
    page.context.close()
    assert kept == ("优秀", True)
    assert over <= 0
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(("width", "language", "head"), [
    (390, "zh", "综合评价结论：优秀 1；不合格 1"), (1280, "zh", "综合评价结论"),
    (390, "en", "Conclusion on the composite score: Excellent 1; Not qualified 1"),
])  # fmt: skip
def test_the_word_stands_beside_its_score(
    browser: Browser, installation: Installation, width: int, language: str, head: str
) -> None:
    with installation.database.writing() as session:
        make_cast(session)
    round_id = stored(installation.database, paper(judged()), {"u1": "100", "u2": "0", "u0": "50"})
    page = opened(browser, installation, width)
    page.goto(f"/results/{round_id}?lang={language}")
    settle(page)
    section = page.locator("#composite")
    section.scroll_into_view_if_needed()
    words, told = section.locator(".verdict").all_inner_texts(), section.inner_text()
    over, found = page.evaluate(OVER), axe_on(page, "#composite")
    page.context.close()
    assert len(words) == 2
    assert head.lower() in told.lower()
    assert over <= 0
    assert found.violations_count == 0, found.generate_report()
