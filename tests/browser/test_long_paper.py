"""Finding one's way on a paper: names in view, what is missing, the index, the review and back."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.boxes import in_the_box
from tests.browser.conftest import PHONE, Installation
from tests.browser.steps import check
from tests.browser.test_booth import option, scan, tap
from tests.factories import OpenRound, make_open_round, make_paper

LONG_TITLE = "某某省某某市某某县二〇二六年度机关效能建设和政风行风群众满意度测评活动"
SMALL: ViewportSize = {"width": 320, "height": 568}
MARK_ALL = """() => document.querySelectorAll("[data-cell]").forEach((cell, at) => {
  const input = cell.querySelectorAll("input")[at % 5];
  input.checked = true;
  input.dispatchEvent(new Event("change", { bubbles: true }));
})"""
FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Jumps are set right one frame later."""
Paper = Callable[..., OpenRound]


@pytest.fixture
def phone(same_phone: Page) -> Page:
    return same_phone


@pytest.fixture
def make(installation: Installation) -> Paper:
    """Make open rounds: units, items and what else the paper says."""

    def made(units: int, items: int, **changes: Any) -> OpenRound:  # noqa: ANN401
        paper = make_paper(units, items, **{"remarks": False, "remark_bytes": 0, **changes})
        return make_open_round(installation.database, installation.key_folder, paper)

    return made


def top_of(page: Page, selector: str) -> float:
    """Return where an element begins on the screen, in pixels."""
    return float(page.locator(selector).evaluate("one => one.getBoundingClientRect().top"))


def height_of(page: Page, selector: str) -> float:
    return float(page.locator(selector).evaluate("one => one.getBoundingClientRect().height"))


def scroll_to(page: Page, pixels: int) -> None:
    """Scroll, as far as the page goes."""
    page.evaluate(FRAMES)
    page.evaluate("pixels => window.scrollTo(0, pixels)", pixels)
    end = "document.documentElement.scrollHeight - innerHeight"
    page.wait_for_function(f"pixels => Math.abs(window.pageYOffset - Math.min(pixels, {end})) < 2", arg=pixels)


def test_a_long_title_takes_one_line_and_is_whole_when_touched(phone: Page, make: Paper) -> None:
    place = make(3, 3, campaign=LONG_TITLE)
    scan(phone, place.codes["residents"][0])
    assert height_of(phone, ".top") <= 72
    phone.set_viewport_size(SMALL)
    phone.locator("label.tool").click()
    assert height_of(phone, ".top") + height_of(phone, ".foot") <= 0.3 * SMALL["height"]
    title = phone.get_by_role("heading", name=LONG_TITLE)
    assert title.evaluate("one => one.scrollWidth > one.clientWidth")
    title.click()
    expect(phone.get_by_text("某县文化局 · 第一轮")).to_be_visible()
    assert title.evaluate("one => one.scrollWidth <= one.clientWidth")
    check(phone)


@pytest.mark.parametrize("size", [{"width": 390, "height": 844}, SMALL])
def test_the_objects_name_is_always_in_view(phone: Page, make: Paper, size: Any) -> None:  # noqa: ANN401
    place = make(8, 6)
    phone.set_viewport_size(size)
    scan(phone, place.codes["residents"][0])
    for unit, name in enumerate(each.name for each in place.paper.units):
        cell = phone.locator(f"[data-unit='{unit}'] [data-cell]").nth(4)
        scroll_to(phone, int(cell.evaluate("one => one.getBoundingClientRect().top + window.pageYOffset - 200")))
        expect(phone.get_by_role("heading", name=name)).to_be_in_viewport(ratio=1)
        assert top_of(phone, f"[data-unit='{unit}'] .unit-head") >= height_of(phone, ".top") - 1


def test_the_time_is_told_only_when_it_is_long(phone: Page, make: Paper) -> None:
    scan(phone, make(8, 6).codes["residents"][0])
    expect(phone.get_by_text("分钟")).to_have_count(0)
    scan(phone, make(63, 5).codes["residents"][0])
    expect(phone.get_by_text("约 16 分钟")).to_be_visible()


def test_what_is_missing_is_counted_and_gone_to_one_by_one(phone: Page, make: Paper) -> None:
    scan(phone, make(8, 2).codes["residents"][0])
    phone.evaluate(MARK_ALL)
    for field in ("m1-1", "m4-0", "m6-1"):
        phone.evaluate("name => { document.querySelector(`[name=${name}]:checked`).checked = false; }", field)
    phone.locator("[data-next]").click()
    status = phone.get_by_role("status")
    expect(status.filter(has_text="还有 3 项没有评 · 县图书馆")).to_be_visible()
    expect(phone.locator("[name=m1-1][value='0']")).to_be_focused()
    option(phone, "m1-1", 0).click()
    expect(status.filter(has_text="还有 2 项没有评")).to_be_visible()
    phone.get_by_role("button", name="下一处").click()
    expect(phone.locator("[name=m4-0][value='0']")).to_be_focused()
    expect(option(phone, "m4-0", 0)).to_be_in_viewport(ratio=1)
    phone.get_by_role("button", name="下一处").click()
    expect(phone.locator("[name=m6-1][value='0']")).to_be_focused()
    option(phone, "m6-1", 0).click()
    phone.get_by_role("button", name="下一处").click()
    option(phone, "m4-0", 0).click()
    expect(phone.get_by_role("button", name="下一处")).to_be_hidden()
    phone.locator("[data-next]").click()
    expect(phone.get_by_role("heading", name="请核对")).to_be_focused()


