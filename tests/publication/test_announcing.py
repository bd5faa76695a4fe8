"""Announcing: nothing before the publication, then what the hall may see, object by object."""

import html
import re
from dataclasses import replace
from io import BytesIO

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from app.campaigns.builtin import SCALES
from app.campaigns.disclosure import Disclosure, Extent, Kind
from app.campaigns.domain import Formula, Item, Scheme
from app.campaigns.rule import Flag, Rule
from app.campaigns.sentences import rule_text
from app.core.db import Database
from app.publication.domain import Scope, Viewer
from app.reports.chain_block import counts_table
from app.reports.workbook import result_workbook
from app.rounds.domain import Paper
from tests.campaigns.test_rule import first
from tests.found import some
from tests.papers import asked
from tests.publication import counted
from tests.publication.test_api import FIRST, program
from tests.publication.test_sections import two_rules
from tests.reports.test_brief import text_of
from tests.tally.cast import section_of

ITEM = (Item("overall", "总体评价", overall=True),)
PROJECTS = ("养老服务中心", "农村公路", "学校食堂")
SCALE = replace(SCALES["satisfaction_three"], unknown=None, abstain=None)
ALL_SATISFIED = ((1, 0, 0, 0, 0),)


def people(extent: Extent = Extent.COUNTS, members: int = 46, projects: tuple[str, ...] = PROJECTS) -> Paper:
    """A committee's paper on three projects, whose counts are announced."""
    scheme = Scheme(SCALE, Formula(1), disclosure=Disclosure(Kind.ANNOUNCED, extent))
    paper = asked(counted.make_paper(projects, {"全体组成人员": members}, scheme=scheme), items=ITEM)
    return replace(paper, remarks=False, remark_bytes=0)


def votes(paper: Paper, opinions: tuple[tuple[int, ...], ...] = ALL_SATISFIED) -> counted.Votes:
    return counted.make_votes(paper, share=1.0, remarks=0, opinions=opinions)


def post(client: TestClient, path: str, **fields: str) -> int:
    """Send a form of the page as a browser does, and return the status."""
    page = client.get(f"{path.rsplit('/', 1)[0]}/announce").text
    [token, *_], [seen, *_] = (re.findall(f'name="{name}" value="([^"]*)"', page) for name in ("form_token", "seen"))
    answer = client.post(path, data={**fields, "form_token": token, "seen": seen}, follow_redirects=False)
    return int(answer.status_code)


@pytest.fixture
def organiser(client: TestClient, database: Database) -> TestClient:
    return counted.log_in(client, database, "organiser")


def test_whoever_publishes_reads_what_announced_counts_show(organiser: TestClient, database: Database) -> None:
    for extent, word in ((Extent.COUNTS, "票数"), (Extent.SUM, "合计"), (Extent.WORDS, "等次")):
        round_id = counted.store_published(database, votes(people(extent)), "public")
        page = organiser.get(f"/rounds/{round_id}/publish").text
        assert page.count(f"投票前约定的结果（{word}）") == len(("leaders", "participants", "public"))
        assert "没有具体数值" not in page


def test_it_works(organiser: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, votes(people()), "public")
    path, screen = f"/rounds/{round_id}/announce", f"/rounds/{round_id}/announce/screen"
    before = organiser.get(screen)
    assert before.headers["refresh"].isdigit()
    assert not any(name in before.text for name in PROJECTS)
    assert post(organiser, path, to="0") == 303
    title = organiser.get(screen).text
    assert "应参加" in title
    assert not any(name in title for name in PROJECTS)
    for place, name in enumerate(PROJECTS, 1):
        assert post(organiser, path, to=str(place)) == 303
        shown = organiser.get(screen).text
        assert [other in shown for other in PROJECTS] == [other == name for other in PROJECTS]
        assert all(text in shown for text in ("达标", "46", "100.0%", "0.0%"))
    assert post(organiser, path, to="4") == 303
    summary = organiser.get(screen).text
    assert all(name in summary for name in PROJECTS)
    assert post(organiser, path, to="-1") == 303
    assert not any(name in organiser.get(screen).text for name in PROJECTS)


