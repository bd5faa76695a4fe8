"""Points on the phone: typed, checked at once, looked over and cast, with scripts and without, in every layout."""

from dataclasses import replace
from fractions import Fraction

import pytest
from playwright.sync_api import Page, Route, expect

from app.campaigns.ballot_limit import BallotLimit
from app.campaigns.domain import Item
from app.campaigns.score import Score
from app.rounds.domain import Layout
from tests.booth.typed_points import TYPED
from tests.browser.boxes import in_the_box
from tests.browser.conftest import Installation
from tests.browser.steps import check
from tests.browser.test_booth import option, scan
from tests.browser.test_drafts import kept
from tests.browser.test_sealing import watch
from tests.factories import OpenRound, make_open_round, make_paper

ITEMS = (Item("a", "总体印象"), Item("b", "工作实绩", score=Score(decimals=1)), Item("c", "群众口碑", score=Score(10)))
WIDTH = 4


@pytest.fixture
def phone(same_phone: Page) -> Page:
    return same_phone


def make(installation: Installation, layout: Layout = Layout.LIST, limits: tuple[BallotLimit, ...] = ()) -> OpenRound:
    """Open a round of three objects, each rated by a grade, by points with tenths and by whole ones."""
    paper = make_paper(3, 1, remarks=False, remark_bytes=0, layout=layout)
    part = replace(paper.parts[0], items=ITEMS, limits=limits)
    return make_open_round(installation.database, installation.key_folder, replace(paper, parts=(part,)))


def points(page: Page, unit: int, place: int, text: str) -> None:
    page.locator(f'[name="p{unit}-{place}"]').fill(text)


def grade_all(page: Page) -> None:
    for unit in range(3):
        option(page, f"m{unit}-0", unit).click()


def fill(page: Page, unit: int, at: int) -> None:
    """Answer an item of an object; the last but one object is not known by its third item."""
    if at == 0:
        option(page, f"m{unit}-0", unit).click()
    elif at == 1:
        points(page, unit, 1, ("95.5", "８０", "100")[unit])
    elif unit == 1:
        option(page, "m1-3", 11).click()
    else:
        points(page, unit, 3, ("10", "", "0")[unit])


def pages_of(layout: Layout) -> list[list[tuple[int, int]]]:
    """Return the cells that stand on each page."""
    if layout is Layout.LIST:
        return [[(unit, at) for unit in range(3) for at in range(3)]]
    if layout is Layout.PAGED:
        return [[(unit, at) for at in range(3)] for unit in range(3)]
    return [[(unit, at) for unit in range(3)] for at in range(3)]


@pytest.mark.parametrize("layout", list(Layout))
def test_it_works(phone: Page, installation: Installation, layout: Layout) -> None:
    place = make(installation, layout)
    scan(phone, place.codes["residents"][0])
    expect(phone.locator("[data-points-field]").first).to_have_attribute("aria-label", "工作实绩 0–100 分")
    for number, cells in enumerate(pages_of(layout)):
        if number:
            phone.get_by_role("button", name="下一页").click()
        for cell in cells:
            fill(phone, *cell)
        check(phone)
    expect(phone.locator("[data-filled]")).to_have_text("9")
    phone.get_by_role("button", name="下一步").click()
    expect(phone.get_by_role("heading", name="请核对")).to_be_visible()
    expect(phone.locator("[data-review]").get_by_text("95.5 分")).to_be_visible()
    check(phone)
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.marks == bytes([0, 95, 5, 10, 1, 80, 0, 11, 2, 100, 0, 0])


