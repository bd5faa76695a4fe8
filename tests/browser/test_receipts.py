"""The root on the hall's screen and the public receipts, on a phone and on a screen, with scripts and without."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.ballots import reads as ballots
from app.box.seal import receipt_text
from app.core.merkle import tree_of
from app.core.signs import signs_of
from tests.box.boxes import hall_paper, make_box
from tests.browser.conftest import Installation
from tests.browser.steps import check, organiser_at
from tests.cast import make_cast

PICTURES = os.environ.get("PICTURES")
"""A folder to look at the pages in."""


@pytest.fixture
def ids(installation: Installation) -> list[bytes]:
    """The receipts of a closed round r1."""
    with installation.database.writing() as session:
        actor = make_cast(session)["zhangsan"]
    make_box(installation.database, installation.key_folder, actor, hall_paper(), {"residents": 30, "staff": 12})
    return ballots.ids(installation.database, "r1")


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def find_one(page: Page, ids: list[bytes], language: str) -> None:
    find, found, missing = {
        "zh": ("查找", "在名单里", "没有这个回执码"),
        "en": ("Search", "is in the list", "is not in the list"),
    }[language]
    page.goto(f"/receipts/r1?lang={language}")
    check(page)
    for typed, answer in (("0000-0000-0000-0000", missing), (receipt_text(ids[5]).lower(), found)):
        page.locator("#f-receipt").fill(typed)
        page.get_by_role("button", name=find).click()
        expect(page.get_by_text(answer).first).to_be_visible()
        check(page)
    for step in tree_of(ids).path(5):
        expect(page.get_by_text(step.hex())).to_be_visible()
    picture(page, f"receipts-{language}")


def test_a_voter_finds_his_receipt(phone: Page, ids: list[bytes]) -> None:
    find_one(phone, ids, "zh")
    phone.goto("/verify?lang=zh")
    check(phone)
    picture(phone, "verify")


def test_it_works_in_english_and_without_scripts(
    browser: Browser, installation: Installation, ids: list[bytes]
) -> None:
    context = browser.new_context(base_url=installation.address, locale="en-GB")
    page = context.new_page()
    find_one(page, ids, "en")
    page.goto("/verify")
    picture(page, "verify-en")
    context.close()
    context = browser.new_context(base_url=installation.address, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.goto("/receipts/r1")
    page.locator("#f-receipt").fill(receipt_text(ids[7]))
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_text("是第 8 个")).to_be_visible()
    context.close()


def test_the_hall_and_the_record_show_the_root(browser: Browser, installation: Installation, ids: list[bytes]) -> None:
    signs = signs_of(tree_of(ids).root)
    with organiser_at(browser, installation.address, "/rounds/r1/closing") as page:
        for path in ("/rounds/r1/closing", "/rounds/r1/opening", "/rounds/r1/hall"):
            page.goto(path)
            expect(page.get_by_text(signs)).to_be_visible()
            if path.endswith("hall"):
                page.set_viewport_size({"width": 1920, "height": 1080})
                assert page.evaluate("document.documentElement.scrollHeight") <= 1080, "nobody scrolls a hall screen"
            check(page)
            picture(page, path.rsplit("/", 1)[1])
