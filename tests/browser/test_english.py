"""An English-only reader votes on the demo's round, from the entry to the receipt; nothing Chinese is on his screen."""

from dataclasses import replace
from itertools import product

import pytest
from playwright.sync_api import Page, expect

from app.core.chinese import has_chinese
from app.operations import demo
from app.rounds.domain import Layout, PaperGroup, PaperUnit
from app.rounds.english import with_english
from tests.browser.axe import EVERY_RULE, axe_on
from tests.browser.conftest import Installation
from tests.browser.steps import settle
from tests.browser.test_booth import RECEIPT, tap
from tests.factories import OpenRound, count_box, make_open_round, make_paper
from tests.papers import asked

ITEMS = 6
WORDS = """() => {
  const said = [document.title], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (element.closest("script, style, template, [lang^=zh]") || !element.checkVisibility()) continue;
    said.push(walk.currentNode.data);
  }
  for (const name of ["aria-label", "placeholder", "title"])
    for (const element of document.querySelectorAll(`[${name}]`)) said.push(element.getAttribute(name));
  return said;
}"""
"""What is read or heard on the page, but for what is marked as Chinese: the switch to that language."""


def make_demo_round(installation: Installation, layout: Layout) -> OpenRound:
    """The paper of the demo's open round, with its English names."""
    units = tuple(PaperUnit(f"u{place}", name) for place, name in enumerate(demo.UNITS))
    paper = replace(
        asked(make_paper(items=ITEMS), units=units),
        organisation=demo.ORGANISATION,
        campaign=demo.TITLE,
        title=demo.OPEN_ROUND,
        groups=(PaperGroup("residents", "服务对象", 20), PaperGroup("staff", "下属单位", 14, ("u0",))),
        layout=layout,
    )
    return make_open_round(installation.database, installation.key_folder, with_english(paper, demo.ENGLISH))


def read(page: Page) -> None:
    """Expect nothing Chinese, nothing that axe finds, and nothing that runs over."""
    assert [text for text in page.evaluate(WORDS) if has_chinese(text)] == []
    settle(page)
    found = axe_on(page, options=EVERY_RULE)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def enter(page: Page, code: str) -> None:
    """Type the code of a slip on the English entry page."""
    page.goto("/v?lang=en")
    page.locator("[name=code]").first.fill(code)
    page.locator("[name=code]").first.press("Enter")
    expect(page.locator("[data-next]")).to_be_visible()


@pytest.mark.parametrize("layout", Layout)
def test_it_works(phone: Page, installation: Installation, layout: Layout) -> None:
    place = make_demo_round(installation, layout)
    phone.emulate_media(reduced_motion="reduce")
    phone.goto("/v?lang=en")
    read(phone)
    enter(phone, place.codes["residents"][0])
    read(phone)
    cells = product(range(len(demo.UNITS)), range(ITEMS))
    tap(phone, [(f"m{unit}-{item}", (unit + item) % 5) for unit, item in cells])
    read(phone)
    go_to_review(phone)
    expect(phone.locator("[data-review]")).to_contain_text("Raising awareness")
    expect(phone.locator("[data-review]")).to_contain_text("Fairly satisfied")
    read(phone)
    phone.locator("[data-next]").click()
    expect(phone.locator("[data-receipt]").first).to_have_text(RECEIPT)
    read(phone)
    assert count_box(installation.database, place.id) == (1, 1)


def go_to_review(page: Page) -> None:
    """Turn the pages, if there are any, until the answers are shown once more."""
    for _ in range(len(demo.UNITS) + 2):
        if page.locator("[data-review]").is_visible():
            return
        page.locator("[data-next]").click()
    expect(page.locator("[data-review]")).to_be_visible()


def test_it_fits_a_small_phone_in_large_type(phone: Page, installation: Installation) -> None:
    place = make_demo_round(installation, Layout.LIST)
    phone.set_viewport_size({"width": 320, "height": 568})
    phone.goto("/v?lang=en")
    phone.locator("label.tool").click()
    read(phone)
    enter(phone, place.codes["residents"][0])
    read(phone)
    phone.locator("[data-next]").click()
    read(phone)


def test_without_scripts(old_phone: Page, installation: Installation) -> None:
    place = make_demo_round(installation, Layout.LIST)
    enter(old_phone, place.codes["residents"][0])
    tap(old_phone, [(f"m{unit}-{item}", 1) for unit in range(len(demo.UNITS)) for item in range(ITEMS)])
    old_phone.locator("[data-next]").click()
    expect(old_phone.locator(".review")).to_contain_text("County Library")
    old_phone.get_by_role("button", name="Place in the box").click()
    expect(old_phone.locator("[data-receipt]")).to_have_text(RECEIPT)
    assert count_box(installation.database, place.id) == (1, 1)
