"""Each kind of vote, walked by the pages from the start page to a published result and every output of it.

How slips are printed, a key is made, others agree and a box is opened hangs on no kind: one is walked by these pages as
well. What a page says is read of what was sent; shown are the pages on which somebody acts, the paper and the notice.
"""

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, expect

from app.campaigns.domain import Objects
from app.campaigns.kinds import KINDS, Kind
from app.campaigns.nouns import SEVERAL, noun
from app.rounds.domain import Paper
from app.rounds.reads import frozen_paper
from tests import pdf_pages
from tests.browser import played
from tests.browser.clerk import Clerk
from tests.browser.conftest import PHONE, Installation
from tests.browser.steps import confirm, hand_out_keys, open_the_box, organiser_at, play, print_slips, staff_at
from tests.browser.test_booth import scan
from tests.browser.test_start import OBJECTS
from tests.cast import make_cast

VOTERS = 12
"""As few as an announced round may have, and two more."""
ALL = tuple(KINDS.values())
SHOWN = ALL[:1]
"""Where also what hangs on no kind is done by pages that are shown: elsewhere it is played, or sent by ``Clerk``."""
UNITS = re.compile("".join(f"(?<!{word})" for word in ("主办", "组织", "下属", "责任", "测评")) + "单位(?!联络员)")
"""What no output says where no units are rated; 测评单位 is who asks."""


LISTS = re.compile("theme|workbook|docProps")
Clerks = Mapping[str, Clerk]
AGREED = "核对类别、人数和预览", "已核对类别、人数和回避，同意冻结"
BEST = """() => document.querySelectorAll("[data-cell]").forEach((cell) => {
  if (cell.checkVisibility()) cell.querySelector("label:has(input[value='0'])").click();
})"""
"""The first grade of each cell that is shown."""


@pytest.fixture
def desk(browser: Browser, installation: Installation) -> Iterator[Page]:
    with installation.database.writing() as session:
        make_cast(session)
    with organiser_at(browser, installation.address, "/campaigns/new") as page:
        yield page


@pytest.fixture
def clerks(installation: Installation, desk: Page) -> Iterator[Clerks]:
    """The organiser and the second person, before pages that nobody looks at."""
    assert desk.url.startswith(installation.address)
    clerks = {login: Clerk(installation.address, login) for login in ("zhangsan", "lisi")}
    yield clerks
    for clerk in clerks.values():
        clerk.close()


def begin(page: Page, kind: Kind) -> None:
    """Start a campaign of the kind."""
    page.get_by_role("link", name=kind.name).first.click()
    if not kind.title:
        page.get_by_label("活动名称").fill("民主测评")
    page.get_by_label("主办单位").fill("某县文化局")
    page.get_by_label("测评对象").fill("\n".join(OBJECTS[kind.objects]))
    page.get_by_label("参评人员和人数").fill(f"参评人员 {VOTERS}")
    page.get_by_role("button", name="建立活动").click()


def look_at_needs(clerk: Clerk, campaign: str, kind: Kind) -> None:
    """Look at what only the organiser knows."""
    for need in kind.needs:
        clerk.go(campaign)
        assert "<h1" in clerk.follow(need.label)


def second(desk: Page, clerk: Clerk, kind: Kind, path: str, link: str, button: str) -> None:
    """Let the second person go to a page, on to another, and press what is named there."""
    if kind not in SHOWN:
        clerk.go(path)
        if link:
            clerk.follow(link)
        clerk.press(button)
        assert 'role="alert"' not in clerk.page
        return
    show_second(desk, path, link, button)


def show_second(desk: Page, path: str, link: str, button: str) -> None:
    """The same by pages that are shown."""
    page = staff_at(desk, "lisi")
    page.goto(path)
    if link:
        page.get_by_role("link", name=link).first.click()
    page.get_by_role("button", name=button).first.click()
    expect(page.get_by_role("alert")).to_have_count(0)


def step(desk: Page, clerk: Clerk, kind: Kind, round_id: str, name: str) -> None:
    """Let the organiser take an irreversible step."""
    if kind in SHOWN:
        desk.goto(f"/rounds/{round_id}")
        confirm(desk, name)
    else:
        clerk.go(f"/rounds/{round_id}")
        clerk.press(f"确认{name}")


def ask_to_freeze(page: Page) -> str:
    """Go on to the first round, see the checklist green, and ask for the second person's consent; return its id."""
    page.get_by_role("link", name="核对并冻结测评表").click()
    round_id = page.url.rsplit("/", 1)[-1]
    expect(page.locator(".checklist .is-missing")).to_have_count(0)
    page.get_by_role("link", name="冻结测评表").click()
    page.locator("form[action$='/freeze'] button").click()
    return round_id


def paper_of(installation: Installation, round_id: str) -> Paper:
    with installation.database.reading() as session:
        return frozen_paper(session, round_id)[0]


def prepare(desk: Page, installation: Installation, round_id: str, kind: Kind) -> tuple[list[str], list[str]]:
    """Return the codes of the slips and the signs of the holders' key slips."""
    if kind in SHOWN:
        codes = print_slips(desk, round_id, is_checked=False)
        return codes, hand_out_keys(desk, round_id, is_checked=False)
    return played.prepare(installation, round_id)


def open_it(desk: Page, installation: Installation, round_id: str, shares: list[str], kind: Kind) -> None:
    if kind in SHOWN:
        open_the_box(desk, round_id, shares, is_checked=False)
    else:
        played.open_it(installation, round_id, shares)


