"""Freezing, publishing, archiving and purging results."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.consents.models import Consent
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import PORTS
from app.publication import reads, service
from app.publication.domain import Scope, Wanted
from app.publication.models import ResultVersion
from app.rounds.approvals import decide
from app.rounds.domain import RoundState
from app.rounds.models import Round
from app.rounds.service import purge_rehearsals
from app.slips.models import Batch, SlipCount
from app.tally.document import canonical_json, text_digest
from tests.publication import counted
from tests.tally.cast import Json, section_of

LI = Principal("li", "李四", "scrutineer")


def act(database: Database, round_id: str, request: Mapping[str, str] | None = None) -> None:
    with database.writing() as session:
        service.publish(Acting(session, counted.AT, counted.ZHANG), round_id, request or {"scope": "leaders"})


def log(database: Database) -> list[AuditEntry]:
    with database.reading() as session:
        return list(session.scalars(sa.select(AuditEntry).order_by(AuditEntry.number)))


def test_counting_freezes_the_result_and_publication_shows_it(database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes())
    with database.reading() as session:
        row = session.get_one(ResultVersion, (round_id, 1))
        assert row.digest == text_digest(canonical_json(json.loads(row.document)))
        assert session.get_one(Round, round_id).state == RoundState.COUNTED
    act(database, round_id)
    with database.reading() as session:
        result = counted.result_for(session, round_id)
        total: Json = result.document["chain"]["total"]
        assert total["returned"] == sum(counted.make_votes().returned.values())
        assert (result.scope, result.digest) == (Scope.LEADERS, row.digest)
        assert [line.round.id for line in reads.published_rounds(session, counted.READER, counted.AT)] == [round_id]
    assert [entry.action for entry in log(database)][-2:] == ["result.freeze", "result.publish"]


def test_the_digest_is_not_told_before_the_publication(database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes())
    with database.reading() as session:
        digest = session.get_one(ResultVersion, (round_id, 1)).digest
    assert not any(digest in entry.detail for entry in log(database))
    act(database, round_id)
    assert digest in log(database)[-1].detail


def test_it_refuses_everyone_before_the_publication(database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes())
    with database.reading() as session:
        for wanted in (round_id, "no-such-round"):
            with pytest.raises(DomainError, match="result_not_published"):
                counted.result_for(session, wanted)
        assert reads.published_rounds(session, counted.READER, counted.AT) == []


def test_it_refuses_a_result_of_a_voided_round_even_with_a_publication(database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    with database.writing() as session:
        session.get_one(Round, round_id).state = RoundState.VOID
    with database.reading() as session:
        with pytest.raises(DomainError, match="result_not_published"):
            counted.result_for(session, round_id)
        assert reads.published_rounds(session, counted.READER, counted.AT) == []


def test_it_refuses_a_document_that_was_changed(database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    with database.writing() as session:
        row = session.get_one(ResultVersion, (round_id, 1))
        row.document = row.document.replace("县文工团", "县武工团")
    with database.reading() as session, pytest.raises(DomainError, match="result_damaged"):
        counted.result_for(session, round_id)


@pytest.mark.parametrize("state", [RoundState.SEALED, RoundState.VOID, RoundState.ARCHIVED, RoundState.OPEN])
def test_it_refuses_to_publish_in_another_state(database: Database, state: RoundState) -> None:
    round_id = counted.store_counted(database, counted.make_votes())
    with database.writing() as session:
        session.get_one(Round, round_id).state = state
    with pytest.raises(DomainError, match="round_wrong_state"):
        act(database, round_id)


def test_it_refuses_unknown_scopes_and_publishing_twice(database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes())
    with pytest.raises(ValueError, match="everyone"):
        act(database, round_id, {"scope": "everyone"})
    act(database, round_id)
    with pytest.raises(DomainError, match="result_already_published"):
        act(database, round_id)


def test_it_refuses_to_publish_where_more_came_back_than_went_out(database: Database) -> None:
    round_id = counted.store_sealed(database, counted.make_votes())
    with database.writing() as session:
        session.execute(sa.update(Batch).where(Batch.group_id == "g0").values(printed=3))
    counted.count(database, round_id)
    with database.reading() as session:
        assert not reads.has_result(session, round_id)
    with pytest.raises(DomainError, match="result_must_void"):
        act(database, round_id)
    assert log(database)[-1].action == "result.refuse"


def test_it_refuses_to_count_more_ballots_than_spent_codes(database: Database) -> None:
    round_id = counted.store_sealed(database, counted.make_votes())
    with database.writing() as session:
        session.execute(sa.update(SlipCount).where(SlipCount.group_id == "g2").values(used=0))
    with pytest.raises(DomainError, match="stack_count_differs"):
        counted.count(database, round_id)
    with database.reading() as session:
        assert session.get_one(Round, round_id).state == RoundState.SEALED


def test_a_second_person_decides_where_the_campaign_asks_for_one(database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes(), two_person=True)
    for person in (counted.ZHANG, LI):
        counted.store_account(database, person)
    with database.writing() as session:
        acting = Acting(session, counted.AT, counted.ZHANG)
        assert not service.ask_to_publish(acting, PORTS, round_id, Wanted(Scope.LEADERS))
    with database.writing() as session:
        approval = session.scalars(sa.select(Consent)).one().id
        with pytest.raises(DomainError, match="approval_own"):
            decide(Acting(session, counted.AT, counted.ZHANG), PORTS, approval, granted=True)
        with pytest.raises(DomainError, match="result_not_published"):
            counted.result_for(session, round_id)
    with database.writing() as session:
        decide(Acting(session, counted.AT, LI), PORTS, approval, granted=True)
    with database.reading() as session:
        assert section_of(counted.result_for(session, round_id).document)["targets"]
        assert [release.released_by for release in reads.ledger_of(session, round_id)] == [
            f"{counted.ZHANG.name}、{LI.name}"
        ]


def test_a_refusal_publishes_nothing(database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes(), two_person=True)
    counted.store_account(database, counted.ZHANG)
    with database.writing() as session:
        service.ask_to_publish(Acting(session, counted.AT, counted.ZHANG), PORTS, round_id, Wanted(Scope.LEADERS))
        approval = session.scalars(sa.select(Consent)).one().id
        decide(Acting(session, counted.AT, LI), PORTS, approval, granted=False)
        with pytest.raises(DomainError, match="result_not_published"):
            counted.result_for(session, round_id)


def test_a_rehearsal_is_purged_with_its_result(database: Database, settings: Settings) -> None:
    real = counted.store_sealed(database, counted.make_votes())
    votes = counted.make_votes(counted.make_paper(rehearsal=True))
    rehearsal = counted.store_sealed(database, votes, rehearsal_of=real)
    counted.count(database, rehearsal)
    act(database, rehearsal)
    with database.writing() as session:
        folder = KeyFolder(settings.data / "keys")
        acting = Acting(session, counted.AT, counted.ZHANG)
        assert purge_rehearsals(acting, folder, PORTS, real) == 1
    with database.reading() as session:
        assert session.get(ResultVersion, (rehearsal, 1)) is None
        assert not reads.ledger_of(session, rehearsal)


def test_a_group_that_nobody_came_from_is_counted(database: Database) -> None:
    votes = counted.make_votes()
    votes = replace(votes, returned={**votes.returned, "g1": 0})
    round_id = counted.store_published(database, votes)
    with database.reading() as session:
        groups = counted.result_for(session, round_id).document["chain"]["groups"]
    assert [group["shown"] for group in groups].count(False) >= 1
