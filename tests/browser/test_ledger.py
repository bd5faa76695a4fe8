"""The ledger in Chromium: what stands first stays while the rest is scrolled, on every width."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Installation
from tests.browser.steps import DESK, check, log_in
from tests.rectification.flagged import later, make_action, make_ledger

ALL = "&".join(f"columns={key}" for key in ("source", "goal", "measures", "sponsor", "lead_unit", "co_units", "owner"))
WIDTHS = {1366: 860, 1920: 1080, 390: 844}


@pytest.fixture(params=WIDTHS)
def desk(request: pytest.FixtureRequest, browser: Browser, installation: Installation) -> Iterator[Page]:
    """A supervisor's screen of every width, scripts off, at a ledger of thirty actions."""
    make_ledger(installation.database, *(make_action(problem="下乡演出场次少" * 6, due=later(n)) for n in range(30)))
    size = {"viewport": {"width": request.param, "height": WIDTHS[request.param]}}
    context = browser.new_context(**{**DESK, **size}, base_url=installation.address)
    page = context.new_page()
    log_in(page, "zhengshi")
    yield page
    context.close()


def place(page: Page, column: int) -> tuple[float, float]:
    """Return where a cell of the last row begins and ends, from the left of the window."""
    box = page.locator(f".ledger-table tbody tr:last-child > :nth-child({column})").bounding_box()
    assert box is not None
    return box["x"], box["x"] + box["width"]


def test_what_stands_first_stays(desk: Page) -> None:
    desk.goto("/rectification/ledger")
    check(desk)
    width = desk.viewport_size["width"] if desk.viewport_size else 0
    shown = [place(desk, column)[1] for column in range(1, 7)]
    assert max(shown) <= width, "state, due and progress are in view without scrolling"
    if width >= 1366:
        assert place(desk, 6)[1] > width - 60, "the table takes the width that there is"
    desk.goto(f"/rectification/ledger?{ALL}")
    check(desk)
    if width < 768:
        # On a phone each row is a card: nothing scrolls sideways, and what stands first stands on top.
        tops = [desk.locator(f".ledger-table tbody tr:first-child > :nth-child({n})").bounding_box() for n in (1, 2, 3)]
        assert [top["y"] for top in tops if top] == sorted(top["y"] for top in tops if top)
        return
    before = [place(desk, column) for column in range(1, 5)]
    desk.locator(".table-scroll").evaluate("box => { box.scrollLeft = 300 }")
    moved = desk.locator(".table-scroll").evaluate("box => box.scrollLeft")
    assert width > 1366 or moved > 0, "there is more than fits"
    after = [place(desk, column) for column in range(1, 5)]
    assert after[:3] == before[:3]
    assert after[3][0] == pytest.approx(before[3][0] - moved)
    covered = desk.evaluate("([x, y]) => document.elementFromPoint(x, y).closest('td').cellIndex", _middle(desk))
    assert covered == 2, "what is scrolled passes under the frozen columns"


def _middle(page: Page) -> list[float]:
    cell = page.locator(".ledger-table tbody tr:first-child > :nth-child(3)")
    cell.scroll_into_view_if_needed()
    box = cell.bounding_box()
    assert box is not None
    return [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
