"""What rounds that are over left is destroyed, whatever stands in the way of a part of it."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from app.audit.service import SYSTEM
from app.ballots import reads as ballots
from app.ballots import service as gates
from app.core.acting import Acting
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.rounds import gone
from app.rounds.domain import RoundState
from app.rounds.models import Round
from tests.cast import MORNING, make_ready, prepare
from tests.writes import held


@pytest.fixture
def folder(database: Database) -> KeyFolder:
    return database.keys


@pytest.fixture
def counted(database: Database, folder: KeyFolder) -> str:
    return make_counted(database, folder)


def make_counted(database: Database, folder: KeyFolder) -> str:
    """Make a round whose count was committed right before a crash: its box and its key part are left."""
    with database.writing() as session:
        acting = Acting(session, MORNING, SYSTEM)
        round_id = make_ready(acting)
        prepare(acting, folder, round_id)
        session.execute(sa.update(Round).where(Round.id == round_id).values(state=RoundState.COUNTED.value))
    return round_id


def stands_in_the_way(folder: KeyFolder, round_id: str) -> Path:
    """Put something into the place of a key part that cannot be overwritten."""
    part = folder.path / f"round-{round_id}"
    part.unlink(missing_ok=True)
    part.symlink_to("/nonexistent")
    return part


def test_it_works(database: Database, folder: KeyFolder, counted: str) -> None:
    gates.create(database, folder, "another0database", ("{}", "ab" * 32), ["staff"])
    folder.create_part("another0database")
    assert gone.left(database) == [counted]
    gone.finish(database, counted)
    assert gone.left(database) == []
    assert ballots.round_ids(database) == {"another0database"}
    assert folder.parts() == {"another0database"}


def test_a_box_that_cannot_go_keeps_no_key_part(
    database: Database, folder: KeyFolder, counted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stuck(*_box: object) -> None:
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr(gates, "destroy", stuck)
        with pytest.raises(PermissionError):
            gone.finish(database, counted)
    assert folder.parts() == set()
    assert gone.left(database) == [counted]


def test_what_was_decided_stands_whatever_fails_after_it(
    database: Database, folder: KeyFolder, counted: str, caplog: pytest.LogCaptureFixture
) -> None:
    part = stands_in_the_way(folder, counted)
    gone.tidy(database, counted)
    assert [record.getMessage() for record in caplog.records] == ["the box of a round that is over stays: OSError"]
    assert ballots.round_ids(database) == set()
    assert gone.left(database) == [counted]
    part.unlink()
    assert gone.left(database) == []


def test_only_what_is_noted_takes_the_desk_from_others(database: Database, counted: str) -> None:
    """Of a round that was counted nothing is noted: at every count, others waited to write for nothing."""
    with database.writing() as session:
        gone.note(session, "purged")
    for round_id, writes in ((counted, 0), ("purged", 1), ("purged", 0)):
        with held(database) as transactions:
            gone.finish(database, round_id)
        assert len(transactions) == writes, round_id
    assert gone.left(database) == []
