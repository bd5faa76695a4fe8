"""与上次结果: one answer on page, notice, hall screen and in Word, of what each reader could read before."""

import re
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from io import BytesIO
from weakref import ref

import docx
import orjson
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from starlette.testclient import TestClient

from app.archive.contents import contents_of
from app.campaigns.builtin import SCALES
from app.campaigns.disclosure import Disclosure, Extent, Kind
from app.campaigns.domain import Scheme
from app.core.chinese import CHINA
from app.core.db import Database
from app.core.holding import hold_nothing
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.publication.admission import admission
from app.publication.api_shapes import Result
from app.publication.domain import Scope, Viewer
from app.publication.lookback import Pairing
from app.publication.previous import (
    DAMAGED,
    PREVIOUS_NOTE,
    TWICE,
    Before,
    in_words,
    previous_seen,
    previous_told,
    rounds_of,
)
from app.publication.read_log import reads_of
from app.publication.reads import ANYONE, Sighted
from app.publication.stored import Text
from app.reports.brief import brief
from app.reports.language import before_cells
from app.reports.notice import notice
from app.reports.scrutiny import Particulars
from app.reports.word import survey_report
from app.reports.workbook import result_workbook
from app.rounds.domain import Paper
from app.rounds.models import Round
from app.rounds.reads import frozen_paper
from app.tally.flat import lifted
from tests.found import some
from tests.kept import forget_results
from tests.publication import counted
from tests.publication.test_announcing import post
from tests.publication.test_api import mirrored, program
from tests.publication.test_concluded import damage, repair
from tests.publication.test_numbers import AXIS, FIXED, leaves, numbers, text_of
from tests.publication.test_routes import OUTPUTS
from tests.publication.test_years import FEW, MANY, YEAR, of_items, paper_of, publish, publish_votes
from tests.reports.test_brief import text_of as text_of_pdf
from tests.statements import statements
from tests.tally.cast import Json

FILES = ("export.xlsx", "report.docx", "brief.pdf")


def announced(year: int, members: int, extent: Extent = Extent.COUNTS) -> Paper:
    scheme = Scheme(SCALES["satisfaction"], disclosure=Disclosure(Kind.ANNOUNCED, extent))
    return paper_of(year, {"组成人员": members}, remarks=False, remark_bytes=0, scheme=scheme)


def told(database: Database, round_id: str) -> Sequence[Before]:
    with database.reading() as session:
        return previous_told(session, counted.AT, counted.bands_for(session, round_id))


def test_it_works(client: TestClient, database: Database) -> None:
    first = publish(database, announced(2025, 33), -YEAR, "public", "leaders")
    last = publish(database, announced(2026, 46), 0, "public", "leaders")
    found = told(database, last)
    assert [each.where for each in found] == ["2025年活动 2025年测评"] * 2
    with database.reading() as session:
        result, bands = counted.result_for(session, last), counted.bands_for(session, last)
        seen = previous_seen(session, counted.READER, counted.AT, result)
        paper, _ = frozen_paper(session, last)
    assert list(seen) == list(found)
    assert not told(database, first)
    page = client.get(f"/notices/{last}").text
    assert f'href="/notices/{first}">2025年活动 · 2025年测评</a>' in page
    assert all(each.last.rate in page for each in some(found))
    words = "".join(text_of_pdf(notice(bands, "http://127.0.0.1:8000", None, found)).split())
    assert f"{found[0].last.text}2025年活动2025年测评".replace(" ", "") in words
    assert PREVIOUS_NOTE in words
    assert PREVIOUS_NOTE not in "".join(text_of_pdf(notice(bands, "http://127.0.0.1:8000")).split())
    assert client.get(f"/notices/{last}/notice.pdf").status_code == 200
    made = docx.Document(BytesIO(survey_report(result, None, paper, Particulars(previous=seen), counted.AT)))
    cells = {cell.text for table in made.tables for row in table.rows for cell in row.cells}
    assert {found[0].last.text, found[0].where} <= cells
    sheet = load_workbook(BytesIO(result_workbook(result, None, seen)))["与上次结果"]
    assert [cell.value for cell in sheet[2]][1:4] == [found[0].now.text, found[0].last.text, found[0].where]
    organiser = counted.log_in(client, database, "organiser")
    assert post(organiser, f"/rounds/{last}/announce", to="1") == 303
    screen = organiser.get(f"/rounds/{last}/announce/screen").text
    assert f"上次：{found[0].last.text}（2025年活动 · 2025年测评）" in screen


