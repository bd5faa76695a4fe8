"""Every bad cell is named with its sheet, row and column; good sheets come back as they were written."""

import io
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.campaigns.workbook_import import (
    GROUPS_SHEET,
    PROBLEM_SENTENCES,
    SHEETS,
    UNITS_SHEET,
    GroupRow,
    Known,
    Preview,
    UnitRow,
    preview_workbook,
)
from app.campaigns.workbook_template import template_xlsx
from app.core.errors import DomainError
from app.office.sheets.notes import NOTE_SENTENCES
from app.office.workbook import Row, Sheet, Workbook, read_workbook
from tests.office.sheets import made

UNITS = [["序号", "单位名称", "简称"], ["1", "县文化馆", "文化馆"], ["2", "县图书馆", ""]]
GROUPS = [
    ["序号", "类别名称", "应参加人数", "不参评单位"],
    ["1", "党代表", "15", ""],
    ["2", "服务对象", "20", "县文化馆"],
]


def sheet(name: str, rows: list[list[str]]) -> Sheet:
    """A sheet whose first row is row 1."""
    return Sheet(
        name,
        tuple(
            Row(
                number,
                {"ABCDEFGH"[at]: text for at, text in enumerate(row) if text},
                {"ABCDEFGH"[at]: "error" for at, text in enumerate(row) if text == "#REF!"},
            )
            for number, row in enumerate(rows, start=1)
            if any(row)
        ),
    )


def preview(units: list[list[str]] | None = None, groups: list[list[str]] | None = None, **more: Any) -> Preview:  # noqa: ANN401
    """Check sheets given as rows of texts."""
    given_sheets = [(UNITS_SHEET, units), (GROUPS_SHEET, groups)]
    sheets = tuple(sheet(name, rows) for name, rows in given_sheets if rows is not None)
    return preview_workbook(Workbook(sheets), **more)


def problems(found: Preview) -> list[tuple[int, str, str]]:
    """Row, column and code of each problem."""
    for problem in found.problems:
        assert PROBLEM_SENTENCES[problem.code] % problem.params
    return [(problem.row, problem.column, problem.code) for problem in found.problems]


def test_it_works() -> None:
    found = preview(UNITS, GROUPS)
    assert found.problems == ()
    assert found.units == (UnitRow(1, "县文化馆", "文化馆"), UnitRow(2, "县图书馆"))
    assert found.groups == (GroupRow(1, "党代表", 15), GroupRow(2, "服务对象", 20, ("县文化馆",)))


def test_it_works_from_template_to_upload() -> None:
    units = (UnitRow(1, "文化馆", "馆", "备注"), UnitRow(2, "=1+1"), UnitRow(3, "@甲"), UnitRow(4, "宣传、文化口"))
    groups = (
        GroupRow(1, "党代表", 12, ("=1+1", "文化馆")),
        GroupRow(2, "+86", 100_000),
        GroupRow(3, "服务对象", 9, ("文化馆", "宣传、文化口")),
    )
    data = template_xlsx(units, groups)
    found = preview_workbook(read_workbook(data, SHEETS))
    assert (found.units, found.groups, found.problems) == (units, groups, ())


def test_an_empty_template_says_that_it_is_empty() -> None:
    found = preview_workbook(read_workbook(template_xlsx([], []), SHEETS))
    assert [problem.code for problem in found.problems] == ["sheet_empty"]


def test_an_empty_sheet_changes_nothing() -> None:
    assert preview(UNITS, GROUPS[:1]) == preview(UNITS)
    assert preview(UNITS[:1], GROUPS, known=Known(("县文化馆", "县图书馆"))).units is None


