"""Items under headings: every output that lists items says once, before its items, what they stand under."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from app.booth.domain import shape
from app.campaigns.disclosure import Disclosure, Kind
from app.campaigns.domain import Item
from app.core.db import Database
from app.publication.domain import Scope
from app.publication.editions import Published
from app.publication.spoken import in_language
from app.reports.brief import brief
from app.reports.language import written_in
from app.reports.letters import feedback_letters
from app.reports.scrutiny import Particulars
from app.reports.word import survey_report
from app.reports.workbook import result_workbook
from app.rounds.domain import Paper
from app.rounds.english import spoken, with_english
from app.rounds.reads import frozen_paper
from tests.publication import counted
from tests.publication.test_announcing import post
from tests.publication.test_api import program
from tests.publication.test_years import paper_of, publish
from tests.reports.printed import open_word, text_of
from tests.reports.test_brief import text_of as text_of_pdf

VIRTUE, ABILITY = "一、德", "二、能"
ITEMS = (
    Item("a", "政治表现", heading=VIRTUE),
    Item("b", "职业道德", heading=VIRTUE),
    Item("c", "业务能力", heading=ABILITY),
    Item("d", "总体评价", overall=True),
)
READ = (VIRTUE, "政治表现", "职业道德", ABILITY, "业务能力", "总体评价")


def headed_paper(groups: Mapping[str, int] | None = None, **changes: object) -> Paper:
    paper = paper_of(2026, groups, remarks=False, remark_bytes=0)
    parts = tuple(replace(part, items=ITEMS, units=part.units[:1]) for part in paper.parts)
    return replace(paper, parts=parts, **changes)  # type: ignore[arg-type]


@pytest.fixture
def round_id(database: Database) -> str:
    """A published round of one unit, whose brief tells its items."""
    return publish(database, headed_paper(), 0, "public", "leaders", "unit", "organisers")


@pytest.fixture
def result(database: Database, round_id: str) -> Published:
    """What its organiser reads of it."""
    with database.reading() as session:
        return counted.result_for(session, round_id)


def read_in_order(text: str, words: Sequence[str] = READ) -> bool:
    """Whether words stand in a text one after the other, nowhere another of them between."""
    found = re.findall("|".join(map(re.escape, words)), text)
    return "".join(words) in "".join(found)


def test_it_works(database: Database, result: Published, round_id: str) -> None:
    with database.reading() as session:
        paper, _ = frozen_paper(session, round_id)
    assert paper.section.items == ITEMS
    report = text_of(open_word(survey_report(result, None, paper, Particulars(), counted.AT)))
    appendix = report[report.rindex("测评表") :]
    assert read_in_order(report)
    assert read_in_order(appendix)
    assert read_in_order(text_of_pdf(brief(result)))
    with zipfile.ZipFile(io.BytesIO(feedback_letters(result, None, counted.AT))) as archive:
        assert read_in_order(text_of(open_word(archive.read(archive.namelist()[0]))))


def test_a_workbook_has_a_column_of_them_only_where_there_are_any(database: Database, result: Published) -> None:
    book = load_workbook(io.BytesIO(result_workbook(result)))
    for name in ("各指标", "各类别"):
        heads, *rows = book[name].iter_rows(min_row=1, values_only=True)
        while "指标" not in heads:
            heads, *rows = rows
        place = heads.index("指标")
        assert heads[place - 1] == "所属标题"
        told = list(dict.fromkeys((row[place - 1] or "", row[place]) for row in rows if row[place]))
        assert told == [(item.heading, item.label) for item in ITEMS]
    plain = publish(database, replace(headed_paper(), parts=paper_of(2025).parts), 0)
    with database.reading() as session:
        bare = counted.result_for(session, plain)
    book = load_workbook(io.BytesIO(result_workbook(bare)))
    assert "所属标题" not in [cell.value for sheet in book for row in sheet for cell in row]


def test_the_hall_and_public_counts_name_them(client: TestClient, database: Database) -> None:
    scheme = replace(headed_paper().scheme, disclosure=Disclosure(Kind.ANNOUNCED))
    round_id = publish(database, headed_paper({"全体代表": 40}, scheme=scheme), 0, "public", "leaders")
    organiser = counted.log_in(client, database, "organiser")
    assert post(organiser, f"/rounds/{round_id}/announce", to="1") == 303
    full = ["总体评价", f"{VIRTUE} 政治表现", f"{VIRTUE} 职业道德", f"{ABILITY} 业务能力"]
    screen = organiser.get(f"/rounds/{round_id}/announce/screen").raise_for_status().text
    assert re.findall("<h3>([^<]+)", screen) == full
    board = organiser.get(f"/notices/{round_id}").raise_for_status().text
    assert [label for label in full if label not in board] == []


def test_pages_name_them(client: TestClient, database: Database, round_id: str, result: Published) -> None:
    organiser = counted.log_in(client, database, "organiser")
    unit = result.section["targets"][0]["id"]
    page = organiser.get(f"/results/{round_id}/units/{unit}").raise_for_status().text
    assert re.findall(r'<th scope="rowgroup"[^>]*>([^<]+)', page) == [VIRTUE, ABILITY]
    assert read_in_order(page)
    frozen = organiser.get(f"/rounds/{round_id}/paper").raise_for_status().text
    assert read_in_order(frozen)


def test_programs_read_what_each_item_stands_under(client: TestClient, database: Database, round_id: str) -> None:
    told = program(client, database, Scope.LEADERS).read(f"/{round_id}")
    [section] = told["document"]["sections"]
    for items in (section["items"], section["targets"][0]["items"]):
        assert [item.get("heading") for item in items] == [VIRTUE, VIRTUE, ABILITY, None]


def test_their_english_is_frozen_with_the_paper() -> None:
    paper = with_english(headed_paper(), {VIRTUE: "Part one"})
    assert [item.heading for item in spoken(paper, "en").section.items][1:3] == ["Part one", "2. Ability"]


def test_they_are_said_in_english(database: Database, result: Published, round_id: str) -> None:
    with database.reading() as session:
        paper, _ = frozen_paper(session, round_id)
    with written_in("en", {}):
        assert read_in_order(
            text_of_pdf(brief(in_language("en", result, paper), None)), ("1. Virtue", "Political conduct")
        )


def test_a_ballot_is_the_same_with_headings_and_without() -> None:
    """The wire knows none of it: as many bytes, the same shape of what a phone keeps."""
    headed = headed_paper()
    bare = replace(
        headed,
        parts=tuple(
            replace(part, items=tuple(replace(item, heading="") for item in part.items)) for part in headed.parts
        ),
    )
    assert (headed.cells, shape(headed)) == (bare.cells, shape(bare))