FAILING = ((1, 1, 2, 16, 0),)


def test_who_failed_twice_in_a_row_is_told_so_everywhere(client: TestClient, database: Database) -> None:
    for year, members, back in ((2025, 33, -YEAR), (2026, 46, 0)):
        paper = announced(year, members)
        votes = counted.Votes(paper, {group.id: members for group in paper.groups}, opinions=FAILING)
        last = publish_votes(database, votes, back, "public", "leaders")
    found = told(database, last)
    assert [(each.now.code, each.last.code, each.twice) for each in found] == [("remedial", "remedial", TWICE)] * 2
    with database.reading() as session:
        result, bands = counted.result_for(session, last), counted.bands_for(session, last)
        paper, _ = frozen_paper(session, last)
    assert TWICE in client.get(f"/notices/{last}").text
    assert TWICE in "".join(text_of_pdf(notice(bands, "http://127.0.0.1:8000", None, found)).split())
    assert TWICE in "".join(text_of_pdf(brief(result, None, found)).split())
    made = docx.Document(BytesIO(survey_report(result, None, paper, Particulars(previous=found), counted.AT)))
    assert f"{found[0].now.text} · {TWICE}" in {c.text for t in made.tables for row in t.rows for c in row.cells}
    sheet = load_workbook(BytesIO(result_workbook(result, None, found)))["与上次结果"]
    assert TWICE in str(sheet[2][1].value)
    organiser = counted.log_in(client, database, "organiser")
    assert post(organiser, f"/rounds/{last}/announce", to="1") == 303
    screen = organiser.get(f"/rounds/{last}/announce/screen").text
    now, before = (" ".join(re.sub("<[^>]+>", " ", part).split()) for part in screen.split("上次："))
    assert f"{found[0].now.word} {TWICE} · " in now
    assert before.startswith(f"{found[0].last.text}（")
    assert "Failed twice in a row" in client.get(f"/notices/{last}", headers={"accept-language": "en"}).text


def rated(database: Database, year: int, back: int, opinions: tuple[tuple[int, ...], ...], *scopes: str) -> str:
    """Publish a round about both units; of the year between it was asked by another form."""
    paper = announced(year, {2024: 33, 2025: 46, 2026: 60}[year])
    if year == 2025:
        [part] = paper.parts
        items = tuple(replace(item, label=f"{item.label}（新）") for item in part.items)
        paper = replace(paper, parts=(replace(part, items=items, units=part.units[:1]),))
    votes = counted.Votes(paper, {group.id: group.expected for group in paper.groups}, opinions=opinions)
    return publish_votes(database, votes, back, *scopes)


@pytest.mark.parametrize(("between", "twice"), [("public", ["", TWICE]), ("participants", [TWICE, TWICE])])
def test_nothing_lies_between_two_that_are_said_to_be_on_end(
    database: Database, between: str, twice: list[str]
) -> None:
    """Who passed meanwhile, by another form, did not fail twice on end; of a round by link nobody learns that it is."""
    rated(database, 2024, -2 * YEAR, FAILING, "public")
    rated(database, 2025, -YEAR, counted.OPINIONS[:1], between)
    last = rated(database, 2026, 0, FAILING, "public")
    found = told(database, last)
    assert [each.title for each in found] == ["2024年测评"] * 2
    assert [(each.now.code, each.last.code) for each in found] == [("remedial", "remedial")] * 2
    assert [each.twice for each in found] == twice


