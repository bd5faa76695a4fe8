"""What the phone keeps when an answer is no answer of ours, or no answer for good; each refusal is asked for once."""

from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from app.booth.casting import FROM_SCRIPT
from app.rounds.domain import RoundState
from tests.browser.boxes import in_the_box
from tests.browser.conftest import Installation
from tests.browser.test_booth import expect_thanks, fill, option, scan
from tests.browser.test_drafts import DRAFTS, expect_nothing_left, expect_restored, filled, kept, mark
from tests.browser.test_sealing import cast, cast_in_vain, review
from tests.factories import OpenRound, make_open_round, make_paper, set_round

FOREIGN = (
    "<!doctype html><html><head><title>502</title></head><body><main><h1>502 Bad Gateway</h1></main></body></html>"
)
AWAY = "() => sessionStorage.getItem('ballot')"


@pytest.fixture
def place(installation: Installation) -> OpenRound:
    return make_open_round(installation.database, installation.key_folder, make_paper(3, 3, shuffle_units=True))


def asked(page: Page) -> list[Request]:
    """Return the list to which every request for a paper is added from now on."""
    found: list[Request] = []
    page.on("request", lambda sent: found.append(sent) if sent.url.endswith("/v/paper") else None)
    return found


@pytest.mark.parametrize("status", [200, 502])
def test_a_page_of_others_is_no_refusal(phone: Page, place: OpenRound, status: int) -> None:
    """A proxy's fault, or the log-in page of a hall's network: nothing is lost, it is said, and can be tried again."""
    scan(phone, place.codes["residents"][0])
    mark(phone, "m0-0", "m1-1")
    phone.route(
        "**/v/paper", lambda route: route.fulfill(status=status, content_type="text/html", body=FOREIGN), times=1
    )
    phone.reload()
    expect(phone.get_by_role("alert").filter(has_text="网络断了")).to_be_visible()
    assert phone.evaluate(f"{DRAFTS}.length") == 1
    phone.get_by_role("button", name="继续填写").click()
    expect_restored(phone)
    filled(phone, 2)


def test_a_mistyped_code_is_asked_for_once_and_can_be_mended(phone: Page, place: OpenRound) -> None:
    found = asked(phone)
    phone.goto("/v")
    phone.get_by_label("票码").fill("0000-0000-0000-0")
    phone.get_by_role("button", name="打开测评表").click()
    expect(phone.get_by_role("alert").filter(has_text="没有这个票码")).to_be_visible()
    expect(phone.get_by_label("票码")).to_be_focused()
    expect(phone.get_by_label("票码")).to_have_value("0000-0000-0000-0")
    assert len(found) == 1
    phone.get_by_label("票码").fill(place.codes["residents"][0])
    phone.keyboard.press("Enter")
    expect(phone.locator("[data-bar]")).to_be_visible()
    assert len(found) == 2
    phone.go_back()
    expect(phone.get_by_role("button", name="继续填写")).to_be_visible()


def test_a_refusal_is_asked_for_once(phone: Page, installation: Installation, place: OpenRound) -> None:
    set_round(installation.database, place.id, state=RoundState.SEALED)
    found = asked(phone)
    phone.goto(f"/v#{place.codes['residents'][0]}")
    expect(phone.get_by_role("heading", name="投票已结束")).to_be_visible()
    assert len(found) == 1
    expect_nothing_left(phone)
    phone.get_by_role("link", name="重新输入票码").click()
    expect(phone.get_by_label("票码")).to_have_value("")


def test_a_fault_of_the_server_is_not_for_good(phone: Page, installation: Installation, place: OpenRound) -> None:
    """A ballot that was sent, and sent again by a form, stays until the box has answered."""
    code = place.codes["residents"][0]
    scan(phone, code)
    fill(phone, place)
    review(phone)
    cast_in_vain(phone)
    fault = phone.request.get("/v/nothing").text().replace('data-error="not_found"', 'data-error="internal"')
    assert "internal" in fault
    phone.unroute("**/v/cast")
    phone.route("**/v/cast", lambda route: route.fulfill(status=500, content_type="text/html", body=fault), times=1)
    phone.reload()
    expect(phone.locator("[data-error=internal]")).to_be_visible()
    phone.wait_for_load_state("networkidle")
    assert phone.evaluate(AWAY)
    assert phone.evaluate(f"{DRAFTS}.length") == 1
    phone.goto("/v")
    expect_thanks(phone, installation, place)
    expect_nothing_left(phone)


def hold(page: Page, pattern: str, times: int | None = None) -> list[Route]:
    """Let requests wait, so many or all; return the list of those that do, to be let go."""
    held: list[Route] = []
    page.route(pattern, lambda route: held.append(route), times=times)  # noqa: PLW0108 - playwright marks the handler
    return held


def let_go(page: Page, pattern: str, held: list[Route]) -> None:
    for route in held:
        route.continue_()
    page.unroute(pattern)


SEALING = "**/booth-seal.js*"


