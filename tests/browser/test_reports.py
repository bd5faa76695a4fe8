"""The page of reports: a file is taken in the language of the page or the other, on a desk and a narrow screen."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import axe_on
from tests.browser.conftest import Installation
from tests.browser.steps import settle
from tests.browser.test_composite_rule import OVER, opened
from tests.cast import make_cast
from tests.publication import counted


@pytest.mark.parametrize(("width", "language", "other"), [(390, "en", "中文"), (1280, "zh", "English")])
def test_it_works(browser: Browser, installation: Installation, width: int, language: str, other: str) -> None:
    with installation.database.writing() as session:
        make_cast(session)
    round_id = counted.store_published(installation.database, counted.make_votes(), "leaders")
    page = opened(browser, installation, width)
    page.goto(f"/results/{round_id}/reports?lang={language}")
    settle(page)
    over, found = page.evaluate(OVER), axe_on(page)
    chosen = page.get_by_label("English" if language == "en" else "中文")
    expect(chosen).to_be_checked()
    with page.expect_download() as download:
        page.locator("dd").filter(has_text="one page" if language == "en" else "一页纸").get_by_text(other).click()
    name = download.value.suggested_filename
    page.context.close()
    assert name.endswith("brief.pdf" if other == "English" else "结果简报.pdf")
    assert over <= 0
    assert found.violations_count == 0, found.generate_report()