def test_what_is_no_points_is_said_and_stays_open(phone: Page, installation: Installation) -> None:
    place = make(installation)
    scan(phone, place.codes["residents"][0])
    grade_all(phone)
    for wrong in ("101", "95.55", "九十", "-1", "100.5"):
        points(phone, 0, 1, wrong)
        phone.locator('[name="p0-3"]').focus()
        expect(phone.get_by_text("请填 0 到 100，最多一位小数").first).to_be_visible()
        expect(phone.locator("[data-filled]")).to_have_text("3")
    points(phone, 0, 3, "9.5")
    phone.locator('[name="p0-1"]').focus()
    expect(phone.get_by_text("请填 0 到 10 的整数").first).to_be_visible()
    phone.get_by_role("button", name="下一步").click()
    expect(phone.locator("[data-says]")).to_contain_text("还有 6 项没有评")
    expect(phone.locator('[name="p0-1"]')).to_be_focused()
    points(phone, 0, 1, "88")
    expect(phone.locator("[data-says]")).to_contain_text("还有 5 项没有评")
    phone.get_by_role("button", name="目录").click()
    phone.get_by_role("button", name="其余未评的 5 项选“不了解”").click()
    expect(phone.locator("[data-filled]")).to_have_text("9")
    check(phone)
    points(phone, 1, 1, "70.5")
    expect(phone.locator("[data-filled]")).to_have_text("9")
    phone.get_by_role("button", name="下一步").click()
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.marks == bytes([0, 88, 0, 11, 1, 70, 5, 11, 2, 101, 0, 11])


READ_AS = """typed => typed.map(([name, text]) => {
    const field = document.querySelector(`[name="${name}"]`);
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    const cell = field.closest("[data-cell]");
    const tenths = field.dataset.tenths ? Number(cell.querySelector(`[name="${field.dataset.tenths}"]`).value) : 0;
    const own = cell.querySelector("[data-own]");
    return own.checked ? Number(own.value) * (field.dataset.tenths ? 10 : 1) + tenths : null;
})"""


def test_what_is_typed_is_read_as_the_server_reads_it(phone: Page, installation: Installation) -> None:
    place = make(installation)
    scan(phone, place.codes["residents"][0])
    read = phone.evaluate(READ_AS, [(f"p0-{1 if score.decimals else 3}", text) for score, text, _ in TYPED])
    assert list(zip(TYPED, read, strict=True)) == [(typed, typed[2]) for typed in TYPED]


def test_a_reload_and_another_language_bring_points_back_and_send_none(phone: Page, installation: Installation) -> None:
    place = make(installation)
    posted: list[str] = []
    phone.on("request", lambda request: posted.append(request.post_data or ""))
    scan(phone, place.codes["residents"][0])
    option(phone, "m0-0", 0).click()
    points(phone, 0, 1, "95.5")
    option(phone, "m0-3", 11).click()
    kept(phone)
    phone.reload()
    expect(phone.locator("[data-filled]")).to_have_text("3")
    expect(phone.locator('[name="p0-1"]')).to_have_value("95.5")
    phone.get_by_role("button", name="EN").click()
    expect(phone.get_by_text("95.5 points")).to_be_visible()
    expect(phone.locator("[data-filled]")).to_have_text("3")
    assert not any("95.5" in body or "m0-2" in body for body in posted)


def reload_before_the_draft(phone: Page) -> list[Route]:
    """Reload; what seals, and brings the draft back, waits until it is let go on."""
    waiting: list[Route] = []
    phone.route("**/booth-seal.js*", lambda route: waiting.append(route))  # noqa: PLW0108 - playwright marks the handler
    with phone.expect_request("**/booth-seal.js*"):
        phone.reload()
    return waiting


def let_the_draft_come(phone: Page, waiting: list[Route]) -> None:
    for route in waiting:
        route.continue_()
    expect(phone.get_by_role("status").filter(has_text="已恢复上次填的")).to_be_visible()


def fill_but(phone: Page, open_cell: tuple[int, int]) -> None:
    for unit in range(3):
        for at in range(3):
            if (unit, at) != open_cell:
                fill(phone, unit, at)
    points(phone, 1, 3, "7")


