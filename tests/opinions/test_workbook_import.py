"""Opinions out of Excel: every bad cell is named, nothing is guessed, what is shown is masked already."""

import io
import json

import pytest
import xlsxwriter

from app.campaigns.builtin import SCALES
from app.campaigns.domain import Scheme
from app.campaigns.reads import CampaignView, UnitView
from app.core.masking import IDENTITY, PHONE
from app.opinions.domain import TEXT_LIMIT
from app.opinions.service import Hiding, TypedOpinion
from app.opinions.workbook_import import (
    MOST_CARRIED,
    PROBLEM_SENTENCES,
    Known,
    Preview,
    carry,
    preview_carried,
    preview_upload,
)
from app.opinions.workbooks import template_xlsx
from tests.cast import refuses

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
        (("信访", 1, "", "好"), ("A", "source_unknown")),
        (("", 1, "", "好"), ("A", "text_empty")),
        (("座谈会", "", "", "好"), ("B", "text_empty")),
        (("座谈会", "1" * 21, "", "好"), ("B", "text_too_long")),
        (("征求意见表", 99, "", "好"), ("B", "number_known")),
        (("座谈会", 1, "县广播站", "好"), ("C", "unit_unknown")),
        (("座谈会", 1, "", ""), ("D", "text_empty")),
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


def test_it_refuses_a_number_twice() -> None:
    made = preview_upload(
        KNOWN, workbook(HEAD, ("座谈会", 1, "", "好"), ("其他", 1, "", "好"), ("座谈", "１", "", "差"))
    )
    assert problems(made) == [(4, "B", "number_twice")]
    assert made.problems[0].params == {"first_row": 2}


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        ([("甲", "乙")], ["header_missing"] * 3),
        ([("来源", "编号", "单位")], ["header_missing"]),
        ([HEAD], ["sheet_empty"]),
        ([(*HEAD, "意见内容"), ("座谈会", 1, "", "好")], ["header_twice"]),
        ([], ["header_missing"] * 3),
    ],
)
def test_it_refuses_a_sheet_without_its_columns(rows: list[tuple[str | int, ...]], codes: list[str]) -> None:
    assert [problem.code for problem in preview_upload(KNOWN, workbook(*rows)).problems] == codes


def test_it_refuses_what_is_no_workbook() -> None:
    with refuses("workbook_not_xlsx"):
        preview_upload(KNOWN, b"hello")


def test_the_page_carries_what_it_showed() -> None:
    signs = [chr(0x4E00 + place * 7919 % 20_000) for place in range(270_000)]
    texts = ["".join(signs[place * 900 : place * 900 + 900]) + "，电话13800138000" for place in range(300)]
    rows: list[tuple[str | int, ...]] = [("座谈会", number, "县图书馆", text) for number, text in enumerate(texts)]
    made = preview_upload(KNOWN, workbook(HEAD, *rows))
    parts = carry(KNOWN, made)
    assert len(parts) > 1
    assert preview_carried(KNOWN, parts) == made
    # Masked by rules that knew more names than the confirmation does: the mark stays.
    assert preview_carried(Known(CAMPAIGN, frozenset(), Hiding(frozenset(), frozenset())), parts) == made


def test_a_text_as_long_as_may_be_survives_its_marks() -> None:
    number = "360123800101123"
    text = "，".join([number] * 40).ljust(TEXT_LIMIT, "字")
    made = preview_upload(KNOWN, workbook(HEAD, ("座谈会", 1, "", text)))
    assert IDENTITY in made.rows[0].text
    assert preview_carried(KNOWN, carry(KNOWN, made)) == made


def test_it_refuses_to_carry_more_than_a_form_holds() -> None:
    rows = tuple(TypedOpinion("sheet", str(number), "", "字" * 990) for number in range(MOST_CARRIED // 990))
    with refuses("import_too_much"):
        carry(KNOWN, Preview(rows, ()))


@pytest.mark.parametrize("part", ["", "{}", '[["a"]]', "[[1,2,3,4]]", json.dumps([["座谈会", "1", "", "好", "差"]])])
def test_it_refuses_what_no_page_of_ours_carried(part: str) -> None:
    with refuses("form_malformed"):
        preview_carried(KNOWN, [part])


def test_what_was_carried_is_checked_anew() -> None:
    made = preview_carried(KNOWN, ['[["征求意见表","99","",""]]'])
    assert [problem.code for problem in made.problems] == ["number_known", "text_empty"]


def test_the_template_has_the_columns() -> None:
    made = preview_upload(KNOWN, template_xlsx())
    assert [problem.code for problem in made.problems] == ["sheet_empty"]
