"""Opinions out of Excel: every bad cell is named, nothing is guessed, what is shown is masked already."""

import io
import json
from typing import Any

import pytest
import xlsxwriter

from app.campaigns.builtin import SCALES
from app.campaigns.domain import Scheme
from app.campaigns.reads import CampaignView, UnitView
from app.core.masking import IDENTITY, PHONE
from app.office.sheets.carried import MOST_BYTES
from app.office.sheets.notes import NOTE_SENTENCES
from app.opinions.domain import TEXT_LIMIT
from app.opinions.service import Hiding, TypedOpinion
from app.opinions.workbook_import import (
    PROBLEM_SENTENCES,
    Known,
    Preview,
    carry,
    preview_carried,
    preview_upload,
)
from app.opinions.workbooks import template_xlsx
from tests import hostile_workbooks as parts
from tests.cast import refuses
from tests.office.sheets import made as sheets

HEAD = ("来源", "编号", "单位", "意见")
UNITS = (UnitView("u1", 0, "县文化馆"), UnitView("u2", 1, "县图书馆"))
CAMPAIGN = CampaignView(
    "c1", "活动", "县文化局", two_person=False, scheme=Scheme(next(iter(SCALES.values()))),
    stages=(), units=UNITS, groups=(), forms=(),
)  # fmt: skip
KNOWN = Known(CAMPAIGN, frozenset({("sheet", "99")}), Hiding(frozenset({"张三"}), frozenset()))


