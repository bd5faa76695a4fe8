"""The workbook, read back."""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace

import openpyxl
import pytest
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from app.campaigns.domain import Objects
from app.core.db import Database
from app.office.workbook import plain
from app.reports.workbook import result_workbook
from app.tally.document import overall_of
from tests.papers import asked
from tests.publication import counted, reading
from tests.reports.printed import make_document, make_result
from tests.tally.cast import Json, section_of

SHEETS = ["汇总", "计票链", "各单位", "各指标", "各类别", "意见", "口径"]
RISKY = ('=cmd|"/C calc"!A1', "+1", "-2+3", "@SUM(A1)", "\tx", "http://a.example/", "123", "<b>&amp;</b>")


def workbook(database: Database, votes: counted.Votes) -> tuple[openpyxl.Workbook, Json]:
    round_id = counted.store_published(database, votes)
    with database.reading() as session:
        result = counted.result_for(session, round_id)
    return openpyxl.load_workbook(io.BytesIO(result_workbook(result))), result.document


def shown(cell: Cell) -> str | None:
    """Write a cell as a page would."""
    if isinstance(cell.value, int | float) and "%" in cell.number_format:
        return f"{cell.value:.{1 if '.' in cell.number_format else 0}%}"
    return None if cell.value is None else str(cell.value)


def rows(sheet: Worksheet) -> list[dict[str, str | None]]:
    heads = [str(cell.value) for cell in sheet[1]]
    return [dict(zip(heads, map(shown, row), strict=True)) for row in sheet.iter_rows(min_row=2)]


def check(row: dict[str, str | None], cell: Json, scale: Json) -> None:
    """Compare a row with its cell: the same figures, or nothing but the words that there are none."""
    heads = list(row)
    figures = heads[heads.index(scale["grades"][0]["label"]) :]
    if not cell["shown"]:
        assert [row[head] for head in figures] == [cell["text"], *[None] * (len(figures) - 1)]
        return
    for head, key in (("满意率", "satisfied_rate"), ("总体满意率", "positive_rate"), ("不满意率", "dissatisfied_rate")):
        assert row[head] == cell[key]["text"]
    assert row["有效（人）"] == cell["valid"]["text"]
    assert float(row["综合得分"] or -1) == (float(cell["mean_score"]["text"]) if cell["mean_score"] else -1)
    shares = [part["share"]["text"] for part in cell["distribution"]] or [None] * len(scale["grades"])
    assert [row[grade["label"]] for grade in scale["grades"]] == shares
    if scale["unknown"]:
        assert row[f"{scale['unknown']}率"] == cell["unknown"]["rate"]["text"]


@pytest.mark.parametrize("form", ["t1", "t2", "t4"])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_the_workbook_holds_the_figures_of_the_document(database: Database, form: str, share: float) -> None:
    book, document = workbook(database, counted.make_votes(counted.make_paper(form=form), share))
    scale, units = section_of(document)["scale"], section_of(document)["targets"]
    assert book.sheetnames == SHEETS
    for row, unit in zip(rows(book["各单位"]), units, strict=True):
        assert (row["单位"], row["结论"]) == (unit["name"], unit["verdict"]["label"])
        check(row, overall_of(unit)["total"], scale)
    items = [item for unit in units for item in unit["items"]]
    for row, item in zip(rows(book["各指标"]), items, strict=True):
        check(row, item["total"], scale)
    nothing = {"shown": False}
    cells = [
        cell
        for item in items
        for cell in [group["cell"] for group in item["groups"]] or [{**nothing, "text": None, "why": True}]
    ]
    for row, cell in zip(rows(book["各类别"]), cells, strict=True):
        if "why" in cell:
            assert row["类别"] == "为保护匿名，本项不按类别列出"
        check(row, cell, scale)


def test_exact_figures_are_numbers(database: Database) -> None:
    book, document = workbook(database, counted.make_votes())
    sheet = book["各单位"]
    heads = [cell.value for cell in sheet[1]]
    rate = sheet.cell(2, heads.index("满意率") + 1)
    assert rate.data_type == "n"
    assert (
        round(rate.value * 1000) == section_of(document)["targets"][0]["overall"]["total"]["satisfied_rate"]["tenths"]
    )
    assert sheet.cell(2, heads.index("有效（人）") + 1).data_type == "n"
    assert all(book[name].freeze_panes == "C2" for name in SHEETS)


def test_the_chain_is_numbers(database: Database) -> None:
    book, document = workbook(database, counted.make_votes())
    heads = [cell.value for cell in book["计票链"][1]]
    last = [cell.value for cell in book["计票链"][book["计票链"].max_row]]
    total = document["chain"]["total"]
    for head, key in (("应参加", "expected"), ("发出", "issued"), ("收回", "returned"), ("有效", "valid")):
        assert last[heads.index(head)] == total[key]
    assert round(last[heads.index("回收率")] * 1000) == total["return_rate"]["tenths"]
    assert round(last[heads.index("参评率")] * 1000) == round(1000 * total["returned"] / total["expected"])


def test_a_title_is_no_code_of_excels_headers() -> None:
    document = make_document(counted.make_votes(counted.make_paper(title="&G&P" + "长" * 300)))
    with zipfile.ZipFile(io.BytesIO(result_workbook(make_result(document)))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert f"<oddHeader>&amp;C＆G＆P{'长' * 76}  &amp;A</oddHeader>" in sheet


def test_no_cell_is_a_formula_or_a_link(database: Database) -> None:
    groups = {f"{sign}{place}": 12 for place, sign in enumerate(RISKY)}
    paper = replace(counted.make_paper(RISKY, groups), title=RISKY[0], organisation=RISKY[1], campaign=RISKY[3])
    book, _ = workbook(database, counted.make_votes(paper))
    names = set()
    for sheet in book.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type in {"s", "n"}
            assert cell.hyperlink is None
            if isinstance(cell.value, str) and re.match(r"[=+\-@]", cell.value):
                assert cell.quotePrefix
            names.add(cell.value)
    assert {name for name in RISKY if name != "\tx"} <= names


def test_hidden_remarks_and_the_organisers_note_are_nowhere(database: Database) -> None:
    votes = counted.make_votes(remarks=9, opinions=((100, 0, 0, 0, 0),))
    book, _ = workbook(database, votes)
    words = {str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert not words & set(counted.WORDS)
    assert not any("高度一致" in word for word in words)
    assert book["意见"].max_row == 1


def test_every_percentage_is_one_of_the_document(database: Database) -> None:
    book, document = workbook(database, counted.make_votes(share=0.5))
    allowed = set().union(*map(reading.percents, reading.texts_of(document)))
    found: Sequence[str] = [
        text for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if (text := shown(cell))
    ]
    assert set().union(*map(reading.percents, found)) <= allowed


def test_it_refuses_characters_that_xml_cannot_carry() -> None:
    assert plain("县\x00文\x1b化\ud800馆\ufffe\n") == "县文化馆\n"


@pytest.mark.parametrize(("objects", "name"), [(Objects.PERSON, "各位同志"), (Objects.PROJECT, "各项目")])
def test_sheets_are_named_by_what_was_rated(database: Database, objects: Objects, name: str) -> None:
    paper = asked(counted.make_paper(), objects=objects)
    book, _ = workbook(database, counted.make_votes(paper))
    assert book.sheetnames == [name if each == "各单位" else each for each in SHEETS]
    assert not any("单位" in str(cell.value) for row in book[name].iter_rows(max_row=1) for cell in row)