def test_the_index_shows_what_is_done_and_leads_to_what_is_missing(phone: Page, make: Paper) -> None:
    scan(phone, make(8, 2).codes["residents"][0])
    for field in ("m0-0", "m0-1", "m5-0"):
        option(phone, field, 1).click()
    phone.get_by_role("button", name="目录").click()
    expect(phone.get_by_role("heading", name="目录")).to_be_focused()
    expect(phone.get_by_text("已评完 1 / 8")).to_be_visible()
    expect(phone.locator(".place")).to_have_count(8)
    expect(phone.get_by_role("button", name="县文化馆 ✓ 已评完")).to_be_visible()
    check(phone)
    phone.get_by_role("button", name="电影公司 还缺 1 项").click()
    expect(phone.locator("[name=m5-1][value='0']")).to_be_focused()
    expect(option(phone, "m5-1", 0)).to_be_in_viewport(ratio=1)
    phone.get_by_role("button", name="目录").click()
    phone.get_by_role("button", name="县文化馆 ✓ 已评完").click()
    expect(phone.get_by_role("heading", name="县文化馆")).to_be_focused()
    scroll_to(phone, 700)
    phone.get_by_role("button", name="目录").click()
    phone.get_by_role("button", name="返回").click()
    phone.wait_for_function("window.pageYOffset === 700")  # by the history, which goes back in its own time


def test_the_rest_is_unknown_only_after_a_mark_of_ones_own(
    phone: Page, make: Paper, installation: Installation
) -> None:
    place = make(8, 2)
    scan(phone, place.codes["residents"][0])
    phone.get_by_role("button", name="目录").click()
    expect(phone.locator("[data-rest]")).to_be_hidden()
    phone.get_by_role("button", name="返回").click()
    option(phone, "m3-1", 3).click()
    phone.get_by_role("button", name="目录").click()
    phone.get_by_role("button", name="其余未评的 15 项选“不了解”").click()
    expect(phone.get_by_role("status").filter(has_text="已将 15 项选为“不了解”")).to_be_visible()
    expect(phone.locator("[data-filled]")).to_have_text("16")
    phone.locator("[data-next]").click()
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.marks == bytes([4] * 7 + [3] + [4] * 8)


@pytest.mark.parametrize("units", [8, 40])
def test_the_review_leads_to_a_mark_and_keeps_its_place(phone: Page, make: Paper, units: int) -> None:
    scan(phone, make(units, 5).codes["residents"][0])
    phone.evaluate(MARK_ALL)
    phone.locator("[data-next]").click()
    expect(phone.get_by_role("heading", name="请核对")).to_be_focused()
    check(phone)
    mark = phone.locator("[data-review-list] .card").nth(6).locator(".mark").nth(3)
    mark.scroll_into_view_if_needed()
    before = phone.evaluate("window.pageYOffset")
    assert before > 200
    mark.click()
    expect(phone.locator("[name=m6-3]:checked")).to_be_in_viewport()
    option(phone, "m6-3", 0).click()
    phone.locator("[data-next]").click()
    expect(mark).to_contain_text("满意")
    expect(mark).to_be_focused()
    assert phone.evaluate("window.pageYOffset") == before
    phone.get_by_role("button", name="返回").click()
    expect(phone.locator("[data-review]")).to_be_hidden()


def test_what_is_missing_without_scripts_stands_clear_of_the_head(old_phone: Page, make: Paper) -> None:
    place = make(8, 2)
    old_phone.goto("/v")
    old_phone.get_by_label("票码").fill(place.codes["residents"][0])
    old_phone.get_by_role("button", name="打开测评表").click()
    cells = product(range(8), range(2))
    tap(old_phone, [(f"m{unit}-{item}", 1) for unit, item in cells if (unit, item) != (5, 1)])
    old_phone.get_by_role("button", name="下一步").click()
    expect(old_phone.get_by_role("alert")).to_contain_text("“电影公司”的“查找突出问题”还没有评")
    cell = old_phone.locator(".missing")
    expect(cell).to_be_in_viewport(ratio=1)
    assert top_of(old_phone, ".missing") >= height_of(old_phone, ".top")


def test_rotation_keeps_the_marks(browser: Browser, installation: Installation, make: Paper) -> None:
    context = browser.new_context(**PHONE, base_url=installation.address)
    page = context.new_page()
    scan(page, make(8, 2).codes["residents"][0])
    option(page, "m1-1", 2).click()
    page.set_viewport_size({"width": 844, "height": 390})
    expect(page.locator("[name=m1-1][value='2']")).to_be_checked()
    check(page)
    context.close()


@pytest.mark.parametrize("size", [{"width": 390, "height": 844}, SMALL])
def test_the_review_says_when_it_is_done_and_the_receipt_fits(phone: Page, make: Paper, size: Any) -> None:  # noqa: ANN401
    phone.set_viewport_size(size)
    scan(phone, make(2, 2).codes["residents"][0])
    phone.locator("label.tool").click()
    phone.evaluate(MARK_ALL)
    phone.locator("[data-next]").click()
    expect(phone.get_by_text("看到“已投入票箱”才算投完").and_(phone.locator("[data-review] p"))).to_be_in_viewport()
    check(phone)
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()
    check(phone)
    assert phone.locator("[data-receipt]").evaluate("one => one.scrollWidth <= one.clientWidth")
