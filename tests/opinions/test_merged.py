"""What readers of a result learn of the issues that opinions were merged into: no more than they may know."""

import io
from dataclasses import replace

import docx
import pytest

from app.accounts import service as accounts
from app.core.db import Database
from app.opinions import reads, service
from app.opinions.domain import Kind
from app.opinions.service import Wish
from app.rounds.models import Round
from app.rounds.ports import Earshot, Merged
from tests.cast import Desks
from tests.opinions.collected import acting, add, make_published, take, typed
from tests.publication import counted

UNITS = frozenset(f"u{place}" for place in range(len(counted.UNITS)))


@pytest.fixture
def merged(database: Database) -> tuple[str, str]:
    """Campaign and published round, whose 96 remarks and five collected opinions are merged into two issues."""
    campaign_id, round_id = make_published(database)
    with database.writing() as session:
        take(acting(session), campaign_id, round_id)
        general = [typed(text, str(number)) for number, text in enumerate(("大厅太冷", "文件太多", "会太多"), 1)]
        others = [typed("馆里太吵", "4", unit_id="u1"), typed("随便说说", "5")]
        add(acting(session), campaign_id, [*general, *others])
    with database.writing() as session:
        found = reads.collection(session, campaign_id).opinions
        views = {opinion.text: opinion.id for opinion in found}
        remarks = tuple(each.id for each in found if each.source == "remark")
        first = service.do(acting(session), campaign_id, Wish(Kind.NEW_ISSUE, remarks, words="服务和开放"))
        service.do(acting(session), campaign_id, Wish(Kind.MERGE, (views["大厅太冷"], views["馆里太吵"]), first))
        paper = (views["文件太多"], views["会太多"])
        service.do(acting(session), campaign_id, Wish(Kind.NEW_ISSUE, paper, words="文山会海"))
        service.do(acting(session), campaign_id, Wish(Kind.SET_ASIDE, (views["随便说说"],), words="不是意见"))
    return campaign_id, round_id


def told(
    database: Database, campaign_id: str, earshot: Earshot
) -> tuple[Merged, list[tuple[str, int, frozenset[str]]]]:
    with database.reading() as session:
        found = reads.merged_for(session, campaign_id, earshot)
    return found, [(issue.title, issue.opinions, issue.units) for issue in found.issues]


def test_it_works(database: Database, merged: tuple[str, str]) -> None:
    found, issues = told(database, merged[0], Earshot(merged[1], UNITS, UNITS, whole=True))
    assert (found.opinions, found.unsorted, found.aside) == (101, 0, 1)
    assert issues == [("服务和开放", 98, UNITS), ("文山会海", 2, frozenset())]


def test_a_unit_learns_of_its_own_opinions_alone(database: Database, merged: tuple[str, str]) -> None:
    own = frozenset({"u1"})
    found, issues = told(database, merged[0], Earshot(merged[1], own, own, whole=False))
    assert (found.opinions, found.aside, issues) == (13, 0, [("服务和开放", 13, own)])


def test_remarks_that_may_not_be_read_do_not_count(database: Database, merged: tuple[str, str]) -> None:
    whole = Earshot(merged[1], UNITS, UNITS, whole=True)
    _, issues = told(database, merged[0], replace(whole, heard=UNITS - {"u1"}))
    assert issues[0] == ("服务和开放", 98 - 12, UNITS)
    _, issues = told(database, merged[0], replace(whole, heard=frozenset()))
    assert issues[0] == ("服务和开放", 2, frozenset({"u1"}))


def test_remarks_of_another_round_do_not_count(database: Database, merged: tuple[str, str]) -> None:
    campaign_id, round_id = merged
    other = counted.store_counted(database, counted.make_votes())
    with database.writing() as session:
        session.get_one(Round, other).campaign_id = campaign_id
    found, issues = told(database, campaign_id, Earshot(other, UNITS, UNITS, whole=True))
    assert (found.opinions, issues[0]) == (5, ("服务和开放", 2, frozenset({"u1"})))
    assert other != round_id


def test_the_result_page_and_the_report_tell_the_issues_in_order(new_desk: Desks, merged: tuple[str, str]) -> None:
    leader = new_desk("zhaoliu")
    page = leader.get(f"/results/{merged[1]}").text
    assert "共征求到意见 101 条，归并为 2 个问题。" in page
    assert "1 条没有采纳。" in page
    main = page.split("<main", 1)[1]
    assert main.index("各单位总体评价") < main.index("服务和开放") < main.index("文山会海")
    assert "/opinions" not in page.split("<main", 1)[1]
    report = docx.Document(io.BytesIO(leader.get(f"/results/{merged[1]}/report.docx").content))
    lines = [paragraph.text for paragraph in report.paragraphs]
    assert "共征求到意见和建议 101 条，归并为以下 2 个问题，1 条经研究未采纳。" in lines
    assert "2．文山会海（2 条）" in lines


def test_a_liaison_s_page_says_nothing_of_the_other_units(
    new_desk: Desks, database: Database, merged: tuple[str, str]
) -> None:
    counted.release(database, merged[1], "unit")
    liaison = new_desk("wujiu")
    with database.writing() as session:
        accounts.set_liaisons(session, acting(session).now, acting(session).actor, "u1", ["idwujiu"])
    page = liaison.get(f"/results/{merged[1]}").text
    assert "共征求到意见 13 条，归并为 1 个问题。" in page
    assert "文山会海" not in page
