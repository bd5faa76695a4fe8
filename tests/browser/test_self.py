"""本人 on the phone: one choice marks the whole row, another takes it back, a second person is refused; it is cast."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from app.campaigns.domain import Objects
from app.rounds.domain import SELF, Layout
from tests.browser.boxes import in_the_box
from tests.browser.conftest import Installation
from tests.browser.steps import check
from tests.browser.test_booth import option, scan
from tests.browser.test_limits import GO_ON, MARK
from tests.factories import OpenRound, make_open_round, make_paper

PEOPLE, ITEMS = 4, 2


@pytest.fixture
def phone(same_phone: Page) -> Page:
    return same_phone


def make(installation: Installation, layout: Layout = Layout.LIST, remark_bytes: int = 0) -> OpenRound:
    """Open a round of four persons by two items, with a cell 本人, and remarks where there is room for them."""
    paper = make_paper(PEOPLE, ITEMS, remarks=remark_bytes > 0, remark_bytes=remark_bytes, layout=layout)
    part = replace(paper.parts[0], objects=Objects.PERSON, self_cell=True)
    return make_open_round(installation.database, installation.key_folder, replace(paper, parts=(part,)))


def checked(phone: Page, unit: int) -> list[str]:
    """Return the marks of a row, as they are chosen."""
    found: list[str] = phone.evaluate(
        "unit => Array.from(document.querySelectorAll(`[data-unit='${unit}'] input:checked`)).map(one => one.value)",
        unit,
    )
    return found


@pytest.mark.parametrize("layout", list(Layout))
def test_it_works(phone: Page, installation: Installation, layout: Layout) -> None:
    place = make(installation, layout)
    scan(phone, place.codes["residents"][0])
    expect(phone.get_by_text("评到自己时，各项都选“本人”")).to_be_visible()
    phone.evaluate(MARK, [[f"m{unit}-{item}", 1] for unit in (0, 1, 3) for item in range(ITEMS)])
    phone.evaluate(MARK, [["m2-0", SELF]])
    assert checked(phone, 2) == [str(SELF)] * ITEMS
    phone.evaluate(MARK, [["m1-0", SELF]])
    expect(phone.locator("[data-says]")).to_contain_text("“本人”选了 2 个，只能有一个")
    phone.locator(GO_ON).click()
    expect(phone.locator("[data-review]")).to_be_hidden()
    phone.evaluate(MARK, [["m1-1", 0]])
    assert checked(phone, 1) == ["0"]  # taken back from the whole row, so that the other item is open again
    phone.evaluate(MARK, [["m1-0", 0]])
    check(phone)
    phone.locator(GO_ON).click()
    expect(phone.get_by_role("heading", name="请核对")).to_be_visible()
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.marks == bytes([1, 1, 0, 0, SELF, SELF, 1, 1])


def test_a_remark_takes_nothing_back(phone: Page, installation: Installation) -> None:
    """It is written in the row that it is about, and is no mark of it."""
    place = make(installation, remark_bytes=1_200)
    scan(phone, place.codes["residents"][0])
    option(phone, "m0-0", SELF).click()
    expect(phone.locator("[data-filled]")).to_have_text(str(ITEMS))
    phone.get_by_text("写意见").first.click()
    phone.locator("[name=r0]").fill("我会继续努力。")
    option(phone, "m1-0", 1).click()  # the field is left
    assert checked(phone, 0) == [str(SELF)] * ITEMS
    expect(phone.locator("[data-filled]")).to_have_text(str(ITEMS + 1))


def test_what_is_missing_is_cleared_in_the_whole_row(phone: Page, installation: Installation) -> None:
    """本人 answers every item of its row, and of no other."""
    place = make(installation)
    scan(phone, place.codes["residents"][0])
    phone.locator(GO_ON).click()
    expect(phone.locator(".item.missing .miss")).to_have_count(PEOPLE * ITEMS)
    option(phone, "m1-0", SELF).click()
    expect(phone.locator(".item.missing .miss")).to_have_count((PEOPLE - 1) * ITEMS)
    expect(phone.locator("[data-unit='1'] :is(.missing, .miss)")).to_have_count(0)
    option(phone, "m1-1", 1).click()
    phone.locator(GO_ON).click()
    expect(phone.locator(".item.missing .miss")).to_have_count(PEOPLE * ITEMS - 1)


def test_what_is_given_to_the_rest_takes_nothing_back(phone: Page, installation: Installation) -> None:
    """The first row of the page is the voter's own: the button gives 不了解 to the other rows and leaves it whole."""
    place = make(installation)
    scan(phone, place.codes["residents"][0])
    option(phone, "m0-1", SELF).click()
    option(phone, "m1-0", 1).click()
    phone.get_by_role("button", name="目录").click()
    phone.get_by_role("button", name="其余未评的 5 项选“不了解”").click()
    expect(phone.locator("[data-filled]")).to_have_text(str(PEOPLE * ITEMS))
    assert checked(phone, 0) == [str(SELF)] * ITEMS
    phone.locator(GO_ON).click()
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.marks == bytes([SELF, SELF, 1, *[4] * 5])


def test_without_scripts(old_phone: Page, installation: Installation) -> None:
    place = make(installation)
    old_phone.goto("/v")
    old_phone.get_by_label("票码").fill(place.codes["residents"][0])
    old_phone.get_by_role("button", name="打开测评表").click()
    for unit in range(PEOPLE):
        for item in range(ITEMS):
            option(old_phone, f"m{unit}-{item}", SELF if (unit, item) == (2, 0) else 1).click()
    old_phone.locator(GO_ON).click()
    expect(old_phone.get_by_role("alert").first).to_contain_text("有的项选了“本人”，有的项没有选")
    option(old_phone, "m2-1", SELF).click()
    old_phone.locator(GO_ON).click()
    expect(old_phone.get_by_text("本人", exact=True)).to_have_count(ITEMS)
    old_phone.get_by_role("button", name="投入票箱").click()
    expect(old_phone.get_by_role("heading", name="已投入票箱")).to_be_visible()
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.marks == bytes([1, 1, 1, 1, SELF, SELF, 1, 1])
