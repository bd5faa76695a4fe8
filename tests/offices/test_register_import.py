"""Units come into a register out of a file: each wrong cell is named, and nothing that stands there is changed."""

import re
from html import unescape

import pytest

from app.core.acting import Acting
from app.core.db import Database
from app.office.sheets.notes import NOTE_SENTENCES
from app.offices import register
from app.offices.register import MOST_UNITS
from app.offices.register_import import (
    PROBLEM_SENTENCES,
    RegisterPreview,
    carry,
    preview_carried,
    preview_upload,
    save,
)
from app.web.forms import TOKEN_FIELD
from tests.cast import MORNING, Desks, make_cast, refuses
from tests.office.sheets import made
from tests.offices.test_service import ZHANG

HEAD = ["序号", "单位名称", "统一社会信用代码", "联系人"]
ROWS = [HEAD, ["1", "县文化馆", "12330000A", "甲"], ["2", "县  图书馆", "", ""], ["3", "县博物馆", "9", ""]]


def read(rows: list[list[str]], *known: str) -> RegisterPreview:
    """Read rows of texts as an uploaded list."""
    found = preview_upload(known, made.listed(rows))
    for problem in found.problems:
        assert PROBLEM_SENTENCES[problem.code] % problem.params
    for note in found.reading.notes:
        assert NOTE_SENTENCES[note.code] % note.params
    return found


def test_it_works(database: Database) -> None:
    found = read(ROWS, "县博物馆")
    assert found.problems == ()
    assert found.rows == (("县文化馆", "12330000A"), ("县 图书馆", ""), ("县博物馆", "9"))
    assert found.new == {"县文化馆", "县 图书馆"}
    assert {note.code for note in found.reading.notes} == {"column_unknown", "column_order"}
    checked = preview_carried(("县博物馆",), carry(found))
    assert checked == found
    with database.writing() as session:
        register.add(Acting(session, MORNING, ZHANG), "root", [("县博物馆", "1")])
        assert save(Acting(session, MORNING, ZHANG), "root", checked) == 2
    with database.reading() as session:
        kept = {unit.name: unit.code for unit in register.registered(session, "root")}
    assert kept == {"县博物馆": "1", "县文化馆": "12330000A", "县 图书馆": ""}


def test_a_list_of_commas_is_read_too() -> None:
    assert preview_upload((), "名称,代码\n甲馆,1\n".encode()).rows == (("甲馆", "1"),)


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ([["代码"], ["1"]], [(1, "A", "header_missing")]),
        ([HEAD], [(1, "A", "sheet_empty")]),
        ([*ROWS[:2], ["2", "县文化馆", "7"]], [(3, "B", "name_twice")]),
        ([*ROWS[:2], ["2", "", "7"]], [(3, "B", "text_empty")]),
        ([*ROWS[:2], ["2", "长" * 61, "7" * 41]], [(3, "B", "text_too_long"), (3, "C", "text_too_long")]),
        ([*ROWS[:2], ["2", "乙\ue863馆", "7\u200b7"]], [(3, "B", "text_control"), (3, "C", "text_control")]),
        ([*ROWS[:2], ["合计", "2"]], [(3, "B", "total_row")]),
    ],
)
def test_it_refuses_what_is_not_clear(rows: list[list[str]], wrong: list[tuple[int, str, str]]) -> None:
    assert [(each.row, each.column, each.code) for each in read(rows).problems] == wrong


def test_it_refuses_more_than_a_register_holds_with_those_it_has() -> None:
    known = [f"单位{number}" for number in range(MOST_UNITS - 1)]
    assert read([HEAD, ["1", "甲"], ["2", "单位7"]], *known).problems == ()
    found = read([HEAD, ["1", "甲"], ["2", "单位7"], ["3", "乙"]], *known)
    assert [(each.row, each.code) for each in found.problems] == [(4, "register_over")]


def test_what_no_page_of_ours_carried_is_refused(database: Database) -> None:
    for text in ("", "{}", '[["a"]]', '[["a",1]]'):
        with refuses("form_malformed"):
            preview_carried((), [text])
    with database.writing() as session, refuses("import_has_problems"):
        save(Acting(session, MORNING, ZHANG), "root", preview_carried((), []))


def test_it_works_by_the_pages(new_desk: Desks, database: Database) -> None:
    with database.writing() as session:
        make_cast(session)
    desk = new_desk("zhangsan")

    def upload(data: bytes) -> tuple[int, str]:
        files = {"workbook": ("a.xlsx", data)}
        answer = desk.client.post("/offices/root/import", data={TOKEN_FIELD: desk.form_token}, files=files)
        return answer.status_code, answer.text

    assert 'action="/offices/root/import"' in desk.get("/offices/root/units/add").text
    status, page = upload(made.listed(ROWS))
    assert status == 200
    assert "“联系人”不是所需的列" in page
    carried = re.search(r'name="rows\[\]" value="([^"]+)"', page)
    assert carried
    saved = desk.post("/offices/root/import/confirm", **{"rows[]": unescape(carried[1])})
    assert saved.headers["location"] == "/offices/root"
    assert "县文化馆" in desk.get("/offices/root").text
    assert upload(made.listed([HEAD, ["1", ""], ["2", "甲", "1"], ["3", "甲", "1"]]))[0] == 422
    status, page = upload(b"no workbook")
    assert status == 422
    assert 'action="/offices/root/import"' in page
