"""A machine for whoever has no phone: it clears itself, keeps nothing, and stays what it is."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from app.rounds.domain import RoundState
from app.slips.codes import format_code
from tests.browser.conftest import Installation
from tests.browser.steps import check, settle
from tests.browser.test_booth import expect_thanks, fill, option
from tests.browser.test_sealing import cast, cast_in_vain, review
from tests.factories import OpenRound, make_open_round, make_paper, set_round

SEEN = "document.body.innerText"


@pytest.fixture
def place(installation: Installation) -> OpenRound:
    return make_open_round(installation.database, installation.key_folder, make_paper(3, 3))


@pytest.fixture
def machine(phone: Page) -> Page:
    """The start of a machine whose clock the test turns on."""
    phone.clock.install()
    phone.goto("/v?kiosk")
    expect(phone.get_by_label("票码")).to_be_focused()
    return phone


def enter(machine: Page, code: str) -> None:
    """Type like a gun: what the slip's QR code holds, and Enter."""
    ready(machine)
    machine.keyboard.type(code)
    machine.keyboard.press("Enter")
    expect(machine.locator("[data-bar]")).to_be_visible()


def ready(machine: Page) -> None:
    """Wait for the script that takes what is typed, whatever has the focus, and clears what is left."""
    expect(machine.locator("#code")).to_be_focused()
    settle(machine)


def expect_start(machine: Page, installation: Installation) -> None:
    """Expect an empty start in large type, and nothing kept."""
    expect(machine.get_by_label("票码")).to_be_focused()
    expect(machine.get_by_label("票码")).to_have_value("")
    expect(machine.locator(".booth")).to_have_css("font-size", "22px")
    expect(machine.locator("[data-kiosk-bar]")).to_be_hidden()
    assert machine.url == f"{installation.address}/v?kiosk"
    assert machine.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


@contextmanager
def looking(machine: Page) -> Iterator[None]:
    """Let no time pass while somebody looks who is slower than a voter."""
    now = machine.evaluate("Date.now() / 1000")
    machine.clock.set_fixed_time(now)
    yield
    machine.clock.set_system_time(now)


def told(machine: Page) -> str:
    expect(machine.locator("[data-kiosk-left]")).to_be_visible()
    return machine.locator("[data-kiosk-left]").inner_text()


@pytest.mark.parametrize("size", [{"width": 390, "height": 844}, {"width": 1366, "height": 860}])
def test_it_works(machine: Page, installation: Installation, place: OpenRound, size: dict[str, int]) -> None:
    """From the scan of a slip to the receipt, and ten seconds later to the start; Back leads to no mark."""
    machine.set_viewport_size({"width": size["width"], "height": size["height"]})
    check(machine)
    enter(machine, f"{installation.address}/v#{place.codes['residents'][0]}")
    assert machine.evaluate("document.getElementById('large').checked")
    fill(machine, place)
    assert machine.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    review(machine)
    cast(machine)
    expect_thanks(machine, installation, place)
    expect(machine.get_by_role("status").filter(has_text="投票机即将清空")).to_be_visible()
    with looking(machine):
        check(machine)
        assert int(told(machine)) in range(5, 11)
    machine.clock.run_for("00:11")
    expect_start(machine, installation)
    for _ in range(2):
        machine.go_back()
        expect(machine.get_by_label("票码")).to_have_value("")
        assert "县文化馆" not in machine.evaluate(SEEN)
        assert "data-ballot" not in machine.content()


def test_the_receipt_can_be_copied_in_peace(machine: Page, installation: Installation, place: OpenRound) -> None:
    enter(machine, place.codes["residents"][0])
    fill(machine, place)
    review(machine)
    cast(machine)
    expect_thanks(machine, installation, place)
    machine.get_by_role("button", name="多留一分钟").click()
    machine.clock.run_for("00:50")
    expect(machine.locator("[data-receipt]")).to_be_visible()
    machine.clock.run_for("00:30")
    expect_start(machine, installation)


