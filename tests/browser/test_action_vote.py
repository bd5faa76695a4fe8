"""群众评价 in Chromium: actions of the ledger are put to the vote, and the rate stands in the ledger and its lists."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import played
from tests.browser.conftest import Installation
from tests.browser.steps import (
    Desks,
    check,
    confirm,
    desks_at,
    freeze,
    play,
)
from tests.browser.test_booth import option, scan
from tests.browser.test_meeting import agree, agree_to_freeze
from tests.rectification.flagged import later, make_action, make_ledger

PROBLEMS = ("1．开放时间太短", "2．停车不便", "3．下乡演出太少")
PLAIN = ("开放时间太短", "停车不便", "下乡演出太少")


@pytest.fixture
def desk_of(browser: Browser, installation: Installation) -> Iterator[Desks]:
    """The cast, each at a desk of his own, beside a ledger of three actions."""
    make_ledger(installation.database, *(make_action(problem=problem, due=later(20)) for problem in PROBLEMS))
    with desks_at(browser, installation) as desk:
        yield desk


def start(page: Page) -> str:
    """Put two of the three actions to the vote, from the ledger; return the id of the round."""
    page.goto("/rectification/ledger")
    page.get_by_role("link", name="请群众评价").click()
    check(page)
    for problem in PROBLEMS[:2]:
        page.locator("label", has_text=problem).get_by_role("checkbox").check()
    page.get_by_label("参评人员").fill("群众代表 30")
    page.get_by_role("button", name="建立测评").click()
    expect(page.get_by_role("status")).to_contain_text("已建立测评")
    check(page)
    page.get_by_role("link", name="整改事项满意度测评").first.click()
    check(page)
    return page.url.rsplit("/", 1)[-1]


def vote(phone: Page, code: str) -> None:
    """Vote on both actions as a person does, on a phone."""
    scan(phone, code)
    for problem in PLAIN[:2]:
        expect(phone.locator("main")).to_contain_text(problem)
    check(phone)
    for place in range(2):
        option(phone, f"m{place}-0", 0).click()
    phone.get_by_role("button", name="下一步").click()
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()


def rated(page: Page) -> list[str]:
    """Return what the ledger says of its actions in the column 群众评价."""
    page.goto("/rectification/ledger?columns=public_rating")
    check(page)
    return page.locator("td[data-label='群众评价']").all_inner_texts()


def test_it_works(desk_of: Desks, phone: Page, installation: Installation) -> None:
    organiser = desk_of("zhangsan")
    round_id = start(organiser)
    freeze(organiser)
    agree_to_freeze(organiser, round_id)
    codes, shares = played.prepare(installation, round_id)
    organiser.goto(f"/rounds/{round_id}")
    confirm(organiser, "开始投票")
    vote(phone, codes[0])
    assert len(play(installation.address, codes[1:], lambda *_: [9, 1, 0, 0]).cast) == len(codes) - 1
    organiser.goto(f"/rounds/{round_id}")
    confirm(organiser, "截止投票")
    played.open_it(installation, round_id, shares)
    assert rated(organiser) == [""] * 3, "nothing is told before it is published"
    organiser.goto(f"/rounds/{round_id}/publish")
    organiser.locator("main form button[type=submit]").first.click()
    agree(organiser, round_id)
    told = rated(organiser)
    assert [words.endswith("达标") and "满意率" in words for words in told] == [True, True, False]
    organiser.goto("/rectification/lists")
    check(organiser)
    assert organiser.locator("td[data-label='群众评价']").all_inner_texts() == told
    organiser.get_by_role("link", name="1-1").first.click()
    expect(organiser.locator("main")).to_contain_text("群众评价（测评）")
    organiser.get_by_role("link", name="整改事项满意度测评").click()
    check(organiser)
