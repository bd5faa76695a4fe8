"""No mark is lost by Back, a reload, a killed page or another tab; and all are gone when it is over."""

import json
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from app.box.seal import receipt_text
from app.rounds.domain import RoundState
from tests.browser.boxes import in_the_box
from tests.browser.conftest import Installation
from tests.browser.test_booth import REMARK, expect_thanks, fill, option, scan
from tests.browser.test_sealing import cast, cast_in_vain, lose, lose_the_answer, review
from tests.factories import OpenRound, make_open_round, make_paper, set_round

DRAFTS = "Object.keys(localStorage).filter((name) => name.startsWith('manyidu.'))"
FORBIDDEN = """
    for (const name of ["localStorage", "sessionStorage"]) {
        Object.defineProperty(window, name, { get() { throw new DOMException("not here", "SecurityError"); } });
    }
"""
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"


@pytest.fixture
def place(installation: Installation) -> OpenRound:
    return make_open_round(installation.database, installation.key_folder, make_paper(3, 3, shuffle_units=True))


def filled(phone: Page, marks: int) -> None:
    """Expect so many marks on the page."""
    expect(phone.locator("[data-filled]")).to_have_text(str(marks))


def kept(phone: Page) -> str:
    """Wait until the draft holds all that is on the page; return it."""
    phone.wait_for_function(f"() => {DRAFTS}.length === 1")
    phone.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    text: str = phone.evaluate(f"localStorage.getItem({DRAFTS}[0])")
    return text


def mark(phone: Page, *fields: str) -> None:
    """Give marks, and wait until they are kept."""
    for at, field in enumerate(fields):
        option(phone, field, at % 5).click()
    kept(phone)


def write(phone: Page, unit: str, text: str) -> None:
    area = phone.get_by_label(f"对“{unit}”的意见")
    area.evaluate("(area) => { area.parentElement.open = true; }")
    area.fill(text)
    kept(phone)


def expect_restored(phone: Page) -> None:
    expect(phone.get_by_role("status").filter(has_text="已恢复上次填的")).to_be_visible()


def expect_nothing_left(phone: Page) -> None:
    phone.wait_for_function("() => localStorage.length + sessionStorage.length === 0")


def test_it_works(phone: Page, installation: Installation, place: OpenRound) -> None:
    """Back from the review leads to the marks, a reload brings them back, and the receipt clears all."""
    scan(phone, place.codes["residents"][0])
    fill(phone, place)
    write(phone, "县文化馆", REMARK)
    review(phone)
    phone.go_back()
    expect(phone.get_by_role("heading", name="请核对")).to_be_hidden()
    filled(phone, 9)
    option(phone, "m2-0", 4).click()
    kept(phone)
    phone.reload()
    expect_restored(phone)
    filled(phone, 9)
    expect(phone.locator("input[name=m2-0][value='4']")).to_be_checked()
    expect(phone.get_by_label("对“县文化馆”的意见")).to_have_value(REMARK)
    review(phone)
    cast(phone)
    expect_thanks(phone, installation, place)
    expect_nothing_left(phone)
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.marks == bytes([0, 1, 2, 1, 2, 3, 4, 3, 4])
    assert dict(ballot.remarks) == {0: REMARK}


def test_back_goes_from_review_to_marks_to_entry_and_forward_again(phone: Page, place: OpenRound) -> None:
    scan(phone, place.codes["residents"][0])
    fill(phone, place)
    review(phone)
    phone.go_back()
    expect(phone.get_by_role("button", name="下一步")).to_be_visible()
    phone.go_back()
    expect(phone.get_by_role("button", name="继续填写")).to_be_visible()
    phone.go_forward()
    filled(phone, 9)
    phone.go_forward()
    expect(phone.get_by_role("heading", name="请核对")).to_be_visible()
    phone.get_by_role("button", name="修改 县博物馆").click()
    expect(phone.get_by_role("heading", name="县博物馆")).to_be_focused()
    phone.go_back()
    phone.get_by_role("button", name="继续填写").click()
    filled(phone, 9)


