"""What a unit is told of its composite score in its letter: no more than its own people read on its page."""

import io
import zipfile
from fractions import Fraction

import docx
from starlette.testclient import TestClient

from app.campaigns.composite import Composite, Part, Source
from app.core.acting import Acting
from app.core.db import Database
from app.core.settings import Settings
from app.publication.composite_rows import Composites, Row
from app.publication.composites import composites_beside
from app.publication.domain import Scope, Viewer
from app.publication.own_scores import composites_to_units
from app.publication.reads import ledger_of
from app.publication.service import withdraw
from app.reports.beside import said_of_each
from tests.archive.packages import make_package, opened
from tests.found import some
from tests.publication import counted
from tests.publication.test_composite_words import RULE
from tests.publication.test_composites import paper

UNKNOWN = "另一轮的结果没有公布，不计算"
F = Fraction


def pair(database: Database, *scopes: str) -> tuple[str, str]:
    """Publish a round of which half is another one; return that, and itself."""
    first = counted.store_published(database, counted.make_votes(paper(None)), "leaders")
    for scope in scopes:
        counted.release(database, first, scope)
    return first, counted.store_published(database, counted.make_votes(paper(half_of(first))), "leaders", "unit")


def half_of(first: str) -> Composite:
    parts = (Part("p1", "这次", Source.VOTE, F(50)), Part("p2", "上半年", Source.ROUND, F(50), round_id=first))
    return Composite(parts, rule=RULE)


def read_by(database: Database, round_id: str, viewer: Viewer) -> Composites:
    with database.reading() as session:
        found = composites_beside(session, counted.result_for(session, round_id, viewer), viewer, counted.AT)
    assert found is not None
    return found


def written_by(database: Database, round_id: str, viewer: Viewer = counted.READER) -> dict[str, Row]:
    with database.reading() as session:
        result = counted.result_for(session, round_id, viewer)
        found = composites_to_units(session, result, viewer, counted.AT)
    assert found is not None
    return {row.id: row for row in found.rows}


def own(unit: str) -> Viewer:
    return Viewer(Scope.UNIT, "wu", frozenset({unit}))


def texts(word: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(word)).paragraphs)


def letters_of(client: TestClient, round_id: str) -> list[str]:
    """Return what stands in every letter, and see that each stands alone as it stands in the zip."""
    packed = zipfile.ZipFile(io.BytesIO(client.get(f"/results/{round_id}/letters.zip").content))
    found = [texts(packed.read(name)) for name in sorted(packed.namelist())]
    for place, text in enumerate(found):
        assert texts(client.get(f"/results/{round_id}/units/u{place}/letter.docx").content) == text
    return found


def test_a_letter_tells_no_score_of_a_round_that_its_unit_may_not_read(client: TestClient, database: Database) -> None:
    first, round_id = pair(database)
    told = read_by(database, round_id, counted.READER)
    assert all(row.score for row in some(told.rows))
    organiser = counted.log_in(client, database, "organiser")
    for text, row in zip(letters_of(organiser, round_id), told.rows, strict=True):
        assert row.score not in text
        assert "综合评价结论" not in text
        assert all(line in text for line in some(said_of_each(read_by(database, round_id, own(row.id)))[row.id]))
        assert UNKNOWN in text
    counted.release(database, first, "unit")
    for text, row in zip(letters_of(organiser, round_id), told.rows, strict=True):
        assert all(line in text for line in some(said_of_each(told)[row.id]))
        assert f"综合评价得分：{row.score}" in text
    with database.reading() as session:
        releases = ledger_of(session, first)
    unit = next(each for each in releases if each.scope is Scope.UNIT)
    with database.writing() as session:
        withdraw(Acting(session, counted.AT, counted.ZHANG), first, unit.id, "范围有误")
    assert all(UNKNOWN in text for text in some(letters_of(organiser, round_id)))


def test_the_archive_holds_the_same_letters(database: Database, settings: Settings) -> None:
    first, round_id = pair(database)
    told = read_by(database, round_id, counted.READER)

    def letters() -> list[str]:
        files = opened(make_package(settings, round_id, counted.ZHANG))
        return [texts(files[name]) for name in sorted(files) if name.startswith("letters/")]

    for text, row in zip(letters(), told.rows, strict=True):
        assert row.score not in text
        assert UNKNOWN in text
    counted.release(database, first, "unit")
    for text, row in zip(letters(), told.rows, strict=True):
        assert f"综合评价得分：{row.score}" in text


def test_each_letter_tells_what_its_own_unit_reads(database: Database) -> None:
    first, round_id = pair(database)
    counted.release(database, first, "unit", units=["u1"])
    rows = written_by(database, round_id)
    for unit, row in rows.items():
        assert row == next(each for each in read_by(database, round_id, own(unit)).rows if each.id == unit)
    assert [unit for unit, row in rows.items() if row.score] == ["u1"]


def test_who_writes_learns_no_more_than_he_may_read(database: Database) -> None:
    """A leader who may not read the other round writes no letter from which its figure follows."""
    chosen = counted.new_leader(database)
    first = counted.store_published(database, counted.make_votes(paper(None)), "unit")
    counted.release(database, first, "leaders", readers=[chosen], units=["u2"])
    round_id = counted.store_published(database, counted.make_votes(paper(half_of(first))), "leaders", "unit")
    assert not any(row.score for row in written_by(database, round_id).values())
    rows = written_by(database, round_id, Viewer(Scope.LEADERS, chosen))
    assert [unit for unit, row in rows.items() if row.score] == ["u2"]
