"""The voter's whole way in a real browser."""

import re
from collections.abc import Iterable
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from app.tally.facts import section_texts
from tests.browser.axe import EVERY_RULE, axe_on
from tests.browser.boxes import in_the_box
from tests.browser.conftest import Installation
from tests.factories import OpenRound, count_box, make_open_round, make_paper
from tests.found import some

RECEIPT = re.compile(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}")
REMARK = "开放时间能不能再长一点？"


@pytest.fixture
def phone(same_phone: Page) -> Page:
    return same_phone


@pytest.fixture
def place(installation: Installation) -> OpenRound:
    return make_open_round(installation.database, installation.key_folder)


def scan(phone: Page, code: str) -> None:
    """Open what the QR code of a slip says."""
    phone.goto(f"/v#{code}")
    expect(phone.locator(f"[data-ballot] [name=code][value='{code}']")).to_be_attached()
    expect(phone.locator("[data-bar]")).to_be_visible()


def option(phone: Page, field: str, mark: int) -> Locator:
    """Return what a finger touches to give a mark."""
    return phone.locator(f"label:has(input[name={field}][value='{mark}'])")


TAP = """marks => marks.forEach(([field, mark]) =>
  document.querySelector(`label:has(input[name="${field}"][value="${mark}"])`).click())"""


def tap(page: Page, marks: Iterable[tuple[str, int]]) -> None:
    """Give marks, all at once: a click that looks whether a finger gets there costs as much as a page."""
    page.evaluate(TAP, list(marks))


def marks_of(place: OpenRound) -> dict[str, int]:
    """Return something for everywhere, by field."""
    places = product(range(len(place.paper.units)), range(len(place.paper.section.items)))
    return {f"m{unit}-{item}": (unit + item) % 5 for unit, item in places}


def fill(phone: Page, place: OpenRound, skip: str = "") -> None:
    """Tick something everywhere but at ``skip``."""
    tap(phone, [(field, mark) for field, mark in marks_of(place).items() if field != skip])


def touch_all(phone: Page, place: OpenRound) -> None:
    """Tick the same as ``fill``, each by a finger."""
    for field, mark in marks_of(place).items():
        option(phone, field, mark).click()


def expect_thanks(phone: Page, installation: Installation, place: OpenRound) -> None:
    """Expect the receipt and exactly one envelope."""
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()
    expect(phone.locator("[data-receipt]")).to_have_text(RECEIPT)
    assert count_box(installation.database, place.id) == (1, 1)


def test_the_rule_is_read_where_it_is_asked_for(phone: Page, place: OpenRound) -> None:
    """Marks stay, nothing but the slip's code goes out, and without a network a sentence says so."""
    scan(phone, place.codes["residents"][0])
    option(phone, "m0-0", 1).click()
    phone.route("**/v/document*", lambda route: route.abort("internetdisconnected"), times=1)
    phone.get_by_role("button", name="怎样计票、怎样判定").click()
    expect(phone.get_by_role("status").filter(has_text="请再点一次")).to_be_visible()
    with phone.expect_request("**/v/document?rules") as asked:
        phone.get_by_role("button", name="怎样计票、怎样判定").click()
    assert "m0-0" not in (asked.value.post_data or "")
    expect(phone.get_by_role("heading", name="怎样计票、怎样判定")).to_be_focused()
    for text in section_texts(place.paper.section):
        expect(phone.get_by_text(text, exact=True)).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    expect(phone.locator("input[name=m0-0][value='1']")).to_be_checked()
    assert axe_on(phone, options=EVERY_RULE).violations_count == 0
    phone.locator("[data-switch]").click()
    phone.get_by_role("button", name="How are votes counted").click()
    expect(phone.get_by_role("heading", name="How are votes counted")).to_be_focused()


def test_the_rule_is_read_without_scripts(old_phone: Page, place: OpenRound) -> None:
    """On a page of its own, so that the marks stay where they are."""
    old_phone.goto("/v")
    old_phone.get_by_label("票码").fill(place.codes["residents"][0])
    old_phone.get_by_role("button", name="打开测评表").click()
    option(old_phone, "m0-0", 1).click()
    with old_phone.expect_popup() as opened:
        old_phone.get_by_role("button", name="怎样计票、怎样判定").click()
    expect(opened.value.get_by_text(section_texts(place.paper.section)[1], exact=True)).to_be_visible()
    expect(old_phone.locator("input[name=m0-0][value='1']")).to_be_checked()