@pytest.mark.parametrize("opinions", [(FAILING, counted.OPINIONS[:1]), (counted.OPINIONS[:1], FAILING)])
def test_who_failed_once_is_not_told_so(
    database: Database, opinions: tuple[tuple[tuple[int, ...], ...], ...]
) -> None:  # fmt: skip
    """Neither who failed last time and does no more, nor the other way round."""
    last = ""
    for (year, members, back), given in zip(((2025, 33, -YEAR), (2026, 46, 0)), opinions, strict=True):
        paper = announced(year, members)
        votes = counted.Votes(paper, {group.id: members for group in paper.groups}, opinions=given)
        last = publish_votes(database, votes, back, "public")
    found = told(database, last)
    assert "remedial" in {found[0].now.code, found[0].last.code}
    assert {each.twice for each in found} == {""}


def test_a_damaged_result_of_last_time_keeps_nobody_from_this_one(client: TestClient, database: Database) -> None:
    first = publish(database, announced(2025, 33), -YEAR, "public", "leaders")
    last = publish(database, announced(2026, 46), 0, "public", "leaders")
    organiser = counted.log_in(client, database, "organiser")
    damage(database, first)
    forget_results()
    found = told(database, last)
    assert {(each.last.text, each.where) for each in found} == {(DAMAGED, "2025年活动 2025年测评")}
    spoken = in_words("en", found)
    assert all(each.is_unread for each in [*found, *spoken]), "in whatever words it is told"
    assert DAMAGED not in {each.last.word for each in spoken}
    assert DAMAGED in organiser.get(f"/results/{last}").raise_for_status().text
    assert DAMAGED in client.get(f"/notices/{last}").raise_for_status().text


def test_a_repaired_result_of_last_time_is_told_again(client: TestClient, database: Database) -> None:
    first = publish(database, announced(2025, 33), -YEAR, "public")
    last = publish(database, announced(2026, 46), 0, "public")
    forget_results()
    texts = []
    for change in (damage, repair):
        change(database, first)
        page = client.get(f"/notices/{last}").raise_for_status().text
        file = text_of_pdf(client.get(f"/notices/{last}/notice.pdf").raise_for_status().content)
        texts += [(DAMAGED in page, DAMAGED in "".join(file.split()))]
    assert texts == [(True, True), (False, False)]
    assert all(each.last.rate for each in some(told(database, last)))


def test_every_output_that_tells_last_time_tells_the_same(client: TestClient, database: Database) -> None:
    """Those named here and no other; what they say more than the result does is of last time and nothing else."""
    publish(database, announced(2025, 33), -YEAR, "leaders")
    last = publish(database, announced(2026, 46), 0, "leaders")
    with database.reading() as session:
        result = counted.result_for(session, last)
        found = previous_seen(session, counted.READER, counted.AT, result)
    own = set().union(*map(numbers, leaves(result.document)), numbers("2026年测评")) | AXIS | FIXED
    told = set().union(*(numbers("".join(before_cells(each))) for each in found))
    assert all(numbers(each.last.rate) - own for each in some(found))
    reader = counted.log_in(client, database, "leader")
    telling = set()
    for route in OUTPUTS:
        place = {"unit_id": found[0].id, "item": result.section["items"][0]["key"]}
        path = route.format(round_id=last, place=0, version=1, form="svg", **place)
        words = text_of(reader.get(path).raise_for_status().content, path)
        packed = "".join(words.split())
        if all("".join(each.last.text.split()) in packed for each in some(found)):
            telling.add(route)
        more = numbers(words) - own
        assert more <= (told if route in telling else set()), (route, more)
        wanted = [each.now.rate for each in found] + [each.title for each in found]
        assert route not in telling or all(text in packed for text in some(wanted)), route
    assert telling == {f"/results/{{round_id}}{end}" for end in ("", "/export.xlsx", "/report.docx", "/brief.pdf")}


