"""Each kind of vote, walked by the pages from the start page to a published result and every output of it.

How a key is made and a box is opened hangs on no kind: one is walked by these pages as well.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, expect

from app.audit.service import SYSTEM
from app.box.openings import Place
from app.box.played import play_holders
from app.campaigns.domain import Objects
from app.campaigns.kinds import KINDS, Kind
from app.campaigns.nouns import SEVERAL, noun
from app.core.acting import Acting
from app.core.clock import utc_now
from app.operations.meeting import Meeting, open_box
from app.rounds.domain import Paper
from app.rounds.reads import frozen_paper
from tests import pdf_pages
from tests.browser.conftest import PHONE, Installation
from tests.browser.steps import HOLDERS, confirm, hand_out_keys, open_the_box, organiser_at, play, print_slips, staff_at
from tests.browser.test_booth import scan
from tests.browser.test_start import OBJECTS
from tests.cast import make_cast

VOTERS = 12
"""As few as an announced round may have, and two more."""
ALL = tuple(KINDS.values())
KEYED = ALL[:1]
"""Where people draw their keys and open the box by the pages, which hang on no kind: elsewhere they are played."""
UNITS = re.compile("".join(f"(?<!{word})" for word in ("主办", "组织", "下属", "责任", "测评")) + "单位(?!联络员)")
"""What no output says where no units are rated; 测评单位 is who asks."""


LISTS = re.compile("theme|workbook|docProps")


@pytest.fixture
def desk(browser: Browser, installation: Installation) -> Iterator[Page]:
    with installation.database.writing() as session:
        make_cast(session)
    with organiser_at(browser, installation.address, "/campaigns/new") as page:
        yield page


def begin(page: Page, kind: Kind) -> str:
    """Start a campaign of the kind, look at what only the organiser knows; return its first round's id."""
    page.get_by_role("link", name=kind.name).first.click()
    if not kind.title:
        page.get_by_label("活动名称").fill("民主测评")
    page.get_by_label("主办单位").fill("某县文化局")
    page.get_by_label("测评对象").fill("\n".join(OBJECTS[kind.objects]))
    page.get_by_label("参评人员和人数").fill(f"参评人员 {VOTERS}")
    page.get_by_role("button", name="建立活动").click()
    campaign = page.url
    for need in kind.needs:
        page.get_by_role("link", name=need.label).click()
        expect(page.locator("main h1, header h1").first).to_be_visible()
        page.goto(campaign)
    page.get_by_role("link", name="核对并冻结测评表").click()
    return page.url.rsplit("/", 1)[-1]


def second(desk: Page, path: str, *buttons: tuple[str, str]) -> None:
    """Let the second person go to a page and press what is named there."""
    page = staff_at(desk, "lisi")
    page.goto(path)
    for role, name in buttons:
        page.get_by_role("link" if role == "link" else "button", name=name).first.click()
    expect(page.get_by_role("alert")).to_have_count(0)


def freeze(page: Page, installation: Installation, round_id: str) -> Paper:
    """See the checklist green, freeze with the second person's consent, and return the paper."""
    expect(page.locator(".checklist .is-missing")).to_have_count(0)
    page.get_by_role("link", name="冻结测评表").click()
    page.locator("form[action$='/freeze'] button").click()
    agreed = ("link", "核对类别、人数和预览"), ("button", "已核对类别、人数和回避，同意冻结")
    second(page, f"/rounds/{round_id}", *agreed)
    with installation.database.reading() as session:
        return frozen_paper(session, round_id)[0]


def make_key(desk: Page, installation: Installation, round_id: str, kind: Kind) -> list[str]:
    """Return the signs of the holders' key slips."""
    if kind in KEYED:
        return hand_out_keys(desk, round_id, is_checked=False)
    with installation.database.writing() as session:
        return play_holders(Acting(session, utc_now(), SYSTEM), installation.key_folder, round_id, HOLDERS)


