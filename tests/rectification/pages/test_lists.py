"""四清单 of a unit and of a campaign, and the page that puts actions to the vote."""

import io
import re

import docx
import openpyxl
import sqlalchemy as sa

from app.core.db import Database
from app.core.lists import PAGE
from app.rectification.models import ActionVote, RemedialAction
from app.rectification.rules.ratings import MOST_VOTED
from tests.cast import Desks
from tests.rectification.flagged import later, make_action, make_flagged, make_ledger

LISTS = "/rectification/lists"
TITLES = ["问题清单", "任务清单", "责任清单", "成效清单"]


def test_it_works(database: Database, new_desk: Desks) -> None:
    found, order_id, _ = make_ledger(database, make_action(), make_action(problem="停车不便", due=later(21)))
    desk = new_desk("zhangsan")
    for query in (f"?campaign={found.campaign_id}", f"?order={order_id}"):
        page = desk.get(f"{LISTS}{query}").text
        assert re.findall(r'<h2 class="card-title" id="list-\d">([^<]+)</h2>', page) == TITLES
        assert page.count(">停车不便</td>") == len(TITLES)
        assert "周末和晚上都能进馆" in page
        assert f'href="{LISTS}.xlsx{query}"' in page
    assert "停车不便" not in desk.get(f"{LISTS}?campaign=another").text


def test_the_title_is_what_is_asked_for_whatever_the_page_shows(database: Database, new_desk: Desks) -> None:
    _, order_id, _ = make_ledger(database)
    desk = new_desk("zhangsan")

    def titles(query: str) -> list[str]:
        return [
            told.strip() for told in re.findall(r'class="page-pretitle">([^<]*)<', desk.get(f"{LISTS}{query}").text)
        ]

    assert titles(f"?order={order_id}") == ["县文工团"]
    assert titles("") == ["整改落实"], "one unit's rows on a page are no reason to name it"


def test_the_files_hold_the_four_lists(database: Database, new_desk: Desks) -> None:
    make_ledger(database, make_action(problem="=1+1"))
    desk = new_desk("zhangsan")
    book = openpyxl.load_workbook(io.BytesIO(desk.get(f"{LISTS}.xlsx").content))
    assert book.sheetnames == TITLES
    head, row = book["责任清单"].iter_rows(values_only=True)
    assert head == ("编号", "单位", "问题", "责任领导", "主办单位", "协办单位", "责任人", "主要负责人签批")
    assert row[:7] == ("1-1", "县文工团", "=1+1", "钱副局长", "县文工团", "县文化馆", "孙团长")
    word = docx.Document(io.BytesIO(desk.get(f"{LISTS}.docx").content))
    assert [table.rows[1].cells[1].text for table in word.tables] == ["县文工团"] * 4
    assert [title for title in TITLES if any(title in each.text for each in word.paragraphs)] == TITLES


def test_an_empty_list_says_where_it_comes_from(database: Database, new_desk: Desks) -> None:
    make_flagged(database)
    assert "四清单由台账生成" in new_desk("zhangsan").get(LISTS).text


def test_an_organiser_puts_actions_to_the_vote_from_the_ledger(database: Database, new_desk: Desks) -> None:
    _, _, ids = make_ledger(database, make_action(), make_action(problem="停车不便", due=later(21)))
    desk = new_desk("zhangsan")
    page = desk.get("/rectification/ledger?q=停车").text
    address = re.findall(r'href="(/rectification/vote[^"]*)"', page)[0]
    page = desk.get(address).text
    assert re.findall(r'name="action\[\]" value="([^"]+)"', page) == [ids[1]]
    assert "党代表 14" in page
    fields = {"title": "整改事项测评", "voters": "服务对象 40"}
    refused = desk.post(address, **fields)
    assert refused.status_code == 422
    assert "没有选择整改事项" in refused.text
    done = desk.post(address, **fields, **{"action[]": [ids[1]]})
    made = desk.get(done.headers["location"]).text
    assert "停车不便（县文工团）" in desk.get(f"{done.headers['location']}/units").text
    assert "整改事项测评" in made
    assert new_desk("zhengshi").get("/rectification/vote").status_code == 403


def boxes(page: str, kind: str = "checkbox") -> list[str]:
    return re.findall(rf'type="{kind}" name="action\[\]" value="([^"]+)"', page)


def long_ledger(database: Database, count: int) -> list[str]:
    """Store a ledger of so many actions, as several plans make one; return their ids in order."""
    make_ledger(database)
    with database.writing() as session:
        one = session.execute(sa.select(*sa.inspect(RemedialAction).columns)).mappings().one()
        session.execute(sa.delete(RemedialAction))
        rows = [
            {**one, "id": f"m{place:03}", "position": place + 1, "problem": f"第 {place} 件事"}
            for place in range(count)
        ]
        session.execute(sa.insert(RemedialAction), rows)
    return [str(row["id"]) for row in rows]


def test_every_action_can_be_put_to_the_vote_and_what_is_ticked_on_another_page_stays(
    database: Database, new_desk: Desks
) -> None:
    ids = long_ledger(database, 2 * MOST_VOTED + 20)
    desk = new_desk("zhangsan")
    address = "/rectification/vote"
    form: dict[str, str | list[str]] = {"title": "整改测评", "voters": "服务对象 40"}
    first = desk.get(address).text
    assert (len(boxes(first)), "1 / 5" in first, "一次最多请群众评价 100 项" in first) == (PAGE, True, True)
    assert 'value="tick"' not in first, "no more can be ticked at once than may be asked about"
    last = desk.post(address, **form, **{"action[]": ids[:1]}, look="5").text
    assert (boxes(last), boxes(last, "hidden")) == (ids[200:], ids[:1])
    found = desk.post(address, **form, **{"action[]": [ids[0], ids[219]]}, look="find", q="第１５０件").text
    assert (boxes(found), sorted(boxes(found, "hidden"))) == ([ids[150]], sorted([ids[0], ids[219]]))
    assert ("整改测评" in found, "服务对象 40" in found) == (True, True)
    chosen = [*boxes(found), *boxes(found, "hidden")]
    made = desk.post(address, **form, **{"action[]": chosen}, q="第１５０件", looked="第１５０件")
    assert made.headers["location"].startswith("/campaigns/")
    with database.reading() as session:
        assert sorted(session.scalars(sa.select(ActionVote.action_id))) == [ids[0], ids[150], ids[219]]


def test_what_is_done_is_ticked_from_the_start_unless_it_is_more_than_may_be_asked_about(
    database: Database, new_desk: Desks
) -> None:
    ids = long_ledger(database, MOST_VOTED + 1)
    with database.writing() as session:
        session.execute(sa.update(RemedialAction).where(RemedialAction.id != ids[0]).values(state="completed"))
    desk = new_desk("zhangsan")
    assert "（已选 100 个）" in desk.get("/rectification/vote").text
    with database.writing() as session:
        session.execute(sa.update(RemedialAction).values(state="completed"))
    page = desk.get("/rectification/vote").text
    assert ("（已选 0 个）" in page, " checked>" in page) == (True, False)
