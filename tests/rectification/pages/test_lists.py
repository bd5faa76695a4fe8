"""四清单 of a unit and of a campaign, and the page that puts actions to the vote."""

import io
import re

import docx
import openpyxl

from app.core.db import Database
from tests.rectification.flagged import later, make_action, make_flagged, make_ledger
from tests.rectification.pages.conftest import Desks

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
