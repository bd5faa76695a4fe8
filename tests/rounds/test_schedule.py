"""Opening and closing by the server's clock, and what happens to a plan that cannot be kept."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.audit.service import SYSTEM
from app.ballots import store
from app.ballots.models import GATE
from app.core.acting import Acting
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.main import PORTS
from app.rounds import acts, gone, service
from app.rounds.domain import RoundState
from app.rounds.reads import RoundView, get_round
from app.rounds.schedule import Schedule
from app.rounds.steps import Step
from tests.cast import MORNING, make_cast, make_ready, prepare
from tests.conftest import TestClock
from tests.rounds.test_gone import make_counted, stands_in_the_way

OPENS, CLOSES = MORNING + timedelta(hours=1), MORNING + timedelta(hours=2)


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "data" / "keys")


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
        ("round.root", "system"),
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


def test_two_nodes_that_see_the_same_round_due_write_one_act(
    database: Database, folder: KeyFolder, schedule: Schedule, clock: TestClock
) -> None:
    round_id = plan(database, folder)
    for now, action in ((OPENS, "round.open"), (CLOSES, "round.close")):
        clock.now = now
        with ThreadPoolExecutor(4) as nodes:
            turns = [nodes.submit(Schedule(database, folder, PORTS, clock).run_due) for _ in range(4)]
        assert [turn.result() for turn in turns] == [None] * 4
        actions = [entry for entry, _ in log(database)]
        assert actions.count(action) == 1
        assert "round.open.missed" not in actions
    assert state_of(database, round_id) is RoundState.SEALED
    assert schedule.pulse.last_error == ""


def test_a_round_seen_due_that_another_node_opened_first_is_left_alone(
    database: Database, folder: KeyFolder, schedule: Schedule
) -> None:
    round_id = plan(database, folder)
    schedule._open(round_id, OPENS)
    schedule._open(round_id, OPENS)
    schedule._close(round_id, CLOSES)
    schedule._close(round_id, CLOSES)
    actions = [action for action, actor in log(database) if actor == "system"]
    assert [action for action in actions if action.startswith("round.")] == ["round.open", "round.close", "round.root"]


def test_a_plan_that_moved_since_it_was_seen_due_is_kept(
    database: Database, folder: KeyFolder, schedule: Schedule
) -> None:
    round_id = plan(database, folder)
    with database.writing() as session:
        service.set_schedule(Acting(session, MORNING, SYSTEM), round_id, CLOSES, CLOSES + timedelta(hours=1))
    schedule._open(round_id, OPENS)
    assert state_of(database, round_id) is RoundState.READY
    schedule._open(round_id, CLOSES)
    schedule._close(round_id, CLOSES)
    assert state_of(database, round_id) is RoundState.OPEN


def test_it_lives_on_whatever_goes_wrong(database: Database, folder: KeyFolder, clock: TestClock) -> None:
    round_id = plan(database, folder)
    faulty = {"on": True}

    def gate(_session: Session, _row: RoundView) -> list[Step]:
        if faulty["on"]:
            raise ZeroDivisionError
        return []

    schedule = Schedule(database, folder, replace(PORTS, before_opening=(gate,)), clock)
    clock.now = OPENS
    schedule.start()
    until(lambda: schedule.pulse.last_error == "ZeroDivisionError")
    assert state_of(database, round_id) is RoundState.READY
    faulty["on"] = False
    until(lambda: state_of(database, round_id) is RoundState.OPEN)
    until(lambda: schedule.pulse.last_error == "")
    schedule.stop()


def test_the_fault_of_one_round_holds_up_no_other(database: Database, folder: KeyFolder, clock: TestClock) -> None:
    first = plan(database, folder)
    with database.writing() as session:
        acting = Acting(session, MORNING, SYSTEM)
        second = make_ready(acting)
        service.set_schedule(acting, second, OPENS, CLOSES)
        prepare(acting, folder, second)

    def gate(_session: Session, row: RoundView) -> list[Step]:
        if row.id == min(first, second):
            raise ZeroDivisionError
        return []

    schedule = Schedule(database, folder, replace(PORTS, before_opening=(gate,)), clock)
    clock.now = OPENS
    schedule.run_due()
    assert state_of(database, min(first, second)) is RoundState.READY
    assert state_of(database, max(first, second)) is RoundState.OPEN


@pytest.mark.parametrize("is_purged", [False, True], ids=["over", "purged"])
def test_a_key_part_that_cannot_go_holds_up_no_other_round(
    database: Database, folder: KeyFolder, schedule: Schedule, clock: TestClock, caplog: pytest.LogCaptureFixture,
    is_purged: bool,
) -> None:  # fmt: skip
    round_id = plan(database, folder)
    stuck = "purged" if is_purged else make_counted(database, folder)
    part = stands_in_the_way(folder, stuck)
    if is_purged:
        with database.writing() as session:
            gone.note(session, stuck)
    clock.now = OPENS
    schedule.run_due()
    schedule.run_due()
    assert state_of(database, round_id) is RoundState.OPEN
    assert schedule.pulse.last_error == "OSError"
    assert [record.getMessage() for record in caplog.records] == ["the schedule could not run: OSError"]
    part.unlink()
    schedule.run_due()
    assert schedule.pulse.last_error == ""
    assert gone.left(database) == []


def test_an_act_that_cannot_be_settled_holds_up_no_other_round(
    database: Database, folder: KeyFolder, schedule: Schedule, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a box that another version made nobody knows what became of the act."""
    stuck = plan(database, folder)
    with monkeypatch.context() as patched, database.writing() as session:
        patched.setattr(acts, "_carry_out", lambda *_act: None)
        service.open_round(Acting(session, MORNING, SYSTEM), folder, PORTS, stuck)
    with store.writing(database, stuck) as box:
        box.execute(sa.update(GATE).values(format=99))
    with database.writing() as session:
        acting = Acting(session, MORNING, SYSTEM)
        other = make_ready(acting)
        service.set_schedule(acting, other, OPENS, CLOSES)
        prepare(acting, folder, other)
    clock.now = OPENS
    schedule.run_due()
    assert state_of(database, stuck) is RoundState.READY
    assert state_of(database, other) is RoundState.OPEN
    assert schedule.pulse.last_error == "DomainError"


