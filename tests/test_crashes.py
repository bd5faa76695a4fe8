"""``kill -9`` between any two writes of an act that touches desk, boxes and key folder, then a new start (SEC-63).

What each leaves must be one of two truths, before the act or after it; nothing that must be gone lies about, no ballot
is lost, pages answer, and the act can be done, or done again. Acts on the gate: ``rounds/test_acts.py``; the opening:
``box/test_openings.py``; the root over a closed box: ``rounds/test_sealing.py``; casts: ``test_crash_casting.py``; what
becomes of a result: ``publication/test_crashes.py``.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.audit import service as audit
from app.ballots import reads as ballots
from app.ballots import service as gates
from app.ballots import store
from app.ballots.slot import Slot
from app.ballots.verification import verify
from app.box.opening import Attempt, Progress, Room, open_box
from app.box.played import play_holders
from app.box.reads import key_of, stacks
from app.core.acting import Acting
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import PORTS
from app.office.workshop import Workshop
from app.rounds import acts, rehearsing, service
from app.rounds.domain import RoundState
from app.rounds.models import Gone, Intent, Round
from app.rounds.reads import frozen_paper, get_round
from app.slips import service as slips
from app.slips.codes import code_hash
from app.slips.models import Batch
from app.slips.reads import batches, used_by_group
from tests.box.boxes import unlocked
from tests.box.halting import BEFORE
from tests.cast import MORNING, make_cast, make_draft, refuses
from tests.crashing import LATER, ZHANG, Row, Step, comes_by, crash, left_of_boxes, left_of_keys, started_anew
from tests.factories import OpenRound
from tests.phones import fill_in

HERE = __name__


def acting(database: Database, act: Callable[[Acting], object]) -> object:
    """Do one act of an organiser in a transaction of its own."""
    with database.writing() as session:
        return act(Acting(session, MORNING, ZHANG))


def freeze(database: Database, _folder: KeyFolder, round_id: str) -> object:
    return acting(database, lambda by: service.freeze(by, round_id))


def print_slips(database: Database, folder: KeyFolder, round_id: str) -> dict[str, list[str]]:
    with database.writing() as session:
        paper, _ = frozen_paper(session, round_id)
        numbers = {group.id: group.expected for group in paper.groups}
        return slips.issue(Acting(session, MORNING, ZHANG), folder, round_id, numbers)


def void_slips(database: Database, folder: KeyFolder, round_id: str) -> object:
    return acting(database, lambda by: slips.void_all(by, folder, round_id, "印错了"))


def make_key(database: Database, folder: KeyFolder, round_id: str) -> list[str]:
    with database.writing() as session:
        return play_holders(Acting(session, MORNING, ZHANG), folder, round_id, ["张三"])


def purge(database: Database, folder: KeyFolder, round_id: str) -> object:
    return acting(database, lambda by: service.purge_rehearsals(by, folder, PORTS, round_id))


def void(database: Database, _folder: KeyFolder, round_id: str) -> object:
    return acting(database, lambda by: PORTS.acts["void"](by, round_id, {"reason": "停电"}))


BEFORE_COMMIT = {"before the commit": Step(audit, "record_each")}
ROWS = {
    "freeze": Row(freeze, BEFORE_COMMIT),
    "print the first slips": Row(
        print_slips,
        {
            "box laid out": Step(store, "_fill"),
            "box linked": Step(Path, "hardlink_to", embedded=True),
            "box made": Step(gates, "create"),
            "codes in the box": Step(gates, "issue"),
            **BEFORE_COMMIT,
        },
    ),
    "print more slips": Row(print_slips, {"codes in the box": Step(gates, "issue"), **BEFORE_COMMIT}),
    "void slips": Row(void_slips, {"codes void": Step(gates, "void"), **BEFORE_COMMIT}),
    "make the key": Row(
        make_key,
        {
            "part drafted": Step(KeyFolder, "_draft"),
            "part linked": Step(Path, "hardlink_to"),
            "part made": Step(KeyFolder, "create_part"),
            "key drafted": Step(Path, "replace", BEFORE),
            "key noted": Step(KeyFolder, "note_key"),
            **BEFORE_COMMIT,
        },
    ),
    "purge a rehearsal": Row(
        purge,
        {
            **BEFORE_COMMIT,
            "after the commit": Step(gates, "destroy", BEFORE),
            "box shut": Step(store, "_shut", embedded=True),
            "box renamed": Step(Path, "rename", embedded=True),
            "box wiped": Step(store, "_wipe", embedded=True),
            "box destroyed": Step(gates, "destroy"),
            "part destroyed": Step(KeyFolder, "destroy_part"),
        },
    ),
    "void a round": Row(
        void,
        {
            **BEFORE_COMMIT,
            "before the gate": Step(acts, "_carry_out", BEFORE),
            "before the desk": Step(acts, "_finish", BEFORE),
            "before the box goes": Step(gates, "destroy", BEFORE),
            "box renamed": Step(Path, "rename", embedded=True),
            "box destroyed": Step(gates, "destroy"),
        },
    ),
}
UNDONE = {"before the commit", "before the gate"}
"""Steps before what decides purging and voiding."""


class Hall:
    """A round, the ballots that were cast in it, and its way to the count."""

    def __init__(self, settings: Settings, database: Database, workshop: Workshop) -> None:
        self.settings, self.database, self.workshop, self.folder = settings, database, workshop, database.keys
        for secret in (self.folder.pepper, self.folder.tag_secret, self.folder.form_secret):
            secret()
        with database.writing() as session:
            self.id = make_draft(Acting(session, MORNING, make_cast(session)["zhangsan"]))
        self.codes: dict[str, list[str]] = {}
        self.cast = 0

    def crash(self, name: str, step: str) -> None:
        """Be killed in an act, or do it where no such step is come to, and start anew."""
        crash(self.database, self.id, HERE, (name, step))
        self.start_anew()

    def start_anew(self) -> None:
        """Check that pages answer, and that nothing is left lying about."""
        with started_anew(self.settings, self.database, self.workshop) as desk:
            for page in ("/rounds", f"/rounds/{self.id}", f"/rounds/{self.id}/slips"):
                assert desk.get(page).status_code < 500, page
            for round_id in acts.unsettled(self.database):
                acts.settle(self.database, round_id, LATER)
        assert left_of_boxes(self.database) == set()
        assert left_of_keys(self.folder) == set()
        with self.database.reading() as session:
            known = set(session.scalars(sa.select(Round.id)))
            assert not session.scalars(sa.select(Gone.round_id)).all()
            assert not session.scalars(sa.select(Intent.round_id)).all()
        assert ballots.round_ids(self.database) <= known
        assert self.folder.parts() <= known
        for round_id in ballots.round_ids(self.database):
            assert verify(self.database, self.folder, round_id).is_right

    @property
    def state(self) -> RoundState:
        with self.database.reading() as session:
            return get_round(session, self.id).state

    def to_ready(self) -> None:
        freeze(self.database, self.folder, self.id)

    def to_printed(self) -> None:
        self.to_ready()
        self.codes = print_slips(self.database, self.folder, self.id)

    def to_open(self) -> None:
        self.to_printed()
        self.open()

    def open(self) -> None:
        self.shares = make_key(self.database, self.folder, self.id)
        acting(self.database, lambda by: service.open_round(by, self.folder, PORTS, self.id))

    def vote(self, voters: int = 3) -> None:
        """Let so many more of each group vote, with the slips in hand."""
        with self.database.reading() as session:
            key = key_of(session, self.id)
            assert key is not None
            some = {group: [codes.pop() for _ in range(voters)] for group, codes in self.codes.items()}
            hall = OpenRound(self.id, *frozen_paper(session, self.id), key.public_key, some, self.shares)
        slot = Slot(self.database, self.folder.tag_secret(), self.id)
        pepper = self.folder.pepper()
        casts = [one.as_cast(code_hash(pepper, one.code)) for one in fill_in(hall)]
        assert slot.drop(casts, MORNING) == [""] * len(casts)
        slot.close()
        self.cast += len(casts)

    def count(self) -> None:
        """Close, open the box, and find every ballot that was cast."""
        acting(self.database, lambda by: service.close_round(by, self.id, {}))
        private = unlocked(self.database, self.folder, self.shares, self.id)
        room = Room(self.database, self.folder, lambda: MORNING)
        open_box(room, Attempt(self.id, private, ZHANG, ("张三",), (1,)), Progress())
        with self.database.reading() as session:
            returned = used_by_group(session, self.id)
            assert sum(returned.values()) == self.cast
            assert len({group for _, group in stacks(session, self.id)}) == len(returned)
        assert ballots.round_ids(self.database) == set()
        assert self.folder.parts() == set()


@pytest.fixture
def hall(settings: Settings, database: Database, workshop: Workshop) -> Hall:
    return Hall(settings, database, workshop)


@ROWS["freeze"].at_each_step
def test_freezing(hall: Hall, step: str) -> None:
    hall.crash("freeze", step)
    assert hall.state is RoundState.DRAFT
    hall.to_open()
    hall.vote()
    hall.count()


@ROWS["print the first slips"].at_each_step
def test_printing_the_first_slips(hall: Hall, step: str) -> None:
    hall.to_ready()
    hall.crash("print the first slips", step)
    if comes_by(hall.database, HERE, ("print the first slips", step)):
        with hall.database.reading() as session:
            assert batches(session, hall.id) == []
    else:
        void_slips(hall.database, hall.folder, hall.id)
    hall.codes = print_slips(hall.database, hall.folder, hall.id)
    hall.open()
    hall.vote()
    hall.count()


@ROWS["print more slips"].at_each_step
def test_printing_more_while_it_is_open(hall: Hall, step: str) -> None:
    hall.to_open()
    hall.vote()
    hall.crash("print more slips", step)
    hall.vote()
    hall.codes = print_slips(hall.database, hall.folder, hall.id)
    hall.vote()
    with hall.database.reading() as session:
        assert len(batches(session, hall.id)) == 2 * len(hall.codes)
    hall.count()


@ROWS["void slips"].at_each_step
def test_voiding_slips(hall: Hall, step: str) -> None:
    hall.to_open()
    hall.vote()
    hall.crash("void slips", step)
    void_slips(hall.database, hall.folder, hall.id)
    with hall.database.reading() as session:
        printed, voided = session.execute(sa.select(sa.func.sum(Batch.printed), sa.func.sum(Batch.voided))).one()
    assert printed - voided == hall.cast
    with refuses("batch_has_no_live_slip"):
        void_slips(hall.database, hall.folder, hall.id)
    hall.codes = print_slips(hall.database, hall.folder, hall.id)
    hall.vote()
    hall.count()


@ROWS["make the key"].at_each_step
def test_making_the_key(hall: Hall, step: str) -> None:
    hall.to_printed()
    hall.crash("make the key", step)
    with hall.database.reading() as session:
        assert key_of(session, hall.id) is None
    hall.open()
    hall.vote()
    hall.count()


@ROWS["purge a rehearsal"].at_each_step
def test_purging_a_rehearsal(hall: Hall, step: str) -> None:
    hall.to_printed()
    with hall.database.writing() as session:
        rehearsal = rehearsing.create_rehearsal(Acting(session, MORNING, ZHANG), hall.id)
    real, hall.id = hall.id, rehearsal
    kept = hall.codes
    hall.codes = print_slips(hall.database, hall.folder, hall.id)
    hall.open()
    hall.vote()
    hall.id, hall.codes, hall.cast = real, kept, 0
    hall.crash("purge a rehearsal", step)
    if step in UNDONE:
        assert ballots.round_ids(hall.database) == {real, rehearsal}
        purge(hall.database, hall.folder, hall.id)
    assert ballots.round_ids(hall.database) == {real}
    assert hall.folder.parts() == set()
    hall.open()
    hall.vote()
    hall.count()


@ROWS["void a round"].at_each_step
def test_voiding_a_round(hall: Hall, step: str) -> None:
    """Where it is given up, the round goes on, and its box opens: what was noted for the voiding counts no more."""
    hall.to_open()
    hall.vote()
    hall.crash("void a round", step)
    if step in UNDONE:
        assert hall.state is RoundState.OPEN
        hall.vote()
        hall.count()
        return
    assert hall.state is RoundState.VOID
    assert ballots.round_ids(hall.database) == set()
    assert hall.folder.parts() == set()
    with hall.database.reading() as session:
        assert sum(used_by_group(session, hall.id).values()) == hall.cast