def test_nothing_is_announced_that_the_hall_may_not_see(organiser: TestClient, database: Database) -> None:
    counted_only = counted.store_counted(database, votes(people()))
    leaders = counted.store_published(database, votes(people()), "leaders")
    for round_id in (counted_only, leaders):
        assert post(organiser, f"/rounds/{round_id}/announce", to="1") == 409
        assert not any(name in organiser.get(f"/rounds/{round_id}/announce/screen").text for name in PROJECTS)
    public = counted.store_published(database, votes(people()), "public")
    assert post(organiser, f"/rounds/{public}/announce", to="1") == 303
    counted.withdraw(database, public)
    assert not any(name in organiser.get(f"/rounds/{public}/announce/screen").text for name in PROJECTS)


@pytest.mark.parametrize("to", ["5", "-2", "x", ""])
def test_it_refuses_a_slide_that_there_is_not(organiser: TestClient, database: Database, to: str) -> None:
    round_id = counted.store_published(database, votes(people()), "public")
    assert post(organiser, f"/rounds/{round_id}/announce", to=to) in {409, 422}


def test_of_a_protected_round_the_hall_sees_bands_alone(organiser: TestClient, database: Database) -> None:
    paper = counted.make_paper(PROJECTS, {"代表": 40})
    round_id = counted.store_published(database, counted.make_votes(paper), "public")
    assert post(organiser, f"/rounds/{round_id}/announce", to="1") == 303
    shown = organiser.get(f"/rounds/{round_id}/announce/screen").text
    assert PROJECTS[0] in shown
    assert "told-bar" not in shown
    assert not any(word in shown for word in ("达标", "提醒", "需补课"))


def test_the_hall_screen_of_a_published_round_is_that_of_the_announcement(
    organiser: TestClient, database: Database
) -> None:
    round_id = counted.store_published(database, votes(people()), "public")
    answer = organiser.get(f"/rounds/{round_id}/hall", follow_redirects=False)
    assert answer.headers["location"] == f"/rounds/{round_id}/announce/screen"


def save_meeting(client: TestClient, round_id: str, **fields: str) -> int:
    """Send the form as its page carries it."""
    [seen] = re.findall(r'name="seen" value="([^"]+)"', client.get(f"/rounds/{round_id}/announce").text)
    return post(client, f"/rounds/{round_id}/meeting", seen=seen, **fields)


def test_what_was_typed_stands_on_page_notice_workbook_and_screen(organiser: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, votes(people()), "public", "organisers")
    typed = {"name": "第五次会议", "held_on": "2026/11/27", "number": "常办〔2026〕7号", "contact": "李四"}
    assert save_meeting(organiser, round_id, **typed) == 303
    assert post(organiser, f"/rounds/{round_id}/announce", to="0") == 303
    pages = [f"/results/{round_id}", f"/notices/{round_id}"]
    for page in pages:
        text = organiser.get(page).text
        assert all(told in text for told in ("第五次会议", "2026年11月27日", "常办〔2026〕7号", "李四"))
    assert "第五次会议" in organiser.get(f"/rounds/{round_id}/announce/screen").text
    with database.reading() as session:
        result = counted.result_for(session, round_id, Viewer(Scope.ORGANISERS))
    values = [cell for row in load_workbook(BytesIO(result_workbook(result)))["汇总"].values for cell in row]
    assert {"第五次会议", "2026年11月27日"} <= set(values)
    assert save_meeting(organiser, round_id, held_on="改天") == 400


COUNTS = {21: (15, 6, 0), 28: (20, 7, 1), 29: (28, 1, 0), 46: (46, 0, 0), 64: (32, 22, 10)}
SHARES = {
    21: ("71.4%", "28.6%", "0.0%"),
    28: ("71.4%", "25.0%", "3.6%"),
    29: ("96.6%", "3.4%", "0.0%"),
    46: ("100.0%", "0.0%", "0.0%"),
    64: ("50.0%", "34.4%", "15.6%"),
}
"""Bodies of published votes, with the shares worked out by hand."""