def test_it_works(phone: Page, installation: Installation, place: OpenRound) -> None:
    code = place.codes["residents"][0]
    scan(phone, code)
    assert code not in phone.url
    touch_all(phone, place)
    expect(phone.locator("[data-filled]")).to_have_text("9")
    phone.get_by_text("写意见").first.click()
    phone.get_by_label("对“县文化馆”的意见").fill(REMARK)
    phone.get_by_role("button", name="下一步").click()
    expect(phone.get_by_role("heading", name="请核对")).to_be_focused()
    expect(phone.get_by_text(REMARK)).to_be_visible()
    phone.get_by_role("button", name="投入票箱").click()
    expect_thanks(phone, installation, place)
    assert phone.url == f"{installation.address}/v"
    text = phone.content()
    assert code not in text
    assert REMARK not in text
    assert 'name="code"' not in text
    storage = phone.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
    assert storage == [0, 0, ""]


def test_it_works_without_scripts(old_phone: Page, installation: Installation, place: OpenRound) -> None:
    old_phone.goto("/v")
    old_phone.get_by_label("票码").fill(place.codes["residents"][0].lower())
    old_phone.get_by_role("button", name="打开测评表").click()
    touch_all(old_phone, place)
    old_phone.get_by_role("button", name="下一步").click()
    expect(old_phone.get_by_role("heading", name="请核对")).to_be_visible()
    old_phone.get_by_role("button", name="返回修改").click()
    option(old_phone, "m0-0", 3).click()
    old_phone.get_by_role("button", name="下一步").click()
    old_phone.get_by_role("button", name="投入票箱").click()
    expect_thanks(old_phone, installation, place)


def test_what_is_missing_is_named_and_focused(phone: Page, place: OpenRound) -> None:
    scan(phone, place.codes["residents"][0])
    fill(phone, place, skip="m1-1")
    phone.get_by_role("button", name="下一步").click()
    expect(phone.get_by_role("status").filter(has_text="还有 1 项没有评 · 县图书馆 · 查找突出问题")).to_be_visible()
    expect(phone.locator("input[name=m1-1][value='0']")).to_be_focused()
    expect(option(phone, "m1-1", 0)).to_be_in_viewport()
    option(phone, "m1-1", 0).click()
    phone.get_by_role("button", name="下一步").click()
    expect(phone.get_by_role("heading", name="请核对")).to_be_visible()


def test_a_change_from_the_review_is_cast(phone: Page, installation: Installation, place: OpenRound) -> None:
    scan(phone, place.codes["residents"][0])
    fill(phone, place)
    phone.get_by_role("button", name="下一步").click()
    phone.get_by_role("button", name="修改 县博物馆").click()
    expect(phone.get_by_role("heading", name="县博物馆")).to_be_focused()
    option(phone, "m2-0", 4).click()
    phone.get_by_role("button", name="下一步").click()
    phone.get_by_role("button", name="投入票箱").click()
    expect_thanks(phone, installation, place)
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.marks == bytes([0, 1, 2, 1, 2, 3, 4, 3, 4])


def test_offline_in_the_middle_keeps_the_form_and_casts_once(
    phone: Page, installation: Installation, place: OpenRound
) -> None:
    scan(phone, place.codes["residents"][0])
    fill(phone, place)
    phone.get_by_role("button", name="下一步").click()
    lost: list[int] = []

    def lose_the_answer(route: Any) -> None:  # noqa: ANN401
        lost.append(route.fetch().status)
        route.abort("internetdisconnected")

    phone.route("**/v/cast", lose_the_answer)
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("status").filter(has_text="网络断了")).to_be_visible()
    phone.unroute("**/v/cast")
    expect_thanks(phone, installation, place)
    assert set(lost) == {200}


def stop_clock(phone: Page) -> None:
    """Let the page's time stand, which has a clock of the tests: it tries nothing again before somebody asks it to."""
    phone.clock.pause_at(phone.evaluate("Date.now() / 1000 + 1"))