def test_the_brief_tells_last_time_on_a_page_of_its_own(database: Database) -> None:
    publish(database, announced(2025, 33), -YEAR, "leaders")
    last = publish(database, announced(2026, 46), 0, "leaders")
    with database.reading() as session:
        result = counted.result_for(session, last)
        found = previous_seen(session, counted.READER, counted.AT, result)
    first, second = PdfReader(BytesIO(brief(result, None, found))).pages
    assert "与上次结果" not in first.extract_text()
    packed = "".join(second.extract_text().split())
    assert all("".join("".join(before_cells(each)).split()) in packed for each in some(found))
    assert "".join(PREVIOUS_NOTE.split()) in packed
    assert len(PdfReader(BytesIO(brief(result))).pages) == 1


def test_what_was_shown_by_its_link_alone_stands_on_nothing_public(client: TestClient, database: Database) -> None:
    publish(database, announced(2025, 33), -YEAR, "participants", "leaders")
    last = publish(database, announced(2026, 46), 0, "public", "leaders")
    assert not told(database, last)
    assert "2025年" not in client.get(f"/notices/{last}").text


def test_of_a_protected_result_everybody_reads_bands_alone(client: TestClient, database: Database) -> None:
    publish(database, paper_of(2025), -YEAR, "public", "leaders")
    last = publish(database, paper_of(2026), 0, "public", "leaders")
    found = told(database, last)
    assert found
    assert not any(each.last.rate or each.last.code or each.now.rate for each in found)
    assert found[0].last.word in client.get(f"/notices/{last}").text
    with database.reading() as session:
        seen = previous_seen(session, counted.READER, counted.AT, counted.result_for(session, last))
    assert all(each.last.rate for each in some(seen))


@pytest.mark.parametrize(("extent", "rated"), [(Extent.WORDS, False), (Extent.SUM, True)])
def test_no_more_of_last_time_is_told_than_was_announced(database: Database, extent: Extent, *, rated: bool) -> None:
    publish(database, announced(2025, 33, extent), -YEAR, "public")
    last = publish(database, announced(2026, 46), 0, "public")
    assert [bool(each.last.rate) for each in told(database, last)] == [rated, rated]


def test_what_was_withdrawn_stands_beside_nothing(client: TestClient, database: Database, settings: Settings) -> None:
    """Organisers keep it on its own page; beside another result, in files and packages it would pass for published."""
    first = publish(database, announced(2025, 33), -YEAR, "leaders")
    last = publish(database, announced(2026, 46), 0)
    reader, organisers = counted.log_in(client, database, "organiser"), Viewer(Scope.ORGANISERS)
    assert "与上次结果" in reader.get(f"/results/{last}").text
    counted.withdraw(database, first)
    assert reader.get(f"/results/{first}").status_code == 200
    assert "与上次结果" not in reader.get(f"/results/{last}").text
    with database.reading() as session:
        folder = KeyFolder(settings.data / "keys")
        assert not contents_of(session, folder, last, counted.AT).particulars.previous
        assert not previous_seen(session, organisers, counted.AT, counted.result_for(session, last, organisers))
        assert admission(session, last, organisers, counted.AT, looks_back=True).behind is None


@pytest.mark.parametrize(("people", "beside"), [(41, False), (50, True)])
def test_nearly_the_same_people_are_not_set_beside_each_other(database: Database, people: int, *, beside: bool) -> None:
    publish(database, paper_of(2025, {"党代表": people, "群众代表": 30}), -30, "public")
    last = publish(database, paper_of(2026), 0, "public")
    assert bool(told(database, last)) is beside


@pytest.mark.parametrize("end", ["", *(f"/{name}" for name in FILES)])
def test_whoever_reads_last_time_beside_it_is_noted(client: TestClient, database: Database, end: str) -> None:
    first = publish(database, announced(2025, 33), -YEAR)
    last = publish(database, announced(2026, 46), 0)
    reader = counted.log_in(client, database, "leader")
    reader.get(f"/results/{last}{end}").raise_for_status()
    with database.reading() as session:
        assert [row.what for row in reads_of(session, first)] == ["trend"]
    assert "Beside the result of last time" in reader.get(f"/results/{last}", headers={"accept-language": "en"}).text