def vote(browser: Browser, installation: Installation, codes: list[str], paper: Paper) -> None:
    """Cast every slip: the first on a phone, the best everywhere, the others by the same door without a browser."""
    context = browser.new_context(**PHONE, base_url=installation.address)
    phone = context.new_page()
    scan(phone, codes[0])
    for name in (unit.name for unit in paper.units):
        expect(phone.locator("[data-ballot]").get_by_text(name).first).to_be_attached()
    while not phone.locator("[data-review]").is_visible():
        phone.evaluate(BEST)
        phone.locator("[data-next]").click()
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()
    context.close()
    opinion = [0.7, 0.2, 0.05, 0.05, 0.05, 0.05, 0.05]
    voted = play(installation.address, codes[1:VOTERS], lambda _unit, _item, options: opinion[:options])
    assert len(voted.cast) == VOTERS - 1


def publish(page: Page, clerk: Clerk, kind: Kind, round_id: str) -> None:
    page.goto(f"/rounds/{round_id}/publish")
    page.locator("input[name=scope][value=public]").check()
    page.locator("main form button[type=submit]").first.click()
    second(page, clerk, kind, f"/rounds/{round_id}", "", "同意")


PAGES = ("opening", "key", "slips", "publish", "scrutiny", "announce")
"""What an organiser reads of a round on its way."""
CUT_OFF = """() => [...document.querySelectorAll("main td, main p, main a, main .verdict")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth)
  .map((one) => one.textContent.trim())"""


def said_in(clerk: Clerk, path: str) -> str:
    """Return what a page says."""
    return words(clerk.go(path), "<main")


def words(html: str, start: str) -> str:
    """Return what a page says from where something stands on it."""
    return re.sub("<[^>]+>", "", html[html.index(start) :])


def fetched(page: Page, path: str) -> bytes:
    """Return a file, once it is made."""
    answer = page.request.get(path)
    for _ in range(480):
        if "/jobs/" not in answer.url:
            break
        page.wait_for_timeout(250)
        answer = page.request.get(path)
    assert answer.ok, (path, answer.status)
    return answer.body()


def words_of(archive: bytes) -> str:
    """Return the texts of a Word or Excel file, without the names of its sheets, which are the same for every kind."""
    with ZipFile(BytesIO(archive)) as found:
        names = [name for name in found.namelist() if name.endswith(".xml") and not LISTS.search(name)]
        return " ".join(re.sub("<[^>]+>", "", found.read(name).decode()) for name in names)


def slides(clerk: Clerk, round_id: str) -> Iterator[str]:
    """Step through what is announced, from the title to the last; yield what the hall's screen shows of each."""
    clerk.go(f"/rounds/{round_id}/announce")
    clerk.press("开始宣布")
    for _ in range(12):
        yield words(clerk.go(f"/rounds/{round_id}/announce/screen"), "<body")
        clerk.go(f"/rounds/{round_id}/announce")
        if not clerk.can("下一项"):
            return
        clerk.press("下一项")


def outputs(page: Page, clerk: Clerk, round_id: str) -> dict[str, str]:
    """Return what each output of the result says."""
    root = f"/results/{round_id}"
    return {
        "page": said_in(clerk, root),
        "notice": said_in(clerk, f"/notices/{round_id}"),
        "hall": "\n".join(slides(clerk, round_id)),
        "word": words_of(fetched(page, f"{root}/report.docx")),
        "excel": words_of(fetched(page, f"{root}/export.xlsx")),
        "brief": pdf_pages.text(fetched(page, f"{root}/brief.pdf")),
        "pdf": pdf_pages.text(fetched(page, f"/notices/{round_id}/notice.pdf")),
    }


def faults(kind: Kind, paper: Paper, text: str) -> list[str]:
    """Return which words of the kind an output lacks, and where it speaks of units though there are none."""
    wanted = [unit.name for unit in paper.units]
    if paper.scheme.disclosure.announced:
        wanted += [grade.label for grade in paper.sections[-1].scheme.scale.grades]
    if kind.sort not in {Objects.UNIT, SEVERAL}:
        wanted.append(noun(kind.sort).one)
    found = [word for word in wanted if word not in text]
    if kind.sort in {Objects.UNIT, SEVERAL}:
        return found
    return found + [text[max(one.start() - 12, 0) : one.end() + 8] for one in UNITS.finditer(text)]


@pytest.mark.parametrize("kind", ALL, ids=[kind.key for kind in ALL])
def test_it_works(desk: Page, clerks: Clerks, browser: Browser, installation: Installation, kind: Kind) -> None:
    clerk = clerks["zhangsan"]
    begin(desk, kind)
    look_at_needs(clerk, desk.url, kind)
    round_id = ask_to_freeze(desk)
    second(desk, clerks["lisi"], kind, f"/rounds/{round_id}", *AGREED)
    paper = paper_of(installation, round_id)
    codes, shares = prepare(desk, installation, round_id, kind)
    step(desk, clerk, kind, round_id, "开始投票")
    vote(browser, installation, codes, paper)
    step(desk, clerk, kind, round_id, "截止投票")
    open_it(desk, installation, round_id, shares, kind)
    publish(desk, clerks["lisi"], kind, round_id)
    said = outputs(desk, clerk, round_id)
    assert {output: faults(kind, paper, text) for output, text in said.items()} == {output: [] for output in said}
    if kind.sort not in {Objects.UNIT, SEVERAL}:
        spoken = {page: said_in(clerk, f"/rounds/{round_id}/{page}") for page in PAGES}
        assert {page: UNITS.findall(text) for page, text in spoken.items()} == {page: [] for page in PAGES}
    desk.set_viewport_size({"width": 390, "height": 844})
    desk.goto(f"/notices/{round_id}")
    assert desk.evaluate(CUT_OFF) == []
