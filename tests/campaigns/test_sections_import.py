"""Sections out of a workbook: what the template prints is read back, each wrong cell is named, nothing is undone."""

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.campaigns import section_service
from app.campaigns.domain import Objects
from app.campaigns.models import CampaignSection, VoterGroup
from app.campaigns.rule import Condition, Meaning, Quantity, Rule, Sign, Step, Word
from app.campaigns.rules import MAX_SECTIONS, MAX_UNITS, name_key
from app.campaigns.section_service import SectionEdit
from app.campaigns.sections_import import SectionsPlan, carry, known_of, preview_carried, preview_upload, save_sections
from app.campaigns.sections_listing import (
    PROBLEM_SENTENCES,
    SHEET,
    Known,
    SectionRow,
    SectionsPreview,
    preview_sections,
)
from app.campaigns.sections_template import Line, ObjectWords, line, lines_of_campaign, sections_xlsx
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.office.sheets.notes import NOTE_SENTENCES
from app.office.workbook import Workbook
from app.rounds.objects_workbook import lines_of
from app.web.forms import TOKEN_FIELD
from tests.campaigns.test_section_service import Bench
from tests.campaigns.test_workbook_import import sheet
from tests.cast import Desk, refuses

HEAD = ["分表", "对象种类", "测评表", "姓名", "职务", "责任单位", "类别", "回避类别"]
KEYS = ("section", "objects", "form", "name", "duty", "responsible", "class", "leaves_out")
ROWS = [
    HEAD,
    ["领导班子", "单位", "领导班子民主测评表", "某县文化局领导班子", "", "", "政府", ""],
    ["班子成员", "人员", "年度考核民主测评票", "张甲一", "局长", "", "", ""],
    ["", "", "", "李乙二", "副局长", "", "", "党代表"],
    ["重点工作", "项目", "专项报告满意度测评表", "城乡供水工程", "", "水利科", "", "无"],
]
FORMS = (
    ("leadership", "领导班子民主测评表"),
    ("t6", "年度考核民主测评票"),
    ("t5", "专项报告满意度测评表"),
    ("own", "自编表"),
    ("other", "自编表"),
)


def in_columns(row: list[str]) -> Line:
    """Return a row as the template has it, by the keys of its columns."""
    return {"english": "", **dict(zip(KEYS, row, strict=True))}


KNOWN = Known(FORMS, ("党代表", "群众代表"), {"老分表": (Objects.UNIT, "other")})


def read(rows: list[list[str]], known: Known = KNOWN) -> SectionsPreview:
    """Read rows of texts as a sheet of sections."""
    found = preview_sections(Workbook((sheet(SHEET, rows),)), known)
    for problem in found.problems:
        assert PROBLEM_SENTENCES[problem.code] % problem.params
    for note in found.reading.notes:
        assert NOTE_SENTENCES[note.code] % note.params
    return found


def planned(found: SectionsPreview) -> SectionsPlan:
    """What would be saved of a preview if nothing were wrong with it."""
    return SectionsPlan(replace(found, problems=()), frozenset(), frozenset(), {}, ())


def told(rows: list[list[str]], known: Known = KNOWN) -> list[tuple[int, str, str]]:
    """Row, column and code of each problem."""
    return [(problem.row, problem.column, problem.code) for problem in read(rows, known).problems]


