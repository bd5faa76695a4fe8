"""Opening and closing by the server's clock, and what happens to a plan that cannot be kept."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.core.acting import Acting
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.main import PORTS
from app.rounds import service
from app.rounds.domain import RoundState
from app.rounds.reads import get_round
from app.rounds.schedule import Schedule
from tests.cast import MORNING, make_cast, make_ready, prepare
from tests.conftest import TestClock

OPENS, CLOSES = MORNING + timedelta(hours=1), MORNING + timedelta(hours=2)


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "keys")


@pytest.fixture
def schedule(database: Database, folder: KeyFolder, clock: TestClock) -> Schedule:
    return Schedule(database, folder, PORTS, clock)


def plan(database: Database, folder: KeyFolder, *, ready: bool = True) -> str:
    """Plan a round from 10:00 to 11:00."""
    with database.writing() as session:
        acting = Acting(session, MORNING, make_cast(session)["zhangsan"])
        round_id = make_ready(acting)
        service.set_schedule(acting, round_id, OPENS, CLOSES)
        if ready:
            prepare(acting, folder, round_id)
    return round_id


def state_of(database: Database, round_id: str) -> RoundState:
    with database.reading() as session:
        return get_round(session, round_id).state


def log(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(entry.action, entry.actor_id) for entry in session.scalars(sa.select(AuditEntry))]


def test_it_works(database: Database, folder: KeyFolder, schedule: Schedule, clock: TestClock) -> None:
    round_id = plan(database, folder)
    steps = [
        (OPENS - timedelta(seconds=1), RoundState.READY),
        (OPENS, RoundState.OPEN),
        (CLOSES - timedelta(seconds=1), RoundState.OPEN),
        (CLOSES, RoundState.SEALED),
        (CLOSES + timedelta(days=1), RoundState.SEALED),
    ]
    for now, state in steps:
        clock.now = now
        schedule.run_due()
        assert state_of(database, round_id) is state
    assert [entry for entry in log(database) if entry[1] == "system" and entry[0].startswith("round.")] == [
        ("round.open", "system"),
        ("round.close", "system"),
    ]


def test_a_clock_that_jumps_back_neither_opens_nor_closes(
    database: Database, folder: KeyFolder, schedule: Schedule, clock: TestClock
) -> None:
    round_id = plan(database, folder)
    clock.now = OPENS
    schedule.run_due()
    for jump in (timedelta(days=-1), timedelta(minutes=-61), timedelta(minutes=1)):
        clock.now = OPENS + jump
        schedule.run_due()
        assert state_of(database, round_id) is RoundState.OPEN


def test_a_plan_that_cannot_be_kept_is_told_once(
    database: Database, folder: KeyFolder, schedule: Schedule, clock: TestClock
) -> None:
    round_id = plan(database, folder, ready=False)
    for minutes in range(3):
        clock.now = OPENS + timedelta(minutes=minutes)
        schedule.run_due()
    assert state_of(database, round_id) is RoundState.READY
    assert [action for action, _ in log(database)].count("round.open.missed") == 1


def test_its_thread_starts_and_ends(schedule: Schedule) -> None:
    schedule.start()
    schedule.stop()
