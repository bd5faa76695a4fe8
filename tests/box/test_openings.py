"""The opening as a process of its own: shares reach it sealed, its row tells all nodes, it dies with its parent."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.ballots import store
from app.ballots.models import ENVELOPE
from app.box import jobs, reads
from app.box import openings as starting
from app.box.models import KeyHolder, OpeningJob, OpeningShare
from app.box.openings import PROGRAM, Openings, Place
from app.core.acting import Acting, Principal
from app.core.clock import utc_now
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.inbox.models import InboxItem
from app.publication.reads import versions_of
from app.rounds.domain import RoundState
from app.rounds.reads import get_round
from app.rounds.service import locked_round
from tests.ballots.stores import sealed_in
from tests.box.boxes import Box, cast_contents, counted_contents, hall_paper, make_box, make_staff
from tests.box.halting import DECIDED, STEPS
from tests.cast import refuses
from tests.waiting import wait_until

COUNTS = {"residents": 30, "staff": 12}
PRESENT = ("张三", "赵六")
ROOT = Path(__file__).parents[2]


@dataclass
class Hall:
    """A sealed box of round r1 and the people around it."""

    place: Place
    openings: Openings
    box: Box
    actor: Principal

    def begin(self) -> str | None:
        """Start an attempt unless one is under way."""
        with self.place.database.writing() as session:
            job_id = jobs.start_over(Acting(session, utc_now(), self.actor), "r1")
        if job_id:
            self.openings.start("r1", job_id)
        return job_id

    def job(self) -> jobs.JobView:
        with self.place.database.reading() as session:
            job = jobs.job_of(session, "r1", utc_now())
        assert job is not None
        return job

    def wait(self, phase: str) -> None:
        wait_until(lambda: self.job().phase == phase)

    def give(self, *shares: str) -> None:
        for share in shares:
            with self.place.database.writing() as session:
                jobs.give_share(Acting(session, utc_now(), self.actor), "r1", share)

    def word(self) -> None:
        with self.place.database.writing() as session:
            jobs.give_word(Acting(session, utc_now(), self.actor), "r1", PRESENT)

    def open(self, *shares: str) -> None:
        """Go through a whole attempt."""
        assert self.begin()
        self.wait(jobs.WAITING)
        self.give(*shares)
        self.word()
        self.openings.join("r1")

    def pid(self) -> int:
        with self.place.database.reading() as session:
            return int(session.get_one(OpeningJob, "r1").process.split("/")[1])

    def state(self) -> RoundState:
        with self.place.database.reading() as session:
            return get_round(session, "r1").state

    def acts(self) -> list[str]:
        with self.place.database.reading() as session:
            return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)))


@pytest.fixture
def hall(database: Database, tmp_path: Path) -> Iterator[Hall]:
    folder = KeyFolder(tmp_path / "data" / "keys")
    with database.writing() as session:
        actor = make_staff(session)
    place = Place(database, folder, utc_now)
    openings = Openings(place)
    yield Hall(place, openings, make_box(database, folder, actor, hall_paper(), COUNTS), actor)
    openings.close()


@pytest.mark.usefixtures("started_anew")
def test_it_works(hall: Hall) -> None:
    hall.open(hall.box.shares[2], hall.box.shares[0])
    assert (hall.job().phase, hall.job().done, hall.job().total) == (jobs.DONE, 42, 42)
    with hall.place.database.reading() as session:
        assert counted_contents(session, hall.box.paper) == cast_contents(hall.box)
        assert reads.opening_of(session, "r1") == reads.OpeningView("张三", PRESENT, (1, 3), 42)
        assert session.scalars(select(OpeningShare)).all() == []
    assert hall.place.folder.parts() == set()
    assert hall.acts()[-3:] == ["box.open", "round.count", "result.freeze"]


def test_a_share_is_sealed_to_the_process_and_kept_until_it_is_fetched(hall: Hall) -> None:
    hall.begin()
    hall.wait(jobs.WAITING)
    os.kill(hall.pid(), signal.SIGSTOP)
    hall.give(hall.box.shares[1])
    query = select(OpeningShare.number, OpeningShare.sealed)
    with hall.place.database.reading() as session:
        ((number, sealed),) = session.execute(query).all()
    assert number == 2
    assert not any(word.encode() in sealed for word in hall.box.shares[1].split())
    os.kill(hall.pid(), signal.SIGCONT)

    def fetched() -> bool:
        with hall.place.database.reading() as session:
            return session.execute(query).all() == [(2, b"")]

    wait_until(fetched)
    assert hall.job().given == {2}


def test_two_clicks_start_one_process(hall: Hall) -> None:
    assert hall.begin()
    assert hall.begin() is None
    hall.wait(jobs.WAITING)
    assert hall.begin() is None


def test_it_refuses_what_does_not_belong(hall: Hall) -> None:
    with refuses("opening_not_waiting"):
        hall.give(hall.box.shares[0])
    with refuses("opening_not_waiting"):
        hall.word()
    hall.begin()
    hall.wait(jobs.WAITING)
    with refuses("shares_insufficient"):
        hall.word()
    hall.give(hall.box.shares[0])
    with refuses("shares_duplicate"):
        hall.give(hall.box.shares[0])
    hall.give(hall.box.shares[1])
    with refuses("shares_enough"):
        hall.give(hall.box.shares[2])


def test_a_failed_opening_says_why_and_can_be_tried_again(hall: Hall) -> None:
    database, first = hall.place.database, sealed_in(hall.place.database, "r1")[0]
    wanted = ENVELOPE.update().where(ENVELOPE.c.id == first.id)
    with store.writing(database, "r1") as connection:
        connection.execute(wanted.values(sealed=first.sealed[::-1]))
    hall.open(*hall.box.shares[:2])
    job = hall.job()
    assert job.phase == jobs.FAILED
    assert job.error is not None
    assert job.error.code == "box_tampered"
    assert job.given == frozenset()
    with store.writing(database, "r1") as connection:
        connection.execute(wanted.values(sealed=first.sealed))
    hall.open(*hall.box.shares[:2])
    with hall.place.database.reading() as session:
        assert counted_contents(session, hall.box.paper) == cast_contents(hall.box)
    acts = [act for act in hall.acts() if act.startswith("box.open") or act == "round.count"]
    assert acts == ["box.open", "box.open_failed", "box.open", "round.count"]


def test_a_killed_process_is_told_and_another_can_begin(hall: Hall) -> None:
    hall.begin()
    hall.wait(jobs.WAITING)
    hall.give(hall.box.shares[0])
    os.kill(hall.pid(), signal.SIGKILL)
    hall.openings.join("r1")
    job = hall.job()
    assert (job.phase, job.given) == (jobs.FAILED, frozenset())
    assert job.error is not None
    assert job.error.code == "opening_ended"
    assert hall.state() is RoundState.SEALED
    hall.open(*hall.box.shares[1:])
    assert hall.state() is RoundState.COUNTED


@pytest.fixture
def halt(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], None]:
    """Let the next opening processes be killed at a step, or live."""

    def at(step: str | None) -> None:
        monkeypatch.setattr(starting, "PROGRAM", "tests.box.halting" if step else PROGRAM)
        monkeypatch.setenv("HALT_AT", step or "")

    return at


def go_as_far_as(hall: Hall, step: str) -> None:
    """Lead an attempt that is killed at this step; what the process does not live to see is not done."""
    assert hall.begin(), step
    if step not in {"started", "key shown"}:
        hall.wait(jobs.WAITING)
        hall.give(*hall.box.shares[1:])
        hall.word()
    hall.openings.join("r1")
    # The server may still be at work on what the killed process asked for last.
    with hall.place.database.writing() as session:
        locked_round(session, "r1")


def check_sealed(hall: Hall, step: str) -> None:
    database = hall.place.database
    assert (hall.state(), hall.job().phase) == (RoundState.SEALED, jobs.FAILED), step
    assert len(sealed_in(database, "r1")) == sum(COUNTS.values()), step
    assert hall.place.folder.parts() == {"r1"}, step
    with database.reading() as session:
        assert counted_contents(session, hall.box.paper) == ({}, {}), step
        assert reads.opening_of(session, "r1") is None, step
        assert versions_of(session, "r1") == [], step
        assert session.scalars(select(OpeningShare)).all() == [], step


def check_counted(hall: Hall, step: str) -> None:
    database = hall.place.database
    assert (hall.state(), hall.job().phase) == (RoundState.COUNTED, jobs.DONE), step
    assert store.round_ids(database) == frozenset(), step
    assert hall.place.folder.parts() == set(), step
    with database.reading() as session:
        assert counted_contents(session, hall.box.paper) == cast_contents(hall.box), step
        assert len(versions_of(session, "r1")) == 1, step


def test_killed_before_it_decides_the_box_is_sealed_and_opens_again(
    hall: Hall, halt: Callable[[str | None], None]
) -> None:
    for step in STEPS:
        if step not in DECIDED:
            halt(step)
            go_as_far_as(hall, step)
            check_sealed(hall, step)
    halt(None)
    hall.open(*hall.box.shares[:2])
    check_counted(hall, "at last")


@pytest.mark.parametrize("step", DECIDED)
def test_killed_after_it_decided_the_stacks_stand_and_the_rest_is_tidied(
    hall: Hall, halt: Callable[[str | None], None], step: str
) -> None:
    halt(step)
    go_as_far_as(hall, step)
    check_counted(hall, step)


class DeadAtOnce(subprocess.Popen[bytes]):
    """A child that is gone before it is told what to do, as where the service ends just then."""

    def __init__(self, *line: Any, **settings: Any) -> None:  # noqa: ANN401 - as it takes them
        super().__init__(*line, **settings)
        self.kill()
        self.wait()


def test_one_that_dies_before_it_has_its_order_is_told(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "subprocess", SimpleNamespace(Popen=DeadAtOnce, PIPE=-1, DEVNULL=-3))
    assert hall.begin()
    hall.openings.join("r1")
    assert hall.job().phase == jobs.FAILED


def test_an_attempt_that_was_replaced_stores_nothing(hall: Hall) -> None:
    hall.begin()
    hall.wait(jobs.WAITING)
    with hall.place.database.writing() as session:
        session.get_one(OpeningJob, "r1").id = "another"
    hall.openings.join("r1")
    assert hall.state() is RoundState.SEALED


def test_the_holders_are_told_that_it_waits_for_them(hall: Hall) -> None:
    with hall.place.database.writing() as session:
        for number, staff_id in ((1, hall.actor.id), (2, "idwangwu")):
            session.get_one(KeyHolder, ("r1", number)).staff_id = staff_id
        jobs.start_over(Acting(session, utc_now(), hall.actor), "r1")
        told = [(item.staff_id, item.href) for item in session.scalars(select(InboxItem))]
    assert told == [("idwangwu", "/rounds/r1/opening")], "not who began it"


def test_a_silent_opening_of_another_node_is_over(hall: Hall) -> None:
    with hall.place.database.writing() as session:
        jobs.start_over(Acting(session, utc_now(), hall.actor), "r1")
        session.flush()
        session.get_one(OpeningJob, "r1").process = "elsewhere/1/1"
    assert hall.job().is_busy
    with hall.place.database.reading() as session:
        job = jobs.job_of(session, "r1", utc_now() + 2 * jobs.SILENCE)
    assert job is not None
    assert job.phase == jobs.FAILED
    with hall.place.database.writing() as session:
        assert jobs.start_over(Acting(session, utc_now() + 2 * jobs.SILENCE, hall.actor), "r1")


def test_voiding_the_round_ends_the_process(hall: Hall) -> None:
    hall.begin()
    hall.wait(jobs.WAITING)
    with hall.place.database.writing() as session:
        jobs.forget(session, "r1")
    hall.openings.join("r1")
    assert hall.state() is RoundState.SEALED


@pytest.mark.usefixtures("started_anew")
def test_the_process_shows_no_secret_and_holds_no_file_of_its_parent(hall: Hall, tmp_path: Path) -> None:
    held = (tmp_path / "held").open("wb")
    os.set_inheritable(held.fileno(), True)  # noqa: FBT003 - it takes it by position only
    with held:
        hall.begin()
        hall.wait(jobs.WAITING)
        process = Path(f"/proc/{hall.pid()}")
        files = {str(link.readlink()) for link in (process / "fd").iterdir()}
    shown = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
    assert str(tmp_path / "held") not in files
    assert b"r1" not in shown.split(b"\0")
    assert hall.place.database.engine.url.render_as_string(hide_password=False).encode() not in shown
    limits = (process / "limits").read_text("utf-8")
    assert re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE)


PARENT = """
import json, sys
from pathlib import Path
import app.schema
from app.box.openings import PROGRAM, Openings, Place
from app.core.clock import utc_now
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.inbox.models import InboxItem
order = json.loads(sys.argv[1])
keys = KeyFolder(Path(order["keys"]))
place = Place(Database(make_engine(order["url"]), keys), keys, utc_now)
Openings(place).start("r1", order["job"])
sys.stdin.read()
"""


def test_it_dies_with_its_parent(hall: Hall) -> None:
    with hall.place.database.writing() as session:
        job_id = jobs.start_over(Acting(session, utc_now(), hall.actor), "r1")
    url = hall.place.database.engine.url.render_as_string(hide_password=False)
    order = json.dumps({"url": url, "keys": str(hall.place.folder.path), "job": job_id})
    parent = subprocess.Popen([sys.executable, "-c", PARENT, order], cwd=ROOT, stdin=subprocess.PIPE)
    with parent:
        hall.wait(jobs.WAITING)
        parent.kill()
    hall.wait(jobs.FAILED)
    assert hall.begin()