def test_it_works() -> None:
    found = read(ROWS)
    assert found.problems == ()
    body, members, works = found.sections
    assert (body.noun, body.objects, body.form_key) == ("领导班子", Objects.UNIT, "leadership")
    assert [(row.name, row.duty, row.left_out) for row in members.rows] == [
        ("张甲一", "局长", ()),
        ("李乙二", "副局长", ("党代表",)),
    ]
    assert (works.rows[0].responsible, works.rows[0].left_out) == ("水利科", ())
    assert body.rows[0].object_class == "政府"


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ([HEAD[:3], ROWS[1][:3]], [(1, "D", "header_missing")]),
        ([HEAD], [(1, "A", "sheet_empty")]),
        ([HEAD, ["", *ROWS[1][1:]]], [(2, "A", "section_empty")]),
        ([HEAD, ["新", "单位", "", "甲"]], [(2, "C", "section_new_without")]),
        ([HEAD, ["新", "选举", "自己的表", "甲"]], [(2, "B", "sort_unknown"), (2, "C", "form_not_here")]),
        ([HEAD, ["新", "单位", "自编表", "甲"]], [(2, "C", "form_several")]),
        ([*ROWS[:3], ["班子成员", "项目", "", "王"]], [(4, "B", "section_differs")]),
        ([*ROWS[:3], ["班子成员", "", "", "张甲一"]], [(4, "D", "name_twice")]),
        ([*ROWS[:3], ["", "", "", "", "局长"]], [(4, "D", "text_empty")]),
        ([*ROWS[:2], ["", "", "", "乙", "", "", "", "工会"]], [(3, "H", "group_not_here")]),
        ([*ROWS[:2], ["", "", "", "乙", "", "", "", "党代表、群众代表"]], [(3, "H", "all_groups_left_out")]),
        ([*ROWS[:2], ["合计", "", "", "3"]], [(3, "D", "total_row")]),
        ([HEAD, ["长" * 21, "单位", "自编表"]], [(2, "A", "text_too_long"), (2, "C", "form_several")]),
        ([*ROWS[:2], ["", "", "", "乙", "长" * 61]], [(3, "E", "text_too_long")]),
        ([*ROWS[:2], ["", "", "", "张\ue863三", "局\u200b长"]], [(3, "D", "text_control"), (3, "E", "text_control")]),
        ([HEAD, ["\u200b", "单位", "年度考核民主测评票", "甲"]], [(2, "A", "text_control")]),
    ],
)
def test_it_refuses_what_is_not_clear(rows: list[list[str]], wrong: list[tuple[int, str, str]]) -> None:
    assert told(rows) == wrong


def test_a_section_that_is_there_need_not_say_its_form_again() -> None:
    found = read([["分表", "名称", "序号", "电话"], ["老分表", "甲", "7", "1"]])
    assert found.problems == ()
    assert [(one.objects, one.form_key, one.rows[0].left_out) for one in found.sections] == [
        (Objects.UNIT, "other", None)
    ]
    assert {note.code for note in found.reading.notes} == {"column_order", "column_unknown"}


def test_words_of_one_sort_are_the_same() -> None:
    rows = [*ROWS[:3], ["班子成员", "同志", "", "李乙二"], ["班子成员", "干 部", "", "王丙三"]]
    assert told(rows) == []
    assert told([*rows, ["班子成员", "事项", "", "赵"]]) == [(6, "B", "section_differs")]


def test_more_sections_than_a_campaign_can_have_are_told(bench: Bench) -> None:
    """Those that it has count, and those that are listed once more do not."""
    for number in range(MAX_SECTIONS - 1):
        bench.do(section_service.add_section, SectionEdit(f"旧{number}", Objects.UNIT, "t2"))
    rows = [["分表", "对象种类", "测评表", "名称"], ["旧0", "", "", "甲局"], ["新一", "单位", FORMS[0][1], "乙局"]]
    known = known_of(bench.view)
    assert told(rows, known) == []
    found = read([*rows, ["新二", "单位", FORMS[0][1], "丙局"], ["新三", "单位", FORMS[0][1], "丁局"]], known)
    assert [(one.row, one.column, one.code) for one in found.problems] == [(4, "A", "too_many_sections")]
    with refuses("too_many_names"):
        bench.do(save_sections, planned(found))


def test_more_objects_than_a_campaign_can_have_are_told() -> None:
    known = replace(KNOWN, units=frozenset(f"单位{number}" for number in range(MAX_UNITS - 1)))
    rows = [*ROWS[:2], ["", "", "", "单位7"]]
    assert told(rows, known) == []
    assert told([*rows, ["", "", "", "乙"], ["", "", "", "丙"]], known) == [(4, "D", "too_many_objects")]


