"""Published votes to the digit on every output: page, Word, Excel, PDF, interface and hall, with what is noted.

Every output is read back row by row: count and share of each grade in their order, the word, and what the shares add
up to as printed where that is not the whole.
"""

import io
import re
from collections.abc import Callable, Iterator
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
from tests.publication.golden import EXACT_FROM, Asked, Vote, store, votes
from tests.publication.reading import tables_of
from tests.publication.test_announcing import post
from tests.publication.test_api import program
from tests.publication.test_numbers import _cell
from tests.reports.printed import open_word
from tests.reports.test_brief import text_of
from tests.tally.cast import Json

NewClient = Callable[[], TestClient]
Line = tuple[str, str]
"""The cells of a row that may name it, one a line, and all that the row says without white space."""
EVERY = list(votes())
VOTES = [vote for vote in EVERY if vote.is_valid]
INVALID = [vote for vote in EVERY if not vote.is_valid]
PAIR = re.compile(r"(\d+)（([\d.]+%)）")
NOTE = "不作凑整"


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def line(*cells: str) -> Line:
    """Return a row of cells; a count and the share beside it are put as everywhere else."""
    return "\n".join(cells), squeezed("|".join(re.sub(r"(\d+) ([\d.]+%)", r"\1（\2）", cell) for cell in cells))


def faults(lines: Iterator[Line], vote: Vote) -> list[str]:
    """Return what of each row is not in the one line that has its name, or is there and should not be."""
    every, found = list(lines), list[str]()
    for row in vote.rows:
        said = [text for names, text in every if row.name in names.split("\n")]
        if len(said) != 1:
            found.append(f"{row.name}: {len(said)} lines")
        found += [f"{row.name}: {fault} in {text}" for text in said for fault in _faults(row, text, vote.as_items)]
    return found


def _faults(row: Asked, text: str, is_item: bool) -> Iterator[str]:
    pairs = PAIR.findall(text)
    if pairs[: len(row.counts)] != row.pairs or (row.unknown_share and pairs[len(row.counts) :] != row.others):
        yield f"{row.pairs} {row.others}"
    if (squeezed(row.note) or NOTE) not in text if row.note else NOTE in text:
        yield row.note or "no note"
    if not is_item and squeezed(row.word) not in text:
        yield row.word


def on_page(text: str) -> Iterator[Line]:
    [table] = [table for table in tables_of(text) if table and table[0][1:2] == ["对象"]]
    yield from (line(*row) for row in table[1:])


def in_word(result: Published, vote: Vote) -> Iterator[Line]:
    word = open_word(survey_report(result, None, vote.paper, Particulars(), counted.AT))
    [table] = [table for table in word.tables if table.rows[0].cells[0].text == "对象"]
    yield from (line(*(cell.text for cell in row.cells)) for row in table.rows[1:])


def in_excel(result: Published) -> Iterator[Line]:
    sheet = openpyxl.load_workbook(io.BytesIO(result_workbook(result)))["公开计票"]
    rows: dict[tuple[str, str], list[str]] = {}
    for cells in sheet.iter_rows(min_row=2):
        _, name, item, _, count, share, _, *others = map(_cell, cells)
        rows.setdefault((name, item), []).append(f"{count} {share} {' '.join(others)}")
    yield from (line(*key, *options) for key, options in rows.items())


def in_pdf(text: str, vote: Vote) -> Iterator[Line]:
    """Cut the notice at the names, which come in their order."""
    rest = squeezed(text).split("公开计票结果", 1)[1]
    names = [row.name for row in vote.rows]
    for name, following in zip(names, [*names[1:], ""], strict=True):
        rest = rest[rest.index(squeezed(name)) :]
        end = rest.index(squeezed(following)) if following else rest.index("个：")
        yield name, rest[:end]
        rest = rest[end:]


def in_interface(sections: Json, vote: Vote) -> Iterator[Line]:
    for target in (target for section in sections for target in section["targets"]):
        named = [(item["label"], item["total"]) for item in target["items"]]
        for name, cell in named if vote.as_items else [(target["name"], target["overall"]["total"])]:
            others = [cell["unknown"]] if cell["unknown"] else []
            told = [f"{row['count']} {row['share']['text']}" for row in cell["distribution"]]
            told += [f"{other['count']} {other['rate']['text']}" for other in others]
            yield line(name, *told, cell.get("sum_text", ""), target["verdict"]["label"])


def in_hall(organiser: TestClient, round_id: str, vote: Vote) -> Iterator[Line]:
    """Step through the objects; of several items each has a heading of its own."""
    for place in range(1, 2 if vote.as_items else len(vote.rows) + 1):
        assert post(organiser, f"/rounds/{round_id}/announce", to=str(place)) == 303
        shown = organiser.get(f"/rounds/{round_id}/announce/screen").text.split("<h2>", 1)[1]
        assert "<dt></dt>" not in shown
        for part in shown.split("<h3>")[1:] if vote.as_items else [shown]:
            name = part.split("<", 1)[0]
            yield line(name, re.sub("<[^>]*>", " ", part.replace("<small>", " ")))


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
        "interface": in_interface(sections, vote),
        "hall": in_hall(organiser, shown.round_id, vote),
    }
    found = {output: faults(lines, vote) for output, lines in outputs.items()}
    assert found == {key: [] for key in outputs}
    rates = squeezed(text_of(brief(result)))
    assert [row.name for row in vote.rows if f"{row.rate}%" not in rates.split(squeezed(row.name), 1)[1]] == []


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
        "interface": in_interface(sections, vote),
    }
    assert {output: faults(lines, vote) for output, lines in outputs.items()} == {key: [] for key in outputs}
    assert vote.rows[0].word in squeezed(text_of(brief(result)))


PROTECTED = [vote for vote in VOTES if vote.answered >= EXACT_FROM and not vote.as_items]
BANDED = {"代表甲", "学院甲", "学院乙", "学院丙", "对办理工作", "指标一", "指标二"}
"""Rows that all but tell everybody's mark: of a protected round no output shows a share of them."""


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
    assert all(f"{row.rate}%" in squeezed(texts["brief"]) for row in shown)