@pytest.mark.parametrize("end", ["", *(f"/{name}" for name in FILES)])
def test_the_log_names_the_round_that_is_told_of(client: TestClient, database: Database, end: str) -> None:
    """The sum of the year between is of another item less: of it nothing is told, but of the year before it."""
    told = of_items(database, 2024, MANY, -2 * YEAR)
    between = of_items(database, 2025, FEW, -YEAR)
    last = of_items(database, 2026, MANY, 0)
    path = f"/results/{last}{end}"
    made = counted.log_in(client, database, "leader").get(path).raise_for_status().content
    words = "".join(text_of(made, path).split())
    assert "2024年测评" in words
    assert "2025年测评" not in words
    with database.reading() as session:
        found = previous_seen(session, counted.READER, counted.AT, counted.result_for(session, last))
        noted = [one for one in (told, between) if reads_of(session, one)]
    assert rounds_of(found) == noted == [told]


def rows_of(found: Sequence[Before]) -> list[Json]:
    """Return what programs are told of last time."""
    where = [{"round_id": each.round_id, "campaign": each.campaign, "title": each.title} for each in found]
    days = [each.day.astimezone(CHINA).date().isoformat() for each in found]
    return [
        {"id": each.id, "name": each.name, "now": asdict(each.now), "last": asdict(each.last), **place, "day": day}
        for each, place, day in zip(found, where, days, strict=True)
    ]


def test_programs_read_what_pages_tell_and_the_log_says_so(client: TestClient, database: Database) -> None:
    first = publish(database, paper_of(2025), -YEAR, "public", "leaders")
    last = publish(database, paper_of(2026), 0, "public", "leaders")
    with database.reading() as session:
        seen = previous_seen(session, counted.READER, counted.AT, counted.result_for(session, last))
    told_all = told(database, last)
    assert [each.last.rate for each in seen] != [each.last.rate for each in told_all]
    for scope, rows in ((Scope.LEADERS, seen), (Scope.PUBLIC, told_all)):
        answer = program(client, database, scope).read(f"/{last}")
        mirrored(Result, answer)
        assert answer["previous"] == rows_of(rows) != []
    with database.reading() as session:
        noted = [(row.staff_name, row.what) for row in reads_of(session, first)]
    assert sorted(noted) == [("程序（leaders）", "trend"), ("程序（public）", "trend")]


def test_programs_read_nothing_of_last_time_that_their_token_does_not_open(
    client: TestClient, database: Database
) -> None:
    first = publish(database, announced(2025, 33), -YEAR, "public")
    last = publish(database, announced(2026, 46), 0, "public", "leaders")
    assert told(database, last)
    assert program(client, database, Scope.LEADERS).read(f"/{last}")["previous"] == []
    with database.reading() as session:
        assert reads_of(session, first) == []


def test_a_unit_that_took_the_name_of_another_of_its_campaign_has_no_last_time(
    client: TestClient, database: Database
) -> None:
    before = paper_of(2025)
    first = publish(database, before, -YEAR, "public", "leaders")
    part = before.parts[0]
    another = replace(part.units[0], id="another")
    now = replace(paper_of(2025), parts=(replace(part, units=(another, part.units[1])),), title="第二轮")
    last = publish(database, now, 0, "public", "leaders")
    with database.writing() as session:
        session.get_one(Round, last).campaign_id = session.get_one(Round, first).campaign_id
    assert [each.id for each in told(database, last)] == [part.units[1].id]
    reader = counted.log_in(client, database, "leader")
    for path in (f"/results/{last}", f"/notices/{last}", f"/results/{last}/report.docx"):
        reader.get(path).raise_for_status()
    with database.reading() as session:
        base = f"/results/campaigns/{session.get_one(Round, last).campaign_id}"
    for path in (base, f"{base}/years", f"{base}/years/another"):
        reader.get(path).raise_for_status()


