"""票内限额 on the phone: said while marking, before the review, with scripts and without; what fits is cast."""

from dataclasses import replace
from fractions import Fraction

import pytest
from playwright.sync_api import Page, expect

from app.campaigns.ballot_limit import BallotLimit
from app.rounds.domain import Layout
from tests.browser.boxes import in_the_box
from tests.browser.conftest import Installation
from tests.browser.steps import check
from tests.browser.test_booth import option, scan
from tests.factories import OpenRound, make_open_round, make_paper

OBJECTS = 6
MARK = """marks => marks.forEach(([name, value]) => {
  const input = document.querySelector(`input[name="${name}"][value="${value}"]`);
  input.checked = true;
  input.dispatchEvent(new Event("change", { bubbles: true }));
})"""
GO_ON = "[data-next]"


@pytest.fixture
def phone(same_phone: Page) -> Page:
    return same_phone


def make(installation: Installation, layout: Layout = Layout.LIST) -> OpenRound:
    """Open a round of six objects and one item, 满意 for a third of them at most."""
    paper = make_paper(OBJECTS, 1, remarks=False, remark_bytes=0, layout=layout)
    part = replace(paper.parts[0], limits=(BallotLimit((0,), Fraction(1, 3)),))
    return make_open_round(installation.database, installation.key_folder, replace(paper, parts=(part,)))


@pytest.mark.parametrize("layout", list(Layout))
def test_it_works(phone: Page, installation: Installation, layout: Layout) -> None:
    place = make(installation, layout)
    scan(phone, place.codes["residents"][0])
    expect(phone.get_by_text("“满意”最多 2 个（共 6 个）")).to_be_visible()
    phone.evaluate(MARK, [[f"m{unit}-0", 0 if unit < 3 else 1] for unit in range(OBJECTS)])
    expect(phone.locator("[data-says]")).to_contain_text("“满意”选了 3 个，最多 2 个")
    phone.locator(GO_ON).click()
    expect(phone.locator("[data-review]")).to_be_hidden()
    expect(phone.locator("[data-says]")).to_contain_text("请改好再核对")
    check(phone)
    phone.evaluate(MARK, [["m0-0", 4]])
    expect(phone.locator("[data-says]")).to_be_empty()
    phone.locator(GO_ON).click()
    expect(phone.get_by_role("heading", name="请核对")).to_be_visible()
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.marks == bytes([4, 0, 0, 1, 1, 1])


def test_without_scripts(old_phone: Page, installation: Installation) -> None:
    place = make(installation)
    old_phone.goto("/v")
    old_phone.get_by_label("票码").fill(place.codes["residents"][0])
    old_phone.get_by_role("button", name="打开测评表").click()
    for unit in range(OBJECTS):
        option(old_phone, f"m{unit}-0", 0 if unit < 3 else 1).click()
    old_phone.locator(GO_ON).click()
    expect(old_phone.get_by_role("alert").first).to_contain_text("评为“满意”的有 3 个，最多 2 个")
    option(old_phone, "m2-0", 3).click()
    old_phone.locator(GO_ON).click()
    old_phone.get_by_role("button", name="投入票箱").click()
    expect(old_phone.get_by_role("heading", name="已投入票箱")).to_be_visible()
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.marks == bytes([0, 0, 3, 1, 1, 1])