def test_a_template_holds_no_formula_and_no_date() -> None:
    data = template_xlsx([UnitRow(1, "=cmd|' /C calc'!A0")], [GroupRow(1, "http://192.0.2.1", 5)])
    assert data == template_xlsx([UnitRow(1, "=cmd|' /C calc'!A0")], [GroupRow(1, "http://192.0.2.1", 5)])
    book = openpyxl.load_workbook(io.BytesIO(data))
    kinds = {cell.data_type for page in book for row in page.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s", "n"}
    assert book[UNITS_SHEET]["B3"].quotePrefix
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not any(b'TargetMode="External"' in archive.read(name) for name in archive.namelist())


@settings(max_examples=15)
@given(st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=60), min_size=1, max_size=8))
def test_any_name_survives_the_way_through_excel(names: list[str]) -> None:
    units = tuple(UnitRow(order, name) for order, name in enumerate(names, start=1))
    found = preview_workbook(read_workbook(template_xlsx(units, []), SHEETS))
    assert found.units is not None
    bad = {(problem.row, problem.code) for problem in found.problems if problem.sheet == UNITS_SHEET}
    assert set(units) == set(found.units) | {units[row - 3] for row, _ in bad}


def test_it_is_tolerant_of_how_people_write() -> None:
    units = [["县直单位名单"], [], ["编号", " 单 位 "], ["２", "\u3000县图书馆 "], [], ["1.0", "县文化馆"]]
    groups = [["类别", "人数（人）", "回避单位"], ["党代表", "１，２００人", " 文化馆；县图书馆"], ["其他", "30", "无"]]
    found = preview(units, groups, known=Known(("x",)))
    assert problems(found) == [(2, "C", "unit_unknown")]
    assert found.units == (UnitRow(1, "县文化馆"), UnitRow(2, "县图书馆"))
    assert preview(None, groups[:1] + groups[2:]).groups == (GroupRow(1, "其他", 30),)


def test_either_sheet_may_be_missing() -> None:
    assert preview(UNITS).groups is None
    found = preview(None, GROUPS, known=Known(("县文化馆", "县图书馆")))
    assert found.units is None
    assert found.groups is not None
    assert found.problems == ()


def test_a_short_name_and_a_name_with_a_separator_are_known() -> None:
    units = [*UNITS, ["3", "文物、考古中心"]]
    found = preview(units, [*GROUPS, ["3", "其他", "9", "文物、考古中心"], ["4", "社区", "9", "文化馆，文化馆"]])
    assert found.problems == ()
    assert found.groups is not None
    assert [group.leaves_out for group in found.groups[2:]] == [("文物、考古中心",), ("县文化馆",)]


@pytest.mark.parametrize("column", ["简称", "英文名称"])
def test_what_two_units_are_both_called_means_neither(column: str) -> None:
    units = [["序号", "单位名称", column], ["1", "财政局", "Finance Bureau"], ["2", "财政局机关党委", "Finance Bureau"]]
    found = preview(units, [GROUPS[0], ["1", "党员", "9", "Finance Bureau"]])
    assert problems(found) == [(2, "D", "unit_unknown")]
    mended = preview(units, [GROUPS[0], ["1", "党员", "9", "财政局"]])
    assert mended.groups is not None
    assert mended.groups[0].leaves_out == ("财政局",)


def test_a_chinese_name_beside_the_stored_one_is_no_english() -> None:
    head = ["No.", "Unit", "Name in Chinese"]
    found = preview([head, ["1", "财政和国资局", "财政局"], ["2", "Audit 审计", "审计局"], ["3", "", "民政局"]])
    assert problems(found) == [(2, "B", "name_beside_chinese")]
    assert found.units is not None
    assert [(unit.name, unit.english) for unit in found.units] == [("审计局", "Audit 审计"), ("民政局", "")]