@pytest.mark.parametrize("members", COUNTS)
def test_bodies_of_practice_are_exact_everywhere(organiser: TestClient, database: Database, members: int) -> None:
    paper = people(members=members, projects=PROJECTS[:1])
    marks = [mark for mark, count in enumerate(COUNTS[members]) for _ in range(count)]
    round_id = counted.store_sealed(database, votes(paper))
    counted.put_marks(database, round_id, bytes(marks))
    counted.count(database, round_id)
    for scope in ("leaders", "public"):
        counted.release(database, round_id, scope)
    post(organiser, f"/rounds/{round_id}/announce", to="1")
    pages = [f"/results/{round_id}", f"/notices/{round_id}", f"/rounds/{round_id}/announce/screen"]
    for page in pages:
        text = organiser.get(page).text
        assert all(share in text for share in SHARES[members]), page
        assert all(f">{count}<" in text for count in COUNTS[members]), page
    with database.reading() as session:
        result = counted.result_for(session, round_id)
        public = counted.bands_for(session, round_id)
    rows = list(load_workbook(BytesIO(result_workbook(result)))["公开计票"].values)[1:]
    assert tuple(row[4] for row in rows) == COUNTS[members]
    written = str(counts_table(result.document))
    shares = zip(COUNTS[members], SHARES[members], strict=True)
    assert all(f"{count}（{share}）" in written for count, share in some(shares))
    [target], [told] = result.section["targets"], public.document["sections"][0]["targets"]
    assert told["overall"] == target["overall"]
    assert told["verdict"] == target["verdict"]


def test_programs_read_the_counts_by_the_second_interface_alone(client: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, votes(people()), "leaders", "public")
    seen = []
    for scope in (Scope.LEADERS, Scope.PUBLIC):
        reader = program(client, database, scope)
        answer = reader.ask(f"/{round_id}", FIRST)
        assert (answer.status_code, answer.json()["error"]) == (409, "needs_v2")
        document = reader.read(f"/{round_id}")["document"]
        assert document["round"]["disclosure"]["extent"] == "counts"
        seen.append([target["overall"] for target in section_of(document)["targets"]])
    assert seen[0] == seen[1]
    assert seen[0][0]["total"]["distribution"][0]["count"] == 46


@pytest.mark.parametrize("extent", [Extent.SUM, Extent.WORDS])
def test_no_page_or_file_tells_more_than_the_extent(organiser: TestClient, database: Database, extent: Extent) -> None:
    paper = people(extent, members=64, projects=PROJECTS[:1])
    round_id = counted.store_sealed(database, votes(paper))
    counted.put_marks(database, round_id, bytes([0] * 35 + [1] * 17 + [2] * 12))
    counted.count(database, round_id)
    for scope in ("organisers", "leaders", "public"):
        counted.release(database, round_id, scope)
    post(organiser, f"/rounds/{round_id}/announce", to="1")
    for page in (f"/results/{round_id}", f"/notices/{round_id}", f"/rounds/{round_id}/announce/screen"):
        text = organiser.get(page).text
        assert ("54.7%" in text) == (extent is Extent.SUM), page
        assert not any(told in text for told in ("26.6%", "18.8%", ">17<", ">12<")), page
    with database.reading() as session:
        result = counted.result_for(session, round_id, Viewer(Scope.ORGANISERS))
    book = load_workbook(BytesIO(result_workbook(result)))
    values = {value for sheet in book for row in sheet.values for value in row}
    assert values.isdisjoint({17, 12, 0.266, 0.188})
    assert (35 in values) == (extent is Extent.SUM)