def test_a_busy_server_is_told_and_tried_again(fresh_phone: Page, installation: Installation, place: OpenRound) -> None:
    fresh_phone.clock.install()
    scan(fresh_phone, place.codes["residents"][0])
    fill(fresh_phone, place)
    fresh_phone.get_by_role("button", name="下一步").click()
    stop_clock(fresh_phone)
    fresh_phone.route(
        "**/v/cast", lambda route: route.fulfill(status=503, json={"error": "busy", "message": ""}), times=1
    )
    fresh_phone.get_by_role("button", name="投入票箱").click()
    expect(fresh_phone.get_by_role("status").filter(has_text="系统正忙")).to_be_visible()
    fresh_phone.get_by_role("button", name="马上再试").click()
    expect_thanks(fresh_phone, installation, place)


def test_a_refusal_is_told_and_nothing_lost(
    phone: Page, another_phone: BrowserContext, installation: Installation, place: OpenRound
) -> None:
    code = place.codes["residents"][0]
    scan(phone, code)
    fill(phone, place)
    phone.get_by_role("button", name="下一步").click()
    other = another_phone.new_page()
    scan(other, code)
    fill(other, place)
    other.get_by_role("button", name="下一步").click()
    other.get_by_role("button", name="投入票箱").click()
    expect_thanks(other, installation, place)
    phone.once("console", lambda _said: None)
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("status").filter(has_text="已经用过")).to_be_visible()
    expect(phone.get_by_role("heading", name="请核对")).to_be_visible()


def test_the_keyboard_is_enough(phone: Page, installation: Installation, place: OpenRound) -> None:
    phone.goto("/v")
    phone.get_by_label("票码").press_sequentially(place.codes["staff"][0])
    phone.keyboard.press("Enter")
    expect(phone.locator("[data-bar]")).to_be_visible()
    phone.locator("input[name=m1-0][value='0']").focus()
    for _ in range(6):
        phone.keyboard.press("Space")
        phone.keyboard.press("ArrowRight")
        phone.keyboard.press("Tab")
        if phone.evaluate("document.activeElement.tagName") == "SUMMARY":
            phone.keyboard.press("Tab")
    expect(phone.get_by_role("button", name="目录")).to_be_focused()
    phone.keyboard.press("Tab")
    expect(phone.get_by_role("button", name="下一步")).to_be_focused()
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", name="请核对")).to_be_focused()
    phone.get_by_role("button", name="投入票箱").focus()
    phone.keyboard.press("Enter")
    expect_thanks(phone, installation, place)


def test_large_type_reaches_sixty_pixels(phone: Page, place: OpenRound) -> None:
    scan(phone, place.codes["residents"][0])
    phone.locator("label.tool").click()
    for label in (option(phone, "m0-0", 0), option(phone, "m0-0", 4)):
        box = label.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 60
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_large_type_is_large_on_every_page_without_scripts(old_phone: Page, place: OpenRound) -> None:
    old_phone.goto("/v")
    old_phone.locator("label.tool").click()
    expect(old_phone.locator(".booth").first).to_have_css("font-size", "22px")
    old_phone.get_by_label("票码").fill(place.codes["residents"][0])
    old_phone.get_by_role("button", name="打开测评表").click()
    expect(old_phone.locator(".booth").first).to_have_css("font-size", "22px")
    fill(old_phone, place)
    old_phone.get_by_role("button", name="下一步").click()
    expect(old_phone.get_by_role("heading", name="请核对")).to_be_visible()
    expect(old_phone.locator(".booth").first).to_have_css("font-size", "22px")


def test_targets_are_large_enough_and_no_sign_stands_alone(phone: Page, place: OpenRound) -> None:
    scan(phone, place.codes["residents"][0])
    fill(phone, place)
    heights = phone.evaluate(
        "Array.from(document.querySelectorAll('.grades span, button, summary')).filter(e => e.offsetParent)"
        ".map(e => e.getBoundingClientRect().height)"
    )
    assert min(heights) >= 48
    lines = phone.evaluate(
        "Array.from(document.querySelectorAll('.grades span')).map(label => {"
        "const range = document.createRange(); range.selectNodeContents(label);"
        "const size = parseFloat(getComputedStyle(label).fontSize);"
        "return Array.from(range.getClientRects(), line => line.width / size); })"
    )
    assert {len(line) for line in lines} == {1, 2}
    assert min(width for line in lines for width in line) > 1.5


