"""Cells are read as they look; what offices do to workbooks stops nothing, or is named."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import DomainError
from app.office.sheets import reading
from app.office.workbook import Sheet, read_workbook
from tests import hostile_workbooks as parts
from tests.office.sheets import made

OLD = Path(__file__).parent / "old.xls"
"""Excel 97: the sheet 意见 with the same kinds of cells as below, and a hidden sheet 旧."""


def only(data: bytes) -> Sheet:
    """Return the one sheet of a file."""
    (sheet,) = read_workbook(data).sheets
    return sheet


def texts(sheet: Sheet) -> list[list[str]]:
    """Return the texts of a sheet, without its gaps."""
    return [list(row.cells.values()) for row in sheet.rows]


def test_it_works() -> None:
    def fill(book: Any) -> None:  # noqa: ANN401 -- XlsxWriter has no types
        page = book.add_worksheet("意见")
        formats = {code: book.add_format({"num_format": code}) for code in ("0%", "0.00%", "000", 'm"月"d"日"', "@")}
        page.write_number("A1", 0.5, formats["0%"])
        page.write_number("B1", 0.985, formats["0.00%"])
        page.write_number("C1", 7, formats["000"])
        page.write_number("D1", 46024, formats['m"月"d"日"'])
        page.write_string("E1", "007", formats["@"])
        page.write_formula("F1", "=1+1", None, 2)
        page.write_rich_string("H1", "红", book.add_format({"bold": True}), "字")

    assert texts(only(made.book(fill))) == [["50%", "98.50%", "007", "1月2日", "007", "2", "红字"]]


def test_days_that_files_know_by_number_alone_look_chinese() -> None:
    styles = (
        f'<styleSheet xmlns="{parts.MAIN_NS}"><cellXfs><xf numFmtId="0"/><xf numFmtId="31"/></cellXfs></styleSheet>'
    )
    data = made.from_xml('<row r="1"><c r="A1" s="1"><v>46351</v></c></row>', styles=styles.encode())
    assert texts(only(data)) == [["2026年11月25日"]]


def test_a_merged_range_is_in_every_row_that_lists_something() -> None:
    rows = made.row(1, "甲", "馆") + made.row(2, "乙") + made.row(4, "丙") + made.row(6, "丁")
    sheet = only(
        made.from_xml(rows, behind='<mergeCells><mergeCell ref="B1:B5"/><mergeCell ref="C6:D6"/></mergeCells>')
    )
    assert texts(sheet) == [["甲", "馆"], ["乙", "馆"], ["丙", "馆"], ["丁"]]
    assert (sheet.filled, sheet.wide) == (("B1:B5",), ((6, 6, 3, 4),))


def test_a_merged_giant_costs_nothing() -> None:
    area = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    assert texts(only(made.from_xml(made.row(1, "甲") + made.row(20, "", "乙"), behind=area))) == [["甲"], ["甲", "乙"]]


def test_errors_and_formulas_nobody_calculated_are_told() -> None:
    rows = (
        '<row r="1"><c r="A1" t="e"><f>x</f><v>#NAME?</v></c><c r="B1"><f>A9</f><v></v></c><c r="C1"><f>A9</f></c>'
        '<c r="D1" t="str"><f>A9</f><v></v></c><c r="E1" t="inlineStr"><is><t>#A12</t></is></c>'
        '<c r="F1"><v>110101199001011234</v></c></row>'
    )
    (row,) = only(made.from_xml(rows)).rows
    cells = [(column, row.faults.get(column, "")) for column in row.cells]
    assert cells == [("A", "error"), ("B", "no_value"), ("C", "no_value"), ("E", ""), ("F", "digits_lost")]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("第一行_x000D_\n第二行", "第一行\n第二行"),
        ("甲_x000d_乙", "甲\n乙"),
        ("_x005F_x000D_", "_x000D_"),
        ("_x0041_b", "Ab"),
        ("_xD800_", "_xD800_"),
        ("a_xyz_", "a_xyz_"),
    ],
)
def test_escapes_of_the_format_are_undone(written: str, read: str) -> None:
    assert texts(only(made.from_xml(made.row(1, written)))) == [[read]]


def test_reading_aids_are_no_text() -> None:
    aid = '<c r="A1" t="inlineStr"><is><t>峧</t><rPh sb="0" eb="1"><t>jiao</t></rPh></is></c>'
    assert texts(only(made.from_xml(f'<row r="1">{aid}</row>'))) == [["峧"]]


def test_the_strict_kind_is_read_too() -> None:
    day = (
        '<row r="1"><c r="A1" t="d"><v>2026-11-25T00:00:00</v></c><c r="B1" t="inlineStr"><is><t>甲</t></is></c></row>'
    )
    assert texts(only(made.strict(parts.parts(day)))) == [["2026/11/25", "甲"]]


@pytest.mark.parametrize(
    "styles",
    [
        '<fills><fill/></fills><fonts><font><color rgb="F"/></font></fonts>',
        '<cellXfs><xf numFmtId="x"/></cellXfs>',
    ],
)
def test_strange_styles_stop_nothing(styles: str) -> None:
    whole = f'<styleSheet xmlns="{parts.MAIN_NS}">{styles}</styleSheet>'
    book = read_workbook(made.from_xml('<row r="1"><c r="A1" s="0"><v>5</v></c></row>', styles=whole.encode()))
    assert texts(book.sheets[0]) == [["5"]]
    assert book.lost == ()


def test_styles_that_cannot_be_read_are_named() -> None:
    book = read_workbook(made.from_xml('<row r="1"><c r="A1" s="7"><v>5</v></c></row>', styles=b"<styleSheet><"))
    assert (texts(book.sheets[0]), book.lost) == ([["5"]], ("styles",))


def test_broken_metadata_stops_nothing() -> None:
    assert only(parts.with_part("docProps/core.xml", b"<a><b>")).rows
    with pytest.raises(DomainError, match="workbook_dtd"):
        read_workbook(parts.with_part("docProps/core.xml", b"<!DOCTYPE a><a>"))


def test_what_is_hidden_is_not_read_but_told() -> None:
    def fill(book: Any) -> None:  # noqa: ANN401 -- XlsxWriter has no types
        page = book.add_worksheet("单位")
        for number in range(4):
            page.write_string(number, 0, f"单位{number}")
        page.set_row(1, None, None, {"hidden": True})
        page.set_column("C:D", None, None, {"hidden": True})
        other = book.add_worksheet("旧名单")
        other.write_string("A1", "县乙馆")
        other.hide()
        book.add_chartsheet("图")

    book = read_workbook(made.book(fill))
    assert [(sheet.name, sheet.state) for sheet in book.sheets] == [("单位", ""), ("旧名单", "hidden"), ("图", "chart")]
    first, hidden, _ = book.sheets
    assert texts(first) == [["单位0"], ["单位2"], ["单位3"]]
    assert (first.hidden_rows, first.hidden_columns, hidden.rows) == ((2,), ("C", "D"), ())


def test_rows_and_cells_need_not_say_where_they_stand() -> None:
    rows = '<row><c><v>1</v></c><c><v>2</v></c></row><row><c t="inlineStr"><is><t>甲</t></is></c></row>'
    sheet = only(made.from_xml(rows))
    assert [(row.number, list(row.cells)) for row in sheet.rows] == [(1, ["A", "B"]), (2, ["A"])]


def test_a_sheet_that_nobody_asks_for_may_be_too_large() -> None:
    wide = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in (1, 30_000))
    data = made.from_xml(wide, sheet="流水")
    with pytest.raises(DomainError, match="workbook_too_many_rows"):
        read_workbook(data)
    listed = parts.parts(made.row(1, "单位"))
    listed["xl/workbook.xml"] = listed["xl/workbook.xml"].replace(
        b"</sheets>", '<sheet name="流水" sheetId="2" r:id="r7"/></sheets>'.encode()
    )
    relations = "xl/_rels/workbook.xml.rels"
    link = f'<Relationship Id="r7" Type="{parts.REL_NS}/worksheet" Target="/xl/worksheets/sheet2.xml"/></Relationships>'
    listed[relations] = listed[relations].replace(b"</Relationships>", link.encode())
    listed["xl/worksheets/sheet2.xml"] = parts.sheet_xml(wide)
    first, second = read_workbook(parts.pack(listed), ["单位"]).sheets
    assert (texts(first), first.refused) == ([["单位"]], None)
    assert second.refused is not None


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("comma", [",", ";", "\t", "，"])
def test_text_with_commas_is_read(code: str, comma: str) -> None:
    text = f'编号{comma}意见\r\n1{comma}"有{comma}和""\r\n两行"\r\n\r\n="007"{comma}#NAME?\r\n'
    sheet = only(text.encode(code))
    assert texts(sheet) == [["编号", "意见"], ["1", f'有{comma}和"\n两行'], ["007", "#NAME?"]]
    assert [row.number for row in sheet.rows] == [1, 2, 4]
    assert sheet.rows[2].faults == {"B": "error"}


def test_one_column_needs_no_comma() -> None:
    assert texts(only("单位名称\n县甲馆\n县乙馆".encode())) == [["单位名称"], ["县甲馆"], ["县乙馆"]]


def test_old_workbooks_are_read() -> None:
    book = read_workbook(OLD.read_bytes())
    sheet, hidden = book.sheets
    assert (sheet.name, hidden.name, hidden.state) == ("意见", "旧", "hidden")
    assert texts(sheet)[1:] == [["座谈会", "007", "县甲馆", "50%"], ["座谈会", "2026年11月25日", "县甲馆", "98.50%"]]
    assert sheet.filled == ("C2:C3",)


def test_old_workbooks_with_macros_are_refused() -> None:
    with pytest.raises(DomainError, match="workbook_macros"):
        read_workbook(OLD.read_bytes() + "_VBA_PROJECT".encode("utf-16-le"))


@given(st.binary(max_size=200), st.integers(0, 5_000))
def test_no_scratched_old_workbook_ends_in_an_error(noise: bytes, place: int) -> None:
    body = OLD.read_bytes()
    found = reading.answer(body[:place] + noise + body[place + len(noise) :])
    assert found.keys() in ({"sheets", "lost"}, {"refused", "params"})


@given(st.binary(max_size=300))
def test_no_bytes_end_in_an_error(data: bytes) -> None:
    assert reading.answer(data).keys() in ({"sheets", "lost"}, {"refused", "params"})


def test_formats_of_conditions_are_not_those_of_cells() -> None:
    styles = (
        f'<styleSheet xmlns="{parts.MAIN_NS}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
        '<dxfs><dxf><numFmt numFmtId="14" formatCode="0.00%"/></dxf></dxfs></styleSheet>'
    )
    data = made.from_xml('<row r="1"><c r="A1" s="1"><v>46351</v></c></row>', styles=styles.encode())
    assert texts(only(data)) == [["2026/11/25"]]


def test_a_nul_is_no_text() -> None:
    assert texts(only(made.from_xml(made.row(1, "文_x0000_化馆")))) == [["文化馆"]]


def test_filling_merged_ranges_counts_as_reading() -> None:
    rows = "".join(
        made.row(number, *["甲"] * 8) if number == 1 else made.row(number, "", "", "", "", "", "", "", "乙")
        for number in range(1, 20_001)
    )
    merged = "".join(f'<mergeCell ref="{letter}1:{letter}20000"/>' for letter in "ABCDEFG")
    with pytest.raises(DomainError) as refused:
        read_workbook(made.from_xml(rows, behind=f"<mergeCells>{merged}</mergeCells>"))
    assert refused.value.code == "workbook_too_many_cells"


def test_commas_of_the_language_inside_quotes_part_no_columns() -> None:
    head, first = "来源,编号,单位,意见", '座谈会,1,,"办事慢，窗口少。\n希望延长时间，增加窗口。"'
    text = f'{head}\n{first}\n座谈会,2,,"一，二\n三，四"\n'
    assert texts(only(text.encode()))[0] == ["来源", "编号", "单位", "意见"]


@pytest.mark.parametrize("code", ["General", "0", "0_ ", r"0_);[Red]\(0\)", "#,##0"])
def test_digits_that_a_number_could_not_keep_are_missed_under_every_format(code: str) -> None:
    def fill(book: Any) -> None:  # noqa: ANN401 -- XlsxWriter has no types
        book.add_worksheet("意见").write_number("A1", 360721199001011234, book.add_format({"num_format": code}))

    assert only(made.book(fill)).rows[0].faults == {"A": "digits_lost"}