@pytest.mark.parametrize("instead", ["unknown", "points", "rest"])
def test_a_draft_adds_nothing_to_what_was_answered_since(phone: Page, installation: Installation, instead: str) -> None:
    """Neither tenths to 不了解 nor tenths to other points: no such mark is valid."""
    place = make(installation)
    scan(phone, place.codes["residents"][0])
    points(phone, 0, 1, "95.5")
    kept(phone)
    waiting = reload_before_the_draft(phone)
    if instead == "unknown":
        option(phone, "m0-1", 101).click()
    elif instead == "points":
        points(phone, 0, 1, "100")
    else:
        option(phone, "m0-0", 0).click()
        phone.get_by_role("button", name="目录").click()
        phone.get_by_role("button", name="其余未评").click()
    let_the_draft_come(phone, waiting)
    fill_but(phone, (0, 1))
    phone.get_by_role("button", name="下一步").click()
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.marks[1:3] == (bytes([100, 0]) if instead == "points" else bytes([101, 0]))


def test_a_draft_brings_what_stands_in_the_place_of_points(phone: Page, installation: Installation) -> None:
    place = make(installation)
    scan(phone, place.codes["residents"][0])
    fill_but(phone, (0, 1))
    option(phone, "m0-1", 101).click()
    kept(phone)
    phone.reload()
    expect(phone.locator("[data-filled]")).to_have_text("9")
    assert phone.locator('[name="m0-2"]').input_value() == "0"


def test_wrong_points_stay_with_their_complaint_and_on_the_phone(phone: Page, installation: Installation) -> None:
    place = make(installation)
    posted = watch(phone)
    scan(phone, place.codes["residents"][0])
    points(phone, 0, 1, "95.55")
    phone.locator('[name="p0-3"]').focus()
    assert "95.55" not in kept(phone)
    phone.reload()
    expect(phone.locator('[name="p0-1"]')).to_have_value("95.55")
    expect(phone.get_by_text("请填 0 到 100，最多一位小数").first).to_be_visible()
    expect(phone.locator("[data-filled]")).to_have_text("0")
    phone.get_by_role("button", name="EN").click()
    expect(phone.locator("html")).to_have_attribute("lang", "en")
    expect(phone.locator('[name="p0-1"]')).to_have_value("95.55")
    expect(phone.locator('[name="p0-1"]')).to_have_attribute("aria-invalid", "true")
    expect(phone.get_by_text("with one decimal at most").first).to_be_visible()
    assert not [one.url for one in posted if "95.55" in (one.post_data or "")]


def test_wrong_points_take_away_what_stood_in_their_place(phone: Page, installation: Installation) -> None:
    """As the server, which finds no mark in points together with 不了解."""
    place = make(installation)
    scan(phone, place.codes["residents"][0])
    option(phone, "m0-1", 101).click()
    expect(phone.locator("[data-filled]")).to_have_text("1")
    points(phone, 0, 1, "九十")
    expect(phone.locator("[data-filled]")).to_have_text("0")
    phone.locator('[name="p0-3"]').focus()
    expect(phone.get_by_text("请填 0 到 100，最多一位小数").first).to_be_visible()
    option(phone, "m0-1", 101).click()
    expect(phone.locator('[name="p0-1"]')).to_have_value("")
    expect(phone.locator("[data-filled]")).to_have_text("1")


def test_a_page_that_the_server_filled_in_goes_on_on_the_phone(phone: Page, installation: Installation) -> None:
    """What did not come the first time comes the second: the marks are there already, those without points too."""
    place = make(installation)
    phone.route("**/booth-points.js*", lambda route: route.abort("internetdisconnected"), times=1)
    scan(phone, place.codes["residents"][0])
    for unit in range(3):
        for at in range(3):
            fill(phone, unit, at)
    points(phone, 0, 1, "")
    option(phone, "m0-1", 101).click()
    phone.get_by_role("button", name="下一步").click()
    expect(phone.get_by_text("答案已由服务器封好")).to_be_visible()
    phone.get_by_role("button", name="返回修改").click()
    expect(phone.locator("[data-filled]")).to_have_text("9")
    with phone.expect_request("**/v/cast") as sent:
        phone.get_by_role("button", name="下一步").click()
        phone.get_by_role("button", name="投入票箱").click()
    assert sent.value.headers["content-type"] == "application/json"
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.marks == bytes([0, 101, 0, 10, 1, 80, 0, 11, 2, 100, 0, 0])