def workbook(*rows: tuple[str | int, ...], sheet: str = "意见") -> bytes:
    """Return a workbook with these rows."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        for place, row in enumerate(rows):
            page.write_row(place, 0, row)
    return target.getvalue()


def problems(made: Preview) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.column, problem.code) for problem in made.problems]


def test_it_works() -> None:
    data = workbook(
        ("征求意见汇总表",),
        HEAD,
        ("征求意见表", 1, "县文化馆", "找张三，电话13800138000"),
        ("座谈会", "1-2", "", "开放时间太短\n周末关门"),
        (),
        ("其它", "甲", " 县 图书馆", "=1+1"),
        sheet="汇总",
    )
    made = preview_upload(KNOWN, data)
    assert problems(made) == []
    assert made.rows[:2] == (
        TypedOpinion("sheet", "1", "u1", f"找〔姓名已隐去〕，电话{PHONE}"),
        TypedOpinion("meeting", "1-2", "", "开放时间太短\n周末关门"),
    )


def test_columns_are_found_by_their_names() -> None:
    made = preview_upload(KNOWN, workbook(("意见内容", "备注", "渠道", "编号*"), ("好", "无", "座谈", 7)))
    assert made.rows == (TypedOpinion("meeting", "7", "", "好"),)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (("密信", 1, "", "好"), ("A", "source_unknown")),
        (("", 1, "", "好"), ("A", "text_empty")),
        (("座谈会", "", "", "好"), ("B", "text_empty")),
        (("座谈会", "1" * 21, "", "好"), ("B", "text_too_long")),
        (("征求意见表", 99, "", "好"), ("B", "number_known")),
        (("座谈会", 1, "县广播站", "好"), ("C", "unit_unknown")),
        (("座谈会", 1, "县文化馆、县图书馆", "好"), ("C", "unit_several")),
        (("座谈会", 1, "", ""), ("D", "text_empty")),
        (("座谈会", 1, "", "#NAME?"), ("D", "text_error")),
        (("座谈会", 1, "", "\u200b\u200b"), ("D", "text_empty")),
        (("座谈会", 1, "", "字" * (TEXT_LIMIT + 1)), ("D", "text_too_long")),
        (("#REF!", 1, "", "好"), ("A", "text_error")),
    ],
    ids=str,
)
def test_it_refuses_a_bad_cell_by_row_and_column(row: tuple[str | int, ...], problem: tuple[str, str]) -> None:
    made = preview_upload(KNOWN, workbook(HEAD, ("座谈会", 8, "", "好"), row))
    assert problems(made) == [(3, *problem)]
    assert made.problems[0].code in PROBLEM_SENTENCES
    assert PROBLEM_SENTENCES[made.problems[0].code] % made.problems[0].params


def test_sums_and_footnotes_below_the_opinions_are_named_and_left() -> None:
    rows = (
        HEAD,
        ("座谈会", 1, "", "说明：合计算错了"),
        ("合计", 1),
        ("注：均为原文",),
        ("填表人：李四", "", "审核人：王五"),
    )
    made = preview_upload(KNOWN, workbook(*rows))
    assert [row.text for row in made.rows] == ["说明：合计算错了"]
    assert made.problems == ()
    assert [(note.places, note.code) for note in made.reading.notes] == [(("3",), "row_total"), (("4–5",), "row_note")]


def test_it_refuses_a_number_twice() -> None:
    made = preview_upload(
        KNOWN, workbook(HEAD, ("座谈会", 1, "", "好"), ("其他", 1, "", "好"), ("座谈", "１", "", "差"))
    )
    assert problems(made) == [(4, "B", "number_twice")]
    assert made.problems[0].params == {"sheet": "意见", "first_row": 2}


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        ([("甲", "乙")], ["header_missing"] * 3),
        ([("来源", "编号", "单位")], ["header_missing"]),
        ([HEAD], ["sheet_empty"]),
        ([(*HEAD, "意 见"), ("座谈会", 1, "", "好")], ["header_twice"]),
        ([], ["header_missing"] * 3),
    ],
)
def test_it_refuses_a_sheet_without_its_columns(rows: list[tuple[str | int, ...]], codes: list[str]) -> None:
    assert [problem.code for problem in preview_upload(KNOWN, workbook(*rows)).problems] == codes


def test_it_refuses_what_is_no_workbook() -> None:
    with refuses("workbook_not_xlsx"):
        preview_upload(KNOWN, bytes(range(256)))


def test_the_page_carries_what_it_showed() -> None:
    signs = [chr(0x4E00 + place * 7919 % 20_000) for place in range(270_000)]
    texts = ["".join(signs[place * 900 : place * 900 + 900]) + "，电话13800138000" for place in range(300)]
    rows: list[tuple[str | int, ...]] = [("座谈会", number, "县图书馆", text) for number, text in enumerate(texts)]
    made = preview_upload(KNOWN, workbook(HEAD, *rows))
    carried = carry(KNOWN, made)
    assert len(carried) > 1
    assert preview_carried(KNOWN, carried) == made
    # Masked by rules that knew more names than the confirmation does: the mark stays.
    assert preview_carried(Known(CAMPAIGN, frozenset(), Hiding(frozenset(), frozenset())), carried) == made


def test_a_text_as_long_as_may_be_survives_its_marks() -> None:
    number = "360123800101123"
    text = "，".join([number] * 40).ljust(TEXT_LIMIT, "字")
    made = preview_upload(KNOWN, workbook(HEAD, ("座谈会", 1, "", text)))
    assert IDENTITY in made.rows[0].text
    assert preview_carried(KNOWN, carry(KNOWN, made)) == made


def test_it_refuses_to_carry_more_than_a_form_holds() -> None:
    rows = tuple(TypedOpinion("sheet", str(number), "", "字" * 990) for number in range(MOST_BYTES // (3 * 990)))
    with refuses("import_too_much"):
        carry(KNOWN, Preview(rows, ()))


@pytest.mark.parametrize(
    "part",
    [
        "",
        "{}",
        '[["a"]]',
        "[[1,2,3,4]]",
        json.dumps([["座谈会", "1", "", "好", "差"]]),
        '[["座谈会","1\\u0000","","好"]]',
    ],
)
def test_it_refuses_what_no_page_of_ours_carried(part: str) -> None:
    with refuses("form_malformed"):
        preview_carried(KNOWN, [part])


def test_what_was_carried_is_checked_anew() -> None:
    made = preview_carried(KNOWN, ['[["征求意见表","99","",""]]'])
    assert [problem.code for problem in made.problems] == ["number_known", "text_empty"]


def test_the_template_has_the_columns() -> None:
    made = preview_upload(KNOWN, template_xlsx())
    assert [problem.code for problem in made.problems] == ["sheet_empty"]


def notes(made: Preview) -> list[tuple[str, str, str]]:
    """Kind, place and code of each note."""
    for note in made.reading.notes:
        assert NOTE_SENTENCES[note.code] % note.params
    return [(note.kind, "、".join(note.places), note.code) for note in made.reading.notes]


def test_a_merged_unit_belongs_to_every_opinion_it_covers() -> None:
    rows = sheets.row(1, *HEAD) + "".join(
        sheets.row(number, "座谈会", str(number), "县文化馆" if number == 2 else "", "开馆太晚") for number in (2, 3, 4)
    )
    area = '<mergeCells count="1"><mergeCell ref="C2:C4"/></mergeCells>'
    made = preview_upload(KNOWN, sheets.from_xml(rows, behind=area, sheet="意见"))
    assert [row.unit_id for row in made.rows] == ["u1"] * 3
    assert notes(made) == [("range", "C2:C4", "filled")]


def test_every_sheet_with_opinions_is_read() -> None:
    first = [HEAD, ("座谈会", "1", "", "第一页的一条")]
    second = [HEAD, ("征求意见表", "1", "", "第二页第一条"), ("征求意见表", "2", "", "第二页第二条")]
    made = preview_upload(KNOWN, sheets.listed(first, "县直", 乡镇=second, 说明=[["填表说明"]]))
    assert [row.text for row in made.rows] == ["第一页的一条", "第二页第一条", "第二页第二条"]
    assert notes(made) == [("sheet", "说明", "sheet_other")]
    made = preview_upload(KNOWN, sheets.listed(first, "县直", 乡镇=first))
    assert [problem.params for problem in made.problems] == [{"sheet": "县直", "first_row": 2}]


def test_the_template_s_own_sheet_is_read_wherever_it_stands() -> None:
    data = sheets.listed([["填表说明：请在“意见”页填写"]], "Sheet1", 意见=[HEAD, ("座谈会", "1", "", "意见页的一条")])
    made = preview_upload(KNOWN, data)
    assert [row.text for row in made.rows] == ["意见页的一条"]
    assert notes(made) == [("sheet", "Sheet1", "sheet_other")]


@pytest.mark.parametrize("title", ["责任单位", "涉及部门", "承办单位", "单 位：", "涉及单位（部门）"])
def test_units_are_known_by_other_titles(title: str) -> None:
    rows = [("来源", "编号", title, "意见内容"), ("座谈会", "1", "县文化馆", "开馆太晚")]
    made = preview_upload(KNOWN, sheets.listed(rows))
    assert [row.unit_id for row in made.rows] == ["u1"]
    assert (title, "单位") in [(each.title, each.meaning) for each in made.reading.matched]


def test_columns_that_are_not_taken_are_named() -> None:
    rows = [("序号", *HEAD, "处理情况"), ("1", "座谈会", "A1", "", "好", "已办")]
    made = preview_upload(KNOWN, sheets.listed(rows))
    assert made.rows[0].number == "A1"
    assert notes(made) == [("column", "A", "column_again"), ("column", "F", "column_unknown")]


def test_numbers_are_what_the_cells_show() -> None:
    def fill(book: Any) -> None:  # noqa: ANN401 -- XlsxWriter has no types
        page = book.add_worksheet("意见")
        for column, title in enumerate(HEAD):
            page.write_string(0, column, title)
        for row, (number, code) in enumerate([(46024, 'm"月"d"日"'), (7, "000"), (0.5, "0%")], 1):
            page.write_string(row, 0, "座谈会")
            page.write_number(row, 1, number, book.add_format({"num_format": code}))
            page.write_string(row, 3, "好")

    assert [row.number for row in preview_upload(KNOWN, sheets.book(fill)).rows] == ["1月2日", "007", "50%"]


def test_a_number_with_a_hash_is_no_error() -> None:
    rows = [HEAD, ("座谈会", "#A12", "", "好"), ("座谈会", "#B3", "", "好")]
    assert [row.number for row in preview_upload(KNOWN, sheets.listed(rows)).rows] == ["#A12", "#B3"]


def test_two_lines_of_another_system_are_two_lines() -> None:
    rows = sheets.row(1, *HEAD) + sheets.row(2, "座谈会", "1", "", "第一行_x000D_\n第二行")
    assert [row.text for row in preview_upload(KNOWN, sheets.from_xml(rows, sheet="意见")).rows] == ["第一行\n第二行"]


def test_sources_that_are_taken_for_another_are_named() -> None:
    made = preview_upload(KNOWN, sheets.listed([HEAD, ("信访", "1", "", "好"), ("其它", "2", "", "好")]))
    assert [row.source for row in made.rows] == ["other", "other"]
    assert notes(made) == [("row", "2", "source_other")]


def test_it_refuses_a_workbook_that_shows_nothing() -> None:
    hidden = parts.parts()
    listed = hidden["xl/workbook.xml"].replace(b"sheetId=", b'state="veryHidden" sheetId=')
    with refuses("workbook_hidden"):
        preview_upload(KNOWN, parts.pack({**hidden, "xl/workbook.xml": listed}))


def test_a_file_with_commas_is_read() -> None:
    text = '来源,编号,单位,意见\r\n座谈会,1,县文化馆,"好，\r\n很好"\r\n'
    for code in ("gb18030", "utf-8-sig"):
        assert preview_upload(KNOWN, text.encode(code)).rows == (TypedOpinion("meeting", "1", "u1", "好，\n很好"),)


def test_a_note_merged_down_the_side_is_no_header() -> None:
    """What stands beside the list swallows no rows of it."""

    def fill(made: Any) -> None:  # noqa: ANN401 -- XlsxWriter has no types
        page = made.add_worksheet("意见")
        page.write_row(0, 0, ("来源", "编号", "意见"))
        page.merge_range("D1:D6", "填表说明")
        for number in range(1, 10):
            page.write_row(number, 0, ("座谈会", str(number), f"第{number}条意见"))

    read = preview_upload(KNOWN, sheets.book(fill))
    assert [row.number for row in read.rows] == [str(number) for number in range(1, 10)]