def test_it_refuses_a_workbook_without_either_sheet() -> None:
    with pytest.raises(DomainError) as caught:
        preview_workbook(Workbook((sheet("Sheet1", [["甲"]]),)))
    assert caught.value.code == "workbook_no_sheet"
    assert caught.value.params["found"] == ("Sheet1",)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], [(1, "B", "header_missing")]),
        ([["甲", "乙"], ["1", "县文化馆"]], [(1, "B", "header_missing")]),
        ([["序号", "单位名称", "单位 名称"], ["1", "甲"]], [(1, "C", "header_twice")]),
        ([UNITS[0]], [(1, "A", "sheet_empty")]),
        ([UNITS[0], ["1", ""]], [(2, "B", "text_empty")]),
        ([UNITS[0], ["1", "甲"], ["2", "甲 "]], [(3, "B", "name_twice")]),
        ([UNITS[0], ["1", "A馆"], ["2", "ａ 馆"]], [(3, "B", "name_twice")]),
        ([UNITS[0], ["1", "甲" * 61]], [(2, "B", "text_too_long")]),
        ([UNITS[0], ["1", "甲\n乙"]], [(2, "B", "text_control")]),
        ([UNITS[0], ["1", "甲\u202e乙"]], [(2, "B", "text_control")]),
        ([UNITS[0], ["1", "甲\ue863乙"]], [(2, "B", "text_control")]),
        ([UNITS[0], ["1", "甲", "\U000f0001"]], [(2, "C", "text_control")]),
        ([UNITS[0], ["1", "#REF!"]], [(2, "B", "text_error")]),
        ([UNITS[0], ["1", "甲", "乙" * 61]], [(2, "C", "text_too_long")]),
        ([UNITS[0], ["1", "甲"], ["", "乙"]], [(3, "A", "order_empty")]),
        ([UNITS[0], ["1", "甲"], ["1", "乙"]], [(3, "A", "order_twice")]),
        ([UNITS[0], ["一", "甲"], ["0", "乙"], ["1.5", "丙"]], [(n, "A", "order_not_whole") for n in (2, 3, 4)]),
        ([UNITS[0], ["1", "甲"], ["合计", "1"]], [(3, "B", "total_row")]),
        ([UNITS[0], ["1", "甲"], ["", "合 计："]], [(3, "B", "total_row")]),
        ([UNITS[0], ["1", "甲"], ["", "总 数"]], [(3, "B", "total_row")]),
        ([UNITS[0], ["1", "甲·乙"], ["2", "甲•乙"]], [(3, "B", "name_twice")]),
        ([UNITS[0], ["1", "13800000000"]], [(2, "B", "name_has_phone")]),
        ([UNITS[0], ["1", "甲局 0791-86230000"]], [(2, "B", "name_has_phone")]),
        ([UNITS[0], ["1", "12"]], [(2, "B", "name_is_number")]),
        ([UNITS[0], ["1", "3、甲局"]], [(2, "B", "name_has_number")]),
        ([UNITS[0], *([str(n), f"甲{n}"] for n in range(1, 1_020))], [(1_002, "B", "too_many_rows")]),
    ],
)
def test_it_refuses_a_bad_unit(rows: list[list[str]], expected: list[tuple[int, str, str]]) -> None:
    assert problems(preview(rows)) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["1", "甲", ""], [("C", "expected_empty")]),
        (["1", "甲", "十五"], [("C", "expected_not_whole")]),
        (["1", "甲", "12.5"], [("C", "expected_not_whole")]),
        (["1", "甲", "-5"], [("C", "expected_not_whole")]),
        (["1", "甲", "0"], [("C", "expected_out_of_range")]),
        (["1", "甲", "100001"], [("C", "expected_out_of_range")]),
        (["1", "甲", "4"], [("C", "expected_below_k")]),
        (["1", "甲", "7", "县文化馆、博物馆；剧团"], [("D", "unit_unknown"), ("D", "unit_unknown")]),
        (["1", "甲", "7", "县文化馆、县图书馆"], [("D", "all_units_left_out")]),
        (
            ["x", "", "y", "z"],
            [("A", "order_not_whole"), ("B", "text_empty"), ("C", "expected_not_whole"), ("D", "unit_unknown")],
        ),
    ],
)
def test_it_refuses_a_bad_group(row: list[str], expected: list[tuple[str, str]]) -> None:
    found = preview(UNITS, [GROUPS[0], row])
    assert sorted(problems(found)) == [(2, column, code) for column, code in expected]
    assert found.groups == ()


def test_it_names_every_missing_column_of_the_groups() -> None:
    found = preview(None, [["类别名称", "备注"], ["甲", ""]])
    assert problems(found) == [(1, "C", "header_missing")]
    assert found.problems[0].params == {"wanted": "应参加人数"}


def test_a_unit_with_a_problem_is_still_known_to_the_groups() -> None:
    found = preview([UNITS[0], ["x", "县文化馆"], ["2", "县图书馆"]], GROUPS)
    assert problems(found) == [(2, "A", "order_not_whole")]


