"""Merging 86 opinions into seven issues with the keyboard alone, as a person would who knows what belongs together."""

from collections import Counter
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.opinions import reads
from app.opinions.demo_opinions import DEMO_OPINIONS
from app.opinions.domain import UNSORTED
from bench.merge_truth import DEMO_TRUTH
from tests.browser.conftest import NOT_OURS, Installation
from tests.browser.steps import DESK, check, log_in
from tests.opinions.collected import make_opinions

TEXTS = [text for texts in DEMO_OPINIONS.values() for text in texts]
TRUTH = dict(zip(TEXTS, DEMO_TRUTH, strict=True))
SHOWN = """() => [...document.querySelectorAll("[data-merge]")].map(
    (form) => [...form.querySelectorAll(".opinion-text")].map((text) => text.textContent))"""
SIGNS_S, DECISION_S, KEY_S = 6.5, 1.35, 0.5
"""Signs that adults read in a second (Brysbaert 2019), a decision, and a key of a slow typist (Card, Moran, Newell)."""


class Keyboard:
    """Presses keys and counts them, and notes what has to be read before."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed, self.read = page, 0, list[str]()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def submit(self, *keys: str) -> None:
        """Press keys, the last of which sends the form."""
        self.press(*keys[:-1])
        with self.page.expect_navigation():
            self.press(keys[-1])

    def groups(self) -> list[list[str]]:
        """Return the opinions on the page, by form."""
        found: list[list[str]] = self.page.evaluate(SHOWN)
        return found


@pytest.fixture
def desk(browser: Browser, installation: Installation) -> Iterator[Page]:
    """An organiser's desk in a campaign of 86 opinions."""
    campaign_id = make_opinions(installation.database, TEXTS)
    context = browser.new_context(**DESK, base_url=installation.address)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    log_in(page, "zhangsan")
    page.goto(f"/campaigns/{campaign_id}/opinions/proposals")
    yield page
    context.close()
    assert [problem for problem in problems if not any(known in problem for known in NOT_OURS)] == []


def number_of(numbers: list[str], kind: str) -> str:
    return str(numbers.index(kind) + 1)


def take_proposal(keyboard: Keyboard, issues: list[str]) -> None:
    """Untick what does not belong into the first proposal, and accept it under the name proposed."""
    members = keyboard.groups()[0]
    kind = Counter(TRUTH[text] for text in members).most_common(1)[0][0]
    keyboard.read += members
    for text in members:
        keyboard.press("ArrowDown", *(["Space"] if TRUTH[text] != kind else []))
    if kind in issues:
        keyboard.submit(number_of(issues, kind))
    else:
        issues.append(kind)
        keyboard.submit("Enter")


def merge_rest(keyboard: Keyboard, issues: list[str]) -> None:
    """Tick what belongs to the first opinion's issue, and merge it."""
    rest = keyboard.groups()[0]
    kind = TRUTH[rest[0]]
    keyboard.read += rest
    for text in rest:
        keyboard.press("ArrowDown", *(["Space"] if TRUTH[text] == kind else []))
    keyboard.submit(number_of(issues, kind))


def left(installation: Installation, page: Page) -> list[str]:
    """Return the unsorted opinions."""
    with installation.database.reading() as session:
        found = reads.collection(session, page.url.split("/")[4])
    return [opinion.text for opinion in found.at(UNSORTED)]


def test_it_works(desk: Page, installation: Installation) -> None:
    keyboard, issues = Keyboard(desk), list[str]()
    check(desk)
    while keyboard.groups():
        take_proposal(keyboard, issues)
    desk.get_by_role("link", name="归并", exact=True).click()
    check(desk)
    while keyboard.groups():
        merge_rest(keyboard, issues)
    expect(desk.get_by_text("全部意见都已归并。")).to_be_visible()
    with installation.database.reading() as session:
        found = reads.collection(session, desk.url.split("/")[4])
    kinds = {issue: {TRUTH[opinion.text] for opinion in found.at(issue)} for issue in found.sorting.titles}
    assert sorted(kind for some in kinds.values() for kind in some) == sorted(issues) == list("ABCDEFG")
    reading = sum(len(text) / SIGNS_S + DECISION_S for text in keyboard.read)
    assert reading + keyboard.pressed * KEY_S < 10 * 60, (keyboard.pressed, len(keyboard.read))


def test_any_act_is_undone_by_a_key_or_from_the_record(desk: Page, installation: Installation) -> None:
    keyboard = Keyboard(desk)
    keyboard.submit("ArrowDown", "Enter")
    keyboard.submit("ArrowDown", "Enter")
    keyboard.submit("ArrowDown", "Space", "a", "1")
    sorted_away = len(TEXTS) - len(left(installation, desk))
    expect(desk.locator("[data-undo]")).to_contain_text("上一项：归并“文件会议与基层负担”")
    keyboard.submit("u")
    assert desk.url.endswith("/proposals")
    assert 0 < len(TEXTS) - len(left(installation, desk)) < sorted_away
    desk.get_by_role("link", name="归并记录").click()
    check(desk)
    desk.get_by_role("button", name="撤销第 1 项").click()
    expect(desk.get_by_role("row", name="新建问题并归并").last).to_contain_text("已撤销")
    desk.get_by_role("button", name="撤销第 2 项").click()
    expect(desk.get_by_role("button", name="撤销第")).to_have_count(0)
    assert sorted(left(installation, desk)) == sorted(TEXTS)