def test_a_group_that_would_rate_nothing_is_told_before_it_is_confirmed(bench: Bench) -> None:
    units = [unit.name for unit in bench.view.units]
    head = ["分表", "对象种类", "测评表", "名称", "回避类别"]
    first, *others = [["班子", "单位", FORMS[0][1], name, "党代表"] for name in units]
    found = read([head, first, *others], known_of(bench.view))
    assert [(one.row, one.column, one.code) for one in found.problems] == [(1 + len(units), "E", "group_rates_nothing")]
    with refuses("all_units_left_out"):
        bench.do(save_sections, planned(found))
    assert told([head, first, *others, ["", "", "", "新局", ""]], known_of(bench.view)) == []
    known = replace(known_of(bench.view), left_out={"党代表": frozenset(map(name_key, units[1:]))})
    assert told([head, first], known) == [(2, "E", "group_rates_nothing")]
    assert told([head, [*first[:4], ""]], known) == []


def test_a_form_that_the_rule_of_a_section_cannot_judge_is_told(bench: Bench) -> None:
    """A rule that looks at the first three grades has no sense over three of them; the kept form is asked as well."""
    enough = Step((Condition(Quantity.FIRST, Sign.ABOVE, Fraction(1, 2), 3),), Word("好", Meaning.MET))
    rule = Rule((enough, Step((), Word("差", Meaning.FAILED))))
    people = bench.do(section_service.add_section, SectionEdit("班子成员", Objects.PERSON, "t4", rule))
    rows = [["分表", "对象种类", "测评表", "名称"], ["班子成员", "", "政风行风评议表", "甲"]]
    assert told(rows, known_of(bench.view)) == []
    other = [rows[0], ["班子成员", "", "专项报告满意度测评表", "甲"]]
    assert told(other, known_of(bench.view)) == [(2, "C", "rule_unfit")]
    with pytest.raises(DomainError, match=r"^rule_"):
        bench.do(
            save_sections,
            planned(replace(read(other), sections=(SectionRow("班子成员", Objects.PERSON, "t5", ()),), problems=())),
        )
    with bench.database.writing() as session:
        session.get_one(CampaignSection, people).form_key = "t5"
    assert told([rows[0], ["班子成员", "", "", "甲"]], known_of(bench.view)) == [(2, "C", "rule_unfit")]


def test_it_refuses_a_workbook_of_something_else() -> None:
    with refuses("workbook_no_sections"):
        preview_sections(Workbook((sheet("单位", [["单位名称"], ["甲"]]),)), KNOWN)


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database)


def upload(bench: Bench, data: bytes) -> None:
    """Upload, carry over the page, and confirm."""
    plan = preview_upload(bench.view, data)
    assert plan.preview.problems == ()
    carried = preview_carried(bench.view, carry(plan.preview))
    assert carried.preview.sections == plan.preview.sections
    bench.do(save_sections, carried)


def stored(bench: Bench) -> list[tuple[Any, ...]]:
    """Return what the campaign has by now: section, sort, form, name, words, groups that do not rate it."""
    campaign = bench.view
    return [
        (
            *(section.noun, section.objects, section.form_key, unit.name, unit.object_class, unit.duty),
            *(unit.responsible, [group.name for group in campaign.groups if unit.id in group.left_out]),
        )
        for section in campaign.sections
        for unit in campaign.of_section(section.id)
    ]


def test_it_is_saved_and_comes_back_as_it_was(bench: Bench) -> None:
    data = sections_xlsx([in_columns(row) for row in ROWS[1:]])
    upload(bench, data)
    saved = stored(bench)
    assert [(row[0], row[3]) for row in saved] == [
        ("领导班子", "某县文化局领导班子"),
        ("班子成员", "张甲一"),
        ("班子成员", "李乙二"),
        ("重点工作", "城乡供水工程"),
    ]
    assert saved[2] == ("班子成员", Objects.PERSON, "t6", "李乙二", "", "副局长", "", ["党代表"])
    exported = sections_xlsx(lines_of_campaign(bench.view))
    upload(bench, exported)
    assert stored(bench) == saved
    assert sections_xlsx(lines_of_campaign(bench.view)) == exported
    assert sections_xlsx(lines_of(bench.paper())) == exported