@pytest.mark.parametrize("step", ["before the gate", "before the desk"])
def test_what_a_crash_left_of_an_opening_is_settled_before_anything_is_called_missed(
    database: Database, folder: KeyFolder, schedule: Schedule, clock: TestClock, monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:  # fmt: skip
    """A vote whose box stood open was told as missed, where the server came back after its end only."""
    round_id = plan(database, folder)
    clock.now = OPENS
    with monkeypatch.context() as patched:
        patched.setattr(acts, "_carry_out" if step == "before the gate" else "_finish", lambda *_act: None)
        schedule._open(round_id, OPENS)
    assert acts.unsettled(database) == [round_id]
    assert state_of(database, round_id) is RoundState.READY
    clock.now = CLOSES
    schedule.run_due()
    told = [action for action, _ in log(database) if action.startswith("round.") and action != "round.root"]
    if step == "before the gate":
        assert state_of(database, round_id) is RoundState.READY
        assert told[-3:] == ["round.open", "round.open.dropped", "round.open.missed"]
    else:
        assert state_of(database, round_id) is RoundState.SEALED
        assert told[-2:] == ["round.open", "round.close"]
        assert "round.open.missed" not in told


def test_no_opening_is_called_missed_because_the_act_came_to_no_end(
    database: Database, folder: KeyFolder, schedule: Schedule, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_id = plan(database, folder)
    clock.now = OPENS
    with monkeypatch.context() as patched:
        patched.setattr("app.core.db.GOES", 1)
        schedule.run_due()
    assert state_of(database, round_id) is RoundState.READY
    assert "round.open.missed" not in [action for action, _ in log(database)]
    schedule.run_due()
    assert state_of(database, round_id) is RoundState.OPEN


def test_no_opening_is_called_missed_while_somebody_may_be_about_to_do_it(
    database: Database, folder: KeyFolder, schedule: Schedule, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock passes the end between the intent of another node and its gate."""
    round_id = plan(database, folder)
    slept: list[Any] = []
    with monkeypatch.context() as patched:
        patched.setattr(acts, "_carry_out", lambda *what: slept.append(what))
        schedule._open(round_id, CLOSES - timedelta(seconds=1))
    clock.now = CLOSES
    schedule.run_due()
    acts._carry_out(*slept[0])
    schedule.run_due()
    assert state_of(database, round_id) is RoundState.SEALED
    assert "round.open.missed" not in [action for action, _ in log(database)]


@pytest.mark.parametrize("listed", ["app.rounds.gone.left", "app.rounds.schedule.unsettled"])
def test_what_cannot_be_listed_keeps_no_round_shut_and_none_open(
    database: Database, folder: KeyFolder, schedule: Schedule, clock: TestClock, monkeypatch: pytest.MonkeyPatch,
    listed: str,
) -> None:  # fmt: skip
    """As of a key folder that lies on a disk that is failing."""
    round_id = plan(database, folder)

    def fails(_database: Database) -> list[str]:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(listed, fails)
        for clock.now, state in ((OPENS, RoundState.OPEN), (CLOSES, RoundState.SEALED)):
            schedule.run_due()
            assert state_of(database, round_id) is state
            assert schedule.pulse.last_error == "OSError"
    schedule.run_due()
    assert schedule.pulse.last_error == ""


@pytest.mark.parametrize("is_closing", [False, True], ids=["opening", "closing"])
def test_a_box_is_ended_after_the_rounds_that_voters_wait_for(
    database: Database, folder: KeyFolder, schedule: Schedule, clock: TestClock, monkeypatch: pytest.MonkeyPatch,
    is_closing: bool,
) -> None:  # fmt: skip
    """A box of ten thousand ballots takes its time to be overwritten."""
    round_id = plan(database, folder)
    clock.now = OPENS
    if is_closing:
        schedule.run_due()
        clock.now = CLOSES
    make_counted(database, folder)
    seen: list[RoundState] = []
    finish = gone.finish

    def watched(database: Database, over: str) -> None:
        seen.append(state_of(database, round_id))
        finish(database, over)

    monkeypatch.setattr(gone, "finish", watched)
    schedule.run_due()
    assert seen == [RoundState.SEALED if is_closing else RoundState.OPEN]


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, 20 seconds at most."""
    pause = threading.Event()
    for _ in range(400):
        if condition():
            return
        pause.wait(0.05)
    message = "the condition never came true"
    raise AssertionError(message)