def open_it(desk: Page, installation: Installation, round_id: str, shares: list[str], kind: Kind) -> None:
    if kind in KEYED:
        open_the_box(desk, round_id, shares, is_checked=False)
    else:
        place = Place(installation.database, installation.key_folder, utc_now, None)
        open_box(place, Meeting("", round_id, [], shares))


def vote(browser: Browser, installation: Installation, codes: list[str], paper: Paper) -> None:
    """Cast every slip: the first on a phone, the best everywhere, the others by the same door without a browser."""
    context = browser.new_context(**PHONE, base_url=installation.address)
    phone = context.new_page()
    scan(phone, codes[0])
    for name in (unit.name for unit in paper.units):
        expect(phone.locator("[data-ballot]").get_by_text(name).first).to_be_attached()
    while not phone.locator("[data-review]").is_visible():
        for option in phone.locator("[data-cell]:visible label:has(input[value='0'])").all():
            option.click()
        phone.locator("[data-next]").click()
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()
    context.close()
    opinion = [0.7, 0.2, 0.05, 0.05, 0.05, 0.05, 0.05]
    voted = play(installation.address, codes[1:VOTERS], lambda _unit, _item, options: opinion[:options])
    assert len(voted.cast) == VOTERS - 1


def publish(page: Page, round_id: str) -> None:
    page.goto(f"/rounds/{round_id}/publish")
    page.locator("input[name=scope][value=public]").check()
    page.locator("main form button[type=submit]").first.click()
    second(page, f"/rounds/{round_id}", ("button", "同意"))


PAGES = ("opening", "key", "slips", "publish", "scrutiny", "announce")
"""What an organiser reads of a round on its way."""
CUT_OFF = """() => [...document.querySelectorAll("main td, main p, main a, main .verdict")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth)
  .map((one) => one.textContent.trim())"""


def said_in(page: Page, path: str) -> str:
    """Return what a page says."""
    page.goto(path)
    return page.locator("main").inner_text()


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


def slides(page: Page, round_id: str) -> Iterator[str]:
    """Step through what is announced, from the title to the last; yield what the hall's screen shows of each."""
    page.goto(f"/rounds/{round_id}/announce")
    page.get_by_role("button", name="开始宣布").click()
    for _ in range(12):
        following = page.get_by_role("button", name="下一项")
        expect(following).to_be_attached()
        shown = page.request.get(f"/rounds/{round_id}/announce/screen").text()
        yield re.sub("<[^>]+>", "", shown[shown.index("<body") :])
        if following.is_disabled():
            return
        with page.expect_navigation():
            following.click()


def outputs(page: Page, round_id: str) -> dict[str, str]:
    """Return what each output of the result says."""
    root = f"/results/{round_id}"
    return {
        "page": said_in(page, root),
        "notice": said_in(page, f"/notices/{round_id}"),
        "hall": "\n".join(slides(page, round_id)),
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
def test_it_works(desk: Page, browser: Browser, installation: Installation, kind: Kind) -> None:
    round_id = begin(desk, kind)
    paper = freeze(desk, installation, round_id)
    codes = print_slips(desk, round_id, is_checked=False)
    shares = make_key(desk, installation, round_id, kind)
    desk.goto(f"/rounds/{round_id}")
    confirm(desk, "开始投票")
    vote(browser, installation, codes, paper)
    desk.goto(f"/rounds/{round_id}")
    confirm(desk, "截止投票")
    open_it(desk, installation, round_id, shares, kind)
    publish(desk, round_id)
    said = outputs(desk, round_id)
    assert {output: faults(kind, paper, text) for output, text in said.items()} == {output: [] for output in said}
    if kind.sort not in {Objects.UNIT, SEVERAL}:
        spoken = {page: said_in(desk, f"/rounds/{round_id}/{page}") for page in PAGES}
        assert {page: UNITS.findall(text) for page, text in spoken.items()} == {page: [] for page in PAGES}
    desk.set_viewport_size({"width": 390, "height": 844})
    desk.goto(f"/notices/{round_id}")
    assert desk.evaluate(CUT_OFF) == []