def seal_and_lose(phone: Page, place: OpenRound) -> tuple[Page, str]:
    """Cast without a network, kill the page; return a fresh one and the sealed bytes that were sent."""
    sent: list[Any] = []

    def lose(route: Route) -> None:
        sent.append(route.request.post_data_json)
        route.abort("internetdisconnected")

    scan(phone, place.codes["residents"][0])
    fill(phone, place)
    review(phone)
    phone.route("**/v/cast", lose)
    cast(phone)
    expect(phone.get_by_role("status").filter(has_text="网络断了")).to_be_visible()
    context = phone.context
    phone.close()
    return context.new_page(), sent[0]["sealed"]


def test_what_was_sent_before_is_sent_again_and_nothing_else(
    phone: Page, installation: Installation, place: OpenRound
) -> None:
    """Also where somebody is quicker than what seals: he has marked everything, otherwise, and pressed."""
    fresh, before = seal_and_lose(phone, place)
    held = hold(fresh, SEALING)
    scan(fresh, place.codes["residents"][0])
    fill(fresh, place)
    option(fresh, "m0-0", 3).click()
    review(fresh)
    with fresh.expect_request("**/v/cast") as waiting:
        cast(fresh)
        expect(fresh.get_by_role("button", name="正在投出")).to_be_disabled()
        let_go(fresh, SEALING, held)
    assert FROM_SCRIPT.decode() in waiting.value.headers
    assert (waiting.value.post_data_json or {})["sealed"] == before
    expect_thanks(fresh, installation, place)


def test_what_is_cast_is_what_was_looked_over(phone: Page, installation: Installation, place: OpenRound) -> None:
    """A draft that is opened while the ballot is on its way adds nothing to it."""
    code = place.codes["residents"][0]
    scan(phone, code)
    area = phone.get_by_label("对“县文化馆”的意见")
    area.evaluate("(area) => { area.parentElement.open = true; }")
    area.fill("早先写的")
    kept(phone)
    context = phone.context
    phone.close()
    fresh = context.new_page()
    held = hold(fresh, SEALING)
    scan(fresh, code)
    fill(fresh, place)
    review(fresh)
    cast(fresh)
    expect(fresh.get_by_role("button", name="正在投出")).to_be_disabled()
    let_go(fresh, SEALING, held)
    expect_thanks(fresh, installation, place)
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.remarks == ()


def test_sending_again_asks_nothing(phone: Page, installation: Installation, place: OpenRound) -> None:
    fresh, _ = seal_and_lose(phone, place)
    asked_about: list[str] = []

    def note(dialog: Any) -> None:  # noqa: ANN401
        asked_about.append(dialog.type)
        dialog.accept()

    fresh.on("dialog", note)
    held = hold(fresh, SEALING)
    scan(fresh, place.codes["residents"][0])
    option(fresh, "m0-0", 1).click()
    let_go(fresh, SEALING, held)
    expect_thanks(fresh, installation, place)
    assert asked_about == []


def test_the_review_shows_what_another_page_brought(phone: Page, place: OpenRound) -> None:
    code = place.codes["residents"][0]
    scan(phone, code)
    fill(phone, place)
    review(phone)
    kept(phone)
    other = phone.context.new_page()
    scan(other, code)
    expect_restored(other)
    option(other, "m1-1", 0).click()
    kept(other)
    phone.get_by_role("button", name="在这里接着填").click()
    expect(phone.get_by_role("heading", name="请核对")).to_be_visible()
    expect(phone.get_by_role("button", name="县图书馆 · 查找突出问题: 满意")).to_be_visible()


def test_a_page_that_sends_does_not_hear_another(phone: Page, installation: Installation, place: OpenRound) -> None:
    """The other page sends the same bytes, so both come to the same receipt."""
    code = place.codes["residents"][0]
    scan(phone, code)
    fill(phone, place)
    review(phone)
    cast_in_vain(phone)
    other = phone.context.new_page()
    other.goto(f"/v#{code}")
    expect_thanks(other, installation, place)
    expect_nothing_left(other)
    expect(phone.locator("[data-ballot]")).to_be_visible()
    phone.unroute("**/v/cast")
    expect_thanks(phone, installation, place)
    receipt = other.locator("[data-receipt]").inner_text()
    expect(phone.locator("[data-receipt]")).to_have_text(receipt)


def test_a_late_language_is_not_for_the_next_slip(phone: Page, place: OpenRound) -> None:
    first, second = place.codes["residents"][:2]
    scan(phone, first)
    held = hold(phone, "**/v/paper", times=1)
    with phone.expect_request("**/v/paper"):
        phone.locator("[data-switch]").click()
    scan(phone, second)
    option(phone, "m0-0", 1).click()
    with phone.expect_response("**/v/paper"):
        held[0].continue_()
    kept(phone)
    expect(phone.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(phone.locator("[data-ballot] [name=code]")).to_have_value(second)
    filled(phone, 1)


def test_a_page_out_of_the_browsers_memory_is_asked_for_again(phone: Page, place: OpenRound) -> None:
    scan(phone, place.codes["residents"][0])
    mark(phone, "m0-0")
    phone.evaluate("() => { window.old = 1; dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })); }")
    phone.wait_for_function("() => window.old === undefined")
    expect_restored(phone)
    filled(phone, 1)


def test_the_paper_is_announced(phone: Page, place: OpenRound) -> None:
    """Who hears the page is led to its title."""
    scan(phone, place.codes["residents"][0])
    expect(phone.locator("[data-title]")).to_be_focused()