def test_a_second_slip_in_the_same_tab(phone: Page, installation: Installation, place: OpenRound) -> None:
    scan(phone, place.codes["residents"][0])
    fill(phone, place)
    phone.get_by_role("button", name="下一步").click()
    phone.get_by_role("button", name="投入票箱").click()
    expect_thanks(phone, installation, place)
    scan(phone, place.codes["residents"][1])
    expect(phone.locator("[data-filled]")).to_have_text("0")


def test_the_language_changes_and_marks_stay(phone: Page, place: OpenRound) -> None:
    scan(phone, place.codes["residents"][0])
    option(phone, "m1-1", 2).click()
    phone.locator("[data-switch]").click()
    expect(phone.locator("html")).to_have_attribute("lang", "en")
    expect(phone.locator("input[name=m1-1][value='2']")).to_be_checked()


def order_on(phone: Page) -> list[str]:
    """Return the places of the objects in the order of the page, once its script has run."""
    expect(phone.locator("[data-bar]")).to_be_visible()
    names: list[str] = phone.evaluate("Array.from(document.querySelectorAll('[data-unit]')).map(u => u.dataset.unit)")
    return names


def test_each_phone_has_an_order_of_its_own_and_keeps_it(phone: Page, installation: Installation) -> None:
    paper = make_paper(8, 2, shuffle_units=True, remarks=False, remark_bytes=0)
    place = make_open_round(installation.database, installation.key_folder, paper, codes_each=9)
    orders = []
    for code in place.codes["residents"]:
        scan(phone, code)
        orders.append(order_on(phone))
    assert all(sorted(order) == list("01234567") for order in some(orders))
    assert len({tuple(order) for order in orders}) >= 8
    assert phone.locator(".count").all_text_contents() == [f"{at} / 8" for at in range(1, 9)]
    phone.evaluate("document.querySelector('h1').remove()")
    phone.reload()
    expect(phone.locator("h1")).to_be_visible()
    assert order_on(phone) == orders[-1]
    phone.locator("[data-switch]").click()
    expect(phone.locator("html")).to_have_attribute("lang", "en")
    assert order_on(phone) == orders[-1]


def test_marks_find_their_object_in_any_order(phone: Page, installation: Installation) -> None:
    paper = make_paper(8, 2, shuffle_units=True, remarks=False, remark_bytes=0)
    place = make_open_round(installation.database, installation.key_folder, paper)
    scan(phone, place.codes["residents"][0])
    fill(phone, place)
    phone.get_by_role("button", name="下一步").click()
    phone.get_by_role("button", name="投入票箱").click()
    expect_thanks(phone, installation, place)
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.marks == bytes(map(int, "0112233440011223"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(phone: Page, place: OpenRound, scheme: Any) -> None:  # noqa: ANN401
    phone.emulate_media(color_scheme=scheme, reduced_motion="reduce")

    def check() -> None:
        results = axe_on(phone, options=EVERY_RULE)
        assert results.violations_count == 0, results.generate_report()

    phone.goto("/v")
    check()
    scan(phone, place.codes["residents"][0])
    check()
    phone.get_by_role("button", name="下一步").click()
    check()
    phone.locator("label.tool").click()
    fill(phone, place)
    phone.get_by_text("谁能看到什么").click()
    phone.get_by_text("写意见").first.click()
    check()
    phone.get_by_role("button", name="下一步").click()
    check()
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()
    check()


def test_the_first_load_is_small(fresh_phone: Page, installation: Installation) -> None:
    place = make_open_round(installation.database, installation.key_folder, make_paper(8, 6))
    responses: list[Any] = []
    fresh_phone.on("response", lambda answer: responses.append(answer))  # noqa: PLW0108 - playwright marks the handler
    scan(fresh_phone, place.codes["residents"][0])
    fresh_phone.wait_for_load_state("networkidle")
    sizes = [answer.request.sizes() for answer in responses if "data:" not in answer.url]
    fetched = [size for size in sizes if size["responseBodySize"] >= 0]  # the others are from the browser's cache
    assert len(fetched) <= 6
    assert sum(size["responseBodySize"] + size["responseHeadersSize"] for size in fetched) <= 24_000, fetched