def test_a_reload_on_the_review_comes_back_to_the_review(phone: Page, place: OpenRound) -> None:
    scan(phone, place.codes["residents"][0])
    fill(phone, place)
    review(phone)
    kept(phone)
    phone.reload()
    expect(phone.get_by_role("heading", name="请核对")).to_be_visible()
    phone.go_back()
    expect(phone.get_by_role("button", name="下一步")).to_be_visible()
    filled(phone, 9)


def test_a_draft_that_comes_while_the_index_is_open_is_told_there(phone: Page, place: OpenRound) -> None:
    scan(phone, place.codes["residents"][0])
    mark(phone, "m0-0", "m0-1", "m0-2")
    waiting: list[Route] = []
    phone.route("**/booth-seal.js*", lambda route: waiting.append(route))  # noqa: PLW0108 - playwright marks the handler
    with phone.expect_request("**/booth-seal.js*"):
        phone.reload()
    phone.get_by_role("button", name="目录").click()
    expect(phone.locator("[data-index-done]")).to_have_text("0 / 3")
    for route in waiting:
        route.continue_()
    expect(phone.locator("[data-index-done]")).to_have_text("1 / 3")
    expect_restored(phone)
    phone.get_by_role("button", name="县博物馆").click()
    expect(phone.locator("[data-index]")).to_be_hidden()


def test_leaving_with_marks_is_asked_about_and_without_is_not(phone: Page, place: OpenRound) -> None:
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    phone.on("dialog", answer)
    scan(phone, place.codes["residents"][0])
    phone.locator("h2").first.click()
    phone.goto("/v?lang=zh")
    assert asked == []
    scan(phone, place.codes["residents"][0])
    mark(phone, "m0-0")
    phone.goto("/v")
    assert asked == ["beforeunload"]


def test_a_killed_page_needs_the_slip_again_and_nothing_else(phone: Page, place: OpenRound) -> None:
    """Marks, remark, size of type and language come back with the slip; without it only sealed bytes lie there."""
    code = place.codes["residents"][0]
    scan(phone, code)
    mark(phone, "m0-0", "m1-1")
    write(phone, "县图书馆", REMARK)
    phone.locator("label.tool").click()
    phone.locator("[data-switch]").click()
    expect(phone.locator("html")).to_have_attribute("lang", "en")
    draft = kept(phone)
    assert json.loads(draft).keys() == {"until", "box"}
    assert REMARK not in draft
    assert code not in draft
    context = phone.context
    phone.close()
    fresh = context.new_page()
    fresh.goto("/v")
    expect(fresh.get_by_label("票码")).to_have_value("")
    scan(fresh, code)
    expect(fresh.locator("html")).to_have_attribute("lang", "en")
    filled(fresh, 2)
    expect(fresh.locator("input[name=m1-1][value='1']")).to_be_checked()
    expect(fresh.locator("[name=r1]")).to_have_value(REMARK)
    assert fresh.evaluate("document.getElementById('large').checked")


def test_a_second_scan_in_the_same_tab_changes_nothing(phone: Page, place: OpenRound) -> None:
    scan(phone, place.codes["residents"][0])
    mark(phone, "m0-0", "m1-1")
    scan(phone, place.codes["residents"][0])
    filled(phone, 2)
    scan(phone, place.codes["residents"][1])
    filled(phone, 0)
    scan(phone, place.codes["residents"][0])
    expect_restored(phone)
    filled(phone, 2)


def test_turning_the_phone_changes_nothing(phone: Page, place: OpenRound) -> None:
    scan(phone, place.codes["residents"][0])
    mark(phone, "m0-0", "m1-1")
    phone.set_viewport_size({"width": 844, "height": 390})
    filled(phone, 2)
    phone.reload()
    expect_restored(phone)
    filled(phone, 2)