def test_an_abandoned_paper_is_cleared_after_a_warning(
    machine: Page, installation: Installation, place: OpenRound
) -> None:
    enter(machine, format_code(place.codes["residents"][0]).lower())
    option(machine, "m0-0", 1).click()
    machine.clock.run_for("01:15")
    expect(machine.get_by_role("status").filter(has_text="好一会儿没有人操作了")).to_be_visible()
    expect(machine.locator("[data-unit]").first).to_be_hidden()
    with looking(machine):
        check(machine)
        assert int(told(machine)) <= 20
    machine.get_by_role("button", name="继续").click()
    expect(machine.locator("[data-unit]").first).to_be_visible()
    expect(machine.locator("[data-filled]")).to_have_text("1")
    machine.clock.run_for("01:15")
    expect(machine.get_by_role("button", name="继续")).to_be_focused()
    machine.clock.run_for("00:20")
    expect_start(machine, installation)
    machine.go_back()
    expect(machine.get_by_label("票码")).to_have_value("")
    assert "data-ballot" not in machine.content()


def test_back_to_the_start_asks_at_once(machine: Page, installation: Installation, place: OpenRound) -> None:
    """A paper behind the start is somebody's: he goes on, or it is cleared."""
    enter(machine, place.codes["residents"][0])
    option(machine, "m0-0", 1).click()
    machine.go_back()
    machine.get_by_role("button", name="继续").click()
    expect(machine.locator("[data-filled]")).to_have_text("1")
    machine.go_back()
    machine.get_by_role("button", name="现在清空").click()
    expect_start(machine, installation)
    machine.go_forward()
    expect_start(machine, installation)


def test_it_stays_what_it_is(machine: Page, installation: Installation, place: OpenRound) -> None:
    """Over languages, refusals, links and a reload."""
    code = place.codes["residents"][0]
    machine.get_by_role("link", name="English").click()
    expect(machine.locator("html[data-kiosk][lang=en]")).to_be_attached()
    enter(machine, code)
    machine.locator("[data-switch]").click()
    expect(machine.locator("html[data-kiosk][lang=zh-CN]")).to_be_attached()
    option(machine, "m0-0", 1).click()
    machine.get_by_text("谁能看到什么").click()
    expect(machine.get_by_text("票码和答案都不留在投票机里").last).to_be_visible()
    machine.reload()
    expect(machine.get_by_label("slip").or_(machine.locator("#code"))).to_have_value("")
    ready(machine)
    machine.keyboard.type("0000000000000\n")
    expect(machine.get_by_role("alert").first).to_be_visible()
    expect(machine.locator("[data-kiosk-bar]")).to_be_attached()
    set_round(installation.database, place.id, state=RoundState.SEALED)
    machine.locator("#code").fill(code)
    machine.keyboard.press("Enter")
    expect(machine.locator("[data-error=round_closed]")).to_be_visible()
    machine.locator("[data-error] a").click()
    expect(machine.locator("html[data-kiosk] #code")).to_have_value("")
    ready(machine)
    machine.clock.run_for("01:31")
    expect_start(machine, installation)


def test_a_ballot_that_is_on_its_way_is_not_cleared_away(
    machine: Page, installation: Installation, place: OpenRound
) -> None:
    enter(machine, place.codes["residents"][0])
    fill(machine, place)
    review(machine)
    cast_in_vain(machine)
    machine.clock.run_for("03:00")
    expect(machine.get_by_role("status").filter(has_text="选票正在投出")).to_be_visible()
    expect(machine.locator("[data-review-list]")).to_be_hidden()
    machine.unroute("**/v/cast")
    machine.clock.run_for("00:20")
    expect_thanks(machine, installation, place)


def test_without_a_network_it_waits_covered(machine: Page, installation: Installation, place: OpenRound) -> None:
    enter(machine, place.codes["residents"][0])
    option(machine, "m0-0", 1).click()
    machine.route("**/v?kiosk", lambda route: route.abort("internetdisconnected"))
    machine.clock.run_for("01:31")
    expect(machine.get_by_role("status").filter(has_text="正在清空")).to_be_visible()
    expect(machine.locator("[data-unit]").first).to_be_hidden()
    machine.unroute("**/v?kiosk")
    machine.clock.run_for("00:02")
    expect_start(machine, installation)
