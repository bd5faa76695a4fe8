"""Every kind of page of the desk, on a phone and on a screen: axe is content, nothing runs over, the keyboard works."""

import re
from collections.abc import Iterable, Iterator

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from app.core.settings import Settings
from app.inbox.service import tell
from app.web.forms import TOKEN_FIELD
from tests.browser.axe import axe_on
from tests.browser.conftest import NOT_OURS, Installation
from tests.browser.steps import TOKEN, log_in
from tests.cast import MORNING, PASSWORD, make_cast
from tests.found import some
from tests.publication import counted
from tests.security.clicking import MOST_PAGES, crawl, is_page, route_of
from tests.security.furnished import furnish
from tests.security.world import LOGINS, World, populate

PHONE, SCREEN = ViewportSize(width=390, height=844), ViewportSize(width=1366, height=860)
ROLES = ("organiser", "liaison", "supervisor", "leader", "scrutineer", "auditor")
WIDTHS = "bars => bars.map(bar => bar.querySelector('rect').getBBox().width)"
FILLS = "some => some.map(one => getComputedStyle(one).fill)"
MOST_REQUESTS = 5
RUNS_OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
DEAD = """() => [
  ...document.querySelectorAll("a:not([href]), [onclick], [tabindex]:not([tabindex='0'], [tabindex='-1'])"),
].map(element => element.outerHTML.slice(0, 120))"""
UNMARKED = """() => [...document.querySelectorAll("summary:not(.btn)")].filter((one) => one.checkVisibility()
  && getComputedStyle(one).display !== "list-item"
  && ["::before", "::after"].every((mark) => getComputedStyle(one, mark).content === "none"))
  .map((one) => one.textContent.trim())"""
"""What can be opened and does not look it."""
CUT = """() => [...document.querySelectorAll("main :is(input:not([type=hidden]), select, textarea, button)")]
  .filter((one) => one.checkVisibility() && !one.closest(".visually-hidden"))
  .filter((one) => one.getBoundingClientRect().width > 1)
  .filter((one) => {
    let around = one.parentElement;
    while (around && !/auto|scroll|hidden|clip/.test(getComputedStyle(around).overflowX)) around = around.parentElement;
    return around && one.getBoundingClientRect().right > around.getBoundingClientRect().right + 1;
  })
  .map((one) => one.outerHTML.slice(0, 120))"""
"""Fields and buttons that stand where one has to scroll sideways for them."""
BARE = re.compile(r"/hall|/announce/screen|/phone/form|/forms/\w+/phone")
"""The hall's screens and the phone in its frame: no menu stands before their content."""
FIRST = """() => [document.activeElement, ...document.querySelectorAll(
  "a[href], button, input:not([type=hidden]), select, textarea, summary, iframe, [tabindex='0']")]
  .find((one) => one !== document.body && !one.disabled && one.checkVisibility())?.outerHTML.slice(0, 120) ?? ""
"""
"""Where the first Tab goes, unless something has the focus already or stands out of the order, which is ``DEAD``."""
FOCUSED = "document.activeElement.outerHTML.slice(0, 120)"
LOOK = f"() => [({FIRST})(), ({DEAD})(), ({UNMARKED})(), ({CUT})(), {RUNS_OVER}]"
"""All that is asked of a page on a phone, at once."""
BAR = "[document.querySelector('.desk-count').checkVisibility(), document.querySelector('.desk-bar').offsetHeight]"


@pytest.fixture
def world(installation: Installation) -> World:
    """The installation, with a round in every state and all that can hang on an order."""
    data = installation.key_folder.path.parent
    with installation.database.writing() as session:
        people = make_cast(session)
    made = World(installation.database, installation.key_folder, Settings(data=data), None, {})
    populate(made, people)
    furnish(made.database, data)
    return made


def pages_of(address: str, login: str, pages: int) -> dict[str, str]:
    """Return for every kind of page that somebody can click to the address of the longest of so many."""
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        token = TOKEN.findall(client.get("/login").text)[0]
        fields = {"login": login, "password": PASSWORD, TOKEN_FIELD: token}
        assert client.post("/login", data=fields).status_code == 303
        answers = crawl(client.get, files=0, pages=pages)
    longest: dict[str, str] = {}
    for path, answer in sorted(answers.items(), key=lambda each: len(each[1].content)):
        if is_page(answer) and answer.status_code == 200:
            longest[route_of(path)] = path
    return longest


