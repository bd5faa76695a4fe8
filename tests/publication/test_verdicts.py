"""Verdicts kept beside documents say what these say, to nobody who may not read these."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core import migrate
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.publication import service
from app.publication.domain import Scope, Viewer
from app.publication.models import ResultVerdict, ResultVersion
from app.publication.reads import published
from app.publication.stored import stored_document
from app.publication.verdicts import TargetVerdict, published_verdicts
from app.tally.document import Document, Target, every_target
from app.tally.verdict import Verdict
from tests.publication import counted

FIRST_SHAPE = Path(__file__).parent / "first_shape" / "stored.json"
BEFORE = "20261127_1210"
ORGANISER = Viewer(Scope.ORGANISERS)


def said(target: Target) -> TargetVerdict:
    """Return what a document says of one target."""
    ruling = target["verdict"]
    reasons = tuple(reason["text"] for reason in ruling["reasons"])
    return TargetVerdict(target["id"], target["name"], Verdict(ruling["code"]), reasons)


def all_said(document: Document) -> list[TargetVerdict]:
    return [said(target) for target in every_target(document)]


def verdicts_of(session: Session, round_id: str, version: int) -> list[TargetVerdict]:
    """Return all verdicts that stand beside a version, in their order."""
    query = sa.select(ResultVerdict).where(ResultVerdict.round_id == round_id, ResultVerdict.version == version)
    return [
        TargetVerdict(row.target_id, row.name, Verdict(row.verdict), tuple(json.loads(row.reasons)))
        for row in session.scalars(query.order_by(ResultVerdict.place))
    ]


def seen(session: Session, viewer: Viewer, verdict: Verdict) -> dict[str, list[str]]:
    """Return the ids of targets by round, as the stored verdicts show them."""
    found = published_verdicts(session, viewer, counted.AT, verdict)
    return {line.round.id: [each.target_id for each in verdicts] for line, verdicts in found}


def correct(database: Database, round_id: str) -> None:
    assert counted.correct(database, round_id, {"g4": (1, 0)}, counted.AT + timedelta(hours=1))


def test_they_equal_those_of_every_version(database: Database) -> None:
    votes = counted.make_votes(spare=4)
    published_round = counted.store_published(database, votes)
    correct(database, published_round)
    withdrawn = counted.store_published(database, counted.make_votes(counted.make_paper(counted.UNITS[:4])))
    counted.withdraw(database, withdrawn)
    unpublished = counted.store_counted(database, counted.make_votes(counted.make_paper(counted.UNITS[:3])))
    few = counted.store_published(database, counted.make_votes(share=0.5))
    with database.reading() as session:
        kept = {(row.round_id, row.version) for row in session.scalars(sa.select(ResultVersion))}
        assert kept == {(published_round, 1), (published_round, 2), (withdrawn, 1), (unpublished, 1), (few, 1)}
        for round_id, version in kept:
            document = stored_document(session, round_id, version)
            assert list(verdicts_of(session, round_id, version)) == all_said(document)
        assert {each.verdict for each in verdicts_of(session, few, 1)} == {Verdict.INVALID}
        assert Verdict.REMEDIAL in {each.verdict for each in verdicts_of(session, published_round, 2)}


def test_a_reader_sees_of_them_what_he_sees_of_the_document(database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes(), "leaders", "unit", "public")
    partly = counted.store_counted(database, counted.make_votes())
    counted.release(database, partly, "leaders", units=["u0", "u3"])
    hidden = counted.store_counted(database, counted.make_votes())
    mine = Viewer(Scope.UNIT, "idwujiu", frozenset({"u3"}))
    viewers = (ORGANISER, counted.READER, mine, Viewer(Scope.UNIT, "x", frozenset({"elsewhere"})))
    with database.reading() as session:
        for viewer in viewers:
            for verdict in Verdict:
                found = seen(session, viewer, verdict)
                assert hidden not in found
                for shown, ids in found.items():
                    targets = every_target(published(session, shown, viewer, counted.AT).document)
                    assert ids == [target["id"] for target in targets if target["verdict"]["code"] == verdict]
        assert set(seen(session, counted.READER, Verdict.REMEDIAL)) == {round_id, partly}
        assert set(seen(session, mine, Verdict.REMEDIAL)) == {round_id}
        assert seen(session, Viewer(Scope.PARTICIPANTS), Verdict.REMEDIAL) == {}
        assert seen(session, viewers[-1], Verdict.REMEDIAL) == {}


def test_a_withdrawn_or_corrected_result_shows_what_is_in_force(database: Database) -> None:
    withdrawn = counted.store_published(database, counted.make_votes())
    counted.withdraw(database, withdrawn)
    corrected = counted.store_published(database, counted.make_votes(spare=4))
    correct(database, corrected)
    later = counted.AT + timedelta(hours=2)
    with database.reading() as session:
        found = dict.fromkeys(
            line.round.id for line, _ in published_verdicts(session, counted.READER, later, Verdict.MET)
        )
        assert list(found) == [corrected]
        organisers = published_verdicts(session, ORGANISER, later, Verdict.REMEDIAL)
        assert {line.round.id for line, _ in organisers} == {withdrawn, corrected}


def test_they_go_with_a_rehearsal(database: Database, settings: Settings) -> None:
    round_id = counted.store_counted(database, counted.make_votes())
    with database.writing() as session:
        service.purge(session, KeyFolder(settings.data / "keys"), round_id)
    with database.reading() as session:
        assert session.scalars(sa.select(ResultVerdict)).all() == []


def test_the_migration_copies_them_out_of_both_shapes_of_documents(database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes(spare=4))
    correct(database, round_id)
    flat = counted.store_published(database, counted.make_votes(counted.make_paper(counted.UNITS[:2])))
    damaged = counted.store_published(database, counted.make_votes(counted.make_paper(counted.UNITS[:2])))
    text = FIRST_SHAPE.read_text("utf-8").strip()
    with database.writing() as session:
        row = session.get_one(ResultVersion, (flat, 1))
        row.document, row.digest = text, hashlib.sha256(text.encode()).hexdigest()
        session.get_one(ResultVersion, (damaged, 1)).document = "{}"
    migrate.downgrade(database.engine, BEFORE)
    assert not sa.inspect(database.engine).has_table(ResultVerdict.__tablename__)
    migrate.upgrade(database.engine)
    with database.reading() as session:
        for key in ((round_id, 1), (round_id, 2), (flat, 1)):
            assert list(verdicts_of(session, *key)) == all_said(stored_document(session, *key))
        names = [unit["name"] for unit in json.loads(text)["units"]]
        assert [each.name for each in verdicts_of(session, flat, 1)] == names
        assert list(verdicts_of(session, damaged, 1)) == []
