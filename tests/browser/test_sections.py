"""One slip with several sections: marked, looked over and counted as it was marked, with scripts and without."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, Route, expect

from app.box.shredding import shred
from app.core.secrets import token_bytes
from app.rounds.domain import NOT_ASKED, Layout
from app.tally.counting import count_round
from tests.box.test_sections import naive
from tests.browser.axe import EVERY_RULE, axe_on
from tests.browser.boxes import in_the_box
from tests.browser.conftest import Installation
from tests.browser.steps import settle
from tests.browser.test_booth import option, scan, tap
from tests.browser.test_drafts import kept
from tests.factories import OpenRound, make_open_round
from tests.papers import sitting


@pytest.fixture
def phone(same_phone: Page) -> Page:
    return same_phone


def make(installation: Installation, layout: Layout = Layout.LIST) -> OpenRound:
    paper = sitting(layout=layout, shuffle_units=True)
    return make_open_round(installation.database, installation.key_folder, paper)


def wanted(place: OpenRound, group: str) -> bytes:
    """Return the marks that the tests give: another in every cell."""
    marks = bytearray((NOT_ASKED,)) * place.paper.cells
    for section in place.paper.sections:
        for unit in section.rated_by(group):
            for item in range(len(section.items)):
                at = section.mark_of(unit, item)
                marks[at] = at % len(section.scheme.scale.options)
    return bytes(marks)


def fill(page: Page, place: OpenRound, group: str, skip: str = "") -> None:
    marks = wanted(place, group)
    cells = {
        f"m{section.first + unit}-{item}": marks[section.mark_of(unit, item)]
        for section in place.paper.sections
        for unit in section.rated_by(group)
        for item in range(len(section.items))
    }
    tap(page, [(field, mark) for field, mark in cells.items() if field != skip])


def check(page: Page) -> None:
    """Expect nothing that axe finds and nothing that runs over."""
    settle(page)
    found = axe_on(page, options=EVERY_RULE)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


def vote_with_scripts(phone: Page, place: OpenRound) -> None:
    scan(phone, place.codes["residents"][0])
    for noun in ("领导班子", "班子成员", "工作报告"):
        expect(phone.get_by_role("heading", name=noun, exact=True)).to_be_visible()
    expect(phone.get_by_text("7 名同志、1 份文档")).to_be_visible()
    check(phone)
    fill(phone, place, "residents", skip="m3-2")
    expect(phone.locator("[data-filled]")).to_have_text(str(8 + 7 * 6))
    phone.get_by_role("button", name="下一步").click()
    expect(phone.get_by_text("还有 1 项没有评")).to_be_visible()
    option(phone, "m3-2", wanted(place, "residents")[place.paper.sections[1].mark_of(2, 2)]).click()
    phone.get_by_role("button", name="目录").click()
    expect(phone.get_by_role("heading", name="目录")).to_be_focused()
    check(phone)
    phone.go_back()
    phone.get_by_role("button", name="下一步").click()
    expect(phone.get_by_role("heading", name="请核对")).to_be_focused()
    expect(phone.locator("[data-review]").get_by_text("班子成员", exact=True)).to_have_count(1)
    check(phone)
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()


def vote_without(old_phone: Page, place: OpenRound) -> None:
    old_phone.goto("/v")
    old_phone.get_by_label("票码").fill(place.codes["staff"][0])
    old_phone.get_by_role("button", name="打开测评表").click()
    expect(old_phone.get_by_text("6 名同志、1 份文档")).to_be_visible()
    fill(old_phone, place, "staff")
    old_phone.get_by_role("button", name="下一步").click()
    expect(old_phone.get_by_role("heading", name="班子成员", exact=True)).to_be_visible()
    old_phone.get_by_role("button", name="投入票箱").click()
    expect(old_phone.get_by_role("heading", name="已投入票箱")).to_be_visible()


def test_it_works(phone: Page, old_phone: Page, installation: Installation) -> None:
    place = make(installation)
    vote_with_scripts(phone, place)
    vote_without(old_phone, place)
    ballots = [ballot for _, ballot in in_the_box(installation, place)]
    assert {ballot.group_id: ballot.marks for ballot in ballots} == {
        group: wanted(place, group) for group in ("residents", "staff")
    }
    counted = count_round(place.paper, shred(place.paper, iter(ballots), token_bytes).marks)
    found = {
        (unit.id, item.key, group, mark): count
        for section in place.paper.sections
        for unit in section.units
        for item, tables in zip(section.items, counted[unit.id].tables, strict=True)
        for group, table in tables.items()
        for mark, count in enumerate((*table.grades, table.unknown))
        if count
    }
    assert found == dict(naive(place.paper, ballots))


def mark_at(place: OpenRound, marks: bytes, field: str) -> int:
    """Return the mark that a field is to have."""
    unit, item = (int(part) for part in field[1:].split("-"))
    section = place.paper.section_at(unit)
    return marks[section.mark_of(unit - section.first, item)]


@pytest.mark.parametrize("layout", [Layout.PAGED, Layout.MATRIX])
def test_page_by_page(phone: Page, installation: Installation, layout: Layout) -> None:
    place = make(installation, layout)
    scan(phone, place.codes["staff"][0])
    marks = wanted(place, "staff")
    expect(phone.get_by_role("heading", name="领导班子", exact=True)).to_be_visible()
    pages = 0
    while not phone.locator("[data-review]").is_visible():
        pages += 1
        assert phone.locator("[data-part]:visible").count() == 1
        fields = phone.locator("[data-cell]:visible input[value='0']").evaluate_all("all => all.map((one) => one.name)")
        tap(phone, [(field, mark_at(place, marks, field)) for field in fields])
        if pages in {1, 3}:
            check(phone)
        phone.locator("[data-next]").click()
    assert pages == (1 + 6 + 1 if layout is Layout.PAGED else 1 + 6 + 1 + 1)  # with the remarks on the members
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.marks == marks


def test_the_rest_is_left_open_in_other_sections(phone: Page, installation: Installation) -> None:
    place = make(installation)
    scan(phone, place.codes["residents"][0])
    phone.get_by_role("button", name="目录").click()
    expect(phone.get_by_role("heading", name="目录")).to_be_focused()
    expect(phone.locator("[data-rest]")).to_be_hidden()
    phone.go_back()
    option(phone, "m1-0", 0).click()
    phone.get_by_role("button", name="目录").click()
    phone.get_by_role("button", name="其余未评的 41 项选“不了解”").click()
    expect(phone.locator("[data-filled]")).to_have_text("42")


def test_an_index_that_comes_late_stays_away(phone: Page, installation: Installation) -> None:
    place = make(installation)
    scan(phone, place.codes["residents"][0])
    waiting: list[Route] = []
    phone.route("**/booth-index.js*", lambda route: waiting.append(route))  # noqa: PLW0108 - playwright marks the handler
    with phone.expect_request("**/booth-index.js*"):
        phone.get_by_role("button", name="目录").click()
    phone.go_back()
    expect(phone.get_by_label("票码")).to_be_visible()
    waiting[0].continue_()
    phone.evaluate("(url) => import(url)", waiting[0].request.url)  # the same module, so it has come to the paper too
    assert phone.evaluate("history.state.at") == "entry"


def test_an_index_that_got_lost_is_fetched_again(phone: Page, installation: Installation) -> None:
    """Under another name: a browser remembers that a module could not be had."""
    place = make(installation)
    scan(phone, place.codes["residents"][0])
    phone.route("**/booth-index.js*", lambda route: route.abort("internetdisconnected"), times=1)
    phone.get_by_role("button", name="目录").click()
    expect(phone.locator("[data-says]")).to_contain_text("再点一次")
    phone.get_by_role("button", name="目录").click()
    expect(phone.get_by_role("heading", name="目录")).to_be_focused()


def test_a_draft_comes_back(phone: Page, installation: Installation) -> None:
    place = make(installation)
    scan(phone, place.codes["residents"][0])
    fill(phone, place, "residents", skip="m8-0")
    kept(phone)
    phone.reload()
    expect(phone.locator("[data-filled]")).to_have_text(str(8 + 7 * 6))
    phone.get_by_role("button", name="EN", exact=True).click()
    expect(phone.get_by_text("7 people, 1 document")).to_be_visible()
    expect(phone.locator("[data-filled]")).to_have_text(str(8 + 7 * 6))


def test_a_paper_of_one_section_of_people_says_so(phone: Page, installation: Installation) -> None:
    whole = sitting()
    paper = replace(whole, parts=whole.parts[1:2])
    place = make_open_round(installation.database, installation.key_folder, paper)
    scan(phone, place.codes["residents"][0])
    expect(phone.get_by_text("7 名同志")).to_be_visible()
    expect(phone.locator("[data-part]")).to_have_count(0)
