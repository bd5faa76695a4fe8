"""What the box shows of its key before the opening, and what it leaves behind."""

from pathlib import Path

import pytest

from app.box import reads, service
from app.box.played import play_holders
from app.core.acting import Acting
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.rounds.reads import get_round
from tests.box.boxes import HOLDERS, NOON, hall_paper, make_box, make_round, make_staff
from tests.cast import refuses
from tests.found import some


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "data" / "keys")


def test_it_works(database: Database, folder: KeyFolder) -> None:
    with database.writing() as session:
        acting = Acting(session, NOON, make_staff(session))
        make_round(session, hall_paper())
        steps = service.before_opening(session, get_round(session, "r1"))
        assert [step.done for step in steps] == [False, False, True, True, False]
        play_holders(acting, folder, "r1", HOLDERS)
        steps = service.before_opening(session, get_round(session, "r1"))
        assert all(step.done for step in some(steps))
        assert steps[1].detail == "3/3"


def test_what_is_undone_leaves_the_key_that_was_noted(database: Database, folder: KeyFolder) -> None:
    """The note is not undone with the database: the old key would be refused as one that somebody swapped."""
    with database.writing() as session:
        acting = Acting(session, NOON, make_staff(session))
        make_round(session, hall_paper())
        play_holders(acting, folder, "r1", HOLDERS)
        made = service.public_key(session, "r1")
    with refuses("holder_missing"), database.writing() as session:
        play_holders(Acting(session, NOON, acting.actor), folder, "r1", HOLDERS)
        raise DomainError("holder_missing")
    with database.reading() as session:
        assert service.public_key(session, "r1") == made
    with refuses("not_found"), database.writing() as session:
        service.purge(session, folder, "r1")
        raise DomainError("not_found")
    assert folder.parts() == {"r1"}
    assert not folder.knows_key("r1", bytes(range(32)))


def test_purging_leaves_nothing(database: Database, folder: KeyFolder) -> None:
    with database.writing() as session:
        actor = make_staff(session)
    make_box(database, folder, actor, hall_paper(), {"residents": 6, "staff": 6})
    with database.writing() as session:
        service.purge(session, folder, "r1")
        assert reads.key_of(session, "r1") is None
        assert reads.holders_of(session, "r1") == ()
    with database.reading() as session:
        assert reads.stacks(session, "r1") == {}
