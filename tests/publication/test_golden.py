"""Published votes to the digit on every output: page, Word, Excel, PDF, interface and hall, with what is noted.

Every output is read back row by row: count and share of each grade in their order, the word, and what the shares add
up to as printed where that is not the whole.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass

import openpyxl
import pytest
from starlette.testclient import TestClient

from app.core.db import Database
from app.publication.domain import Scope
from app.publication.editions import Published
from app.reports.brief import brief
from app.reports.notice import notice
from app.reports.scrutiny import Particulars
from app.reports.word import survey_report
from app.reports.workbook import result_workbook
from tests.cast import refuses
from tests.publication import counted
from tests.publication.golden import EXACT_FROM, Vote, store, votes
from tests.publication.golden_lines import (
    NOTE,
    faults,
    in_excel,
    in_hall,
    in_interface,
    in_pdf,
    in_word,
    on_page,
    squeezed,
)
from tests.publication.golden_meetings import meetings
from tests.publication.reading import tables_of
from tests.publication.test_announcing import post
from tests.publication.test_api import program
from tests.publication.test_numbers import _cell
from tests.reports.printed import open_word
from tests.reports.test_brief import text_of

NewClient = Callable[[], TestClient]
EVERY = [*votes(), *meetings()]
VOTES = [vote for vote in EVERY if vote.is_valid]
INVALID = [vote for vote in EVERY if not vote.is_valid]


@dataclass(frozen=True, slots=True)
class Shown:
    """A stored vote with who looks at it."""

    vote: Vote
    round_id: str
    organiser: TestClient
    database: Database

    def read(self) -> tuple[Published, str]:
        """Return the result, and what the notice in PDF says."""
        with self.database.reading() as session:
            result = counted.result_for(session, self.round_id)
            public = counted.bands_for(session, self.round_id)
        return result, text_of(notice(public, "http://127.0.0.1:8000"))


@pytest.mark.parametrize("vote", VOTES, ids=[vote.part for vote in VOTES])
def test_every_digit_stands_on_all_six(new_client: NewClient, database: Database, vote: Vote) -> None:
    organiser = counted.log_in(new_client(), database, "organiser")
    shown = Shown(vote, store(database, vote, "leaders", "public"), organiser, database)
    result, pdf = shown.read()
    sections = program(new_client(), database, Scope.LEADERS).read(f"/{shown.round_id}")["document"]["sections"]
    outputs = {
        "page": on_page(organiser.get(f"/results/{shown.round_id}").text),
        "board": on_page(organiser.get(f"/notices/{shown.round_id}").text),
        "word": in_word(result, vote),
        "excel": in_excel(result),
        "pdf": in_pdf(pdf, vote),
        "interface": in_interface(sections),
        "hall": in_hall(organiser, shown.round_id, vote),
    }
    found = {output: faults(lines, vote) for output, lines in outputs.items()}
    assert found == {key: [] for key in outputs}
    told = squeezed(text_of(brief(result)))
    figures = {row.name: squeezed(row.figure) for row in vote.rows if row.figure}
    assert [name for name, figure in figures.items() if figure not in told.split(squeezed(name), 1)[1]] == []


@pytest.mark.parametrize("vote", INVALID, ids=[vote.part for vote in INVALID])
def test_too_few_present_is_said_to_staff_and_announced_to_nobody(
    new_client: NewClient, database: Database, vote: Vote
) -> None:
    round_id = store(database, vote, "leaders")
    organiser = counted.log_in(new_client(), database, "organiser")
    with refuses("release_invalid_result"):
        counted.release(database, round_id, "public")
    assert post(organiser, f"/rounds/{round_id}/announce", to="1") == 409
    with database.reading() as session:
        result = counted.result_for(session, round_id)
    sections = program(new_client(), database, Scope.LEADERS).read(f"/{round_id}")["document"]["sections"]
    outputs = {
        "page": on_page(organiser.get(f"/results/{round_id}").text),
        "word": in_word(result, vote),
        "excel": in_excel(result),
        "interface": in_interface(sections),
    }
    assert {output: faults(lines, vote) for output, lines in outputs.items()} == {key: [] for key in outputs}
    assert vote.rows[0].word in squeezed(text_of(brief(result)))


PROTECTED = [vote for vote in VOTES if vote.answered >= EXACT_FROM and vote.is_plain]
BANDED = {"代表甲", "学院甲", "学院乙", "学院丙", "对办理工作", "指标一", "指标二"}
"""Rows that all but tell everybody's mark: of a protected round no output shows a share of them."""
WHOLLY_BANDED = {"pingjiao-2020-302", "pingjiao-2020-1094", "pingjiao-2020-1114"}
"""Votes that have no other rows."""


def cells_of(table: list[list[str]], vote: Vote) -> dict[str, list[str]]:
    """Return the figures in the first row of each object whose shares are shown."""
    found: dict[str, list[str]] = {}
    for cells in table:
        for row in vote.rows:
            if row.name not in BANDED and row.name in cells:
                told = cells[cells.index(row.name) :]
                found.setdefault(row.name, [cell for cell in told if re.fullmatch(r"[\d.]+%", cell)])
    return found


def notes_in(text: str, vote: Vote) -> set[str]:
    """Return which rows are named behind the note on their sum."""
    found, plain = set(), squeezed(text)
    for row in vote.rows:
        tail = plain.partition(f"{squeezed(row.note)}：")[2] if row.note else ""
        if squeezed(row.name) in tail:
            found.add(row.name)
    return found


@pytest.mark.parametrize("vote", PROTECTED, ids=[vote.part for vote in PROTECTED])
def test_of_a_protected_round_staff_read_the_same_digits(new_client: NewClient, database: Database, vote: Vote) -> None:
    round_id = store(database, vote, "leaders", protected=True)
    leader = counted.log_in(new_client(), database, "leader")
    with database.reading() as session:
        result = counted.result_for(session, round_id)
    page = leader.get(f"/results/{round_id}?shares=1").text
    word = open_word(survey_report(result, None, vote.paper, Particulars(), counted.AT))
    book = openpyxl.load_workbook(io.BytesIO(result_workbook(result)))
    sheets = [sheet for sheet in book if sheet.title.endswith("各单位")]
    tables = {
        "page": [row for table in tables_of(page) for row in table],
        "word": [[cell.text for cell in row.cells] for table in word.tables for row in table.rows],
        "excel": [[_cell(cell) for cell in row] for sheet in sheets for row in sheet.iter_rows()],
    }
    shown = [row for row in vote.rows if row.name not in BANDED]
    assert bool(shown) is (vote.part not in WHOLLY_BANDED)
    for output, table in tables.items():
        cells = cells_of(table, vote)
        for row in shown:
            told = cells[row.name]
            assert told[: len(row.shares)] == [f"{share}%" for share in row.shares], (output, row.name)
            assert not row.rate or f"{row.rate}%" in told[len(row.shares) :], (output, row.name)
    noted = {row.name for row in shown if row.note}
    texts = {"page": re.sub("<[^>]*>", " ", page), "word": "".join(p.text for p in word.paragraphs)}
    texts["brief"] = text_of(brief(result))
    assert {output: notes_in(text, vote) for output, text in texts.items()} == dict.fromkeys(texts, noted)
    in_book = {row[1] for row in tables["excel"] if any(NOTE in cell for cell in row)}
    assert in_book == noted
    assert [row.name for row in shown if f"{row.rate}%" not in squeezed(texts["brief"])] == []