def test_what_is_not_listed_stays_and_what_moves_is_moved_once(bench: Bench) -> None:
    upload(bench, sections_xlsx([in_columns(row) for row in ROWS[1:]]))
    moved: list[Line] = [
        line(("领导班子", Objects.UNIT, "领导班子民主测评表"), ObjectWords("张甲一", "", "", "书记")),
        line(("班子成员", Objects.PERSON, "年度考核民主测评票"), ObjectWords("王丙三", "")),
    ]
    plan = preview_upload(bench.view, sections_xlsx(moved))
    assert plan.moved == {"张甲一": "班子成员"}
    assert plan.unlisted == ("某县文化局领导班子", "李乙二")
    assert not plan.new_sections
    assert plan.new_objects == {"王丙三"}
    bench.do(save_sections, plan)
    assert [(row[0], row[3]) for row in stored(bench)] == [
        ("领导班子", "张甲一"),
        ("领导班子", "某县文化局领导班子"),
        ("班子成员", "王丙三"),
        ("班子成员", "李乙二"),
        ("重点工作", "城乡供水工程"),
    ]


def test_a_page_that_carries_something_else_is_refused(bench: Bench) -> None:
    for text in ("", "{}", '[["no"],[]]', '[["name"],[[1]]]'):
        with refuses("form_malformed"):
            preview_carried(bench.view, text)
    with refuses("import_has_problems"):
        bench.do(save_sections, preview_carried(bench.view, '[["section","name"],[["新","甲"]]]'))


def test_a_group_with_a_separator_in_its_name_comes_back_among_others(bench: Bench) -> None:
    with bench.database.writing() as session:
        first = session.scalars(select(VoterGroup).order_by(VoterGroup.position)).first()
        assert first
        first.name = "党代表、人大代表"
        session.add(VoterGroup(id="third", campaign_id=bench.id, position=2, name="服务对象", expected=9))
    names = [group.name for group in bench.view.groups][:2]
    upload(
        bench,
        sections_xlsx(
            [line(("领导班子", Objects.UNIT, "领导班子民主测评表"), ObjectWords("甲局", ""), "、".join(names))]
        ),
    )
    assert stored(bench)[0][-1] == names
    saved = stored(bench)
    upload(bench, sections_xlsx(lines_of_campaign(bench.view)))
    assert stored(bench) == saved


def test_a_name_that_would_be_saved_otherwise_is_told_before_it_is_confirmed(bench: Bench) -> None:
    listed = [*ROWS[1:], ["班子成员", "", "", "张\ue863三", "", "", "", ""]]
    plan = preview_upload(bench.view, sections_xlsx([in_columns(row) for row in listed]))
    assert [problem.code for problem in plan.preview.problems] == ["text_control"]
    with refuses("import_has_problems"):
        bench.do(save_sections, plan)
    assert stored(bench) == []


def test_it_works_by_the_pages(settings: Settings, bench: Bench, new_client: Callable[[], TestClient]) -> None:
    desk = Desk(new_client(), bench.database, KeyFolder(settings.data / "keys"), "zhangsan")
    root = f"/campaigns/{bench.id}/import/sections"
    assert root in desk.get(f"/campaigns/{bench.id}/sections").text
    assert desk.get(f"{root}/template.xlsx").content[:2] == b"PK"
    data = sections_xlsx([in_columns(row) for row in ROWS[1:]])
    answer = desk.client.post(root, data={TOKEN_FIELD: desk.form_token}, files={"workbook": ("a.xlsx", data)})
    assert answer.status_code == 200
    carried = re.search(r'name="rows" value="([^"]+)"', answer.text)
    assert carried
    assert (
        desk.post(f"{root}/confirm", rows=unescape(carried[1])).headers["location"] == f"/campaigns/{bench.id}/sections"
    )
    assert len(stored(bench)) == 4
    wrong = sections_xlsx([line(("新", Objects.UNIT, "没有这张表"), ObjectWords("甲", ""))])
    answer = desk.client.post(root, data={TOKEN_FIELD: desk.form_token}, files={"workbook": ("a.xlsx", wrong)})
    assert answer.status_code == 422
    assert "没有叫“没有这张表”的测评表" in answer.text
