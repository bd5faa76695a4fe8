"""What an organiser does before and during a vote, by the pages alone, with scripts off."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.campaigns.kinds import KINDS
from app.rounds.domain import RoundState
from app.rounds.reads import get_round
from tests.browser.conftest import Installation
from tests.browser.steps import confirm, hand_out_keys, organiser_at, play, print_slips
from tests.browser.test_ten_kinds import AGREED, VOTERS, ask_to_freeze, begin, show_second
from tests.cast import make_cast

KIND = KINDS["leaders"]


@pytest.fixture
def desk(browser: Browser, installation: Installation) -> Iterator[Page]:
    with installation.database.writing() as session:
        make_cast(session)
    with organiser_at(browser, installation.address, "/campaigns/new", scripts=False) as page:
        yield page


def state_of(installation: Installation, round_id: str) -> RoundState:
    with installation.database.reading() as session:
        return get_round(session, round_id).state


def test_a_vote_is_set_up_frozen_printed_opened_and_closed(desk: Page, installation: Installation) -> None:
    begin(desk, KIND)
    campaign = desk.url
    for need in KIND.needs:
        desk.get_by_role("link", name=need.label).click()
        expect(desk.locator("main h1, header h1").first).to_be_visible()
        desk.goto(campaign)
    round_id = ask_to_freeze(desk)
    show_second(desk, f"/rounds/{round_id}", *AGREED)
    codes = print_slips(desk, round_id, is_checked=False)
    assert len(codes) >= VOTERS
    assert len(hand_out_keys(desk, round_id, is_checked=False)) == 3
    desk.goto(f"/rounds/{round_id}")
    confirm(desk, "开始投票")
    expect(desk.get_by_role("button", name="确认开始投票")).to_have_count(0)
    assert state_of(installation, round_id) is RoundState.OPEN
    voted = play(installation.address, codes[:VOTERS])
    assert len(voted.cast) == VOTERS
    desk.goto(f"/rounds/{round_id}")
    confirm(desk, "截止投票")
    expect(desk.get_by_role("button", name="确认截止投票")).to_have_count(0)
    assert state_of(installation, round_id) is RoundState.SEALED