def test_a_problem_tells_the_reader_where_and_what() -> None:
    found = preview(UNITS, [GROUPS[0], ["1", "甲", "3"]])
    problem = found.problems[0]
    assert (problem.sheet, problem.row, problem.column, problem.column_name) == (GROUPS_SHEET, 2, "C", "应参加人数")
    assert PROBLEM_SENTENCES[problem.code] % problem.params == (
        "只有 3 人，少于 5 人的类别不能保证匿名。请与其他类别合并。"
    )


def notes(found: Preview) -> list[tuple[str, str, str]]:
    """Kind, place and code of each note."""
    for note in found.reading.notes:
        assert NOTE_SENTENCES[note.code] % note.params
    return [(note.kind, "、".join(note.places), note.code) for note in found.reading.notes]


def read(data: bytes, **more: Any) -> Preview:  # noqa: ANN401
    """Check an uploaded file."""
    return preview_workbook(read_workbook(data, SHEETS), **more)


def test_merged_cells_hold_for_every_row_they_cover() -> None:
    rows = made.row(1, "类别名称", "应参加人数", "不参评单位") + "".join(
        made.row(number, f"下属{name}", "20", "县文化馆" if number == 2 else "")
        for number, name in enumerate("甲乙丙", 2)
    )
    area = '<mergeCells count="1"><mergeCell ref="C2:C4"/></mergeCells>'
    data = made.from_xml(rows, behind=area, sheet=GROUPS_SHEET)
    found = read(data, known=Known(("县文化馆", "县图书馆")))
    assert [group.leaves_out for group in found.groups or ()] == [("县文化馆",)] * 3
    assert notes(found) == [("range", "C2:C4", "filled")]


def test_a_formula_nobody_calculated_is_named() -> None:
    rows = made.row(1, "单位名称") + made.row(2, "县甲馆") + '<row r="3"><c r="A3"><f>A9</f><v></v></c></row>'
    assert problems(read(made.from_xml(rows + made.row(4, "县丙团")))) == [(3, "A", "formula_without_value")]


@pytest.mark.parametrize("line", ["注：按机构序列排列。", "填表人：张三", "2026年11月28日", "——"])
def test_what_stands_below_a_list_is_named_and_no_unit(line: str) -> None:
    for head, last in ((["单位名称"], [line]), (["序号", "单位名称"], [line]), (["序号", "单位名称"], ["", line])):
        row = ["1", "甲"] if len(head) > 1 else ["甲"]
        found = preview([head, row, last])
        assert [unit.name for unit in found.units or ()] == ["甲"]
        assert found.problems == ()
        assert [(note.places, note.code) for note in found.reading.notes] == [(("3",), "row_note")]


NAMED = ["电话：民生热线", "附：第二批项目", "审批时间：压减一半", "说明：一次办好"]


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize(("head", "blank"), [(["单位名称"], []), (["序号", "单位名称"], [""])])
def test_what_may_be_a_name_in_the_midst_of_a_list_is_not_passed_over(
    name: str, head: list[str], blank: list[str]
) -> None:
    first, last = ([*blank, each] for each in ("县文化馆", "县图书馆"))
    found = preview([head, first, [*blank, name], last, [*blank, "注：排名不分先后"]])
    assert problems(found) == [(3, "AB"[len(blank)], "note_within")]
    assert PROBLEM_SENTENCES["note_within"] % found.problems[0].params
    assert notes(found) == [("row", "5", "row_note")]


def test_a_numbered_name_is_one_whatever_it_begins_with() -> None:
    found = preview([["序号", "单位名称"], *([str(at), name] for at, name in enumerate(NAMED, 1))])
    assert ([unit.name for unit in found.units or ()], found.problems) == (NAMED, ())


@pytest.mark.parametrize("line", ["2026年11月28日", "第1页 共2页", "——", "以下空白"])
def test_what_is_no_name_at_all_is_left_between_rows_too(line: str) -> None:
    found = preview([["单位名称"], ["县文化馆"], [line], ["县图书馆"]])
    assert ([unit.name for unit in found.units or ()], found.problems) == (["县文化馆", "县图书馆"], ())
    assert notes(found) == [("row", "3", "row_note")]


