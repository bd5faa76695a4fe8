"""The layouts of a long paper: every mark by taps and by keys, in time, at any size."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from app.rounds.domain import Layout
from tests.browser.boxes import in_the_box
from tests.browser.conftest import Installation
from tests.browser.steps import check
from tests.browser.test_booth import option, scan, tap
from tests.browser.test_drafts import kept
from tests.browser.test_long_paper import FRAMES, MARK_ALL, SMALL, Paper, height_of, make, top_of
from tests.factories import OpenRound
from tests.found import some

__all__ = ["make"]
SECONDS_A_MARK = 1.2
SECONDS_A_PAGE = 0.6
MINUTES = 8.0
SCREENS = 12
NORMAL: ViewportSize = {"width": 390, "height": 844}
LAYOUTS = [Layout.LIST, Layout.PAGED, Layout.MATRIX]
MARKING = Path(__file__).with_name("marking.js").read_text("utf-8")
SCREENS_NOW = "document.documentElement.scrollHeight / innerHeight"


@pytest.fixture
def phone(same_phone: Page) -> Page:
    return same_phone


@dataclass(frozen=True)
class Played:
    """What somebody did to mark everything, and how long the longest view was, in screens."""

    marks: int
    pages: int
    screens: float

    @property
    def minutes(self) -> float:
        """The time that it takes a person."""
        return (self.marks * SECONDS_A_MARK + self.pages * SECONDS_A_PAGE) / 60


def play(page: Page) -> Played:
    """Mark what is on the screen; scroll on, or turn the page, until the review is shown."""
    return Played(**page.evaluate(MARKING))


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("layout", [Layout.PAGED, Layout.MATRIX])
def test_sixty_three_objects_of_five_items_are_marked_in_time(
    phone: Page, make: Paper, installation: Installation, layout: Layout, *, large: bool
) -> None:
    place = make(63, 5, layout=layout)
    scan(phone, place.codes["residents"][0])
    if large:
        phone.locator("label.tool").click()
    played = play(phone)
    assert played.marks == 63 * 5
    assert played.minutes <= MINUTES * (1.6 if large else 1), played
    assert played.screens <= SCREENS, played
    expect(phone.get_by_role("heading", name="请核对")).to_be_visible()
    assert phone.evaluate(SCREENS_NOW) <= SCREENS
    check(phone)
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.marks == bytes(at % 5 for at in range(63 * 5))


@pytest.mark.parametrize("layout", [Layout.PAGED, Layout.MATRIX])
def test_the_keyboard_is_enough(phone: Page, make: Paper, layout: Layout) -> None:
    place = make(4, 2, layout=layout)
    scan(phone, place.codes["residents"][0])
    phone.locator("[data-cell]:visible input").first.focus()
    for page in range(4 if layout is Layout.PAGED else 2):
        for _ in range(2 if layout is Layout.PAGED else 4):
            phone.keyboard.press("Space")
            phone.keyboard.press("Tab")
        phone.locator("[data-next]").focus()
        phone.keyboard.press("Enter")
        if page == 0:
            expect(phone.locator("h2:focus")).to_be_in_viewport()
        phone.keyboard.press("Tab")
    expect(phone.get_by_role("heading", name="请核对")).to_be_visible()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_not_in_view_is_gone_to(phone: Page, make: Paper, layout: Layout) -> None:
    place: OpenRound = make(40, 3, layout=layout)
    scan(phone, place.codes["residents"][0])
    phone.evaluate(MARK_ALL)
    for field in ("m20-1", "m3-2"):
        phone.evaluate("name => { document.querySelector(`[name=${name}]:checked`).checked = false; }", field)
    option(phone, "m0-0", 2).click()
    for left in (2, 1):
        phone.get_by_role("button", name="目录").click()
        expect(phone.get_by_role("button", name="还缺")).to_have_count(left)
        check(phone)
        phone.get_by_role("button", name="还缺").first.click()
        field = phone.locator("input:focus").get_attribute("name") or ""
        assert field in {"m20-1", "m3-2"}
        cell = option(phone, field, 0)
        expect(cell).to_be_in_viewport(ratio=1)
        phone.evaluate(FRAMES)
        assert top_of(phone, f"label:has(input[name={field}][value='0'])") > height_of(phone, ".top")
        cell.click()
    phone.get_by_role("button", name="下一步").click()
    expect(phone.get_by_role("heading", name="请核对")).to_be_focused()
    mark = phone.locator("[data-review-list] .card").nth(30).locator(".mark").nth(1)
    mark.scroll_into_view_if_needed()
    before = phone.evaluate("window.pageYOffset")
    mark.click()
    expect(phone.locator("[name=m30-1]:checked")).to_be_focused()
    expect(option(phone, "m30-1", 4)).to_be_in_viewport(ratio=1)
    option(phone, "m30-1", 4).click()
    phone.locator("[data-next]").click()
    expect(mark).to_contain_text("不了解")
    assert phone.evaluate("window.pageYOffset") == before


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("size", [NORMAL, SMALL])
def test_cells_of_the_matrix_are_large_enough_and_apart(
    phone: Page, make: Paper, size: ViewportSize, *, large: bool
) -> None:
    place = make(20, 5, layout=Layout.MATRIX)
    phone.set_viewport_size(size)
    scan(phone, place.codes["residents"][0])
    if large:
        phone.locator("label.tool").click()
    boxes = phone.evaluate(
        "Array.from(document.querySelectorAll('[data-cell] label')).filter(one => one.offsetHeight)"
        ".map(one => one.getBoundingClientRect()).map(box => [box.left, box.top, box.right, box.bottom])"
    )
    assert len(boxes) == 100
    least = 60 if large else 44
    assert all(right - left >= least and bottom - top >= least for left, top, right, bottom in some(boxes))
    apart = [
        one[2] <= other[0] + 0.5 or other[2] <= one[0] + 0.5 or one[3] <= other[1] + 0.5 or other[3] <= one[1] + 0.5
        for at, one in enumerate(boxes)
        for other in boxes[at + 1 : at + 12]
    ]
    assert all(apart)
    lines = phone.evaluate(
        "Array.from(document.querySelectorAll('[data-cell] span')).filter(one => one.offsetHeight).map(label => {"
        "const range = document.createRange(); range.selectNodeContents(label);"
        "const size = parseFloat(getComputedStyle(label).fontSize);"
        "return Array.from(range.getClientRects(), line => line.width / size); })"
    )
    assert min(width for line in lines for width in line) > 1.5, "a sign stands alone"
    check(phone)


def test_the_item_is_always_in_view_and_the_page_stays_over_a_rotation(phone: Page, make: Paper) -> None:
    place = make(40, 3, layout=Layout.MATRIX)
    scan(phone, place.codes["residents"][0])
    phone.get_by_role("button", name="下一页").click()
    title = phone.get_by_role("heading", name="查找突出问题")
    expect(title).to_be_focused()
    option(phone, "m30-1", 2).click()
    expect(title).to_be_in_viewport(ratio=1)
    phone.set_viewport_size({"width": 844, "height": 390})
    expect(title).to_be_in_viewport(ratio=1)
    expect(phone.locator("[name=m30-1][value='2']")).to_be_checked()
    phone.locator("[data-switch]").click()
    expect(phone.locator("html")).to_have_attribute("lang", "en")
    expect(phone.locator("[name=m30-1][value='2']")).to_be_checked()
    expect(phone.locator(".where")).to_have_count(1)
    assert (
        phone.evaluate("Array.from(document.querySelectorAll('[data-cell]')).filter(c => c.offsetHeight).length") == 40
    )
    check(phone)


def test_remarks_have_a_page_of_their_own_in_the_matrix(phone: Page, make: Paper, installation: Installation) -> None:
    place = make(15, 2, layout=Layout.MATRIX, remarks=True, remark_bytes=1_200)
    scan(phone, place.codes["residents"][0])
    phone.evaluate(MARK_ALL)
    phone.get_by_role("button", name="目录").click()
    phone.get_by_role("button", name="意见").click()
    phone.get_by_text("写意见").nth(3).click()
    phone.get_by_label("对“县剧团”的意见").fill("很好")
    phone.get_by_role("button", name="下一步").click()
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.remarks == ((3, "很好"),)


@pytest.mark.parametrize("layout", [Layout.PAGED, Layout.MATRIX])
def test_without_scripts_it_is_a_list(old_phone: Page, make: Paper, layout: Layout) -> None:
    place = make(14, 2, layout=layout)
    old_phone.goto("/v")
    old_phone.get_by_label("票码").fill(place.codes["residents"][0])
    old_phone.get_by_role("button", name="打开测评表").click()
    tap(old_phone, [(f"m{unit}-{item}", 1) for unit in range(14) for item in range(2)])
    old_phone.get_by_role("button", name="下一步").click()
    expect(old_phone.get_by_role("heading", name="请核对")).to_be_visible()


def test_a_layout_that_does_not_come_leaves_the_list(phone: Page, make: Paper) -> None:
    place = make(14, 2, layout=Layout.PAGED)
    phone.route("**/booth-layout.js*", lambda route: route.abort("internetdisconnected"))
    scan(phone, place.codes["residents"][0])
    expect(phone.locator("[data-unit]").last).to_be_visible()
    phone.evaluate(MARK_ALL)
    phone.locator("[data-next]").click()
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()


def test_a_list_after_a_matrix_is_a_list(phone: Page, make: Paper) -> None:
    scan(phone, make(14, 2, layout=Layout.MATRIX).codes["residents"][0])
    expect(phone.locator(".where")).to_be_visible()
    scan(phone, make(3, 2, layout=Layout.LIST).codes["residents"][0])
    expect(phone.locator(".where")).to_have_count(0)
    expect(phone.locator("[data-cell]:visible")).to_have_count(6)


def test_a_matrix_comes_back_where_it_was(phone: Page, make: Paper) -> None:
    """The item, and as many rows as the size of type has."""
    code = make(40, 3, layout=Layout.MATRIX).codes["residents"][0]
    scan(phone, code)
    phone.locator("label.tool").click()
    option(phone, "m0-0", 1).click()
    for _ in range(3):
        phone.locator("[data-next]").click()
    here = phone.locator(".where").inner_text()
    option(phone, "m39-1", 1).click()
    kept(phone)
    phone.reload()
    expect(phone.locator("[data-filled]")).to_have_text("2")
    expect(phone.locator(".where")).to_have_text(here, use_inner_text=True)
    expect(phone.locator("[data-unit]:visible")).to_have_count(20)


def test_another_language_stays_on_the_page(phone: Page, make: Paper) -> None:
    scan(phone, make(14, 2, layout=Layout.PAGED).codes["residents"][0])
    for _ in range(4):
        phone.locator("[data-next]").click()
    phone.locator("[data-switch]").click()
    expect(phone.locator("html")).to_have_attribute("lang", "en")
    expect(phone.locator("[data-unit]:visible .count")).to_have_text("5 / 14")
