"""Putting a round away: what the rule says is wiped and told; the result stays."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.archive import service
from app.archive.domain import WIPED, wiped_words
from app.audit.service import last_detail
from app.ballots import reads as ballots
from app.ballots.service import create
from app.box.models import Remark, Stack
from app.core.acting import Acting
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import PORTS
from app.rounds.domain import NOT_ASKED, RoundState
from app.rounds.models import Round
from app.rounds.reads import get_round
from tests.archive.packages import make_published, note
from tests.publication import counted


def put_away(database: Database, settings: Settings, round_id: str) -> None:
    with database.writing() as session:
        acting = Acting(session, counted.AT + timedelta(days=30), counted.ZHANG)
        service.archive(acting, KeyFolder(settings.data / "keys"), PORTS, round_id)


def sizes(session: Session, round_id: str) -> list[tuple[str, str, int]]:
    columns = sa.select(Stack.unit_id, Stack.group_id, sa.func.length(Stack.marks))
    rows = session.execute(columns.where(Stack.round_id == round_id).order_by(Stack.unit_id, Stack.group_id))
    return [(unit, group, size) for unit, group, size in rows]


def test_it_works(database: Database, settings: Settings) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    counted.store_sealed(database, counted.make_votes(counted.make_paper(rehearsal=True)), rehearsal_of=round_id)
    with database.writing() as session:
        session.execute(sa.update(Round).where(Round.id == round_id).values(wifi_name="会场", wifi_password="12345678"))
        before = sizes(session, round_id)
    note(database, round_id, counted.ZHANG)
    put_away(database, settings, round_id)
    with database.reading() as session:
        row = get_round(session, round_id)
        assert row.state is RoundState.ARCHIVED
        assert row.wifi_name == row.wifi_password == ""
        assert counted.result_for(session, round_id).document["chain"]["total"]["shown"]
        stacks = session.execute(sa.select(Stack.unit_id, Stack.marks)).all()
        assert {mark for _, marks in stacks for mark in marks} == {NOT_ASKED}
        assert sizes(session, round_id) == before
        assert session.scalar(sa.select(sa.func.count()).select_from(Remark)) == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(Round)) == 1
        told = dict(wiped_words(last_detail(session, "round.archive", round_id)))
    assert list(told) == list(WIPED.values())
    assert told[WIPED["remarks"]] == 12 * len(counted.UNITS)
    assert (told[WIPED["rehearsals"]], told[WIPED["wifi"]], told[WIPED["box"]]) == (1, 1, 0)


def test_a_box_that_was_left_goes_too(database: Database, settings: Settings) -> None:
    round_id, organiser = make_published(database, settings)
    create(database, KeyFolder(settings.data / "keys"), round_id, ("{}", "0" * 64), ["g0"])
    assert round_id in ballots.round_ids(database)
    note(database, round_id, organiser)
    put_away(database, settings, round_id)
    assert round_id not in ballots.round_ids(database)
    with database.reading() as session:
        assert dict(wiped_words(last_detail(session, "round.archive", round_id)))[WIPED["box"]] == 1


def test_it_refuses_without_a_package_of_the_newest_version(database: Database, settings: Settings) -> None:
    round_id = counted.store_published(database, counted.make_votes(spare=6))
    with pytest.raises(DomainError, match="archive_no_package"):
        put_away(database, settings, round_id)
    note(database, round_id, counted.ZHANG)
    assert counted.correct(database, round_id, {"g0": (4, 2)})
    with pytest.raises(DomainError, match="archive_no_package"):
        put_away(database, settings, round_id)
    note(database, round_id, counted.ZHANG)
    put_away(database, settings, round_id)


def test_it_refuses_what_is_not_published(database: Database, settings: Settings) -> None:
    round_id = counted.store_counted(database, counted.make_votes())
    with pytest.raises(DomainError, match="round_wrong_state"):
        put_away(database, settings, round_id)
    with pytest.raises(DomainError, match="result_not_published"):
        note(database, round_id, counted.ZHANG)


def test_a_refusal_wipes_nothing(database: Database, settings: Settings) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    with pytest.raises(DomainError, match="archive_no_package"):
        put_away(database, settings, round_id)
    with database.reading() as session:
        assert get_round(session, round_id).state is RoundState.PUBLISHED
        assert session.scalar(sa.select(sa.func.count()).select_from(Remark))


def test_it_corrects_nothing_afterwards(database: Database, settings: Settings) -> None:
    round_id = counted.store_published(database, counted.make_votes(spare=6))
    note(database, round_id, counted.ZHANG)
    put_away(database, settings, round_id)
    with pytest.raises(DomainError, match="round_wrong_state"):
        counted.correct(database, round_id, {"g0": (4, 2)})