def problems(page: Page, path: str) -> Iterator[str]:
    """Yield what is wrong with a page."""
    page.set_viewport_size(PHONE)
    page.goto(path)
    first, dead, unmarked, cut, over = page.evaluate(LOOK)
    if "skip-link" not in first and not BARE.search(path):
        yield f"{path}: the first Tab goes to {first}"
    yield from (f"{path}: dead for the keyboard: {html}" for html in dead)
    yield from (f"{path}: folded without a mark: {text}" for text in unmarked)
    yield from (f"{path}: out of sight on a phone: {html}" for html in cut)
    found = axe_on(page)
    if found.violations_count:
        yield f"{path}: {found.generate_report()}"
    page.set_viewport_size(SCREEN)
    for size, run_over in ((PHONE, over), (SCREEN, page.evaluate(RUNS_OVER))):
        if run_over:
            yield f"{path}: runs {run_over} px over at {size['width']} px"


def look(browser: Browser, address: str, login: str, paths: Iterable[str]) -> list[str]:
    """Return what is wrong with the pages, and what the browser itself complains about."""
    wrong: list[str] = []
    context = browser.new_context(base_url=address, locale="zh-CN")
    context.add_init_script(Axe().axe_script)  # to hand it over anew for each page takes as long as to load that
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    log_in(page, login)
    page.goto("/inbox")
    page.keyboard.press("Tab")
    if "skip-link" not in (focused := page.evaluate(FOCUSED)):
        wrong.append(f"{login}: the first Tab goes to {focused}")
    for path in paths:
        wrong += problems(page, path)
    context.close()
    return [each for each in wrong if not any(known in each for known in NOT_OURS)]


def test_a_result_of_sixty_units_comes_in_few_requests(browser: Browser, installation: Installation) -> None:
    with installation.database.writing() as session:
        make_cast(session)
    names = tuple(f"被测评单位{place + 1}" for place in range(60))
    round_id = counted.store_published(installation.database, counted.make_votes(counted.make_paper(names)))
    context = browser.new_context(base_url=installation.address, locale="zh-CN", viewport=SCREEN)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    log_in(page, "zhangsan")
    fresh = browser.new_context(base_url=installation.address, locale="zh-CN", storage_state=context.storage_state())
    page = fresh.new_page()
    page.on("console", lambda said: complaints.append(said.text))
    asked: list[str] = []
    page.on("request", lambda sent: None if sent.url.startswith("data:") else asked.append(sent.url))
    page.goto(f"/results/{round_id}", wait_until="networkidle")
    widths = page.eval_on_selector_all("svg.grade-bar", WIDTHS)
    worst = page.eval_on_selector_all(
        "rect[fill='url(#grade-worst)']", "some => some.map(one => getComputedStyle(one).fill)"
    )
    fresh.close()
    context.close()
    assert len(asked) <= MOST_REQUESTS, asked
    assert len(widths) == len(names)
    assert all(width > 0 for width in some(widths))
    assert set(worst) == {'url("#grade-worst")'}
    assert [said for said in complaints if not any(known in said for known in NOT_OURS)] == []


def test_it_works(browser: Browser, installation: Installation, world: World) -> None:
    assert world.rounds
    wrong, done = [], set[str]()
    for role in ROLES:
        kinds = pages_of(installation.address, LOGINS[role], 4 if done else MOST_PAGES)
        wrong += look(browser, installation.address, LOGINS[role], [kinds[kind] for kind in kinds.keys() - done])
        done |= kinds.keys()
    assert len(done) > 60, "kinds of pages"
    assert wrong == []


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_the_header_is_one_row_on_a_screen(browser: Browser, installation: Installation, locale: str) -> None:
    """For each role, in both languages, with a number beside the inbox."""
    with installation.database.writing() as session:
        people = make_cast(session)
        tell(session, MORNING, [one.id for one in people.values()], "请查看。", "/inbox")
    context = browser.new_context(base_url=installation.address, locale=locale)
    page = context.new_page()
    for role in ROLES:
        context.clear_cookies()
        log_in(page, LOGINS[role])
        page.set_viewport_size(SCREEN)
        page.goto("/inbox")
        is_counted, height = page.evaluate(BAR)
        assert is_counted, f"{role} in {locale}"
        assert height < 64, f"{role} in {locale}"
        if locale == "en-US":  # the menu is wider than a small phone, and goes sideways by itself
            page.set_viewport_size(ViewportSize(width=320, height=568))
            assert page.evaluate(RUNS_OVER) == 0, role
    context.close()
