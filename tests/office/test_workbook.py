"""Workbooks from strangers: read by a child under limits, or refused with a reason (SEC-56); export texts (SEC-59)."""

import datetime as dt
import io
import re
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import DomainError
from app.office import workbook
from app.office.sheets import reading
from app.office.sheets.found import MAX_CELLS, MAX_ROWS, times_the_usual
from app.office.workbook import export_text, looks_like_formula, read_workbook
from app.web.error_sentences import SENTENCES
from tests import hostile_workbooks as hostile

ANSWER_SECONDS = workbook.SEAT_SECONDS + workbook.WALL_SECONDS + 1.0
"""A second to take the answer apart."""
RSS_MB = 300
MEASURED = """
import sys
from app.office.bench import Bench
from app.office.sheets import reading
told = {"first": [], "most_cells": int(sys.argv[1])}
bench = Bench(told, sys.stdin.buffer.read(), None, None, "", None, "")
answer = reading.read(bench).content
with open("/proc/self/status") as status:
    sys.stderr.write(status.read())
sys.stdout.write("refused" if answer.startswith(b'{"refused"') else "read")
"""
PREFIXED = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", " =1"]


def refusal(data: bytes) -> str | None:
    """The code it is refused with, None if it is read."""
    try:
        read_workbook(data)
    except DomainError as error:
        return error.code
    return None


def open_file_count() -> int:
    """Open files of this process."""
    return len(list(Path("/proc/self/fd").iterdir()))


def test_it_works() -> None:
    book = read_workbook(hostile.honest([["序号", "单位名称"], [1, "文化馆"], [], [2.0, " 图书馆 "]]))
    assert book.names == ("单位",)
    sheet = book.sheet("参评单位", "单位")
    assert sheet is not None
    assert [row.number for row in sheet.rows] == [1, 2, 4]
    assert sheet.rows[2].cells == {"A": "2", "B": " 图书馆 "}
    assert sheet.rows[1].text("B") == "文化馆"
    assert sheet.rows[1].text("C") == ""


def test_it_reads_every_sheet_that_xlsxwriter_wrote() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        for title in ("说明", "单位"):
            sheet = book.add_worksheet(title)
            sheet.write_string("AB3", "=1+1")
            sheet.write_number("C1", 0.5)
    read = read_workbook(target.getvalue(), ["单位", "没有的"])
    assert read.names == ("说明", "单位")
    assert [list(row.cells.values()) for sheet in read.sheets for row in sheet.rows] == [["0.5"], ["=1+1"]] * 2
    assert list(read.sheets[0].rows[1].cells) == ["AB"]


def test_it_makes_text_of_every_kind_of_cell() -> None:
    values = [True, 12, 12.0, 1.5, 1e20, dt.date(2026, 11, 23), "=A1+1", "ab\ncd"]
    read = read_workbook(hostile.honest([values]))
    row = read.sheets[0].rows[0]
    cells = {column: (text, row.faults.get(column, "")) for column, text in row.cells.items()}
    # G was calculated by nobody yet: a formula is never read, only its last value.
    assert cells == {
        "A": ("TRUE", ""),
        "B": ("12", ""),
        "C": ("12", ""),
        "D": ("1.5", ""),
        "E": ("1.00000E+20", "digits_lost"),
        "F": ("2026-11-23", ""),
        "G": ("", "no_value"),
        "H": ("ab\ncd", ""),
    }


@pytest.mark.parametrize(("build", "code"), hostile.CORPUS.items(), ids=lambda part: getattr(part, "__name__", None))
def test_it_refuses_the_hostile_corpus(build: Callable[[], bytes], code: str | None) -> None:
    data = build()
    start = time.monotonic()
    assert refusal(data) == code
    assert time.monotonic() - start < ANSWER_SECONDS


@pytest.mark.parametrize("build", hostile.LABOURS)
def test_it_refuses_to_labour_for_long(build: Callable[[], bytes]) -> None:
    data, open_files = build(), open_file_count()
    start = time.monotonic()
    assert refusal(data) in hostile.LABOUR_CODES | {None}
    assert time.monotonic() - start < ANSWER_SECONDS
    assert open_file_count() == open_files


@pytest.mark.parametrize("build", [*hostile.CORPUS, *hostile.LABOURS])
def test_the_child_stays_small(build: Callable[[], bytes]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(MAX_CELLS)], input=build(), capture_output=True, timeout=60, check=False
    )
    peak = re.search(rb"VmHWM:\s+(\d+) kB", done.stderr)
    if peak is None:
        assert done.returncode < 0, "neither an answer nor stopped by its limits"
    else:
        assert done.returncode == 0
        assert done.stdout in {b"read", b"refused"}
        assert int(peak[1]) < RSS_MB * 1024


def test_it_reads_an_honest_workbook_beside_a_hostile_one() -> None:
    codes: list[str | None] = []
    labour = threading.Thread(target=lambda: codes.append(refusal(hostile.wide_rows())))
    labour.start()
    assert refusal(hostile.honest([["单位"], ["文化馆"]])) is None
    labour.join()
    assert len(codes) == 1


def test_it_refuses_a_third_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SEAT_SECONDS", 0.1)
    with workbook._READERS, workbook._READERS:
        assert refusal(hostile.honest([["单位"]])) == "workbook_busy"
    assert refusal(hostile.honest([["单位"]])) is None


def test_every_refusal_has_a_sentence() -> None:
    codes = {code for code in hostile.CORPUS.values() if code} | hostile.LABOUR_CODES | {"workbook_busy"}
    assert codes <= SENTENCES.keys()


def test_it_names_the_sheet_and_the_row_beyond_the_limit() -> None:
    with pytest.raises(DomainError) as caught:
        read_workbook(hostile.last_column())
    assert caught.value.params == {"sheet": "单位", "row": 1, "limit": 50}


def test_it_reads_as_much_as_is_allowed() -> None:
    book = read_workbook(hostile.honest([[number, f"单位{number}"] for number in range(MAX_ROWS)]))
    assert len(book.sheets[0].rows) == MAX_ROWS


def test_whoever_may_bring_more_cells_gets_more_time() -> None:
    assert times_the_usual(1) == 1
    assert times_the_usual(MAX_CELLS) == 1
    assert times_the_usual(3 * MAX_CELLS) == 3


@given(st.binary(max_size=400), st.integers(0, 2_000))
def test_it_refuses_any_scratched_file_in_the_child_without_an_error(noise: bytes, place: int) -> None:
    body = hostile.pack(hostile.parts())
    spoilt = body[:place] + noise + body[place + len(noise) :]
    found = reading.answer(spoilt)
    assert found.keys() in ({"sheets", "lost"}, {"refused", "params"})


@given(st.text(max_size=60))
def test_an_exported_text_is_a_plain_string(text: str) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.add_worksheet().write_string(0, 0, export_text("x" + text))
    with zipfile.ZipFile(target) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    cell = openpyxl.load_workbook(target).active["A1"]
    assert cell.data_type == "s"


def test_an_exported_text_fits_a_cell() -> None:
    assert export_text("甲\0乙\t丙\n丁\u202e\uffff") == "甲 乙 丙\n丁  "
    assert len(export_text("甲" * 40_000)) == 32_767


@pytest.mark.parametrize("text", PREFIXED)
def test_it_knows_what_a_spreadsheet_may_calculate(text: str) -> None:
    assert looks_like_formula(text)
    assert not looks_like_formula("甲" + text)