def test_a_file_is_made_anew_once_something_else_stands_beside_it(database: Database) -> None:
    def names() -> list[str]:
        with database.reading() as session:
            viewers = (counted.READER, ANYONE)
            found = [admission(session, last, each, counted.AT, looks_back=True).as_arguments() for each in viewers]
            return [str(each["behind"]) for each in found]

    first = publish(database, announced(2025, 33), -YEAR, "public", "leaders")
    last = publish(database, announced(2026, 46), 0, "public", "leaders")
    before = names()
    assert before == names()
    publish(database, announced(2024, 39), -YEAR // 2, "public", "leaders")
    nearer = names()
    assert not {*before} & {*nearer}
    with database.writing() as session:
        session.get_one(Round, first).title = "更名的一轮"
    assert not {*before, *nearer} & {*names()}


@pytest.mark.usefixtures("_results_kept")
def test_a_document_is_read_once_to_name_files(client: TestClient, database: Database) -> None:
    """Both results, to say which round is told of, unless the page told of it just now; for a notice none at all."""
    first = publish(database, announced(2025, 33), -YEAR, "public", "leaders")
    last = publish(database, announced(2026, 46), 0, "public", "leaders")
    reader = counted.log_in(client, database, "leader")
    notice, *files = (
        f"/{path}" for path in (f"notices/{last}/notice.pdf", *(f"results/{last}/{end}" for end in FILES))
    )
    read = []
    for path in (notice, *files):
        with statements() as asked:
            assert reader.get(path).status_code in {200, 303}
        assert asked
        read.append(len([statement for statement in asked if "result_version.document" in statement]))
    assert read == [0, 2, 0, 0]
    with database.reading() as session:
        assert {row.what for row in reads_of(session, first)} == {"trend"}


def rounds_of_one_object_each(database: Database) -> tuple[str, list[str]]:
    """Publish three rounds about one object each, and one about all of them."""
    papers: list[Paper] = []
    for year, members in ((2023, 33), (2024, 46), (2025, 60), (2026, 80)):
        paper = announced(year, members)
        [part] = paper.parts
        units = (*part.units, replace(part.units[0], id=f"third-{year}", name="县博物馆"))
        papers.append(replace(paper, parts=(replace(part, units=units[len(papers) :][:1] or units),)))
    *behind, last = (publish(database, paper, (at - 3) * YEAR, "public") for at, paper in enumerate(papers))
    return last, behind


class Parsed(dict[str, object]):
    """A document of which one sees whether anybody still holds it."""


def test_of_what_lies_behind_a_result_one_document_is_in_memory_at_a_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It held the documents of all the rounds, up to twelve of a megabyte each, until the last was told."""
    last, behind = rounds_of_one_object_each(database)
    forget_results()
    made: list[ref[Parsed]] = []
    alive = []

    def parsed(text: Text) -> Parsed:
        document = Parsed(lifted(orjson.loads(text.text)))
        alive.append(sum(each() is not None for each in made))
        made.append(ref(document))
        return document

    monkeypatch.setattr(Text, "parsed", parsed)
    assert sorted(rounds_of(told(database, last))) == sorted(behind)
    assert alive == [0, 1, 1], "when the next is parsed, the one before may just be told"


def test_rounds_behind_a_result_are_paired_once_and_outside_the_transaction(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It paired up to twelve rounds, each twice, while nobody could write to the embedded database."""
    last, behind = rounds_of_one_object_each(database)
    paired, pair = [], Pairing.pairs

    def pairs(pairing: Pairing, sighted: Sighted, other: Paper, wanted: Collection[str]) -> dict[str, str]:
        hold_nothing("pairing")
        paired.append(sighted[0].id)
        return pair(pairing, sighted, other, wanted)

    monkeypatch.setattr(Pairing, "pairs", pairs)
    assert sorted(rounds_of(told(database, last))) == sorted(behind)
    assert sorted(paired) == sorted(behind)