def test_two_tabs_of_one_slip_do_not_overwrite_each_other(
    phone: Page, installation: Installation, place: OpenRound
) -> None:
    code = place.codes["residents"][0]
    scan(phone, code)
    mark(phone, "m0-0")
    other = phone.context.new_page()
    scan(other, code)
    expect_restored(other)
    expect(phone.get_by_text("这张票正在另一个页面里填写")).to_be_visible()
    expect(phone.locator("[data-ballot]")).to_be_hidden()
    option(other, "m1-1", 3).click()
    kept(other)
    phone.get_by_role("button", name="在这里接着填").click()
    filled(phone, 2)
    expect(phone.locator("input[name=m1-1][value='3']")).to_be_checked()
    expect(other.get_by_text("这张票正在另一个页面里填写")).to_be_visible()
    fill(phone, place)
    review(phone)
    cast(phone)
    expect_thanks(phone, installation, place)
    expect(other.get_by_label("票码")).to_be_visible()
    expect_nothing_left(other)


def test_after_a_day_it_is_gone(phone: Page, place: OpenRound) -> None:
    phone.clock.install()
    scan(phone, place.codes["residents"][0])
    mark(phone, "m0-0")
    phone.clock.set_system_time(phone.evaluate("Date.now() / 1000 + 23 * 3600 - 60"))
    phone.goto("/v?lang=zh")
    expect(phone.get_by_role("button", name="继续填写")).to_be_visible()
    assert phone.evaluate(f"{DRAFTS}.length") == 1
    phone.clock.set_system_time(phone.evaluate("Date.now() / 1000 + 2 * 3600"))
    phone.goto("/v")
    phone.wait_for_function(f"() => {DRAFTS}.length === 0")


def test_after_the_close_it_is_gone(phone: Page, installation: Installation, place: OpenRound) -> None:
    code = place.codes["residents"][0]
    scan(phone, code)
    mark(phone, "m0-0")
    set_round(installation.database, place.id, state=RoundState.SEALED)
    phone.reload()
    expect(phone.get_by_role("heading", name="投票已结束")).to_be_visible()
    expect_nothing_left(phone)


@pytest.mark.parametrize("arrived", [True, False])
def test_a_killed_page_between_sending_and_answer_ends_with_the_same_receipt(
    phone: Page, installation: Installation, place: OpenRound, arrived: bool
) -> None:
    code = place.codes["residents"][0]
    scan(phone, code)
    fill(phone, place)
    review(phone)
    cast_in_vain(phone, lose_the_answer if arrived else lose)
    context = phone.context
    phone.close()
    fresh = context.new_page()
    fresh.goto(f"/v#{code}")
    expect_thanks(fresh, installation, place)
    ((name, _),) = in_the_box(installation, place)
    expect(fresh.locator("[data-receipt]")).to_have_text(receipt_text(name))
    expect_nothing_left(fresh)


@pytest.mark.parametrize("script", [FORBIDDEN, FULL], ids=["forbidden", "full"])
def test_a_phone_that_keeps_nothing_votes_all_the_same(
    phone: Page, installation: Installation, place: OpenRound, script: str
) -> None:
    phone.add_init_script(script)
    scan(phone, place.codes["residents"][0])
    fill(phone, place)
    review(phone)
    phone.go_back()
    filled(phone, 9)
    review(phone)
    cast(phone)
    expect_thanks(phone, installation, place)


def test_a_draft_of_another_paper_is_thrown_away_with_a_sentence(phone: Page, place: OpenRound) -> None:
    code = place.codes["residents"][0]
    scan(phone, code)
    mark(phone, "m0-0")
    context = phone.context
    phone.close()
    fresh = context.new_page()

    def change(route: Any) -> None:  # noqa: ANN401
        page = route.fetch()
        paper = place.paper_hash
        route.fulfill(response=page, body=page.text().replace(paper, "ab" * 32))

    fresh.route("**/v/paper", change)
    scan(fresh, code)
    expect(fresh.get_by_role("status").filter(has_text="测评表已更换")).to_be_visible()
    filled(fresh, 0)