def test_the_hall_hears_the_rule_of_every_section(organiser: TestClient, database: Database) -> None:
    paper = two_rules()
    round_id = counted.store_published(database, counted.make_votes(paper), "public")
    assert post(organiser, f"/rounds/{round_id}/announce", to="0") == 303
    shown = html.unescape(organiser.get(f"/rounds/{round_id}/announce/screen").text)
    for section in paper.sections:
        assert f"<strong>{section.noun}</strong> {rule_text(section.scheme)}" in shown


def test_what_a_body_asks_for_stands_on_page_screen_and_notice(organiser: TestClient, database: Database) -> None:
    """主办单位, what follows from a word, the rule, the gates, and how many objects got each word."""
    paper = people()
    [part] = paper.parts
    units = tuple(replace(unit, responsible=f"{unit.name}主管局") for unit in part.units)
    items = (Item("a", "办理进度"), Item("b", "办理效果"))
    paper = replace(paper, parts=(replace(part, units=units, items=items),))
    round_id = counted.store_published(database, votes(paper), "public")
    page = organiser.get(f"/notices/{round_id}").text
    assert all(f"{unit.name}主管局" in page for unit in some(units))
    assert "各项合计" in page
    assert html.escape(rule_text(paper.scheme)) in page
    path, screen = f"/rounds/{round_id}/announce", f"/rounds/{round_id}/announce/screen"
    post(organiser, path, to="0")
    title = organiser.get(screen).text
    assert "结果无效；有效评价少于" in title
    post(organiser, path, to="1")
    shown = organiser.get(screen).text
    assert all(text in shown for text in ("养老服务中心主管局", "各项合计", "办理进度", "巩固和改进"))
    words = "".join(text_of(organiser.get(f"/notices/{round_id}/notice.pdf").content).split())
    assert all(text in words for text in ("养老服务中心（养老服务中心主管局）", "达标：巩固和改进", "共3个：达标3个。"))


def test_sections_are_headed_where_they_are_announced_together(organiser: TestClient, database: Database) -> None:
    paper = people()
    [part] = paper.parts
    one = replace(part, units=part.units[:1], noun="工作报告", key="s1")
    two = replace(part, units=part.units[1:], noun="民生项目", key="s2")
    round_id = counted.store_published(database, votes(replace(paper, parts=(one, two))), "public")
    page = organiser.get(f"/notices/{round_id}").text.split('id="counts-title"')[1]  # the chain names sections too
    assert page.index("工作报告") < page.index("养老服务中心") < page.index("民生项目") < page.index("农村公路")
    words = "".join(text_of(organiser.get(f"/notices/{round_id}/notice.pdf").content).split())
    assert words.index("工作报告") < words.index("养老服务中心") < words.index("民生项目") < words.index("农村公路")
    with database.reading() as session:
        result = counted.result_for(session, round_id, Viewer(Scope.ORGANISERS))
    assert "民生项目" in counts_table(result.document)


def test_what_the_rule_says_beside_a_word_is_announced_with_it(organiser: TestClient, database: Database) -> None:
    paper = people()
    flagged = Rule(paper.scheme.judged_by.steps, (Flag((first(1, ">=", "9/10"),), "总结经验"),))
    paper = replace(paper, scheme=replace(paper.scheme, rule=flagged))
    round_id = counted.store_published(database, votes(paper), "leaders", "public")
    post(organiser, f"/rounds/{round_id}/announce", to="1")
    for page in (f"/results/{round_id}", f"/notices/{round_id}", f"/rounds/{round_id}/announce/screen"):
        assert re.search(r">总结经验</(small|p)>", organiser.get(page).text), page
    assert "；总结经验" in "".join(text_of(organiser.get(f"/notices/{round_id}/notice.pdf").content).split())
    with database.reading() as session:
        result = counted.result_for(session, round_id)
    rows = load_workbook(BytesIO(result_workbook(result)))["公开计票"].values
    assert all(str(row[8]).endswith("；总结经验") for row in some(list(rows)[1:]))
    assert str(counts_table(result.document)).count("；总结经验") == len(PROJECTS)