def test_a_total_is_named_however_it_is_spaced() -> None:
    rows: list[list[str | int]] = [["类别名称", "应参加人数"], ["党代表", 30], ["服务对象", 60], ["合 计", 90]]
    assert problems(read(made.listed(rows, GROUPS_SHEET))) == [(4, "A", "total_row")]


def test_sums_in_a_column_that_is_not_read_keep_no_list_out() -> None:
    rows = [["序号", "单位名称", "人员情况"], ["1", "县文化馆", "在编合计35人"], ["2", "县图书馆", "合计 12 人"]]
    found = preview(rows)
    assert ([unit.name for unit in found.units or ()], found.problems) == (["县文化馆", "县图书馆"], ())
    assert notes(found) == [("column", "C", "column_unknown")]


def test_projects_that_count_something_are_no_sums() -> None:
    names = ["改造老旧小区共计12个", "新增停车位共计500个", "新建公厕合计10座"]
    found = preview([["序号", "单位名称"], *([str(at), name] for at, name in enumerate(names, 1))])
    assert ([unit.name for unit in found.units or ()], found.problems) == (names, ())


def test_lists_are_known_by_their_titles_where_sheets_have_other_names() -> None:
    data = made.listed(
        [["责任单位"], ["县甲馆"]], "Sheet1", 说明=[["怎样填写"]], 人员=[["参评人员", "人数"], ["党代表", "30"]]
    )
    found = read(data)
    assert found.units == (UnitRow(1, "县甲馆"),)
    assert found.groups == (GroupRow(1, "党代表", 30),)
    assert [(each.column, each.title, each.meaning) for each in found.reading.matched] == [
        ("A", "责任单位", "单位名称"),
        ("A", "参评人员", "类别名称"),
        ("B", "人数", "应参加人数"),
    ]
    assert notes(found) == [("sheet", "说明", "sheet_other")]


def test_what_is_not_taken_is_named() -> None:
    units = [
        ["县直单位名单"],
        ["序号", "单位名称", "联系人", "", "备注"],
        ["1", "县甲馆", "张三", "x", "旧名甲站"],
        ["", "", "李四"],
        ["序号", "单位名称"],
        ["2", "县乙馆"],
    ]
    found = preview(units)
    assert found.units == (UnitRow(1, "县甲馆", "", "旧名甲站"), UnitRow(2, "县乙馆"))
    assert notes(found) == [
        ("column", "C", "column_unknown"),
        ("column", "D", "column_untitled"),
        ("column", "E", "column_note"),
        ("row", "1", "rows_above"),
        ("row", "4", "row_without"),
        ("row", "5", "row_header_again"),
    ]


def test_a_header_may_be_two_rows_high() -> None:
    rows = made.row(1, "类别名称", "人员情况") + made.row(2, "", "应到", "实到") + made.row(3, "党代表", "30", "28")
    areas = '<mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="B1:C1"/></mergeCells>'
    found = read(made.from_xml(rows, behind=areas, sheet=GROUPS_SHEET))
    assert found.groups == (GroupRow(1, "党代表", 30),)
    assert ("column", "C", "column_unknown") in notes(found)


def test_a_merged_subtitle_is_no_row_and_a_merged_row_is_named() -> None:
    rows = (
        made.row(1, "序号", "单位名称")
        + made.row(2, "一、县直部门")
        + made.row(3, "1", "县甲馆")
        + made.row(4, "2", "")
    )
    areas = '<mergeCells><mergeCell ref="A2:B2"/></mergeCells>'
    found = read(made.from_xml(rows, behind=areas))
    assert ("row", "2", "row_subtitle") in notes(found)
    assert problems(found) == [(4, "B", "text_empty")]
    wide = '<mergeCells><mergeCell ref="A3:B4"/></mergeCells>'
    assert (3, "A", "merged_wide") in problems(read(made.from_xml(rows, behind=wide)))


def test_a_file_with_commas_is_read() -> None:
    found = read("序号,单位名称\r\n1,县甲馆\r\n2,县乙馆\r\n".encode("gb18030"))
    assert found.units == (UnitRow(1, "县甲馆"), UnitRow(2, "县乙馆"))