def test_without_the_script_of_points_the_server_reads_them_and_no_other_request_has_them(
    phone: Page, installation: Installation
) -> None:
    """One file may get lost: the person is told before anything is sent, and the paper can be finished."""
    place = make(installation)
    phone.route("**/booth-points.js*", lambda route: route.abort("internetdisconnected"))
    posted = watch(phone)
    scan(phone, place.codes["residents"][0])
    expect(phone.get_by_role("alert").filter(has_text="这部手机不能自己封票")).to_be_visible()
    grade_all(phone)
    for unit in range(3):
        points(phone, unit, 1, "95.5")
        points(phone, unit, 3, "9")
    phone.get_by_role("button", name="怎样计票").click()
    expect(phone.get_by_role("heading", name="怎样计票")).to_be_focused()
    for _ in range(2):
        phone.locator("[data-switch]").click()
        expect(phone.locator("html")).to_have_attribute("lang", "zh-CN" if _ else "en")
    assert not [one.url for one in posted if "95.5" in (one.post_data or "")]
    phone.get_by_role("button", name="下一步").click()
    expect(phone.get_by_text("答案已由服务器封好")).to_be_visible()
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.marks == bytes([0, 95, 5, 9, 1, 95, 5, 9, 2, 95, 5, 9])


def test_the_rest_is_given_to_items_of_points_whatever_the_server_wrote_into_their_fields(
    phone: Page, installation: Installation
) -> None:
    """4 is the mark 不了解 of the other items, and were points of these."""
    place = make(installation)
    scan(phone, place.codes["residents"][0])
    option(phone, "m0-0", 0).click()
    phone.locator('[name="p0-1"]').evaluate("(field) => field.setAttribute('value', '4')")
    points(phone, 0, 1, "4")
    points(phone, 0, 1, "")
    phone.get_by_role("button", name="目录").click()
    phone.get_by_role("button", name="其余未评的 8 项选“不了解”").click()
    expect(phone.locator("[data-filled]")).to_have_text("9")


def test_a_limit_on_a_range_of_points(phone: Page, installation: Installation) -> None:
    range_of = (Fraction(90), Fraction(100))
    place = make(installation, limits=(BallotLimit((), Fraction(1), "b", range_of),))
    scan(phone, place.codes["residents"][0])
    expect(phone.get_by_text("工作实绩：“90–100 分”最多 1 个（共 3 个）")).to_be_visible()
    grade_all(phone)
    for unit, text in enumerate(("90", "89.9", "100")):
        points(phone, unit, 1, text)
        points(phone, unit, 3, "9")
    expect(phone.locator("[data-says]")).to_contain_text("“90–100 分”选了 2 个，最多 1 个")
    points(phone, 2, 1, "89.5")
    phone.get_by_role("button", name="下一步").click()
    expect(phone.get_by_role("heading", name="请核对")).to_be_visible()


def test_without_scripts(old_phone: Page, installation: Installation) -> None:
    place = make(installation)
    old_phone.goto("/v")
    old_phone.get_by_label("票码").fill(place.codes["residents"][0])
    old_phone.get_by_role("button", name="打开测评表").click()
    grade_all(old_phone)
    for unit in range(3):
        points(old_phone, unit, 1, ("95.5", "101", "70")[unit])
        points(old_phone, unit, 3, ("10", "9", "")[unit])
    option(old_phone, "m2-3", 11).click()
    old_phone.get_by_role("button", name="下一步").click()
    expect(old_phone.get_by_role("alert").first).to_contain_text("工作实绩")
    expect(old_phone.locator('[name="p1-1"]')).to_have_value("101")
    points(old_phone, 1, 1, "80")
    old_phone.get_by_role("button", name="下一步").click()
    expect(old_phone.get_by_text("95.5 分")).to_be_visible()
    old_phone.get_by_role("button", name="返回修改").click()
    expect(old_phone.locator('[name="p0-1"]')).to_have_value("95.5")
    old_phone.get_by_role("button", name="下一步").click()
    old_phone.get_by_role("button", name="投入票箱").click()
    expect(old_phone.get_by_role("heading", name="已投入票箱")).to_be_visible()
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.marks == bytes([0, 95, 5, 10, 1, 80, 0, 9, 2, 70, 0, 11])
