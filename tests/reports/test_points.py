"""A result in points as every output tells it: means under their own name, 满意率 over none of them."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from app.campaigns.builtin import SCALES
from app.campaigns.disclosure import Disclosure, Extent, Kind
from app.campaigns.domain import Item, Scheme
from app.campaigns.score import Score
from app.core.db import Database
from app.publication import charts
from app.publication.announced import slides_of
from app.publication.domain import Scope
from app.publication.editions import Published
from app.publication.previous import previous_seen, previous_told
from app.reports.brief import brief
from app.reports.letters import feedback_letters
from app.reports.notice import notice
from app.reports.scrutiny import Particulars, scrutiny_report
from app.reports.word import survey_report
from app.reports.workbook import result_workbook
from app.rounds.domain import Paper
from app.rounds.reads import frozen_paper, get_round
from app.tally.document import every_target
from app.tally.headed import heads_of, mean_text
from tests.found import some
from tests.publication import counted
from tests.publication.test_announcing import post
from tests.publication.test_api import program
from tests.publication.test_years import YEAR, paper_of, publish
from tests.reports.printed import open_word, rows_under, text_of
from tests.reports.test_brief import text_of as text_of_pdf
from tests.tally.test_points import RANKS

HUNDRED, TEN = Item("a", "工作实绩", score=Score()), Item("b", "群众口碑", score=Score(10))
GRADED = Item("c", "总体印象")
GRADES = ["□满意", "□比较满意", "□基本满意", "□不满意"]
MIXED = (HUNDRED, GRADED)
BESIDE = (replace(GRADED, overall=True), HUNDRED)
RATE = re.compile("满意率")


def points(year: int, *items: Item, announced: bool = False) -> Paper:
    scheme = Scheme(SCALES["satisfaction"], rule=RANKS)
    if announced:
        scheme = replace(scheme, disclosure=Disclosure(Kind.ANNOUNCED, Extent.COUNTS))
    paper = paper_of(year, scheme=scheme, remarks=False, remark_bytes=0)
    return replace(paper, parts=tuple(replace(part, items=items) for part in paper.parts))


def store(database: Database, *items: Item, announced: bool = False) -> str:
    """Publish two rounds a year apart to everybody, and return the later one."""
    scopes = ("public", "leaders", "unit", "organisers")
    publish(database, points(2025, *items, announced=announced), -YEAR, *scopes)
    return publish(database, points(2026, *items, announced=announced), 0, *scopes)


def mean_of(result: Published) -> str:
    unit = next(every_target(result.document))
    total = unit["overall"]["total"]
    assert total["shown"]
    return mean_text(total)


def files_of(database: Database, round_id: str) -> Iterator[tuple[str, str]]:
    """Yield the text of every file of a result by what it is."""
    with database.reading() as session:
        result, bands = counted.result_for(session, round_id), counted.bands_for(session, round_id)
        paper, _ = frozen_paper(session, round_id)
        seen = previous_seen(session, counted.READER, counted.AT, result)
        told = previous_told(session, counted.AT, bands)
    assert seen
    assert told
    particulars = Particulars(previous=seen)
    yield "report", text_of(open_word(survey_report(result, None, paper, particulars, counted.AT)))
    yield "scrutiny", text_of(open_word(scrutiny_report(result, None, particulars, counted.AT)))
    with zipfile.ZipFile(io.BytesIO(feedback_letters(result, None, counted.AT))) as archive:
        yield "letter", text_of(open_word(archive.read(archive.namelist()[0])))
    yield "brief", text_of_pdf(brief(result, None, seen))
    yield "notice", text_of_pdf(notice(bands, "http://127.0.0.1:8000", None, told))
    book = load_workbook(BytesIO(result_workbook(result, None, seen)))
    yield "workbook", "\n".join(str(cell.value) for sheet in book for row in sheet for cell in row)
    section, [unit, *_] = result.section, result.section["targets"]
    yield "chart", charts.overall_chart(result.document).svg()
    yield "chart of a unit", charts.unit_chart(section, unit).svg()
    yield "chart of many", charts.multiples_chart(result.document)
    yield "row", charts.row_chart(section, unit, 0)
    for place in range(len(unit["items"]) + 1):
        yield "chart of groups", charts.groups_chart(section, unit, place).svg()
        assert charts.groups_chart(section, unit, place).png()
    assert charts.overall_chart(result.document).png()
    assert charts.multiples_png(result.document)


def pages_of(client: TestClient, database: Database, round_id: str) -> Iterator[tuple[str, str]]:
    """Yield every page that tells of a result by its path."""
    with database.reading() as session:
        campaign = f"/results/campaigns/{get_round(session, round_id).campaign_id}"
    organiser = counted.log_in(client, database, "organiser")
    base, unit = f"/results/{round_id}", "u0-2026"
    paths = (
        base, f"{base}?shares=1", f"{base}/units/{unit}", f"{base}/charts/overall", f"{base}/units/{unit}/chart",
        f"{base}/units/{unit}/groups/0", f"{base}/units/{unit}/groups/1", f"{base}/versions/1", f"/notices/{round_id}",
        f"{campaign}/units/{unit}", f"{base}/reports",
    )  # fmt: skip
    for path in paths:
        yield path, organiser.get(path).raise_for_status().text
    for place in ("0", "1", "3"):
        assert post(organiser, f"/rounds/{round_id}/announce", to=place) == 303
        yield f"slide {place}", organiser.get(f"/rounds/{round_id}/announce/screen").raise_for_status().text


@pytest.mark.parametrize("announced", [False, True])
def test_no_output_prints_a_rate_over_a_mean(client: TestClient, database: Database, *, announced: bool) -> None:
    last = store(database, HUNDRED, TEN, announced=announced)
    with database.reading() as session:
        result = counted.result_for(session, last)
    mean = mean_of(result)
    outputs = [*files_of(database, last), *pages_of(client, database, last)]
    assert [what for what, text in outputs if RATE.search(text)] == []
    telling = {"report", "letter", "brief", f"/results/{last}", f"/results/{last}/units/u0-2026", "chart of many"}
    telling |= {"notice", f"/notices/{last}", "slide 1", "workbook"} if announced else set()
    named = {what: text for what, text in outputs if what in telling}
    assert [what for what, text in named.items() if mean not in text] == []
    assert [what for what, text in named.items() if "平均分" not in text and what != "chart of many"] == []


def test_what_came_out_last_time_is_a_mean_too(client: TestClient, database: Database) -> None:
    last = store(database, HUNDRED, TEN, announced=True)
    with database.reading() as session:
        seen = previous_seen(session, counted.READER, counted.AT, counted.result_for(session, last))
        assert previous_told(session, counted.AT, counted.bands_for(session, last)) == seen
    assert all(one.rate.endswith(" 分") for each in some(seen) for one in (each.now, each.last))
    words = {**dict(files_of(database, last)), **dict(pages_of(client, database, last))}
    for what in ("report", "workbook", "brief", "notice", f"/results/{last}", f"/notices/{last}", "slide 1"):
        assert seen[0].last.rate in words[what], what


def test_programs_read_the_means(client: TestClient, database: Database) -> None:
    last = store(database, HUNDRED, TEN)
    for scope in (Scope.LEADERS, Scope.PUBLIC):
        told = program(client, database, scope).read(f"/{last}")
        assert told["document"]["sections"][0]["kind"] == "scores"


@pytest.mark.parametrize(
    ("items", "heads"),
    [
        ((HUNDRED, TEN), ("平均分",)),
        (MIXED, ("综合得分", "满意率", "不满意率")),
        (BESIDE, ("满意率", "不满意率", "综合得分")),
        ((GRADED,), ("满意率", "不满意率")),
    ],
)
def test_figures_stand_under_their_names(database: Database, items: tuple[Item, ...], heads: tuple[str, ...]) -> None:
    """Whatever is told of a cell stands under what it is: a rate ends in %, a mean in 分."""
    last = store(database, *items)
    with database.reading() as session:
        result = counted.result_for(session, last)
        paper, _ = frozen_paper(session, last)
    assert heads_of(result.section) == heads
    word = open_word(survey_report(result, None, paper, Particulars(), counted.AT))
    name = result.section["targets"][0]["name"]
    columns = [
        row for table in word.tables for row in [[cell.text for cell in table.rows[0].cells]] if row[0] == "指标"
    ]
    assert any([head for head in row if head in heads] == list(heads) for row in columns)
    for row in rows_under(word, f"{name}各项评价"):
        assert any("%" in text or " 分" in text for text in row), row
    book = load_workbook(BytesIO(result_workbook(result)))["各指标"]
    at = {cell.value: cell.column for cell in book[1]}
    means, rates = at.get("平均分") or at["综合得分"], at.get("满意率")
    assert ("平均分" in at) is (rates is None)
    for row, item in zip(
        book.iter_rows(min_row=2), [item for unit in result.section["targets"] for item in unit["items"]], strict=True
    ):
        if rates and item["key"] != "a":
            assert isinstance(row[rates - 1].value, int | float)
        if item["key"] == "a":
            assert float(row[means - 1].value)


def test_the_form_says_how_points_are_given(database: Database) -> None:
    """Behind the report stands the form as it was filled in: no box of a grade where points were asked."""
    for items, rows in (
        (
            (HUNDRED, TEN),
            [["工作实绩", "打 0–100 分，取平均分", "□不了解"], ["群众口碑", "打 0–10 分，取平均分", "□不了解"]],
        ),
        (MIXED, [["工作实绩", *["打 0–100 分，取平均分"] * 4, "□不了解"], ["总体印象", *GRADES, "□不了解"]]),
    ):
        last = store(database, *items)
        with database.reading() as session:
            result, (paper, _) = counted.result_for(session, last), frozen_paper(session, last)
        word = open_word(survey_report(result, None, paper, Particulars(), counted.AT))
        asked = [[[cell.text for cell in row.cells] for row in table.rows[1:]] for table in word.tables]
        assert rows in asked


def test_a_notice_tells_the_word_of_an_object_once(database: Database) -> None:
    last = store(database, HUNDRED, TEN, announced=True)
    with database.reading() as session:
        bands = counted.bands_for(session, last)
    told = "".join(text_of_pdf(notice(bands, "http://127.0.0.1:8000")).split())
    for slide in slides_of(bands.document):
        row = told.split(f"{slide.name}·{TEN.label}", 1)[1]
        mean, valid = slide.asked[-1].options[0].share["text"].replace(" ", ""), slide.asked[-1].valid
        assert row.startswith(f"平均分{mean}{valid}")
        assert not row.removeprefix(f"平均分{mean}{valid}").startswith(slide.word)


def test_in_english_too(client: TestClient, database: Database) -> None:
    last = store(database, HUNDRED, TEN, announced=True)
    reader = counted.log_in(client, database, "leader")
    for path in (f"/results/{last}", f"/results/{last}/units/u0-2026", f"/notices/{last}"):
        text = reader.get(path, headers={"accept-language": "en"}).raise_for_status().text
        assert "Mean" in text
        assert "atisfied rate" not in text
        assert re.search(r"[0-9] points", text)
        assert not re.search(r"[0-9] 分", text)
